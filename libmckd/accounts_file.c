/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "accounts_file.h"
#include "intl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOCK ".lock"
#define NEW ".new"

static enum mckd_err
failed(char *why, const char *what)
{
	int err = errno;

	snprintf(why, MCKD_ACCOUNTS_WHY, "%.128s: %s", what, strerror(err));
	if (err == ENOSPC || err == EROFS || err == EDQUOT)
		return MCKD_E_STORE_FULL;
	return err == ENOMEM ? MCKD_E_NOMEM : MCKD_E_STORE_IO;
}

/* name:password:id:... of passwd(5) and group(5). NIS lines and what is malformed name nobody. */
static bool
split(char *line, char **name, uint32_t *id)
{
	char *number, *end;
	unsigned long v;

	*name = strsep(&line, ":");
	if (line == NULL || **name == '\0' || **name == '+' || **name == '-' || **name == '#')
		return false;
	strsep(&line, ":");
	if (line == NULL)
		return false;
	number = strsep(&line, ":");
	errno = 0;
	v = strtoul(number, &end, 10);
	if (end == number || *end != '\0' || errno != 0 || v > UINT32_MAX)
		return false;
	*id = (uint32_t)v;
	return true;
}

enum mckd_err
mckd_accounts_etc(const char *etc, const char *file, mckd_accounts_etc_cb cb, void *arg, char *why)
{
	enum mckd_err e = MCKD_E_INTERNAL;
	char path[4096], *line = NULL, *name;
	size_t room = 0;
	uint32_t id;
	FILE *f;
	int n = snprintf(path, sizeof(path), "%s/%s", etc, file);

	if (n < 0 || (size_t)n >= sizeof(path))
		return MCKD_E_USAGE;
	f = fopen(path, "re");
	if (f == NULL)
		return errno == ENOENT ? MCKD_OK : failed(why, path);
	while (errno = 0, getline(&line, &room, f) >= 0) {
		line[strcspn(line, "\n")] = '\0';
		if (!split(line, &name, &id))
			continue;
		e = cb(arg, name, id, why);
		if (e != MCKD_OK)
			goto out;
	}
	/* Half a list proves nothing about the names in the other half. */
	e = feof(f) && !ferror(f) ? MCKD_OK : failed(why, path);
out:
	free(line);
	fclose(f);
	return e;
}

static enum mckd_err
open_dir(const char *dir, int *out, char *why)
{
	struct stat st;
	int fd;

	if (mkdir(dir, 0755) != 0 && errno != EEXIST)
		return failed(why, dir);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return failed(why, dir);
	if (fstat(fd, &st) != 0 || st.st_uid != geteuid() || (st.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
		snprintf(why, MCKD_ACCOUNTS_WHY, _("%.128s: others than its owner may write there"), dir);
		close(fd);
		return MCKD_E_STORE_UNTRUSTED;
	}
	/* The caller's umask does not hide the accounts. */
	if ((st.st_mode & 07777) != 0755 && fchmod(fd, 0755) != 0) {
		close(fd);
		return failed(why, dir);
	}
	*out = fd;
	return MCKD_OK;
}

/* The lock is a file of 0600: on the directory itself, any user could hold it for ever. */
static int
lock(int dir)
{
	int fd = openat(dir, LOCK, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600), r;

	if (fd < 0)
		return -1;
	do
		r = flock(fd, LOCK_EX);
	while (r != 0 && errno == EINTR);
	if (r != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static enum mckd_err
write_new(int dir, const char *name, uint32_t max, int (*build)(void *, int), void *arg, char *why)
{
	enum mckd_err e = MCKD_E_INTERNAL;
	struct stat st;
	int fd;

	/* One that was left by a writer that was killed; the lock says that there is no other. */
	if (unlinkat(dir, NEW, 0) != 0 && errno != ENOENT)
		return failed(why, NEW);
	fd = openat(dir, NEW, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return failed(why, NEW);
	if (build(arg, fd) != 0 || fchmod(fd, 0644) != 0 || fsync(fd) != 0 || fstat(fd, &st) != 0) {
		e = failed(why, name);
	} else if (st.st_size > (off_t)max) {
		snprintf(why, MCKD_ACCOUNTS_WHY, _("%s: more accounts than it can hold"), name);
		e = MCKD_E_USAGE;
	} else {
		e = MCKD_OK;
	}
	if (close(fd) != 0 && e == MCKD_OK)
		e = failed(why, name);
	if (e == MCKD_OK && renameat(dir, NEW, dir, name) != 0)
		e = failed(why, name);
	if (e != MCKD_OK)
		unlinkat(dir, NEW, 0);
	else if (fsync(dir) != 0)
		e = failed(why, name);
	return e;
}

enum mckd_err
mckd_accounts_replace(const char *dir, const char *name, uint32_t max,
    int (*build)(void *arg, int fd), void *arg, char *why)
{
	enum mckd_err e = MCKD_E_INTERNAL;
	int fd = -1, locked;

	e = open_dir(dir, &fd, why);
	if (e != MCKD_OK)
		return e;
	locked = lock(fd);
	if (locked < 0)
		e = failed(why, LOCK);
	else
		e = write_new(fd, name, max, build, arg, why);
	if (locked >= 0)
		close(locked);
	close(fd);
	return e;
}
