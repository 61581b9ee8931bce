/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nss_mckd.h"
#include "accounts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum nss_status
nss_mckd_status(int error, int *errnop)
{
	/* errnop is often &errno: the caller has closed everything before this. */
	if (error != 0)
		*errnop = error;
	switch (error) {
	case 0:
		return NSS_STATUS_SUCCESS;
	case ENOENT:
		return NSS_STATUS_NOTFOUND;
	case ERANGE:
	case EAGAIN:
		return NSS_STATUS_TRYAGAIN;
	default:
		return NSS_STATUS_UNAVAIL;
	}
}

/* One group more for initgroups; ERANGE where limit allows none. */
static int
append(gid_t gid, long *start, long *size, gid_t **groups, long limit)
{
	gid_t *more;
	long i, room;

	for (i = 0; i < *start; i++)
		if ((*groups)[i] == gid)
			return 0;
	if (*start >= *size) {
		if (limit > 0 && *size >= limit)
			return ERANGE;
		room = *size > 0 ? *size * 2 : 16;
		if (limit > 0 && room > limit)
			room = limit;
		more = reallocarray(*groups, (size_t)room, sizeof(**groups));
		if (more == NULL)
			return EAGAIN;
		*groups = more;
		*size = room;
	}
	(*groups)[(*start)++] = gid;
	return 0;
}

static int
groups_of(const struct accounts *a, const char *user, gid_t group, long *start, long *size,
    gid_t **groups, long limit)
{
	unsigned char gids[4 * 64];
	uint32_t pos, len, n, i, gid;
	int r = accounts_find(a, 'I', user, strlen(user), &pos, &len);

	if (r != 0)
		return r;
	if (len % 4 != 0)
		return EIO;
	for (; len > 0; len -= n, pos += n) {
		n = len < sizeof(gids) ? len : (uint32_t)sizeof(gids);
		if (accounts_read(a, gids, n, pos) != 0)
			return EIO;
		for (i = 0; i < n; i += 4) {
			gid = mckd_account_get32(gids + i);
			if (!mckd_account_id_valid(gid))
				return EIO;
			if (gid == group)
				continue;
			r = nss_mckd_not_local(MCKD_NSS_ETC "/group", "", gid);
			if (r == ENOENT)
				continue;
			if (r == 0)
				r = append(gid, start, size, groups, limit);
			if (r != 0)
				return r;
		}
	}
	return 0;
}

enum nss_status
_nss_mckd_initgroups_dyn(const char *user, gid_t group, long *start, long *size, gid_t **groups,
    long limit, int *errnop)
{
	struct accounts a;
	long before = *start;
	int r;

	if (!mckd_account_name_valid(user))
		return nss_mckd_status(ENOENT, errnop);
	r = accounts_open(&a);
	if (r == ENOENT) {
		*errnop = ENOENT;
		return NSS_STATUS_UNAVAIL;
	}
	if (r == 0)
		r = nss_mckd_not_local(MCKD_NSS_ETC "/passwd", user, NSS_MCKD_NOBODY);
	if (r == 0)
		r = groups_of(&a, user, group, start, size, groups, limit);
	accounts_close(&a);
	if (r == ERANGE)
		r = 0; /* as nss_files has it: a full list is a list */
	if (r != 0)
		*start = before;
	return nss_mckd_status(r, errnop);
}
