/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_DIALOG_H
#define MCKD_DIALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <security/pam_modules.h>

/* What START calls the mode. */
enum mckd_mode {
	MCKD_MODE_AUTH = 'a',
	MCKD_MODE_ACCT = 'c',
	MCKD_MODE_PRELIM = 'p',
	MCKD_MODE_UPDATE = 'P',
};

/* One talk with mckd-auth, from START to the verdict: the PAM code of an entry point. */
int mckd_dialog(pam_handle_t *pamh, enum mckd_mode mode, int flags, int argc, const char **argv);

/* The locale that the host speaks in, or its user asked for; NULL: none. */
const char *mckd_host_language(pam_handle_t *pamh);

/*
 * The code that a VERDICT comes to: one of those that the mode may return, once everything
 * that comes with a success is in the PAM handle; an error otherwise.
 */
int mckd_verdict(pam_handle_t *pamh, enum mckd_mode mode, bool nullok, const uint8_t *body,
    size_t len);

#endif
