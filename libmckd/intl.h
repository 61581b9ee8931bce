/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_INTL_H
#define MCKD_INTL_H

#include <libintl.h>

/* In the words of the process's locale: the person's in tools, C and so English in mckd-auth. */
#define _(text) gettext(text)
/* To be translated where it is shown. */
#define N_(text) text

#define MCKD_DOMAIN "pam_mckd"

/* For a tool: the locale of its environment, as far as it is words. */
void mckd_intl_start(void);

#endif
