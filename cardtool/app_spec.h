/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CARDTOOL_APP_SPEC_H
#define CARDTOOL_APP_SPEC_H

#include "block.h"
#include "cardtool.h"

/* NAME[:MECHANISM[:N[:FLAG,...]]] into all of app but slot and secrets. -1, or the exit status. */
int app_spec(struct tool *t, const char *text, struct mckd_app *app);
/* May they be on one card? Says why not. */
bool app_periods_agree(const struct mckd_app *app, unsigned n);
/* Its Ksel and SNs. */
enum mckd_err app_draw(struct mckd_app *app);

#endif
