/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "accounts.h"
#include "../nss_mckd/accounts.h"
#include "accounts_file.h"
#include "intl.h"

#include <cdb.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOLOGIN "/usr/sbin/nologin"

static enum mckd_err
refuse(char *why, const char *what, const char *fault)
{
	snprintf(why, MCKD_ACCOUNTS_WHY, "%.64s: %s", what, _(fault));
	return MCKD_E_USAGE;
}

/* Who is a member of what, for the I records. */
struct membership {
	const char *member;
	uint32_t gid;
};

struct lists {
	const struct mckd_account *accounts;
	const struct mckd_group *groups;
	size_t naccounts, ngroups, nmemberships;
	const struct mckd_account **by_name;
	const struct mckd_group **group_by_name;
	uint32_t *uids, *gids;
	struct membership *memberships;
};

static int
cmp_account(const void *a, const void *b)
{
	return strcmp((*(const struct mckd_account *const *)a)->name,
	    (*(const struct mckd_account *const *)b)->name);
}

static int
cmp_group(const void *a, const void *b)
{
	return strcmp((*(const struct mckd_group *const *)a)->name,
	    (*(const struct mckd_group *const *)b)->name);
}

static int
cmp_id(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static int
cmp_membership(const void *a, const void *b)
{
	const struct membership *x = a, *y = b;
	int r = strcmp(x->member, y->member);

	return r != 0 ? r : cmp_id(&x->gid, &y->gid);
}

static bool
has_account(const struct lists *l, const char *name)
{
	struct mckd_account key = { .name = name };
	const struct mckd_account *k = &key;

	return bsearch(&k, l->by_name, l->naccounts, sizeof(k), cmp_account) != NULL;
}

static bool
has_group(const struct lists *l, const char *name)
{
	struct mckd_group key = { .name = name };
	const struct mckd_group *k = &key;

	return bsearch(&k, l->group_by_name, l->ngroups, sizeof(k), cmp_group) != NULL;
}

static bool
has_id(const uint32_t *ids, size_t n, uint32_t id)
{
	return bsearch(&id, ids, n, sizeof(id), cmp_id) != NULL;
}

static void
lists_free(struct lists *l)
{
	free(l->by_name);
	free(l->group_by_name);
	free(l->uids);
	free(l->gids);
	free(l->memberships);
}

static enum mckd_err
lists_fill(struct lists *l, char *why)
{
	enum mckd_err e;
	size_t i, j;

	for (i = 0; i < l->ngroups; i++)
		l->nmemberships += l->groups[i].nmembers;
	l->by_name = calloc(l->naccounts + 1, sizeof(*l->by_name));
	l->group_by_name = calloc(l->ngroups + 1, sizeof(*l->group_by_name));
	l->uids = calloc(l->naccounts + 1, sizeof(*l->uids));
	l->gids = calloc(l->ngroups + 1, sizeof(*l->gids));
	l->memberships = calloc(l->nmemberships + 1, sizeof(*l->memberships));
	if (l->by_name == NULL || l->group_by_name == NULL || l->uids == NULL || l->gids == NULL ||
	    l->memberships == NULL)
		return MCKD_E_NOMEM;
	for (i = 0; i < l->naccounts; i++) {
		e = mckd_account_check(&l->accounts[i], why);
		if (e != MCKD_OK)
			return e;
		l->by_name[i] = &l->accounts[i];
		l->uids[i] = l->accounts[i].uid;
	}
	l->nmemberships = 0;
	for (i = 0; i < l->ngroups; i++) {
		e = mckd_group_check(&l->groups[i], why);
		if (e != MCKD_OK)
			return e;
		l->group_by_name[i] = &l->groups[i];
		l->gids[i] = l->groups[i].gid;
		for (j = 0; j < l->groups[i].nmembers; j++)
			l->memberships[l->nmemberships++] = (struct membership){
				.member = l->groups[i].members[j], .gid = l->groups[i].gid };
	}
	qsort(l->by_name, l->naccounts, sizeof(*l->by_name), cmp_account);
	qsort(l->group_by_name, l->ngroups, sizeof(*l->group_by_name), cmp_group);
	qsort(l->uids, l->naccounts, sizeof(*l->uids), cmp_id);
	qsort(l->gids, l->ngroups, sizeof(*l->gids), cmp_id);
	qsort(l->memberships, l->nmemberships, sizeof(*l->memberships), cmp_membership);
	return MCKD_OK;
}

static enum mckd_err
lists_unique(const struct lists *l, char *why)
{
	size_t i;

	for (i = 1; i < l->naccounts; i++) {
		if (strcmp(l->by_name[i - 1]->name, l->by_name[i]->name) == 0)
			return refuse(why, l->by_name[i]->name, "this account is listed twice");
		if (l->uids[i - 1] == l->uids[i]) {
			snprintf(why, MCKD_ACCOUNTS_WHY, _("uid %u belongs to two accounts"), l->uids[i]);
			return MCKD_E_USAGE;
		}
	}
	for (i = 1; i < l->ngroups; i++) {
		if (strcmp(l->group_by_name[i - 1]->name, l->group_by_name[i]->name) == 0)
			return refuse(why, l->group_by_name[i]->name, "this group is listed twice");
		if (l->gids[i - 1] == l->gids[i]) {
			snprintf(why, MCKD_ACCOUNTS_WHY, _("gid %u belongs to two groups"), l->gids[i]);
			return MCKD_E_USAGE;
		}
	}
	for (i = 0; i < l->nmemberships; i++) {
		if (!has_account(l, l->memberships[i].member))
			return refuse(why, l->memberships[i].member, "a group's member, but not an account here");
		if (i > 0 && cmp_membership(&l->memberships[i - 1], &l->memberships[i]) == 0)
			return refuse(why, l->memberships[i].member, "twice a member of one group");
	}
	return MCKD_OK;
}

static enum mckd_err
taken_passwd(void *arg, const char *name, uint32_t id, char *why)
{
	const struct lists *l = arg;

	if (has_account(l, name))
		return refuse(why, name, "passwd has an account of this name");
	if (has_id(l->uids, l->naccounts, id))
		return refuse(why, name, "this account of passwd has the uid of one here");
	return MCKD_OK;
}

static enum mckd_err
taken_group(void *arg, const char *name, uint32_t id, char *why)
{
	const struct lists *l = arg;

	if (has_group(l, name))
		return refuse(why, name, "group has a group of this name");
	if (has_id(l->gids, l->ngroups, id))
		return refuse(why, name, "this group of group has the gid of one here");
	return MCKD_OK;
}

/* key is tag || text or tag || number. */
static int
add(struct cdb_make *c, char tag, const char *text, uint32_t number, const void *value, size_t len)
{
	unsigned char key[MCKD_ACCOUNT_KEY_MAX], id[4];
	unsigned klen;

	mckd_account_put32(id, number);
	klen = text != NULL ? mckd_account_key(key, tag, text, strlen(text)) :
	    mckd_account_key(key, tag, id, sizeof(id));
	return cdb_make_add(c, key, klen, value, (unsigned)len);
}

static int
add_account(struct cdb_make *c, const struct mckd_account *a, uint32_t index)
{
	unsigned char v[MCKD_ACCOUNT_RECORD_MAX], i[4];
	const char *text[4] = { a->name, a->gecos != NULL ? a->gecos : "", a->home,
		a->locked ? NOLOGIN : a->shell };
	size_t len = 8, n, k;

	mckd_account_put32(v, a->uid);
	mckd_account_put32(v + 4, a->gid);
	for (k = 0; k < 4; k++) {
		n = strlen(text[k]) + 1;
		memcpy(v + len, text[k], n);
		len += n;
	}
	mckd_account_put32(i, index);
	if (add(c, 'p', NULL, index, v, len) != 0 || add(c, 'P', a->name, 0, i, 4) != 0)
		return -1;
	return add(c, 'U', NULL, a->uid, i, 4);
}

static int
add_group(struct cdb_make *c, const struct mckd_group *g, uint32_t index)
{
	size_t len = 8 + strlen(g->name) + 1, k;
	unsigned char *v, i[4];
	char *at;
	int r = -1;

	for (k = 0; k < g->nmembers; k++)
		len += strlen(g->members[k]) + 1;
	v = malloc(len);
	if (v == NULL)
		return -1;
	mckd_account_put32(v, g->gid);
	mckd_account_put32(v + 4, (uint32_t)g->nmembers);
	at = stpcpy((char *)v + 8, g->name) + 1;
	for (k = 0; k < g->nmembers; k++)
		at = stpcpy(at, g->members[k]) + 1;
	mckd_account_put32(i, index);
	if (add(c, 'g', NULL, index, v, len) == 0 && add(c, 'G', g->name, 0, i, 4) == 0)
		r = add(c, 'J', NULL, g->gid, i, 4);
	free(v);
	return r;
}

static int
add_memberships(struct cdb_make *c, const struct lists *l)
{
	unsigned char *v = malloc(4 * l->ngroups + 1);
	size_t i, n = 0;
	int r = v != NULL ? 0 : -1;

	for (i = 0; r == 0 && i < l->nmemberships; i++) {
		const struct membership *m = &l->memberships[i];

		mckd_account_put32(v + 4 * n++, m->gid);
		if (i + 1 < l->nmemberships && strcmp(m->member, m[1].member) == 0)
			continue;
		r = add(c, 'I', m->member, 0, v, 4 * n);
		n = 0;
	}
	free(v);
	return r;
}

static int
build(void *arg, int fd)
{
	const struct lists *l = arg;
	unsigned char header[MCKD_ACCOUNTS_HEADER_LEN];
	struct cdb_make c;
	uint32_t i;
	int r = -1, err;

	if (cdb_make_start(&c, fd) != 0)
		return -1;
	memcpy(header, MCKD_ACCOUNTS_MAGIC, MCKD_ACCOUNTS_MAGIC_LEN);
	mckd_account_put32(header + 8, (uint32_t)l->naccounts);
	mckd_account_put32(header + 12, (uint32_t)l->ngroups);
	if (cdb_make_add(&c, "H", 1, header, sizeof(header)) != 0)
		goto out;
	for (i = 0; i < l->naccounts; i++)
		if (add_account(&c, &l->accounts[i], i) != 0)
			goto out;
	for (i = 0; i < l->ngroups; i++)
		if (add_group(&c, &l->groups[i], i) != 0)
			goto out;
	r = add_memberships(&c, l);
out:
	/* Also what frees c, so it is called after a failure too. */
	err = errno;
	if (cdb_make_finish(&c) != 0)
		return -1;
	errno = err;
	return r;
}

static enum mckd_err
lists_make(struct lists *l, const char *etc, char *why)
{
	enum mckd_err e;

	why[0] = '\0';
	if (l->naccounts > MCKD_ACCOUNTS_SIZE_MAX / 64 || l->ngroups > MCKD_ACCOUNTS_SIZE_MAX / 64)
		return refuse(why, "accounts", "too many");
	e = lists_fill(l, why);
	if (e == MCKD_OK)
		e = lists_unique(l, why);
	if (e == MCKD_OK)
		e = mckd_accounts_etc(etc, "passwd", taken_passwd, l, why);
	return e == MCKD_OK ? mckd_accounts_etc(etc, "group", taken_group, l, why) : e;
}

enum mckd_err
mckd_accounts_check(const char *etc, const struct mckd_account *accounts, size_t naccounts,
    const struct mckd_group *groups, size_t ngroups, char *why)
{
	struct lists l = { .accounts = accounts, .naccounts = naccounts, .groups = groups,
		.ngroups = ngroups };
	enum mckd_err e = lists_make(&l, etc, why);

	lists_free(&l);
	return e;
}

enum mckd_err
mckd_accounts_publish(const char *dir, const char *etc,
    const struct mckd_account *accounts, size_t naccounts,
    const struct mckd_group *groups, size_t ngroups, char *why)
{
	struct lists l = { .accounts = accounts, .naccounts = naccounts, .groups = groups,
		.ngroups = ngroups };
	enum mckd_err e = lists_make(&l, etc, why);

	if (e == MCKD_OK)
		e = mckd_accounts_replace(dir, MCKD_ACCOUNTS_FILE, MCKD_ACCOUNTS_SIZE_MAX, build, &l, why);
	lists_free(&l);
	return e;
}
