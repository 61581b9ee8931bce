/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "auth.h"

#include <ctype.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>
#include <security/_pam_types.h>

#include "log.h"
#include "login_afar.h"
#include "talk.h"
#include "verdict.h"

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
	char text[MCKD_CHALLENGE_TEXT], answer[MCKD_WIRE_ANSWER_MAX + 1];
	struct mckd_afar afar;
	bool asked = false;
	enum mckd_err err;

	a->login.conf = &a->conf;
	a->login.store = a->store;
	if ((a->user[0] == '\0' && !a->user_too_long) || a->conf.use_first_pass) {
		mckd_log(LOG_NOTICE, "%s: a login from afar needs a user, and a prompt", a->service);
		return PAM_AUTHINFO_UNAVAIL;
	}
	if ((err = mckd_store_prove(a->store)) != MCKD_OK) {
		mckd_log(LOG_ERR, "%s", mckd_store_why(a->store));
		return mckd_verdict_code(err, false);
	}
	/* Asked for: whoever has no card is let through to the next module at once. */
	if (a->conf.nullok && (err = mckd_users_have_card(a)) != MCKD_OK)
		return err == MCKD_E_STORE_NOT_FOUND ? PAM_IGNORE : mckd_verdict_code(err, false);
	err = challenge(a, &afar, text);
	if (err == MCKD_OK) {
		asked = true;
		err = mckd_talk_ask(true, text, answer, sizeof(answer)) == 0 ?
		    mckd_login_reply(&a->login, &afar, answer) : MCKD_E_AUTH;
	}
	if (err != MCKD_OK)
		mckd_log(LOG_NOTICE, "%s: user \"%s\", from afar: %s%s%s", a->service, a->user,
		    mckd_err_str(err), a->login.reason[0] != '\0' ? ": " : "", a->login.reason);
	explicit_bzero(&afar, sizeof(afar));
	return mckd_verdict_code(err, asked);
}
