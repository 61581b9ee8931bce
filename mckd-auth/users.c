/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "auth.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "language.h"
#include "log.h"
#include "talk.h"

#define USERS_MAX 16
#define PASSWD_MAX (1 << 16)

static enum mckd_err
any_card(void *arg, const uint8_t card[static MCKD_CARD_ID_LEN])
{
	(void)card;
	*(bool *)arg = true;
	return MCKD_OK;
}

static enum mckd_err
has_card(struct mckd_auth *a, const char *user)
{
	bool any = false;
	enum mckd_err err = mckd_store_cards_of(a->store, user, any_card, &any);

	return err == MCKD_OK && !any ? MCKD_E_STORE_NOT_FOUND : err;
}

/* The name that the account goes by. NOT_FOUND: there is no account; STORE_IO: nobody can say. */
static enum mckd_err
true_name(const char *user, char *out, size_t room)
{
	struct passwd pw, *found = NULL;
	char *text = malloc(PASSWD_MAX);
	enum mckd_err err = MCKD_E_STORE_NOT_FOUND;
	int e;

	if (text == NULL)
		return MCKD_E_NOMEM;
	e = getpwnam_r(user, &pw, text, PASSWD_MAX, &found);
	if (found != NULL && strlen(found->pw_name) < room) {
		(void)snprintf(out, room, "%s", found->pw_name);
		err = MCKD_OK;
	} else if (found == NULL && e != 0 && e != ENOENT && e != ESRCH && e != EBADF && e != EPERM) {
		/* getpwnam_r(3) has these four for "no such name", too. */
		mckd_log(LOG_ERR, "user \"%s\": the account cannot be looked up: %s", user, strerror(e));
		err = MCKD_E_STORE_IO;
	}
	free(text);
	return err;
}

/*
 * A name service may take several spellings for one account: "ALICE", "DOM\alice". Such a one
 * is in no store, and with nullok it would pass alice's card by.
 */
enum mckd_err
mckd_users_have_card(struct mckd_auth *a, bool evenly)
{
	char name[sizeof(a->user)] = "";
	enum mckd_err err, named;

	if (a->user_too_long)
		return MCKD_E_STORE_NOT_FOUND;
	err = has_card(a, a->user);
	if ((err != MCKD_E_STORE_NOT_FOUND && !evenly) || a->user[0] == '\0')
		return err;
	named = true_name(a->user, name, sizeof(name));
	if (err != MCKD_E_STORE_NOT_FOUND)
		return err;
	if (named != MCKD_OK)
		return named;
	if (strcmp(name, a->user) == 0)
		return MCKD_E_STORE_NOT_FOUND;
	if ((err = has_card(a, name)) == MCKD_OK) {
		(void)snprintf(a->user, sizeof(a->user), "%s", name);
		(void)snprintf(a->login.user, sizeof(a->login.user), "%s", name);
	}
	return err;
}

static const char too_many[] = N_("The card names too many users to choose from: give your user name.");

struct names {
	char name[USERS_MAX][MCKD_USER_MAX + 1];
	size_t n;
};

static enum mckd_err
add_name(void *arg, const char *user, uint8_t slot)
{
	struct names *list = arg;

	(void)slot;
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->name[i], user) == 0)
			return MCKD_OK;
	if (list->n == USERS_MAX)
		return MCKD_E_CARD_WRONG;
	(void)snprintf(list->name[list->n++], sizeof(list->name[0]), "%s", user);
	return MCKD_OK;
}

/* A name that nobody here goes by is not offered, and logs nobody in. */
static enum mckd_err
keep_accounts(struct names *list)
{
	char name[MCKD_USER_MAX + 1];
	size_t kept = 0;
	enum mckd_err err;

	for (size_t i = 0; i < list->n; i++) {
		err = true_name(list->name[i], name, sizeof(name));
		if (err == MCKD_OK) {
			if (kept != i)
				memcpy(list->name[kept], list->name[i], sizeof(list->name[0]));
			kept++;
		} else if (err == MCKD_E_STORE_NOT_FOUND) {
			mckd_log(LOG_NOTICE, "the card names the user \"%s\": no such account here",
			    list->name[i]);
		} else {
			return err;
		}
	}
	list->n = kept;
	return MCKD_OK;
}

enum mckd_err
mckd_users_choose(struct mckd_auth *a)
{
	char offered[USERS_MAX * (MCKD_USER_MAX + 2)] = "", text[sizeof(offered) + 64], answer[MCKD_USER_MAX + 1];
	struct names list = { .n = 0 };
	enum mckd_err err = mckd_login_users(&a->login, add_name, &list);
	size_t which = 0;

	if (err == MCKD_E_CARD_WRONG) {
		mckd_talk_tell(true, _(too_many));
		(void)snprintf(a->login.reason, sizeof(a->login.reason), "%s", too_many);
	}
	if (err == MCKD_OK)
		err = keep_accounts(&list);
	if (err != MCKD_OK)
		return err;
	if (list.n == 0)
		return MCKD_E_CARD_WRONG;
	if (list.n > 1) {
		for (size_t i = 0; i < list.n; i++) {
			strcat(offered, i > 0 ? ", " : "");
			strcat(offered, list.name[i]);
		}
		(void)snprintf(text, sizeof(text), _("User (%s): "), offered);
		if (mckd_talk_ask(true, text, answer, sizeof(answer)) < 0)
			return MCKD_E_AUTH;
		while (which < list.n && strcmp(list.name[which], answer) != 0)
			which++;
		if (which == list.n)
			return MCKD_E_AUTH;
	}
	(void)snprintf(a->named, sizeof(a->named), "%s", list.name[which]);
	return MCKD_OK;
}
