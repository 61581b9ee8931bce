/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nss_mckd.h"
#include "accounts.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

/* The account that getpwent() returns next: all the state there is, so no lock is held
 * across fork() and no descriptor is left in the host's program. */
static _Atomic uint32_t next;

/* Takes the string at *at; NULL where none ends before the end. */
static char *
string(char **at, const char *end)
{
	char *s = *at, *nul = memchr(s, '\0', (size_t)(end - s));

	if (nul != NULL)
		*at = nul + 1;
	return nul == NULL ? NULL : s;
}

/* buf holds the record's strings and, after them, the two bytes of pw_passwd. */
static int
parse(struct passwd *pw, const unsigned char ids[8], char *buf, size_t len)
{
	char *at = buf, *end = buf + len;
	struct passwd p = { .pw_uid = mckd_account_get32(ids), .pw_gid = mckd_account_get32(ids + 4) };

	if ((p.pw_name = string(&at, end)) == NULL || (p.pw_gecos = string(&at, end)) == NULL ||
	    (p.pw_dir = string(&at, end)) == NULL || (p.pw_shell = string(&at, end)) == NULL ||
	    at != end)
		return EIO;
	if (!mckd_account_id_valid(p.pw_uid) || !mckd_account_id_valid(p.pw_gid) ||
	    !mckd_account_name_valid(p.pw_name) || !mckd_account_text_valid(p.pw_gecos) ||
	    !mckd_account_text_valid(p.pw_dir) || !mckd_account_text_valid(p.pw_shell) ||
	    p.pw_dir[0] != '/' || p.pw_shell[0] != '/')
		return EIO;
	p.pw_passwd = memcpy(end, "*", 2);
	*pw = p;
	return 0;
}

static int
read_index(const struct accounts *a, uint32_t index, struct passwd *pw, char *buf, size_t len)
{
	unsigned char ids[8];
	uint32_t pos, vlen;
	int r;

	if (index >= a->npasswd)
		return EIO;
	r = accounts_find_id(a, 'p', index, &pos, &vlen);
	if (r != 0 || vlen <= sizeof(ids) || vlen > MCKD_ACCOUNT_RECORD_MAX)
		return EIO;
	if (accounts_read(a, ids, sizeof(ids), pos) != 0)
		return EIO;
	vlen -= (uint32_t)sizeof(ids);
	if (len < (size_t)vlen + 2)
		return ERANGE;
	if (accounts_read(a, buf, vlen, pos + (uint32_t)sizeof(ids)) != 0)
		return EIO;
	return parse(pw, ids, buf, vlen);
}

static enum nss_status
lookup(char tag, const void *key, size_t klen, struct passwd *pw, char *buf, size_t len, int *errnop)
{
	struct accounts a;
	struct passwd p = { 0 };
	uint32_t index;
	int r = accounts_open(&a);

	if (r == ENOENT) {
		*errnop = ENOENT;
		return NSS_STATUS_UNAVAIL;
	}
	if (r == 0)
		r = accounts_index(&a, tag, key, klen, &index);
	if (r == 0)
		r = read_index(&a, index, &p, buf, len);
	/* An index that leads to somebody else would hand out another's account. */
	if (r == 0 && tag == 'P' && strcmp(p.pw_name, key) != 0)
		r = EIO;
	if (r == 0 && tag == 'U' && p.pw_uid != mckd_account_get32(key))
		r = EIO;
	accounts_close(&a);
	if (r == 0)
		r = nss_mckd_not_local(MCKD_NSS_ETC "/passwd", p.pw_name, p.pw_uid);
	if (r == 0)
		*pw = p;
	return nss_mckd_status(r, errnop);
}

enum nss_status
_nss_mckd_getpwnam_r(const char *name, struct passwd *pw, char *buf, size_t len, int *errnop)
{
	if (!mckd_account_name_valid(name))
		return nss_mckd_status(ENOENT, errnop);
	return lookup('P', name, strlen(name), pw, buf, len, errnop);
}

enum nss_status
_nss_mckd_getpwuid_r(uid_t uid, struct passwd *pw, char *buf, size_t len, int *errnop)
{
	unsigned char key[4];

	if (!mckd_account_id_valid(uid))
		return nss_mckd_status(ENOENT, errnop);
	mckd_account_put32(key, uid);
	return lookup('U', key, sizeof(key), pw, buf, len, errnop);
}

enum nss_status
_nss_mckd_setpwent(int stayopen)
{
	(void)stayopen;
	atomic_store(&next, 0);
	return NSS_STATUS_SUCCESS;
}

enum nss_status
_nss_mckd_endpwent(void)
{
	atomic_store(&next, 0);
	return NSS_STATUS_SUCCESS;
}

enum nss_status
_nss_mckd_getpwent_r(struct passwd *pw, char *buf, size_t len, int *errnop)
{
	struct accounts a;
	uint32_t index = atomic_load(&next);
	int r = accounts_open(&a);

	if (r == ENOENT) {
		*errnop = ENOENT;
		return NSS_STATUS_UNAVAIL;
	}
	while (r == 0) {
		r = index < a.npasswd ? read_index(&a, index, pw, buf, len) : ENOENT;
		/* Counted only once it is in the caller's buffer; a thread that was faster took it. */
		if (r != 0 || atomic_compare_exchange_strong(&next, &index, index + 1))
			break;
	}
	accounts_close(&a);
	return nss_mckd_status(r, errnop);
}
