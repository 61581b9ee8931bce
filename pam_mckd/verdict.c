/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "dialog.h"
#include "wire.h"

#define NAME_MAX_LEN 64

/* IGNORE is not here: who may have it depends on more than the mode. */
static const uint8_t auth_codes[] = {
	PAM_SUCCESS, PAM_AUTH_ERR, PAM_AUTHINFO_UNAVAIL, PAM_USER_UNKNOWN, PAM_MAXTRIES,
	PAM_PERM_DENIED, PAM_SERVICE_ERR, PAM_SYSTEM_ERR, PAM_CONV_ERR, PAM_BUF_ERR, PAM_ABORT
};
static const uint8_t acct_codes[] = {
	PAM_SUCCESS, PAM_NEW_AUTHTOK_REQD, PAM_PERM_DENIED, PAM_AUTHINFO_UNAVAIL, PAM_USER_UNKNOWN,
	PAM_SERVICE_ERR, PAM_SYSTEM_ERR, PAM_BUF_ERR, PAM_ABORT
};
static const uint8_t chauthtok_codes[] = {
	PAM_SUCCESS, PAM_AUTH_ERR, PAM_AUTHINFO_UNAVAIL, PAM_USER_UNKNOWN, PAM_MAXTRIES,
	PAM_PERM_DENIED, PAM_SERVICE_ERR, PAM_SYSTEM_ERR, PAM_CONV_ERR, PAM_BUF_ERR, PAM_ABORT,
	PAM_AUTHTOK_ERR, PAM_AUTHTOK_RECOVERY_ERR, PAM_AUTHTOK_LOCK_BUSY, PAM_TRY_AGAIN
};

struct gift {
	const uint8_t *v;
	size_t len;
};

struct gifts {
	struct gift user, authtok, card, application;
};

static int
admitted(enum mckd_mode mode, bool nullok, uint8_t code)
{
	const uint8_t *codes = auth_codes;
	size_t n = sizeof(auth_codes);

	if (code == PAM_IGNORE)
		return mode == MCKD_MODE_ACCT || nullok ? PAM_IGNORE : PAM_SERVICE_ERR;
	if (mode == MCKD_MODE_ACCT) {
		codes = acct_codes;
		n = sizeof(acct_codes);
	} else if (mode != MCKD_MODE_AUTH) {
		codes = chauthtok_codes;
		n = sizeof(chauthtok_codes);
	}
	return memchr(codes, code, n) != NULL ? (int)code : PAM_SERVICE_ERR;
}

/* Every field once, and none but the known. */
static bool
unpack(const uint8_t *body, size_t len, struct gifts *g)
{
	size_t at = 0, n;
	const uint8_t *v;
	uint8_t tag;
	int more;

	while ((more = mckd_wire_next(body, len, &at, &tag, &v, &n)) > 0) {
		struct gift *to = tag == 'U' ? &g->user :
		    tag == 'K'		     ? &g->authtok :
		    tag == 'C'		     ? &g->card :
		    tag == 'P'		     ? &g->application :
					       NULL;

		if (to == NULL || to->v != NULL)
			return false;
		*to = (struct gift){ v, n };
	}
	return more == 0;
}

static bool
set_string(pam_handle_t *pamh, int item, struct gift g, size_t max)
{
	char text[MCKD_WIRE_ANSWER_MAX + 1] = "";
	bool ok = false;

	if (g.len == 0 || g.len > max || g.len >= sizeof(text) || memchr(g.v, '\0', g.len) != NULL)
		return false;
	memcpy(text, g.v, g.len);
	ok = pam_set_item(pamh, item, text) == PAM_SUCCESS;
	explicit_bzero(text, sizeof(text));
	return ok;
}

/* A user whom the host named stays; the card may name one only where there was none. */
static bool
give_user(pam_handle_t *pamh, struct gift g)
{
	const void *item = NULL;
	const char *user;

	if (pam_get_item(pamh, PAM_USER, &item) != PAM_SUCCESS)
		return false;
	user = item;
	if (user == NULL || user[0] == '\0')
		return set_string(pamh, PAM_USER, g, NAME_MAX_LEN);
	return g.v == NULL || (strlen(user) == g.len && memcmp(user, g.v, g.len) == 0);
}

static bool
give_env(pam_handle_t *pamh, const char *name, struct gift g)
{
	static const char fit[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	char text[NAME_MAX_LEN + 32];
	size_t i;

	if (g.v == NULL)
		return true;
	if (g.len == 0 || g.len > NAME_MAX_LEN)
		return false;
	for (i = 0; i < g.len; i++)
		if (g.v[i] == '\0' || strchr(fit, g.v[i]) == NULL)
			return false;
	(void)snprintf(text, sizeof(text), "%s=%.*s", name, (int)g.len, (const char *)g.v);
	return pam_putenv(pamh, text) == PAM_SUCCESS;
}

static bool
give(pam_handle_t *pamh, enum mckd_mode mode, const struct gifts *g)
{
	int token = mode == MCKD_MODE_PRELIM ? PAM_OLDAUTHTOK : PAM_AUTHTOK;

	if (mode == MCKD_MODE_ACCT)
		return true;
	if (!give_user(pamh, g->user))
		return false;
	if (g->authtok.v != NULL && !set_string(pamh, token, g->authtok, MCKD_WIRE_ANSWER_MAX))
		return false;
	if (mode != MCKD_MODE_AUTH)
		return true;
	return give_env(pamh, "MCKD_CARD", g->card) &&
	    give_env(pamh, "MCKD_APPLICATION", g->application);
}

int
mckd_verdict(pam_handle_t *pamh, enum mckd_mode mode, bool nullok, const uint8_t *body,
    size_t len)
{
	struct gifts g = { 0 };
	int rc;

	if (len < 1 || !unpack(body + 1, len - 1, &g))
		return PAM_SERVICE_ERR;
	rc = admitted(mode, nullok, body[0]);
	if (rc == PAM_SUCCESS && !give(pamh, mode, &g))
		rc = PAM_AUTH_ERR;
	return rc;
}
