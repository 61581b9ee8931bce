/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CARDTOOL_LIVE_H
#define CARDTOOL_LIVE_H

#include "login.h"
#include "reader.h"
#include "ui.h"

/*
 * A login with the card in hand, by the code of a real one. user may be NULL. PIN from the
 * source, or text where that is not NULL. The exit status, having said what was shown.
 */
int live_login(struct tool *t, struct found *f, const char *user, const char *application,
    const struct secret_source *from, const char *text);
/* For what is asked of an application but a login; live_close() it. -1, or the exit status. */
int live_open(struct tool *t, const struct found *f, const struct mckd_app *app, struct mckd_login **out);
void live_close(struct mckd_login *l);
/* Why a login came to nothing, as far as it can be said. */
void live_say_reason(enum mckd_err e, const struct mckd_login *l);

#endif
