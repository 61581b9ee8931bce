/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "auth.h"

#include <pwd.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <security/_pam_types.h>

#include "audit.h"
#include "log.h"
#include "store_account.h"

struct cards {
	struct mckd_store *store;
	bool any, usable, must_change;
};

static enum mckd_err
look(void *arg, const uint8_t card[static MCKD_CARD_ID_LEN])
{
	struct cards *c = arg;
	struct mckd_record *r = NULL;
	enum mckd_err err = mckd_store_get(c->store, card, &r);

	if (err != MCKD_OK)
		return err;
	c->any = true;
	if (r->status == MCKD_CARD_ACTIVE && (r->expires == 0 || time(NULL) < r->expires)) {
		c->usable = true;
		c->must_change |= r->pin_must_change;
	}
	mckd_record_free(r);
	return MCKD_OK;
}

static bool
is_uid_0(const char *user)
{
	struct passwd pw, *found = NULL;
	char text[4096];

	return getpwnam_r(user, &pw, text, sizeof(text), &found) == 0 && found != NULL &&
	    pw.pw_uid == 0;
}

static bool
unreadable(enum mckd_err err)
{
	return err == MCKD_E_STORE_ABSENT || err == MCKD_E_STORE_IO || err == MCKD_E_STORE_BUSY ||
	    err == MCKD_E_STORE_FULL;
}

/* Whom there is nothing but a card to let in, nothing lets in without one. */
static enum mckd_err
is_card_only(struct mckd_auth *a, bool *yes)
{
	uint32_t uid;
	enum mckd_err err = mckd_store_account_uid(a->store, a->user, &uid);

	*yes = err == MCKD_OK;
	return err == MCKD_E_STORE_NOT_FOUND ? MCKD_OK : err;
}

uint8_t
mckd_mode_account(struct mckd_auth *a)
{
	struct cards c = { .store = a->store };
	bool card_only = false;
	char why[MCKD_WHY] = "";
	enum mckd_err err = MCKD_OK;

	if (a->store == NULL)
		err = mckd_store_open(a->conf.store, a->conf.key, MCKD_STORE_READ, &a->store, why);
	c.store = a->store;
	if (err == MCKD_OK && (err = mckd_users_have_card(a, false)) == MCKD_OK)
		err = mckd_store_cards_of(a->store, a->user, look, &c);
	if (err == MCKD_OK || err == MCKD_E_STORE_NOT_FOUND)
		err = is_card_only(a, &card_only);
	if (unreadable(err)) {
		mckd_log(LOG_ALERT, "account of %s: the store cannot be read: %s", a->user,
		    why[0] != '\0' ? why : mckd_err_str(err));
		/* The one named exception: root is not locked out by a broken store. */
		return is_uid_0(a->user) ? PAM_IGNORE : PAM_AUTHINFO_UNAVAIL;
	}
	if (err != MCKD_OK) {
		if (why[0] != '\0')
			mckd_log(LOG_ERR, "%s", why);
		return mckd_audit_code(a, err, false);
	}
	if (!c.any && !card_only)
		return PAM_IGNORE;
	if (!c.usable)
		return mckd_audit_because(a, PAM_PERM_DENIED, "no card of this user's is left to log in with");
	return c.must_change ? PAM_NEW_AUTHTOK_REQD : PAM_SUCCESS;
}
