/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "log.h"
#include "login.h"

void
live_say_reason(enum mckd_err e, const struct mckd_login *l)
{
	int tries = mckd_login_tries(l);

	if (e == MCKD_E_PIN_BLOCKED)
		say("the PIN is blocked; cardtool pin unblock takes the PUK");
	else if (e == MCKD_E_PIN_WRONG && tries >= 0)
		say(ngettext("wrong PIN (%d try left)", "wrong PIN (%d tries left)", (unsigned long)tries), tries);
	else if (l->reason[0] == '\0' || strcmp(l->reason, mckd_err_str(e)) == 0)
		say("%s", _(mckd_err_str(e)));
	else
		say("%s: %s", _(mckd_err_str(e)), _(l->reason));
}

int
live_open(struct tool *t, const struct found *f, const struct mckd_app *app, struct mckd_login **out)
{
	struct mckd_login *l = *out = calloc(1, sizeof(*l));
	enum mckd_err e;

	if (l == NULL)
		return fail(MCKD_E_NOMEM, app->name);
	l->conf = &t->conf;
	l->store = t->store;
	l->link = f->link;
	l->info = f->info;
	l->slot = app->slot;
	l->slots = (uint16_t)(1u << (app->slot - 1));
	snprintf(l->service, sizeof(l->service), "cardtool");
	if ((e = mckd_store_get(t->store, f->info.card, &l->record)) == MCKD_OK)
		return -1;
	live_close(l);
	*out = NULL;
	return fail_store(t, e);
}

void
live_close(struct mckd_login *l)
{
	mckd_login_close(l);
	mckd_wipe(l, sizeof(*l));
	free(l);
}

static int
decide(struct mckd_login *l, const struct secret_source *from, const char *text)
{
	char pin[SECRET_MAX] = "", prompt[96];
	int tries = mckd_login_tries(l), rc;
	struct mckd_event ev;
	enum mckd_err e;

	/* A queued ticket may bring the tries back. */
	if (tries == 0 && l->record->pending == 0) {
		live_say_reason(MCKD_E_PIN_BLOCKED, l);
		return EX_PIN_BLOCKED;
	}
	if (tries >= 0 && text == NULL) {
		snprintf(prompt, sizeof(prompt), ngettext("PIN (%d try left)", "PIN (%d tries left)", (unsigned long)tries), tries);
		if ((rc = secret_get(from, prompt, false, pin)) != -1)
			return rc;
		text = pin;
	}
	e = mckd_login_decide(l, tries < 0 ? NULL : text, true);
	/* The card is what was asked about, whoever's it is. */
	if (e == MCKD_OK && l->user[0] == '\0')
		e = mckd_login_name(l, "");
	ev = mckd_login_event(l, e == MCKD_OK ? "success" : "denied");
	mckd_log_event(e == MCKD_OK ? LOG_INFO : e == MCKD_E_CLONE ? LOG_ALERT : LOG_NOTICE, &ev);
	mckd_wipe(pin, sizeof(pin));
	if (e != MCKD_OK) {
		live_say_reason(e, l);
		return exit_of(e);
	}
	return -1;
}

int
live_login(struct tool *t, struct found *f, const char *user, const char *application,
    const struct secret_source *from, const char *text)
{
	struct mckd_login *l = calloc(1, sizeof(*l));
	struct mckd_conf conf = t->conf;
	char id[HEX_CARD];
	enum mckd_err e;
	int rc;

	if (l == NULL)
		return fail(MCKD_E_NOMEM, N_("verification"));
	snprintf(conf.application, sizeof(conf.application), "%s", application != NULL ? application : "auto");
	conf.authtok = MCKD_AUTHTOK_NO;
	l->conf = &conf;
	l->store = t->store;
	l->link = f->link;
	snprintf(l->user, sizeof(l->user), "%s", user != NULL ? user : "");
	snprintf(l->service, sizeof(l->service), "cardtool");
	if ((e = mckd_login_open(l)) != MCKD_OK) {
		live_say_reason(e, l);
		rc = exit_of(e);
	} else if ((rc = decide(l, from, text)) == -1) {
		hex(f->info.card, MCKD_CARD_ID_LEN, id);
		printf(_("card %s: verified live, application %s, index %u, ticket %u\n"), id, l->application,
		    l->index, l->epoch);
		rc = EX_DONE;
	}
	live_close(l);
	return rc;
}
