/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nss_mckd.h"
#include "accounts.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

/* See passwd.c. */
static _Atomic uint32_t next;

/*
 * buf: gr_mem, then the record's strings, then the two bytes of gr_passwd. The list of members
 * comes first because its alignment then costs nothing but the buffer's own.
 */
static int
parse(struct group *gr, const unsigned char head[8], char **mem, char *at, size_t len)
{
	struct group g = { .gr_gid = mckd_account_get32(head), .gr_mem = mem };
	uint32_t members = mckd_account_get32(head + 4), i;
	char *end = at + len, *nul;

	for (i = 0; i <= members; i++) {
		nul = memchr(at, '\0', (size_t)(end - at));
		if (nul == NULL || !mckd_account_name_valid(at))
			return EIO;
		if (i == 0)
			g.gr_name = at;
		else
			mem[i - 1] = at;
		at = nul + 1;
	}
	mem[members] = NULL;
	if (at != end || !mckd_account_id_valid(g.gr_gid))
		return EIO;
	g.gr_passwd = memcpy(end, "*", 2);
	*gr = g;
	return 0;
}

static int
read_index(const struct accounts *a, uint32_t index, struct group *gr, char *buf, size_t len)
{
	unsigned char head[8];
	uint32_t pos, vlen, members;
	size_t skip, need;
	int r;

	if (index >= a->ngroup)
		return EIO;
	r = accounts_find_id(a, 'g', index, &pos, &vlen);
	if (r != 0 || vlen <= sizeof(head) || accounts_read(a, head, sizeof(head), pos) != 0)
		return EIO;
	vlen -= (uint32_t)sizeof(head);
	members = mckd_account_get32(head + 4);
	/* A name takes two bytes at least, so this bounds the list by the record itself. */
	if (members > vlen / 2)
		return EIO;
	skip = -(uintptr_t)buf % _Alignof(char *);
	need = skip + ((size_t)members + 1) * sizeof(char *);
	if (len < need + vlen + 2)
		return ERANGE;
	if (accounts_read(a, buf + need, vlen, pos + (uint32_t)sizeof(head)) != 0)
		return EIO;
	return parse(gr, head, (char **)(void *)(buf + skip), buf + need, vlen);
}

static enum nss_status
lookup(char tag, const void *key, size_t klen, struct group *gr, char *buf, size_t len, int *errnop)
{
	struct accounts a;
	struct group g = { 0 };
	uint32_t index;
	int r = accounts_open(&a);

	if (r == ENOENT) {
		*errnop = ENOENT;
		return NSS_STATUS_UNAVAIL;
	}
	if (r == 0)
		r = accounts_index(&a, tag, key, klen, &index);
	if (r == 0)
		r = read_index(&a, index, &g, buf, len);
	if (r == 0 && tag == 'G' && strcmp(g.gr_name, key) != 0)
		r = EIO;
	if (r == 0 && tag == 'J' && g.gr_gid != mckd_account_get32(key))
		r = EIO;
	accounts_close(&a);
	if (r == 0)
		r = nss_mckd_not_local(MCKD_NSS_ETC "/group", g.gr_name, g.gr_gid);
	if (r == 0)
		*gr = g;
	return nss_mckd_status(r, errnop);
}

enum nss_status
_nss_mckd_getgrnam_r(const char *name, struct group *gr, char *buf, size_t len, int *errnop)
{
	if (!mckd_account_name_valid(name))
		return nss_mckd_status(ENOENT, errnop);
	return lookup('G', name, strlen(name), gr, buf, len, errnop);
}

enum nss_status
_nss_mckd_getgrgid_r(gid_t gid, struct group *gr, char *buf, size_t len, int *errnop)
{
	unsigned char key[4];

	if (!mckd_account_id_valid(gid))
		return nss_mckd_status(ENOENT, errnop);
	mckd_account_put32(key, gid);
	return lookup('J', key, sizeof(key), gr, buf, len, errnop);
}

enum nss_status
_nss_mckd_setgrent(int stayopen)
{
	(void)stayopen;
	atomic_store(&next, 0);
	return NSS_STATUS_SUCCESS;
}

enum nss_status
_nss_mckd_endgrent(void)
{
	atomic_store(&next, 0);
	return NSS_STATUS_SUCCESS;
}

enum nss_status
_nss_mckd_getgrent_r(struct group *gr, char *buf, size_t len, int *errnop)
{
	struct accounts a;
	uint32_t index = atomic_load(&next);
	int r = accounts_open(&a);

	if (r == ENOENT) {
		*errnop = ENOENT;
		return NSS_STATUS_UNAVAIL;
	}
	while (r == 0) {
		r = index < a.ngroup ? read_index(&a, index, gr, buf, len) : ENOENT;
		if (r != 0 || atomic_compare_exchange_strong(&next, &index, index + 1))
			break;
	}
	accounts_close(&a);
	return nss_mckd_status(r, errnop);
}
