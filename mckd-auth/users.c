/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "auth.h"

#include <stdio.h>
#include <string.h>

#include "talk.h"

#define USERS_MAX 16

static enum mckd_err
any_card(void *arg, const uint8_t card[static MCKD_CARD_ID_LEN])
{
	(void)card;
	*(bool *)arg = true;
	return MCKD_OK;
}

enum mckd_err
mckd_users_have_card(struct mckd_auth *a)
{
	bool any = false;
	enum mckd_err err;

	if (a->user_too_long)
		return MCKD_E_STORE_NOT_FOUND;
	err = mckd_store_cards_of(a->store, a->user, any_card, &any);
	if (err == MCKD_OK && !any)
		err = MCKD_E_STORE_NOT_FOUND;
	return err;
}

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
		return MCKD_E_USAGE;
	(void)snprintf(list->name[list->n++], sizeof(list->name[0]), "%s", user);
	return MCKD_OK;
}

enum mckd_err
mckd_users_choose(struct mckd_auth *a)
{
	char text[USERS_MAX * (MCKD_USER_MAX + 2) + 16] = "User (", answer[MCKD_USER_MAX + 1];
	struct names list = { .n = 0 };
	enum mckd_err err = mckd_login_users(&a->login, add_name, &list);
	size_t which = 0;

	if (err != MCKD_OK)
		return err;
	if (list.n == 0)
		return MCKD_E_CARD_WRONG;
	if (list.n > 1) {
		for (size_t i = 0; i < list.n; i++) {
			strcat(text, i > 0 ? ", " : "");
			strcat(text, list.name[i]);
		}
		strcat(text, "): ");
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
