/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "auth.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <security/_pam_types.h>

#include "audit.h"
#include "hex.h"
#include "language.h"
#include "log.h"
#include "talk.h"

#define PAD_SECONDS 60
/* A refusal comes no sooner: to have no card of one's own is quicker than to have none here. */
#define EVEN_MS 20

static enum mckd_err
ask_pin(struct mckd_auth *a, bool again, char *pin, size_t room)
{
	int tries = mckd_login_tries(&a->login);
	const char *wrong = again ? _("Wrong PIN. ") : "";
	char text[MCKD_CONF_TEXT + 128], label[MCKD_LABEL];

	mckd_label(a->login.info.card, label);
	if (a->conf.prompt[0] != '\0')
		(void)snprintf(text, sizeof(text), mckd_language_n("%s%s (%d try left): ", "%s%s (%d tries left): ",
		    tries), wrong, a->conf.prompt, tries);
	else
		(void)snprintf(text, sizeof(text), mckd_language_n("%sPIN for card %s (%d try left): ",
		    "%sPIN for card %s (%d tries left): ", tries), wrong, label, tries);
	return mckd_talk_ask(false, text, pin, room) == 0 ? MCKD_OK : MCKD_E_INTERNAL;
}

/* Only the text of a prompt is shown, not what is told beside it. */
static bool
muted(const struct mckd_auth *a)
{
	return a->silent || a->conf.quiet;
}

/*
 * The pad serves where VERIFY can: not where a PIN must be sealed, or is wanted here. The last tries
 * are not for one that nobody was told of.
 */
static bool
use_pad(const struct mckd_auth *a)
{
	const struct mckd_block *b = &a->login.record->block;

	if (a->login.link->ops->verify_on_pad == NULL || a->conf.authtok == MCKD_AUTHTOK_PIN ||
	    (muted(a) && mckd_login_keeps(&a->login)))
		return false;
	for (unsigned i = 0; i < b->napps; i++)
		if ((a->login.slots >> (b->app[i].slot - 1) & 1) != 0 &&
		    (b->app[i].flags & MCKD_APP_SEALED_ONLY) != 0)
			return false;
	return true;
}

static enum mckd_err
on_pad(struct mckd_auth *a, bool again)
{
	int tries = mckd_login_tries(&a->login);
	char text[sizeof(a->login.reason) + 64], label[MCKD_LABEL];
	enum mckd_err err;

	mckd_label(a->login.info.card, label);
	(void)snprintf(text, sizeof(text), mckd_language_n("%sEnter the PIN for card %s on the reader (%d try left).",
	    "%sEnter the PIN for card %s on the reader (%d tries left).", tries), again ? _("Wrong PIN. ") : "", label,
	    tries);
	mckd_talk_tell(false, text);
	mckd_talk_pad(PAD_SECONDS);
	err = mckd_login_decide(&a->login, NULL, !muted(a));
	mckd_watch_ball();
	if (err == MCKD_E_TIMEOUT) {
		(void)snprintf(text, sizeof(text), _("Card login: %s."), _(a->login.reason));
		mckd_talk_tell(true, text);
	}
	return err;
}

/* A secret that came before the prompt: nobody saw how many tries are left. */
static enum mckd_err
first_pass(struct mckd_auth *a)
{
	enum mckd_err err = mckd_login_decide(&a->login, a->pin, false);

	if (err == MCKD_OK && a->conf.authtok == MCKD_AUTHTOK_PIN)
		(void)snprintf(a->authtok, sizeof(a->authtok), "%s", a->pin);
	return err;
}

static enum mckd_err
by_prompt(struct mckd_auth *a, bool again)
{
	char pin[MCKD_WIRE_ANSWER_MAX + 1];
	enum mckd_err err = ask_pin(a, again, pin, sizeof(pin));

	if (err == MCKD_OK)
		err = mckd_login_decide(&a->login, pin, true);
	if (err == MCKD_OK && a->conf.authtok == MCKD_AUTHTOK_PIN)
		(void)snprintf(a->authtok, sizeof(a->authtok), "%s", pin);
	explicit_bzero(pin, sizeof(pin));
	return err;
}

static bool
blocked(const struct mckd_auth *a)
{
	/* A pending ticket may bring the tries back. */
	return mckd_login_tries(&a->login) == 0 && a->login.record->pending == 0;
}

static bool
may_ask_again(enum mckd_err err)
{
	return err == MCKD_E_PIN_WRONG || err == MCKD_E_PIN_FORMAT || err == MCKD_E_PIN_KEPT;
}

static enum mckd_err
prove(struct mckd_auth *a)
{
	enum mckd_err err = MCKD_E_INTERNAL;
	bool again = false;

	if (mckd_login_tries(&a->login) < 0)
		return mckd_login_decide(&a->login, NULL, false);
	if (blocked(a))
		return MCKD_E_PIN_BLOCKED;
	if (a->have_pin) {
		err = first_pass(a);
		if (a->conf.use_first_pass || !may_ask_again(err))
			return err;
		again = err == MCKD_E_PIN_WRONG;
	} else if (a->conf.use_first_pass) {
		return MCKD_E_PIN_ABSENT;
	}
	for (unsigned n = 1;; n++) {
		if (blocked(a))
			return MCKD_E_PIN_BLOCKED;
		err = use_pad(a) ? on_pad(a, again) : by_prompt(a, again);
		if (!may_ask_again(err) || a->conf.max_tries == 1)
			return err;
		if (n >= a->conf.max_tries)
			return MCKD_E_PIN_TRIES;
		again = true;
	}
}

/* Card first: whose login this was. */
static enum mckd_err
name_user(struct mckd_auth *a)
{
	enum mckd_err err = mckd_users_choose(a);

	if (err != MCKD_OK) {
		(void)mckd_audit_because(a, PAM_AUTH_ERR, "no user was named");
		return err;
	}
	return mckd_login_name(&a->login, a->named);
}

static enum mckd_err
authenticate(struct mckd_auth *a)
{
	enum mckd_err err = MCKD_OK, proved;

	if (a->user[0] != '\0' || a->user_too_long)
		err = mckd_users_have_card(a, false);
	if (err == MCKD_OK)
		err = mckd_find_card(a);
	/* Crypto got ready beside all this. Under a wrong key nothing of it counts, "no card" least. */
	if ((proved = mckd_store_prove(a->store)) != MCKD_OK) {
		mckd_log(LOG_ERR, "%s", mckd_store_why(a->store));
		return proved;
	}
	if (err != MCKD_OK || (err = prove(a)) != MCKD_OK)
		return err;
	if (a->user[0] == '\0' && (err = name_user(a)) != MCKD_OK)
		return err;
	if (a->conf.authtok == MCKD_AUTHTOK_SECRET && a->login.n1_len > 0 &&
	    memchr(a->login.n1, '\0', a->login.n1_len) == NULL) {
		memcpy(a->authtok, a->login.n1, a->login.n1_len);
		a->authtok[a->login.n1_len] = '\0';
	}
	a->authtok_len = strlen(a->authtok);
	return MCKD_OK;
}

static void
tell_why(const struct mckd_auth *a, enum mckd_err err)
{
	char text[256];
	bool told = a->conf.debug;

	switch (err) {
	case MCKD_OK:
	case MCKD_E_STORE_NOT_FOUND:
	case MCKD_E_PIN_WRONG:
		return;
	case MCKD_E_PIN_FORMAT:
	case MCKD_E_PIN_BLOCKED:
	case MCKD_E_PIN_ABSENT:
	case MCKD_E_PIN_KEPT:
	case MCKD_E_PIN_TRIES:
	case MCKD_E_CARD_TERMINATED:
	case MCKD_E_SUSPENDED:
	case MCKD_E_REVOKED:
		told = true;
		break;
	default:
		break;
	}
	(void)snprintf(text, sizeof(text), _("Card login: %s."), _(mckd_err_str(err)));
	if (told)
		mckd_talk_tell(true, text);
}

uint8_t
mckd_mode_auth(struct mckd_auth *a)
{
	enum mckd_err err = authenticate(a);
	uint8_t code;

	if (err == MCKD_E_STORE_NOT_FOUND && a->conf.nullok && !a->login.pin_accepted)
		return PAM_IGNORE;
	tell_why(a, err);
	code = mckd_audit_code(a, err, a->login.pin_accepted);
	if (err != MCKD_OK)
		mckd_watch_even_out(EVEN_MS);
	return code;
}
