/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "account.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "accounts_file.h"
#include "store_account.h"
#include "userdb.h"
#include "userdb_sweep.h"

#define ETC "/etc"
#define USERDB ETC "/userdb"
#define SETTING "publish"
#define NSCD "/usr/sbin/nscd"
#define NSCD_SOCKET "/var/run/nscd/socket"

struct way {
	const char *name, *source, *dir;
	enum mckd_err (*publish)(const char *dir, const char *etc, const struct mckd_account *accounts,
	    size_t naccounts, const struct mckd_group *groups, size_t ngroups, char *why);
};

static const struct way ways[] = {
	{ "nss", "mckd", MCKD_PUBLICDIR, mckd_accounts_publish },
	{ "userdb", "systemd", USERDB, mckd_userdb_publish },
};
#define N_WAYS (sizeof(ways) / sizeof(ways[0]))

/* All that is published, with the strings of its own. Groups: each account's own, then the others. */
struct lists {
	struct tool *t;
	struct mckd_account *accounts;
	struct mckd_group *groups;
	const char **members;		/* of the last group */
	size_t naccounts, ngroups, nmembers;
	size_t left_out;
};

bool
account_way(const char *publish)
{
	for (size_t i = 0; i < N_WAYS; i++)
		if (strcmp(ways[i].name, publish) == 0)
			return true;
	return false;
}

const char *
account_source(struct tool *t)
{
	char chosen[16] = "";

	(void)mckd_store_setting_get(t->store, SETTING, chosen, sizeof(chosen));
	for (size_t i = 0; i < N_WAYS; i++)
		if (strcmp(ways[i].name, chosen) == 0)
			return ways[i].source;
	return ways[0].source;
}

int
account_set_way(struct tool *t, const char *publish)
{
	enum mckd_err e = publish == NULL ? MCKD_OK : mckd_store_setting_put(t->store, SETTING, publish);

	return e == MCKD_OK ? -1 : fail_store(t, e);
}

/* Room for one more: arrays of 2^n, doubled when they are full. */
static void *
grow(void *array, size_t n, size_t size)
{
	return (n & (n - 1)) != 0 ? array : reallocarray(array, n == 0 ? 1 : 2 * n, size);
}

static enum mckd_err
add_group(struct lists *l, const char *name, uint32_t gid)
{
	struct mckd_group *more = grow(l->groups, l->ngroups, sizeof(*more));

	if (more == NULL)
		return MCKD_E_NOMEM;
	l->groups = more;
	l->groups[l->ngroups] = (struct mckd_group){ .name = strdup(name), .gid = gid };
	return l->groups[l->ngroups++].name != NULL ? MCKD_OK : MCKD_E_NOMEM;
}

static enum mckd_err
add_account(void *arg, const struct mckd_account *a)
{
	struct lists *l = arg;
	struct mckd_account *more = grow(l->accounts, l->naccounts, sizeof(*more));

	if (more == NULL)
		return MCKD_E_NOMEM;
	l->accounts = more;
	more = &l->accounts[l->naccounts++];
	*more = *a;
	more->name = strdup(a->name);
	more->gecos = strdup(a->gecos);
	more->home = strdup(a->home);
	more->shell = strdup(a->shell);
	if (more->name == NULL || more->gecos == NULL || more->home == NULL || more->shell == NULL)
		return MCKD_E_NOMEM;
	return add_group(l, a->name, a->gid);
}

static enum mckd_err
add_member(void *arg, const char *name, uint32_t uid)
{
	struct lists *l = arg;
	const char **more = grow(l->members, l->nmembers, sizeof(*more));

	(void)uid;
	if (more == NULL)
		return MCKD_E_NOMEM;
	l->members = more;
	l->members[l->nmembers] = strdup(name);
	return l->members[l->nmembers++] != NULL ? MCKD_OK : MCKD_E_NOMEM;
}

static enum mckd_err
add_group_with_members(void *arg, const char *name, uint32_t gid)
{
	struct lists *l = arg;
	enum mckd_err e = add_group(l, name, gid);

	if (e == MCKD_OK)
		e = mckd_store_members(l->t->store, gid, add_member, l);
	if (e != MCKD_OK)
		return e;
	l->groups[l->ngroups - 1].members = l->members;
	l->groups[l->ngroups - 1].nmembers = l->nmembers;
	l->members = NULL;
	l->nmembers = 0;
	return MCKD_OK;
}

/* The texts were copied by strdup(): the const of the lists is for those who publish them. */
static void
drop(const char *text)
{
	free((void *)(uintptr_t)text);
}

static void
drop_group(struct lists *l, size_t i)
{
	struct mckd_group *g = &l->groups[i];

	for (size_t k = 0; k < g->nmembers; k++)
		drop(g->members[k]);
	free((void *)(uintptr_t)g->members);
	drop(g->name);
	memmove(g, g + 1, (--l->ngroups - i) * sizeof(*g));
}

static void
lists_free(struct lists *l)
{
	for (size_t i = 0; i < l->naccounts; i++) {
		drop(l->accounts[i].name);
		drop(l->accounts[i].gecos);
		drop(l->accounts[i].home);
		drop(l->accounts[i].shell);
	}
	while (l->ngroups > 0)
		drop_group(l, l->ngroups - 1);
	for (size_t k = 0; k < l->nmembers; k++)
		drop(l->members[k]);
	free(l->members);
	free(l->accounts);
	free(l->groups);
}

static void
drop_member(struct mckd_group *g, const char *name)
{
	const char **members = (const char **)(uintptr_t)g->members;
	size_t n = 0;

	for (size_t k = 0; k < g->nmembers; k++)
		if (strcmp(members[k], name) == 0)
			drop(members[k]);
		else
			members[n++] = members[k];
	g->nmembers = n;
}

/* Left out: with its own group, and out of the others. */
static void
drop_account(struct lists *l, size_t i)
{
	struct mckd_account *a = &l->accounts[i];

	for (size_t k = l->ngroups; k-- > 0;) {
		drop_member(&l->groups[k], a->name);
		if (l->groups[k].gid == a->gid)
			drop_group(l, k);
	}
	drop(a->name);
	drop(a->gecos);
	drop(a->home);
	drop(a->shell);
	memmove(a, a + 1, (--l->naccounts - i) * sizeof(*a));
	l->left_out++;
}

/* Once for each line of passwd: an account of that name or number is somebody else's by now. */
static enum mckd_err
leave_account(void *arg, const char *name, uint32_t id, char *why)
{
	struct lists *l = arg;

	(void)why;
	for (size_t i = l->naccounts; i-- > 0;)
		if (l->accounts[i].uid == id || strcmp(l->accounts[i].name, name) == 0) {
			say("%s: passwd has an account of this name or number: the card's is not published", l->accounts[i].name);
			drop_account(l, i);
		}
	return MCKD_OK;
}

/* The same for group. Who would have a group's number as their own would have its rights. */
static enum mckd_err
leave_group(void *arg, const char *name, uint32_t id, char *why)
{
	struct lists *l = arg;

	(void)why;
	for (size_t i = l->naccounts; i-- > 0;)
		if (l->accounts[i].gid == id) {
			say("%s: group has a group of this account's number: it is not published", l->accounts[i].name);
			drop_account(l, i);
		}
	for (size_t i = l->ngroups; i-- > 0;)
		if (l->groups[i].gid == id || strcmp(l->groups[i].name, name) == 0) {
			say("%s: group has a group of this name or number: the cards' is not published", l->groups[i].name);
			drop_group(l, i);
			l->left_out++;
		}
	return MCKD_OK;
}

/* What came into conflict with the host after it was made does not keep the rest, and the locks, from being published. */
static enum mckd_err
leave_out(struct lists *l, char *why)
{
	enum mckd_err e = mckd_accounts_etc(ETC, "passwd", leave_account, l, why);

	return e == MCKD_OK ? mckd_accounts_etc(ETC, "group", leave_group, l, why) : e;
}

/* A record of systemd's by an account's or a group's name or number is somebody else's, too. */
static void
leave_userdb(struct lists *l)
{
	char file[MCKD_USERDB_NAME];

	for (size_t i = l->naccounts; i-- > 0;) {
		const struct mckd_account *a = &l->accounts[i];

		if (mckd_userdb_taken(USERDB, a->name, a->uid, "user", file) ||
		    mckd_userdb_taken(USERDB, a->name, a->gid, "group", file)) {
			say("%s/%s is not one of ours: %s is not published", USERDB, file, a->name);
			drop_account(l, i);
		}
	}
	for (size_t i = l->ngroups; i-- > 0;)
		if (mckd_userdb_taken(USERDB, l->groups[i].name, l->groups[i].gid, "group", file)) {
			say("%s/%s is not one of ours: %s is not published", USERDB, file, l->groups[i].name);
			drop_group(l, i);
			l->left_out++;
		}
}

/* What nscd remembers of them is not so any more. */
static void
flush_nscd(void)
{
	static char name[] = "nscd", option[] = "-i", passwd[] = "passwd", group[] = "group";
	char *tables[] = { passwd, group }, *empty[] = { NULL };
	int status;
	pid_t pid;

	if (access(NSCD_SOCKET, F_OK) != 0)
		return;
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		char *argv[] = { name, option, tables[i], NULL };

		if (posix_spawn(&pid, NSCD, NULL, NULL, argv, empty) == 0 && waitpid(pid, &status, 0) == pid &&
		    status == 0)
			continue;
		say("nscd runs, and was not told: until it forgets, it shows accounts as they were (nscd -i %s)", tables[i]);
	}
}

static enum mckd_err
publish(struct tool *t, struct lists *l, char *why)
{
	char chosen[16] = "nss";
	enum mckd_err e = mckd_store_setting_get(t->store, SETTING, chosen, sizeof(chosen));

	if (e != MCKD_OK && e != MCKD_E_STORE_NOT_FOUND)
		return e;
	if (!account_way(chosen)) {
		snprintf(why, MCKD_WHY, _("the store has them published by \"%s\", which nobody here knows"), chosen);
		return MCKD_E_STORE_UNTRUSTED;
	}
	if (strcmp(chosen, "userdb") == 0)
		leave_userdb(l);
	/* First where they are looked for; then nothing stays elsewhere. */
	for (int other = 0; other < 2; other++)
		for (size_t i = 0; i < N_WAYS; i++) {
			bool this = strcmp(ways[i].name, chosen) == 0;
			size_t n = this ? l->naccounts : 0, ngroups = this ? l->ngroups : 0;

			if (this == (other != 0) || (n + ngroups == 0 && access(ways[i].dir, F_OK) != 0))
				continue;
			e = ways[i].publish(ways[i].dir, ETC, l->accounts, n, l->groups, ngroups, why);
			if (e != MCKD_OK)
				return e;
		}
	return MCKD_OK;
}

/* Of two at once, one waits; no user can hold the directory of the store. */
static int
take_turn(struct tool *t)
{
	int fd = open(t->store_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc;

	if (fd < 0)
		return -1;
	do
		rc = flock(fd, LOCK_EX);
	while (rc != 0 && errno == EINTR);
	if (rc == 0)
		return fd;
	close(fd);
	return -1;
}

static enum mckd_err
read_all(struct tool *t, struct lists *l)
{
	enum mckd_err e = mckd_store_read_begin(t->store);

	if (e != MCKD_OK)
		return e;
	e = mckd_store_accounts(t->store, add_account, l);
	if (e == MCKD_OK)
		e = mckd_store_groups(t->store, add_group_with_members, l);
	mckd_store_read_end(t->store);
	return e;
}

/*
 * Behind the transaction that changed something, and in turn: what is published was committed, and
 * the later one publishes the later list. No login waits for the writing of it.
 */
int
account_publish(struct tool *t)
{
	struct lists l = { .t = t };
	char why[MCKD_WHY] = "";
	enum mckd_err e = MCKD_E_STORE_IO;
	int turn = take_turn(t), rc = -1;

	if (turn < 0)
		snprintf(why, sizeof(why), "%.128s: %s", t->store_dir, strerror(errno));
	else if ((e = read_all(t, &l)) == MCKD_OK && (e = leave_out(&l, why)) == MCKD_OK)
		e = publish(t, &l, why);
	if (e == MCKD_OK && l.left_out > 0) {
		say("the others are published; rename or remove one of each two, then: cardtool account");
		rc = EX_PARTLY;
	}
	if (e == MCKD_OK) {
		flush_nscd();
	} else {
		if (why[0] != '\0')
			say("%s", why);
		else
			(void)fail_store(t, e);
		say("the store has the change, what the host's programs read has not: mend that, then: cardtool account");
		rc = EX_PARTLY;
	}
	if (turn >= 0)
		close(turn);
	lists_free(&l);
	return rc;
}
