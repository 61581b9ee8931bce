/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "doctor.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <security/_pam_types.h>

#include "login.h"
#include "stack.h"
#include "ui.h"
#include "verdict.h"

struct prediction {
	struct stack *stack;   /* NULL: no service was named */
	size_t ours;	       /* our rule in it */
	struct mckd_conf conf; /* with the options of that rule */
	bool nullok;
};

/* Where the stack goes with that code, in words. */
static void
way_on(const struct prediction *p, uint8_t code, char *out, size_t room)
{
	const struct stack_rule *r = &p->stack->rule[p->ours];
	unsigned jump = 0;
	enum stack_act act = stack_act(r, code, &jump);
	size_t next = p->ours + 1 + (act == STACK_JUMP ? jump : 0);
	bool good = code == PAM_SUCCESS;

	if (act == STACK_DIE)
		snprintf(out, room, _("refused"));
	else if (act == STACK_DONE && good)
		snprintf(out, room, _("let in"));
	else if (act == STACK_BAD)
		snprintf(out, room, _("refused in the end"));
	else if (next < p->stack->n)
		snprintf(out, room, _("on to %s"), p->stack->rule[next].module);
	else
		snprintf(out, room, good ? _("let in") : _("refused, for nothing follows"));
}

static void
say_code(struct doctor *d, const struct prediction *p, const char *when, uint8_t code)
{
	char way[STACK_TEXT + 16] = "";

	if (p->stack == NULL) {
		found(d, GOOD, when, NULL, "%s", stack_code_name(code));
		return;
	}
	way_on(p, code, way, sizeof(way));
	found(d, GOOD, when, NULL, "%s, %s", stack_code_name(code), way);
}

/* Options, and what a stack may do to a card's verdict. */
static void
judge_rule(struct doctor *d, struct prediction *p)
{
	const struct stack_rule *r = &p->stack->rule[p->ours];
	char option[STACK_TEXT], why[MCKD_WHY] = "";
	const char *at = r->args;
	unsigned jump = 0;
	enum mckd_err e = MCKD_OK;

	while (e == MCKD_OK && stack_arg(&at, option, sizeof(option))) {
		p->nullok = p->nullok || strcmp(option, "nullok") == 0;
		e = mckd_conf_option(&p->conf, option, why);
	}
	if (e != MCKD_OK)
		found(d, WRONG, r->where, N_("see pam_mckd(8)"), "%s: every login ends in service_err",
		    why);
	if (stack_act(r, PAM_SUCCESS, &jump) == STACK_IGNORE)
		found(d, WRONG, r->where, N_("success=done, or sufficient"),
		    "a login by card counts for nothing here");
	if (stack_act(r, PAM_AUTH_ERR, &jump) == STACK_OK ||
	    stack_act(r, PAM_AUTH_ERR, &jump) == STACK_DONE)
		found(
		    d, WRONG, r->where, N_("default=die, or default=ignore"), "a wrong PIN is let in");
	if (p->conf.authtok == MCKD_AUTHTOK_PIN)
		found(d, NOTE, r->where, NULL,
		    "authtok=pin: the PIN goes to the modules behind this one");
	if (p->conf.remote == MCKD_REMOTE_NO)
		found(d, GOOD, r->where, NULL,
		    "a session from afar leaves the reader alone (remote=no)");
	else if (p->conf.remote == MCKD_REMOTE_CHALLENGE)
		found(d, GOOD, r->where, NULL,
		    "a session from afar gets a challenge (remote=challenge)");
	else
		found(d, NOTE, r->where, NULL,
		    "a session from afar may use the reader here (remote=local-reader)");
}

static void
no_rule(struct doctor *d, const struct stack *s)
{
	char mend[256];

	if (s->missing) {
		snprintf(mend, sizeof(mend), _("give %s a file of its own, then: cardtool enable --service %s"),
		    d->service, d->service);
		found(d, WRONG, d->service, mend, "%s; so /etc/pam.d/other counts", s->why);
	} else {
		snprintf(mend, sizeof(mend), "cardtool enable --service %s", d->service);
		found(d, WRONG, d->service, mend, "its stack does not have pam_mckd");
	}
}

/* What stands before our rule may let people in, or keep them out, before the card is asked. */
static bool
judge_stack(struct doctor *d, struct prediction *p)
{
	struct stack *s = p->stack;
	unsigned jump;

	if (stack_read(s, d->service) != 0) {
		found(d, WRONG, d->service, N_("mend that file, or reinstall the package it is of"),
		    "%s", s->why);
		return false;
	}
	for (p->ours = 0; p->ours < s->n && !stack_is_ours(&s->rule[p->ours]); p->ours++)
		;
	if (p->ours == s->n) {
		no_rule(d, s);
		return false;
	}
	if (s->missing)
		found(d, NOTE, d->service, NULL, "%s; so /etc/pam.d/other counts", s->why);
	for (size_t i = 0; i < p->ours; i++)
		if (stack_act(&s->rule[i], PAM_SUCCESS, &jump) == STACK_DONE)
			found(d, NOTE, s->rule[i].where, NULL,
			    "%s may let a user in before the card is asked", s->rule[i].module);
	found(d, GOOD, d->service, NULL, "pam_mckd at %s", s->rule[p->ours].where);
	judge_rule(d, p);
	return true;
}

static enum mckd_err
any_card(void *arg, const uint8_t card[static MCKD_CARD_ID_LEN])
{
	(void)card;
	*(bool *)arg = true;
	return MCKD_OK;
}

/* The readers, one after the other, by the code of a login and as far as the prompt. */
static enum mckd_err
find_card(struct doctor *d, struct prediction *p, struct mckd_login *l)
{
	const char *pattern = p->conf.reader[0] != '\0' ? p->conf.reader : NULL;
	struct mckd_reader readers[MCKD_READERS_MAX];
	size_t n = MCKD_READERS_MAX;
	enum mckd_err e, seen = MCKD_E_NO_CARD;

	if (d->pcsc == NULL)
		return MCKD_E_NO_SERVICE;
	if ((e = mckd_pcsc_readers(d->pcsc, pattern, readers, &n)) != MCKD_OK)
		return e;
	if (n == 0)
		return MCKD_E_NO_READER;
	l->conf = &p->conf;
	l->store = d->t->store;
	snprintf(l->user, sizeof(l->user), "%s", d->user);
	for (size_t i = 0; i < n; i++) {
		if (!readers[i].present)
			continue;
		if ((e = mckd_pcsc_connect(d->pcsc, readers[i].name, &l->link)) == MCKD_OK &&
		    (e = mckd_login_open(l)) == MCKD_OK)
			return MCKD_OK;
		if (l->link != NULL)
			l->link->ops->close(l->link);
		l->link = NULL;
		/* The right card, and not to be used, says more than another's. */
		if (seen != MCKD_E_SUSPENDED && seen != MCKD_E_REVOKED)
			seen = e;
	}
	return seen;
}

/* The right PIN, where what it came to cannot be stored, lets in root at most. */
static uint8_t
with_right_pin(const struct doctor *d, const struct prediction *p, const struct passwd *pw)
{
	bool root = pw != NULL && pw->pw_uid == 0 && p->conf.store_unwritable == MCKD_UNWRITABLE_ROOT;

	return d->unwritable && !root ? PAM_AUTH_ERR : PAM_SUCCESS;
}

static void
with_card(struct doctor *d, const struct prediction *p, const struct mckd_login *l, const struct passwd *pw)
{
	int tries = mckd_login_tries(l);
	char id[HEX_CARD];

	hex(l->info.card, sizeof(l->info.card), id);
	if (tries == 0 && l->record->pending == 0) {
		found(d, WRONG, _("card"), mend_of(MCKD_E_PIN_BLOCKED), "%s: the PIN is blocked", id);
		say_code(d, p, _("prediction"), PAM_MAXTRIES);
		return;
	}
	if (tries < 0) {
		found(d, GOOD, _("card"), NULL, "%s: it needs no PIN", id);
	} else {
		found(d, GOOD, _("card"), NULL, ngettext("%s: %d try of the PIN left", "%s: %d tries of the PIN left",
		    (unsigned long)tries), id, tries);
		say_code(d, p, _("prediction, with a wrong PIN"), PAM_AUTH_ERR);
	}
	say_code(d, p, _("prediction"), with_right_pin(d, p, pw));
}

static void
predict(struct doctor *d, struct prediction *p, struct mckd_login *l)
{
	struct passwd *pw = getpwnam(d->user);
	bool any = false;
	enum mckd_err e;

	if (pw == NULL)
		found(
		    d, WRONG, d->user, N_("useradd, or another name"), "no account of that name here");
	if (d->t->store == NULL)
		return;
	e = mckd_store_cards_of(d->t->store, d->user, any_card, &any);
	if (e == MCKD_OK && !any)
		e = MCKD_E_STORE_NOT_FOUND;
	if (e == MCKD_E_STORE_NOT_FOUND) {
		found(d, WRONG, d->user, mend_of(e), "no card is assigned to this user");
		say_code(d, p, _("prediction"), p->nullok ? PAM_IGNORE : PAM_USER_UNKNOWN);
		return;
	}
	if (e == MCKD_OK)
		e = find_card(d, p, l);
	if (e == MCKD_OK) {
		with_card(d, p, l, pw);
		return;
	}
	found(d, WRONG, d->user, mend_of(e), "%s", _(mckd_err_str(e)));
	say_code(d, p, _("prediction"), mckd_verdict_code(e, false));
}

void
doctor_login(struct doctor *d)
{
	struct prediction p = { .stack = NULL, .conf = d->t->conf };
	struct mckd_login *l = calloc(1, sizeof(*l));
	struct stack *s = calloc(1, sizeof(*s));

	if (l == NULL || s == NULL) {
		found(d, WRONG, _("memory"), NULL, "%s", _(mckd_err_str(MCKD_E_NOMEM)));
		goto out;
	}
	if (d->service != NULL) {
		p.stack = s;
		if (!judge_stack(d, &p))
			goto out;
	}
	if (d->user != NULL)
		predict(d, &p, l);
out:
	if (l != NULL) {
		mckd_login_close(l);
		if (l->link != NULL)
			l->link->ops->close(l->link);
	}
	free(l);
	free(s);
}
