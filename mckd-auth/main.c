/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "auth.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>
#include <security/_pam_types.h>

#include "audit.h"
#include "log.h"
#include "talk.h"
#include "verdict.h"

#define START_SECONDS 30

/* A caller that is not root may ask about itself, and about nobody else. */
static bool
asks_for_itself(const struct mckd_auth *a)
{
	struct passwd pw, *found = NULL;
	char text[4096];

	if (!a->restricted)
		return true;
	return a->user[0] != '\0' && !a->user_too_long &&
	    getpwnam_r(a->user, &pw, text, sizeof(text), &found) == 0 && found != NULL &&
	    pw.pw_uid == a->peer_uid;
}

static enum mckd_err
open_store(struct mckd_auth *a)
{
	enum mckd_store_mode mode = a->mode == 'a' ? MCKD_STORE_UNPROVED : MCKD_STORE_WRITE;
	char why[MCKD_WHY] = "";
	enum mckd_err err = mckd_store_open(a->conf.store, a->conf.key, mode, &a->store, why);

	if (err == MCKD_OK)
		mckd_store_keep_events(a->store, a->conf.events_max, a->conf.events_days);
	else
		mckd_log(LOG_ERR, "%s", why[0] != '\0' ? why : mckd_err_str(err));
	return err == MCKD_E_STORE_NOT_FOUND ? MCKD_E_INTERNAL : err;
}

static uint8_t
run(struct mckd_auth *a, int sock)
{
	enum mckd_err err = mckd_start_peer(a, sock);
	bool afar;

	if (err == MCKD_OK && a->restricted && (err = mckd_slot_take(a->peer_uid)) != MCKD_OK)
		return mckd_audit_because(a, mckd_verdict_code(err, false), "no place for another login of this uid's");
	if (err == MCKD_OK)
		err = mckd_start_read(a, sock);
	if (err != MCKD_OK)
		return mckd_audit_code(a, err, false);
	mckd_talk_open(sock, a->silent || a->conf.quiet);
	mckd_watch_deadline(a->conf.deadline);
	if (!asks_for_itself(a)) {
		mckd_log(LOG_WARNING, "uid %u asks about user \"%s\": refused", (unsigned)a->peer_uid,
		    a->user);
		return mckd_audit_because(a, PAM_PERM_DENIED, "not the caller's own name");
	}
	if (a->restricted)
		a->conf.authtok = MCKD_AUTHTOK_NO;
	if (a->mode == 'c')
		return mckd_mode_account(a);
	afar = a->conf.remote != MCKD_REMOTE_LOCAL_READER && mckd_remote(a);
	if (afar && (a->conf.remote != MCKD_REMOTE_CHALLENGE || a->mode != 'a'))
		return mckd_audit_because(a, PAM_AUTHINFO_UNAVAIL, "a remote session does not use the local reader");
	if ((err = open_store(a)) != MCKD_OK)
		return mckd_audit_code(a, err, false);
	if (afar)
		return mckd_mode_afar(a);
	return a->mode == 'a' ? mckd_mode_auth(a) : mckd_mode_change(a);
}

static void
send_verdict(const struct mckd_auth *a, uint8_t code)
{
	uint8_t body[MCKD_WIRE_MAX] = { code };
	char card[2 * MCKD_CARD_ID_LEN + 1] = "";
	size_t len = 1;
	int rc = 0;

	if (code == PAM_SUCCESS && a->mode == 'a' && !a->restricted) {
		for (size_t i = 0; i < MCKD_CARD_ID_LEN; i++)
			(void)snprintf(card + 2 * i, 3, "%02x", a->login.info.card[i]);
		rc = mckd_wire_put(body, sizeof(body), &len, 'C', card, strlen(card));
		if (rc == 0)
			rc = mckd_wire_put(body, sizeof(body), &len, 'P', a->login.application,
			    strlen(a->login.application));
		if (rc == 0 && a->named[0] != '\0')
			rc = mckd_wire_put(body, sizeof(body), &len, 'U', a->named, strlen(a->named));
		if (rc == 0 && a->authtok_len > 0)
			rc = mckd_wire_put(body, sizeof(body), &len, 'K', a->authtok, a->authtok_len);
	}
	if (rc < 0) {
		body[0] = PAM_ABORT;
		len = 1;
	}
	mckd_talk_verdict(body, len);
	explicit_bzero(body, sizeof(body));
}

int
main(void)
{
	static struct mckd_auth auth;	/* the watch looks at it to the end */
	struct mckd_auth *a = &auth;
	uint8_t code = PAM_ABORT;
	int sock = mckd_own_process();

	if (sock < 0)
		return 1;
	mckd_warm_start();
	mckd_log_open("mckd-auth");
	mckd_talk_open(sock, false);
	if (mckd_watch_start(sock, START_SECONDS, &a->login.pin_accepted) < 0)
		return 1;
	code = run(a, sock);
	mckd_audit(a, code);
	/* Before the verdict, for the caller's end is this process's. */
	if (code == PAM_SUCCESS && a->login.duress && a->conf.duress_unit[0] != '\0')
		mckd_alert(a->conf.duress_unit);
	mckd_watch_closing();
	send_verdict(a, code);
	mckd_login_close(&a->login);
	if (a->login.link != NULL)
		a->login.link->ops->close(a->login.link);
	if (a->pcsc != NULL)
		mckd_pcsc_close(a->pcsc);
	if (a->store != NULL)
		mckd_store_close(a->store);
	explicit_bzero(a, sizeof(*a));
	return 0;
}
