/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "audit.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>
#include <security/_pam_types.h>

#include "log.h"
#include "verdict.h"

#ifdef HAVE_LIBAUDIT
#include <libaudit.h>
#endif

uint8_t
mckd_audit_code(struct mckd_auth *a, enum mckd_err err, bool pin_accepted)
{
	a->cause = err;
	return mckd_verdict_code(err, pin_accepted);
}

uint8_t
mckd_audit_because(struct mckd_auth *a, uint8_t code, const char *reason)
{
	(void)snprintf(a->login.reason, sizeof(a->login.reason), "%s", reason);
	return code;
}

/* What START said, and nobody changes. */
static _Atomic(const struct mckd_auth *) begun;

void
mckd_audit_begin(const struct mckd_auth *a)
{
	atomic_store(&begun, a);
}

static const char *
word_of(uint8_t code)
{
	switch (code) {
	case PAM_SUCCESS:
	case PAM_NEW_AUTHTOK_REQD:
		return "success";
	case PAM_AUTH_ERR:
	case PAM_MAXTRIES:
	case PAM_PERM_DENIED:
	case PAM_USER_UNKNOWN:
	case PAM_AUTHTOK_ERR:
		return "denied";
	case PAM_AUTHINFO_UNAVAIL:
		return "unavailable";
	default:
		return "error";
	}
}

static const char *
kind_of(const struct mckd_auth *a)
{
	if (a->cause == MCKD_E_CLONE)
		return "clone";
	return a->mode == 'c' ? "account" : a->mode == 'p' || a->mode == 'P' ? "pin-change" : "login";
}

#ifdef HAVE_LIBAUDIT
/* libaudit encodes the user alone: anything else that could end a field, or a record, is left out. */
static const char *
as_it_is(const char *text)
{
	static const char fit[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.:/_%-";

	return text[0] != '\0' && strspn(text, fit) == strlen(text) ? text : NULL;
}

/* A kernel without audit, or one that refuses us, is no reason to refuse anybody. */
static void
tell_kernel(const struct mckd_auth *a, const struct mckd_event *e, int type, uint8_t code)
{
	char op[160], by[32] = "", card[2 * MCKD_CARD_ID_LEN + 1] = "?";
	int fd = audit_open();

	if (fd < 0)
		return;
	for (size_t i = 0; e->has_card && i < MCKD_CARD_ID_LEN; i++)
		(void)snprintf(card + 2 * i, 3, "%02X", e->card[i]);
	if (a->restricted)
		(void)snprintf(by, sizeof(by), " caller=%u", (unsigned)a->peer_uid);
	(void)snprintf(op, sizeof(op), "mckd:%s card=%s application=%s mechanism=%s epoch=%u index=%u%s", e->kind,
	    card, e->application[0] != '\0' ? e->application : "?", e->mechanism != NULL ? e->mechanism : "?",
	    e->epoch, e->index, by);
	/* With an address given, be it "?", the host's name is not looked up. */
	(void)audit_log_acct_message(fd, type, NULL, op, e->user[0] != '\0' ? e->user : "(unknown)", (unsigned)-1,
	    as_it_is(a->rhost), "?", as_it_is(a->tty), code == PAM_SUCCESS);
	close(fd);
}
#endif

void
mckd_audit(const struct mckd_auth *a, uint8_t code)
{
	struct mckd_event e = mckd_login_event(&a->login, word_of(code));
	const char *cause = a->cause != MCKD_OK ? mckd_err_str(a->cause) : "";
	char reason[2 * MCKD_WHY];

	if ((a->service[0] == '\0' && !a->restricted) || code == PAM_IGNORE || a->mode == 'p' || (a->mode == 'c' && code == PAM_SUCCESS))
		return;
	e.kind = kind_of(a);
	e.user = a->named[0] != '\0' ? a->named : a->user;
	if (cause[0] == '\0' || strcmp(cause, e.reason) == 0)
		(void)snprintf(reason, sizeof(reason), "%s", e.reason);
	else
		(void)snprintf(reason, sizeof(reason), "%s%s%s", cause, e.reason[0] != '\0' ? ": " : "", e.reason);
	e.reason = reason;
	mckd_log_event(a->cause == MCKD_E_CLONE ? LOG_ALERT : code == PAM_SUCCESS ? LOG_INFO : LOG_NOTICE, &e);
#ifdef HAVE_LIBAUDIT
	tell_kernel(a, &e, a->mode == 'c' ? AUDIT_USER_ACCT : a->mode == 'P' ? AUDIT_USER_CHAUTHTOK : AUDIT_USER_AUTH,
	    code);
#endif
}

void
mckd_audit_late(bool pin_accepted)
{
	const struct mckd_auth *a = atomic_load(&begun);
	struct mckd_event e = { .verdict = pin_accepted ? "denied" : "unavailable", .reason = "the deadline is over" };

	if (a == NULL)
		return;
	e.kind = kind_of(a);
	e.user = a->login.user;
	e.service = a->service;
	e.origin = a->login.origin;
	mckd_log_event(LOG_NOTICE, &e);
}
