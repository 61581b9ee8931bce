/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store_priv.h"
#include "intl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_ROOM 512

static enum mckd_err fail(char *why, enum mckd_err e, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static enum mckd_err
fail(char *why, enum mckd_err e, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(why, MCKD_WHY, _(format), ap);
	va_end(ap);
	return e;
}

static enum mckd_err
fail_errno(char *why, int err, const char *path)
{
	enum mckd_err e = MCKD_E_STORE_IO;

	if (err == ENOENT)
		e = MCKD_E_STORE_ABSENT;
	else if (err == ELOOP || err == ENOTDIR)
		e = MCKD_E_STORE_UNTRUSTED;
	else if (err == ENOSPC || err == EDQUOT || err == EROFS)
		e = MCKD_E_STORE_FULL;
	else if (err == ENOMEM)
		e = MCKD_E_NOMEM;
	if (e == MCKD_E_STORE_UNTRUSTED)
		return fail(why, e, "%s: a symbolic link, or not a directory", path);
	return fail(why, e, "%s: %s", path, strerror(err));
}

static enum mckd_err
check_parent(const struct stat *st, const char *path, char *why)
{
	uid_t me = geteuid();

	if (!S_ISDIR(st->st_mode))
		return fail(why, MCKD_E_STORE_UNTRUSTED, "%s: a symbolic link, or not a directory", path);
	if (st->st_uid != 0 && st->st_uid != me)
		return fail(why, MCKD_E_STORE_UNTRUSTED, "%s: owner is uid %u", path, (unsigned)st->st_uid);
	/* In a sticky directory of root, nobody else can rename what is ours. */
	if ((st->st_mode & 022) != 0 && ((st->st_mode & S_ISVTX) == 0 || st->st_uid != 0))
		return fail(why, MCKD_E_STORE_UNTRUSTED, "%s: others may write there (mode %04o)", path,
		    (unsigned)(st->st_mode & 07777));
	return MCKD_OK;
}

static enum mckd_err
check_own(const struct stat *st, mode_t type, mode_t mode, const char *path, char *why)
{
	if ((st->st_mode & S_IFMT) != type)
		return fail(why, MCKD_E_STORE_UNTRUSTED, "%s: not a %s", path,
		    type == S_IFDIR ? "directory" : "regular file");
	if (st->st_uid != geteuid())
		return fail(why, MCKD_E_STORE_UNTRUSTED, "%s: owner is uid %u, not %u", path,
		    (unsigned)st->st_uid, (unsigned)geteuid());
	if ((st->st_mode & 0777) != mode)
		return fail(why, MCKD_E_STORE_UNTRUSTED, "%s: mode is %04o, not %04o", path,
		    (unsigned)(st->st_mode & 0777), (unsigned)mode);
	return MCKD_OK;
}

static int
make_dir(int at, const char *name, mode_t mode)
{
	int fd;

	if (mkdirat(at, name, 0700) != 0)
		return errno == EEXIST ? 0 : -1;
	/* The umask must not decide. */
	fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fchmod(fd, mode) != 0) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	close(fd);
	return 0;
}

/* One step down; fd is replaced. path is for messages: the way up to and with name. */
static enum mckd_err
step(int *fd, const char *name, const char *path, char *why)
{
	struct stat st;
	int next;

	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return fail(why, MCKD_E_STORE_UNTRUSTED, "%s: \"%s\" in the path", path, name);
	next = openat(*fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (next < 0)
		return fail_errno(why, errno, path);
	close(*fd);
	*fd = next;
	if (fstat(next, &st) != 0)
		return fail_errno(why, errno, path);
	return check_parent(&st, path, why);
}

/*
 * Walks to a directory, so that no later change of a name above leads elsewhere.
 * make: 0, or the mode of a last component that may be made.
 */
static enum mckd_err
walk(const char *dir, mode_t make, int *out, char *why)
{
	char path[PATH_ROOM], *at, *slash;
	enum mckd_err e = MCKD_E_INTERNAL;
	struct stat st;
	int fd;

	*out = -1;
	if (dir[0] != '/' || strlen(dir) >= sizeof(path))
		return fail(why, MCKD_E_STORE_UNTRUSTED, "%.200s: not an absolute path", dir);
	fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return fail_errno(why, errno, "/");
	if (fstat(fd, &st) != 0)
		e = fail_errno(why, errno, "/");
	else
		e = check_parent(&st, "/", why);
	snprintf(path, sizeof(path), "%s", dir);
	for (at = path + 1; e == MCKD_OK; at = slash + 1) {
		at += strspn(at, "/");
		if (*at == '\0')
			break;
		slash = at + strcspn(at, "/");
		bool last = slash[strspn(slash, "/")] == '\0';
		char ended = *slash;

		*slash = '\0';
		if (last && make != 0 && make_dir(fd, at, make) != 0)
			e = fail_errno(why, errno, path);
		else
			e = step(&fd, at, path, why);
		if (ended == '\0')
			break;
		*slash = '/';
	}
	if (e != MCKD_OK) {
		close(fd);
		return e;
	}
	*out = fd;
	return MCKD_OK;
}

enum mckd_err
mckd_path_dir(const char *dir, bool create, int *fd, char *why)
{
	enum mckd_err e = walk(dir, create ? 0700 : 0, fd, why);
	struct stat st;

	if (e != MCKD_OK)
		return e;
	e = fstat(*fd, &st) != 0 ? fail_errno(why, errno, dir) :
	    check_own(&st, S_IFDIR, 0700, dir, why);
	if (e != MCKD_OK) {
		close(*fd);
		*fd = -1;
	}
	return e;
}

/*
 * By fstatat, never by an open: closing a second descriptor of the database would
 * drop the locks that this process holds on it through SQLite.
 */
static enum mckd_err
check_file(int dirfd, const char *dir, const char *name, char *why)
{
	char path[PATH_ROOM];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return fail_errno(why, errno, path);
	if (S_ISREG(st.st_mode) && st.st_nlink > 1)
		return fail(why, MCKD_E_STORE_UNTRUSTED, "%s: has another name (hard link)", path);
	return check_own(&st, S_IFREG, 0600, path, why);
}

enum mckd_err
mckd_path_db(int dirfd, const char *dir, bool create, char *why)
{
	enum mckd_err e;
	char path[PATH_ROOM];
	int fd;

	if (create) {
		fd = openat(dirfd, MCKD_STORE_DB, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if ((fd < 0 && errno != EEXIST) || (fd >= 0 && fchmod(fd, 0600) != 0)) {
			snprintf(path, sizeof(path), "%s/" MCKD_STORE_DB, dir);
			e = fail_errno(why, errno, path);
			if (fd >= 0)
				close(fd);
			return e;
		}
		if (fd >= 0)
			close(fd);
	}
	if ((e = check_file(dirfd, dir, MCKD_STORE_DB, why)) != MCKD_OK)
		return e;
	e = check_file(dirfd, dir, MCKD_STORE_DB "-journal", why);
	return e == MCKD_E_STORE_ABSENT ? MCKD_OK : e;
}

/* Beside, fsync, link: a key file is whole or not there, and never replaces one. */
static enum mckd_err
make_key(int dirfd, const char *name, const char *path, char *why)
{
	uint8_t key[MCKD_KEY_LEN];
	enum mckd_err e = mckd_random(key, sizeof(key));
	char beside[PATH_ROOM];
	int fd = -1, dir = -1;

	if (e != MCKD_OK)
		return fail(why, e, "%s: no random numbers", path);
	snprintf(beside, sizeof(beside), "%s.%ld", name, (long)getpid());
	(void)unlinkat(dirfd, beside, 0);
	fd = openat(dirfd, beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0400);
	if (fd < 0 || fchmod(fd, 0400) != 0 || write(fd, key, sizeof(key)) != (ssize_t)sizeof(key) ||
	    fsync(fd) != 0 || (linkat(dirfd, beside, dirfd, name, 0) != 0 && errno != EEXIST))
		e = fail_errno(why, errno, path);
	if (fd >= 0) {
		(void)unlinkat(dirfd, beside, 0);
		close(fd);
	}
	if (e == MCKD_OK) {
		dir = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (dir < 0 || fsync(dir) != 0)
			e = fail_errno(why, errno, path);
		if (dir >= 0)
			close(dir);
	}
	mckd_wipe(key, sizeof(key));
	return e;
}

static enum mckd_err
read_key(int dirfd, const char *name, const char *path, uint8_t out[static MCKD_KEY_LEN], char *why)
{
	uint8_t key[MCKD_KEY_LEN + 1];
	enum mckd_err e = MCKD_E_INTERNAL;
	struct stat st;
	ssize_t n;
	int fd;

	/* O_NONBLOCK: a FIFO under this name must not hang a login. */
	fd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 && errno == ELOOP)
		return fail(why, MCKD_E_STORE_UNTRUSTED, "%s: a symbolic link", path);
	if (fd < 0)
		return fail_errno(why, errno, path);
	e = fstat(fd, &st) != 0 ? fail_errno(why, errno, path) :
	    check_own(&st, S_IFREG, 0400, path, why);
	if (e == MCKD_OK) {
		do
			n = read(fd, key, sizeof(key));
		while (n < 0 && errno == EINTR);
		if (n < 0)
			e = fail_errno(why, errno, path);
		else if (n != MCKD_KEY_LEN)
			e = fail(why, MCKD_E_STORE_UNTRUSTED, "%s: not a key of %d bytes", path, MCKD_KEY_LEN);
		else
			memcpy(out, key, MCKD_KEY_LEN);
	}
	mckd_wipe(key, sizeof(key));
	close(fd);
	return e;
}

enum mckd_err
mckd_path_key(const char *path, bool create, uint8_t out[static MCKD_KEY_LEN], char *why)
{
	const char *slash = strrchr(path, '/'), *name;
	char dir[PATH_ROOM];
	enum mckd_err e;
	int fd = -1;

	if (path[0] != '/' || slash[1] == '\0' || strlen(path) >= sizeof(dir))
		return fail(why, MCKD_E_STORE_UNTRUSTED, "%.200s: not an absolute path", path);
	name = slash + 1;
	snprintf(dir, sizeof(dir), "%.*s", (int)(slash == path ? 1 : slash - path), path);
	e = walk(dir, create ? 0755 : 0, &fd, why);
	if (e == MCKD_OK) {
		e = read_key(fd, name, path, out, why);
		if (e == MCKD_E_STORE_ABSENT && create && (e = make_key(fd, name, path, why)) == MCKD_OK)
			e = read_key(fd, name, path, out, why);
		close(fd);
	}
	/* Where there is a store, a missing key is no sign that there is none. */
	return e == MCKD_E_STORE_ABSENT ? MCKD_E_STORE_UNTRUSTED : e;
}
