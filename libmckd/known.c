/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "known.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hex.h"
#include "intl.h"

#define FILE_MAX (1 << 20)
#define NAME_LEN 255

enum mckd_err
mckd_known_path(char out[static MCKD_KNOWN_PATH])
{
	const char *home = getenv("HOME");
	struct passwd pw, *found = NULL;
	char text[4096];

	if (home == NULL || home[0] != '/') {
		if (getpwuid_r(geteuid(), &pw, text, sizeof(text), &found) != 0 || found == NULL)
			return MCKD_E_CONFIG;
		home = found->pw_dir;
	}
	return snprintf(out, MCKD_KNOWN_PATH, "%s/.config/mckd/hosts", home) < MCKD_KNOWN_PATH ?
	    MCKD_OK : MCKD_E_CONFIG;
}

static enum mckd_err
fail(char *why, const char *path, const char *what, enum mckd_err err)
{
	(void)snprintf(why, MCKD_KNOWN_WHY, "%.160s: %s", path, _(what));
	return err;
}

static bool
name_valid(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < len; i++)
		if (name[i] <= 0x20 || name[i] >= 0x7f || name[i] == '#')
			return false;
	return len >= 1 && len <= NAME_LEN;
}

/* The whole file, "" where there is none. */
static enum mckd_err
load(const char *path, char **out, char *why)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	enum mckd_err err = MCKD_E_STORE_IO;
	struct stat st;
	size_t n = 0;
	ssize_t got;

	*out = NULL;
	if (fd < 0 && errno != ENOENT)
		return fail(why, path, strerror(errno), MCKD_E_STORE_UNTRUSTED);
	if (fd >= 0 && (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_uid != geteuid() ||
	    (st.st_mode & 022) != 0 || st.st_size > FILE_MAX)) {
		err = fail(why, path, "must be a small file of yours that nobody else may write",
		    MCKD_E_STORE_UNTRUSTED);
		goto out;
	}
	if ((*out = calloc(1, FILE_MAX + 2)) == NULL) {
		err = MCKD_E_NOMEM;
		goto out;
	}
	while (fd >= 0 && n < FILE_MAX && (got = read(fd, *out + n, FILE_MAX - n)) != 0) {
		if (got < 0) {
			err = fail(why, path, strerror(errno), MCKD_E_STORE_IO);
			goto out;
		}
		n += (size_t)got;
	}
	err = strlen(*out) == n ? MCKD_OK : fail(why, path, "contains a NUL", MCKD_E_PARSE);
out:
	if (fd >= 0)
		(void)close(fd);
	if (err != MCKD_OK) {
		free(*out);
		*out = NULL;
	}
	return err;
}

/* One line: the length of its name, with host; 0: empty or a comment; -1: malformed. */
static int
read_line(const char *line, size_t len, uint8_t host[static MCKD_HOST_ID_LEN])
{
	size_t n = strcspn(line, " \t\n");

	if (len == 0 || line[0] == '#')
		return 0;
	if (n >= len || n > NAME_LEN || n < 1)
		return -1;
	return mckd_unhex(line + n + 1, len - n - 1, host, MCKD_HOST_ID_LEN) ? (int)n : -1;
}

/* Where a name stands in the text; NULL: nowhere. A file that is not understood is an error. */
static enum mckd_err
seek(const char *text, const char *path, const char *name, const char **line,
    uint8_t host[static MCKD_HOST_ID_LEN], char *why)
{
	uint8_t id[MCKD_HOST_ID_LEN];
	char what[128];
	unsigned at = 0;

	*line = NULL;
	for (const char *p = text; *p != '\0'; p += strcspn(p, "\n"), p += *p == '\n') {
		size_t len = strcspn(p, "\n");
		int n = read_line(p, len, id);

		at++;
		if (n < 0 || (n > 0 && *line != NULL && (size_t)n == strlen(name) &&
		    strncasecmp(p, name, (size_t)n) == 0)) {
			(void)snprintf(what, sizeof(what), n < 0 ? _("line %u is not \"name hostID\"") :
			    _("line %u is of a name that was there"), at);
			return fail(why, path, what, MCKD_E_PARSE);
		}
		if (n > 0 && (size_t)n == strlen(name) && strncasecmp(p, name, (size_t)n) == 0) {
			*line = p;
			memcpy(host, id, sizeof(id));
		}
	}
	return MCKD_OK;
}

enum mckd_err
mckd_known_find(const char *path, const char *name, uint8_t host[static MCKD_HOST_ID_LEN], char *why)
{
	const char *line = NULL;
	char *text = NULL;
	enum mckd_err err;

	memset(host, 0, MCKD_HOST_ID_LEN);
	why[0] = '\0';
	if (!name_valid(name))
		return fail(why, path, "cannot hold such a name", MCKD_E_STORE_NOT_FOUND);
	if ((err = load(path, &text, why)) != MCKD_OK)
		return err;
	err = seek(text, path, name, &line, host, why);
	if (err == MCKD_OK && line == NULL)
		err = fail(why, path, "the host is not in it", MCKD_E_STORE_NOT_FOUND);
	free(text);
	return err;
}

/* The directories of path, 0700, and the last one opened and locked. */
static int
open_dir(const char *path, char dir[static MCKD_KNOWN_PATH])
{
	int fd;

	(void)snprintf(dir, MCKD_KNOWN_PATH, "%s", path);
	for (char *p = dir + 1; (p = strchr(p, '/')) != NULL; *p++ = '/') {
		*p = '\0';
		if (mkdir(dir, 0700) < 0 && errno != EEXIST)
			return -1;
	}
	*strrchr(dir, '/') = '\0';
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0 && flock(fd, LOCK_EX) < 0) {
		(void)close(fd);
		fd = -1;
	}
	return fd;
}

static bool
write_all(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		text += n;
		len -= (size_t)n;
	}
	return true;
}

/* What was there, without the old line, and the new one. */
static bool
write_new(int fd, const char *text, const char *old, const char *name,
    const uint8_t host[static MCKD_HOST_ID_LEN])
{
	size_t before = old != NULL ? (size_t)(old - text) : strlen(text);
	const char *after = old != NULL ? old + strcspn(old, "\n") : "";
	char id[2 * MCKD_HOST_ID_LEN + 1], line[NAME_LEN + sizeof(id) + 3];
	bool newline = before > 0 && text[before - 1] != '\n';
	int n;

	after += *after == '\n';
	mckd_hex(host, MCKD_HOST_ID_LEN, id);
	n = snprintf(line, sizeof(line), "%s %s\n", name, id);
	return write_all(fd, text, before) && (!newline || write_all(fd, "\n", 1)) &&
	    write_all(fd, line, (size_t)n) && write_all(fd, after, strlen(after)) && fsync(fd) == 0;
}

enum mckd_err
mckd_known_pin(const char *path, const char *name, const uint8_t host[static MCKD_HOST_ID_LEN],
    char *why)
{
	char dir[MCKD_KNOWN_PATH], temp[MCKD_KNOWN_PATH + 8];
	uint8_t was[MCKD_HOST_ID_LEN];
	const char *old = NULL;
	char *text = NULL;
	int dirfd = -1, fd = -1;
	enum mckd_err err;

	if (!name_valid(name) || path[0] != '/')
		return fail(why, path, "cannot hold such a name", MCKD_E_USAGE);
	if ((dirfd = open_dir(path, dir)) < 0)
		return fail(why, dir, strerror(errno), MCKD_E_STORE_IO);
	if ((err = load(path, &text, why)) != MCKD_OK ||
	    (err = seek(text, path, name, &old, was, why)) != MCKD_OK)
		goto out;
	(void)snprintf(temp, sizeof(temp), "%s.XXXXXX", path);
	fd = mkostemp(temp, O_CLOEXEC);
	if (fd < 0 || !write_new(fd, text, old, name, host) || rename(temp, path) < 0) {
		err = fail(why, path, strerror(errno), MCKD_E_STORE_IO);
		if (fd >= 0)
			(void)unlink(temp);
		goto out;
	}
	err = fsync(dirfd) == 0 ? MCKD_OK : fail(why, dir, strerror(errno), MCKD_E_STORE_IO);
out:
	if (fd >= 0)
		(void)close(fd);
	(void)close(dirfd);
	free(text);
	return err;
}
