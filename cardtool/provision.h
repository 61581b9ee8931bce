/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CARDTOOL_PROVISION_H
#define CARDTOOL_PROVISION_H

#include "account.h"
#include "compose.h"
#include "order.h"
#include "pins.h"
#include "ui.h"

#define PROVISION_USERS 16

/* What the command line of provision asks for. */
struct provision {
	const char *user[PROVISION_USERS];
	unsigned nusers;
	struct mckd_app app[MCKD_APPS_MAX];	/* slot, name, mechanism, present, flags */
	unsigned napps;
	enum mckd_dea dea1, dea2;
	struct secret_source pin, puk, transport;
	bool generate_pin;
	bool accounts;				/* the users are to have one, like this */
	struct account account;
	bool have_pins;				/* pin_text is known */
	char pin_text[MCKD_APPS_MAX][PINS_TEXT];	/* 1-4 PINs, blanks between */
	char puk_text[MCKD_PIN_LEN + 1];
};

/* provision_options.c: -1, or the exit status. */
int provision_parse(struct tool *t, int argc, char **argv, struct provision *p);
/* provision_secrets.c: PINs and PUK, from file, prompt or chance. new: they will be set. */
bool provision_needs_pin(const struct provision *p, unsigned i);
int provision_pins(struct provision *p, bool new);
int provision_puk(struct provision *p);
int provision_transport(const struct provision *p, uint8_t key[static MCKD_KEY_LEN]);
/* What was drawn by chance, shown once, on stderr. */
void provision_show(const struct provision *p);

extern const char provision_usage[];

#endif
