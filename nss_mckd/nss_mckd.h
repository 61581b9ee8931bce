/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_NSS_MCKD_H
#define MCKD_NSS_MCKD_H

#include <grp.h>
#include <nss.h>
#include <pwd.h>
#include <stddef.h>
#include <stdint.h>

/* The reader of accounts.cdb. Every call returns 0 or an error number:
 * ENOENT, EAGAIN (out of descriptors or memory), EIO (unreadable, untrusted or malformed). */
struct accounts {
	int fd;
	uint32_t size;
	uint32_t npasswd, ngroup;
};

int accounts_open(struct accounts *a);
void accounts_close(struct accounts *a);
int accounts_read(const struct accounts *a, void *out, uint32_t len, uint32_t pos);
/* Where the value of tag || key is. */
int accounts_find(const struct accounts *a, char tag, const void *key, size_t len, uint32_t *pos,
    uint32_t *vlen);
/* The same, where the value is an index. */
int accounts_index(const struct accounts *a, char tag, const void *key, size_t len,
    uint32_t *index);
int accounts_find_id(const struct accounts *a, char tag, uint32_t id, uint32_t *pos,
    uint32_t *vlen);

/*
 * The host's own files, where "files" may stand behind this module, or glibc ask every source. A
 * file that is absent has nobody. 0, or ENOENT where one of its lines has that name or number: it
 * is then not a card's.
 */
#ifndef MCKD_NSS_ETC
#define MCKD_NSS_ETC "/etc"
#endif
#define NSS_MCKD_NOBODY ((uint32_t)-1)	/* no line's number */
int nss_mckd_not_local(const char *file, const char *name, uint32_t id);

/* 0 or an error number (ERANGE too) to what glibc wants to hear. Sets *errnop last. */
enum nss_status nss_mckd_status(int error, int *errnop);

#pragma GCC visibility push(default)
enum nss_status _nss_mckd_getpwnam_r(const char *name, struct passwd *pw, char *buf, size_t len,
    int *errnop);
enum nss_status _nss_mckd_getpwuid_r(uid_t uid, struct passwd *pw, char *buf, size_t len,
    int *errnop);
enum nss_status _nss_mckd_setpwent(int stayopen);
enum nss_status _nss_mckd_getpwent_r(struct passwd *pw, char *buf, size_t len, int *errnop);
enum nss_status _nss_mckd_endpwent(void);
enum nss_status _nss_mckd_getgrnam_r(const char *name, struct group *gr, char *buf, size_t len,
    int *errnop);
enum nss_status _nss_mckd_getgrgid_r(gid_t gid, struct group *gr, char *buf, size_t len,
    int *errnop);
enum nss_status _nss_mckd_setgrent(int stayopen);
enum nss_status _nss_mckd_getgrent_r(struct group *gr, char *buf, size_t len, int *errnop);
enum nss_status _nss_mckd_endgrent(void);
enum nss_status _nss_mckd_initgroups_dyn(const char *user, gid_t group, long *start, long *size,
    gid_t **groups, long limit, int *errnop);
#pragma GCC visibility pop

#endif
