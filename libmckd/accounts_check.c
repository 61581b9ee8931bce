/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "accounts.h"
#include "../nss_mckd/accounts.h"
#include "accounts_file.h"
#include "intl.h"

#include <stdio.h>
#include <string.h>

static enum mckd_err
refuse(char *why, const char *what, const char *fault)
{
	snprintf(why, MCKD_ACCOUNTS_WHY, "%.64s: %s", _(what), _(fault));
	return MCKD_E_USAGE;
}

/* Absolute, in the shortest spelling, and not the root directory. */
static bool
path_valid(const char *path)
{
	const char *at;
	size_t len;

	if (path == NULL || path[0] != '/' || !mckd_account_text_valid(path))
		return false;
	for (at = path; *at != '\0'; at += len) {
		at++;
		len = strcspn(at, "/");
		if (len == 0 || (len == 1 && at[0] == '.') || (len == 2 && memcmp(at, "..", 2) == 0))
			return false;
	}
	return true;
}

enum mckd_err
mckd_account_check(const struct mckd_account *a, char *why)
{
	if (a->name == NULL || !mckd_account_name_valid(a->name))
		return refuse(why, N_("account name"), "1-32 of a-z, 0-9, _ and -, not starting with a digit or -");
	if (!mckd_account_id_valid(a->uid) || !mckd_account_id_valid(a->gid))
		return refuse(why, a->name, "uid and gid are 1000 at least, and not nobody's");
	if (a->gecos != NULL && !mckd_account_text_valid(a->gecos))
		return refuse(why, a->name, "no colon or control character in gecos, 255 bytes at most");
	if (!path_valid(a->home))
		return refuse(why, a->name, "home is not a plain absolute path");
	if (!path_valid(a->shell))
		return refuse(why, a->name, "shell is not a plain absolute path");
	return MCKD_OK;
}

enum mckd_err
mckd_group_check(const struct mckd_group *g, char *why)
{
	size_t i;

	if (g->name == NULL || !mckd_account_name_valid(g->name))
		return refuse(why, N_("group name"), "1-32 of a-z, 0-9, _ and -, not starting with a digit or -");
	if (!mckd_account_id_valid(g->gid))
		return refuse(why, g->name, "gid is 1000 at least, and not nogroup's");
	for (i = 0; i < g->nmembers; i++)
		if (g->members[i] == NULL || !mckd_account_name_valid(g->members[i]))
			return refuse(why, g->name, "a member's name is malformed");
	return MCKD_OK;
}
