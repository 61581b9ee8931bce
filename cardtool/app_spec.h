/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CARDTOOL_APP_SPEC_H
#define CARDTOOL_APP_SPEC_H

#include "block.h"
#include "cardtool.h"

/* NAME[:MECHANISM[:N[:FLAG,...]]] into all of app but slot and secrets. -1, or the exit status. */
int app_spec(struct tool *t, const char *text, struct mckd_app *app);
/* Its Ksel and SNs. */
enum mckd_err app_draw(struct mckd_app *app);

#define APP_SPEC_USAGE \
	"An application has N series numbers (1-32, default: 8) and a MECHANISM (default: host-random;\n" \
	"card-random, host-date, date, counter, pin; date/SECONDS and host-date/SECONDS set how long a\n" \
	"date lasts, by default a day). FLAG: no-pin, sealed-only (the PIN only encrypted, never by a\n" \
	"PIN pad; not with may-sign), may-sign (cardtool sign), duress (raises an alert).\n"

#endif
