/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "account.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../nss_mckd/accounts.h"
#include "store_account.h"

#define GROUPS_MAX 64
#define ANSWER_MAX (1 << 20)	/* a group's members come with it */

bool
account_option(struct account *q, int c)
{
	switch (c) {
	case OPT_HOME:
		q->home = optarg;
		return true;
	case OPT_SHELL:
		q->shell = optarg;
		return true;
	case OPT_GECOS:
		q->gecos = optarg;
		return true;
	case OPT_GROUPS:
		q->groups = optarg;
		return true;
	case OPT_PUBLISH:
		q->publish = optarg;
		return true;
	default:
		return false;
	}
}

bool
account_asked(const struct account *q)
{
	return q->home != NULL || q->shell != NULL || q->gecos != NULL || q->groups != NULL || q->publish != NULL;
}

/* What the host's name services know: a user or a group, by name, or by number where name is NULL. */
static enum mckd_err
known(const char *name, uint32_t id, bool group, bool *yes)
{
	char *text = malloc(ANSWER_MAX);
	struct passwd pw, *p = NULL;
	struct group gr, *g = NULL;
	int e;

	if (text == NULL)
		return MCKD_E_NOMEM;
	if (group && name != NULL)
		e = getgrnam_r(name, &gr, text, ANSWER_MAX, &g);
	else if (group)
		e = getgrgid_r(id, &gr, text, ANSWER_MAX, &g);
	else if (name != NULL)
		e = getpwnam_r(name, &pw, text, ANSWER_MAX, &p);
	else
		e = getpwuid_r(id, &pw, text, ANSWER_MAX, &p);
	free(text);
	*yes = p != NULL || g != NULL;
	/* getpwnam_r(3) has these four for "no such name", too. */
	if (*yes || e == 0 || e == ENOENT || e == ESRCH || e == EBADF || e == EPERM)
		return MCKD_OK;
	say("the name services cannot say who is there: %s", strerror(e));
	return MCKD_E_STORE_IO;
}

static int
not_ours(const char *name, bool group)
{
	bool yes = false;
	enum mckd_err e = known(name, 0, group, &yes);

	if (e != MCKD_OK)
		return exit_of(e);
	if (!yes)
		return -1;
	if (group)
		say("%s: another source has a group of this name (getent group %s); to make somebody a member of "
		    "that one, add the name where that source keeps it: gpasswd -a USER %s", name, name, name);
	else
		say("%s: another source has an account of this name (getent passwd %s); it needs none here", name, name);
	return EX_OTHER;
}

void
account_say_none(const char *user)
{
	bool yes = true;

	if (known(user, 0, false, &yes) == MCKD_OK && !yes)
		say("there is no account %s on this host (getent passwd %s): nobody can log in here by that name", user,
		    user);
}

/* Each name of a list; an empty list has none. -1 from all, or what the first other one said. */
static int
each_group(struct tool *t, const char *list, int (*fn)(struct tool *t, const char *name, void *arg), void *arg)
{
	char copy[GROUPS_MAX * (MCKD_ACCOUNT_NAME_MAX + 1)], *at = copy, *name;
	unsigned n = 0;
	int rc = -1;

	if (list == NULL || list[0] == '\0')
		return -1;
	if ((size_t)snprintf(copy, sizeof(copy), "%s", list) >= sizeof(copy))
		return tool_usage(t, "--groups: at most %d", GROUPS_MAX);
	while (rc == -1 && (name = strsep(&at, ",")) != NULL) {
		if (++n > GROUPS_MAX)
			return tool_usage(t, "--groups: at most %d", GROUPS_MAX);
		if (!mckd_account_name_valid(name))
			return tool_usage(t, "--groups: \"%s\" is no name of a group", name);
		rc = fn(t, name, arg);
	}
	return rc;
}

static int
check_group(struct tool *t, const char *name, void *arg)
{
	const char *user = arg;
	uint32_t id;
	enum mckd_err e = mckd_store_group_gid(t->store, name, &id);

	if (e == MCKD_OK)
		return -1;
	if (e != MCKD_E_STORE_NOT_FOUND)
		return fail_store(t, e);
	e = mckd_store_account_uid(t->store, name, &id);
	if (e == MCKD_OK || strcmp(name, user) == 0) {
		say("%s: a group of that name belongs to the account", name);
		return EX_OTHER;
	}
	return e == MCKD_E_STORE_NOT_FOUND ? not_ours(name, true) : fail_store(t, e);
}

int
account_check(struct tool *t, const char *user, const struct account *q)
{
	char home[MCKD_ACCOUNT_TEXT_MAX + 1], why[MCKD_WHY] = "";
	struct mckd_account a = { .name = user, .uid = t->conf.account_ids[0], .gid = t->conf.account_ids[0],
		.gecos = q->gecos, .home = q->home != NULL ? q->home : home,
		.shell = q->shell != NULL ? q->shell : t->conf.account_shell };
	enum mckd_err e;
	uint32_t id;
	int rc;

	snprintf(home, sizeof(home), "%s/%s", strcmp(t->conf.account_home, "/") == 0 ? "" : t->conf.account_home, user);
	if (mckd_account_check(&a, why) != MCKD_OK)
		return tool_usage(t, "%s", why);
	if (q->publish != NULL && !account_way(q->publish))
		return tool_usage(t, "--publish %s: it is nss or userdb", q->publish);
	if ((rc = each_group(t, q->groups, check_group, (void *)(uintptr_t)user)) != -1)
		return rc;
	e = mckd_store_account_uid(t->store, user, &id);
	if (e == MCKD_OK)
		return -1;
	if (e != MCKD_E_STORE_NOT_FOUND)
		return fail_store(t, e);
	e = mckd_store_group_gid(t->store, user, &id);
	if (e == MCKD_OK) {
		say("%s: there is a group of this name, and an account has one of its own", user);
		return EX_OTHER;
	}
	if (e != MCKD_E_STORE_NOT_FOUND)
		return fail_store(t, e);
	rc = not_ours(user, false);
	return rc == -1 ? not_ours(user, true) : rc;
}

/* A number free here and with every other source. Asked outside of a transaction: others may be slow. */
static int
free_number(struct tool *t, uint32_t *from)
{
	bool user = true, group = true;
	enum mckd_err e = MCKD_OK;

	for (uint32_t min = *from; e == MCKD_OK; min = *from + 1) {
		e = mckd_store_account_number(t->store, min, t->conf.account_ids[1], from);
		if (e == MCKD_OK)
			e = known(NULL, *from, false, &user);
		if (e == MCKD_OK)
			e = known(NULL, *from, true, &group);
		if (e == MCKD_OK && !user && !group)
			return -1;
	}
	return fail_store(t, e);
}

struct gids {
	uint32_t gid[GROUPS_MAX];
	size_t n;
};

static int
take_group(struct tool *t, const char *name, void *arg)
{
	struct gids *g = arg;
	enum mckd_err e = mckd_store_group_gid(t->store, name, &g->gid[g->n]);
	uint32_t gid = t->conf.account_ids[0];
	int rc;

	if (e == MCKD_E_STORE_NOT_FOUND) {
		if ((rc = free_number(t, &gid)) != -1)
			return rc;
		if ((e = mckd_store_group_add(t->store, name, gid)) == MCKD_OK)
			g->gid[g->n] = gid;
	}
	if (e != MCKD_OK)
		return fail_store(t, e);
	g->n++;
	return -1;
}

static enum mckd_err
add(struct tool *t, const char *user, const struct account *q, uint32_t uid)
{
	char home[MCKD_ACCOUNT_TEXT_MAX + 1];
	struct mckd_account a = { .name = user, .uid = uid, .gid = uid, .gecos = q->gecos,
		.home = q->home != NULL ? q->home : home,
		.shell = q->shell != NULL ? q->shell : t->conf.account_shell };
	uint32_t again = 0;
	enum mckd_err e = mckd_store_account_number(t->store, uid, t->conf.account_ids[1], &again);

	if (e == MCKD_OK && again != uid)
		return MCKD_E_STORE_BUSY;
	snprintf(home, sizeof(home), "%s/%s", strcmp(t->conf.account_home, "/") == 0 ? "" : t->conf.account_home, user);
	return e == MCKD_OK ? mckd_store_account_add(t->store, &a) : e;
}

static enum mckd_err
note(struct tool *t, const char *user, const char *what)
{
	const struct mckd_event e = { .kind = "account", .user = user, .service = "cardtool", .reason = what };

	return mckd_store_event(t->store, &e);
}

int
account_make(struct tool *t, const char *user, const struct account *q)
{
	struct gids g = { .n = 0 };
	uint32_t uid = 0, fresh = t->conf.account_ids[0];
	enum mckd_err e;
	bool made;
	int rc;

	if ((rc = each_group(t, q->groups, take_group, &g)) != -1)
		return rc;
	made = mckd_store_account_uid(t->store, user, &uid) == MCKD_E_STORE_NOT_FOUND;
	if (made && (rc = free_number(t, &fresh)) != -1)
		return rc;
	if ((e = mckd_store_begin(t->store)) != MCKD_OK)
		return fail_store(t, e);
	e = made ? add(t, user, q, fresh) :
	    mckd_store_account_change(t->store, user, q->gecos, q->home, q->shell);
	if (e == MCKD_OK && q->groups != NULL)
		e = mckd_store_groups_of(t->store, made ? fresh : uid, g.gid, g.n);
	if (e == MCKD_OK)
		e = note(t, user, made ? "made" : "changed");
	if (e == MCKD_OK)
		e = mckd_store_commit(t->store);
	else
		mckd_store_rollback(t->store);
	return e == MCKD_OK ? -1 : fail_store(t, e);
}
