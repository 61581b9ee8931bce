/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "auth.h"

#include <ctype.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>
#include <security/_pam_types.h>

#include "audit.h"
#include "log.h"
#include "login_afar.h"
#include "talk.h"

/*
 * The work is the same for every name but for a few reads of the store; the challenge, and a
 * refusal, go out no sooner than this after it began.
 */
#define EVEN_MS 50

static void
name_host(char out[static MCKD_CHALLENGE_HOST + 1])
{
	if (gethostname(out, MCKD_CHALLENGE_HOST + 1) < 0)
		out[0] = '\0';
	out[MCKD_CHALLENGE_HOST] = '\0';
	for (char *c = out; *c != '\0'; c++)
		if (isalnum((unsigned char)*c) == 0 && strchr("._-", *c) == NULL)
			*c = '_';
	if (out[0] == '\0')
		strcpy(out, "unnamed");
}

static enum mckd_err
challenge(struct mckd_auth *a, struct mckd_afar *afar, char text[static MCKD_CHALLENGE_TEXT])
{
	enum mckd_err err = mckd_login_challenge(&a->login, afar);

	if (err != MCKD_OK)
		return err;
	name_host(afar->challenge.host);
	return mckd_challenge_write(&afar->challenge, text);
}

/* One prompt, for every user the same: who has a card is not to be seen from outside. */
uint8_t
mckd_mode_afar(struct mckd_auth *a)
{
	char text[MCKD_CHALLENGE_TEXT], answer[MCKD_WIRE_ANSWER_MAX + 1] = "";
	struct mckd_afar afar;
	bool asked = false;
	enum mckd_err err;
	uint8_t code;

	a->login.conf = &a->conf;
	a->login.store = a->store;
	if ((a->user[0] == '\0' && !a->user_too_long) || a->conf.use_first_pass)
		return mckd_audit_because(a, PAM_AUTHINFO_UNAVAIL, "a login from afar needs a user, and a prompt");
	if ((err = mckd_store_prove(a->store)) != MCKD_OK) {
		mckd_log(LOG_ERR, "%s", mckd_store_why(a->store));
		return mckd_audit_code(a, err, false);
	}
	/* A name service may know one account by several names; the store knows one. */
	err = mckd_users_have_card(a, true);
	if (err == MCKD_E_STORE_NOT_FOUND && a->conf.nullok)
		return PAM_IGNORE;	/* asked for: on to the next module, at once */
	if (err == MCKD_OK || err == MCKD_E_STORE_NOT_FOUND)
		err = challenge(a, &afar, text);
	if (err == MCKD_OK) {
		asked = true;
		mckd_watch_even_out(EVEN_MS);
		err = mckd_talk_ask(true, text, answer, sizeof(answer)) == 0 ?
		    mckd_login_reply(&a->login, &afar, answer) : MCKD_E_AUTH;
	}
	explicit_bzero(&afar, sizeof(afar));
	explicit_bzero(answer, sizeof(answer));
	code = mckd_audit_code(a, err, asked);
	if (err != MCKD_OK)
		mckd_watch_even_out(EVEN_MS);
	return code;
}
