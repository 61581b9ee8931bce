/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CARDTOOL_DOCTOR_H
#define CARDTOOL_DOCTOR_H

#include "cardtool.h"
#include "pcsc.h"

struct doctor {
	struct tool *t;
	const char *service, *user; /* NULL: none asked about */
	struct mckd_pcsc *pcsc;	    /* NULL: pcscd does not answer */
	bool unwritable;	    /* the store can be read alone */
	unsigned problems;
};

/* A finding: well, worth knowing, or wrong; with what mends it (NULL: nothing to mend). */
enum finding { GOOD, NOTE, WRONG };
void found(struct doctor *d, enum finding f, const char *what, const char *mend, const char *format,
    ...) __attribute__((format(printf, 5, 6)));
const char *mend_of(enum mckd_err e);

/* Modules, modes, the socket, the clock, trials that nobody watches. */
void doctor_installation(struct doctor *d);
void doctor_clock(struct doctor *d);
/* Card-only accounts, as the host's programs see them; nothing where there are none. */
void doctor_accounts(struct doctor *d);
/* Do passwd and group (and initgroups) of nsswitch.conf come to this source? */
bool doctor_nsswitch(struct doctor *d, const char *source);
/* The service's stack; then what a login of the user would come to, without a PIN. */
void doctor_login(struct doctor *d);

#endif
