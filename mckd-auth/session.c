/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SMALL 4096
#define ID_MAX 64

/* All of it, or false: a part might miss the word that counts. */
static bool
read_small(const char *path, char out[static SMALL])
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	size_t len = 0;
	ssize_t n = -1;

	if (fd < 0)
		return false;
	while (len < SMALL - 1 && (n = read(fd, out + len, SMALL - 1 - len)) > 0)
		len += (size_t)n;
	out[len] = '\0';
	(void)close(fd);
	return n == 0 && strlen(out) == len;
}

/* A logind file: the value of "KEY=", up to its line's end. */
static const char *
value_of(const char *text, const char *key, size_t *len)
{
	size_t n = strlen(key);

	for (const char *p = text; *p != '\0'; p += strcspn(p, "\n"), p += *p == '\n')
		if (strncmp(p, key, n) == 0 && p[n] == '=') {
			*len = strcspn(p + n + 1, "\n");
			return p + n + 1;
		}
	return NULL;
}

/* Only a session that logind calls a local one is local. */
static bool
one_is_remote(const char *run, const char *id, size_t len)
{
	char path[256], text[SMALL];
	const char *value;

	for (size_t i = 0; i < len; i++)
		if (isalnum((unsigned char)id[i]) == 0)
			return true;
	if (len < 1 || len > ID_MAX ||
	    snprintf(path, sizeof(path), "%s/sessions/%.*s", run, (int)len, id) >= (int)sizeof(path) ||
	    !read_small(path, text))
		return true;
	value = value_of(text, "REMOTE", &len);
	return value == NULL || len != 1 || value[0] != '0';
}

/* What a user's own service manager started may belong to any session of theirs. */
static bool
any_is_remote(const char *run, const char *uid, size_t len)
{
	char path[256], text[SMALL];
	const char *ids;
	size_t left, n;

	for (size_t i = 0; i < len; i++)
		if (isdigit((unsigned char)uid[i]) == 0)
			return true;
	if (len < 1 || len > ID_MAX ||
	    snprintf(path, sizeof(path), "%s/users/%.*s", run, (int)len, uid) >= (int)sizeof(path) ||
	    !read_small(path, text) || (ids = value_of(text, "SESSIONS", &left)) == NULL || left == 0)
		return true;
	for (; left > 0; ids += n, left -= n) {
		n = ids[0] == ' ' ? 1 : strcspn(ids, " \n");
		if (ids[0] != ' ' && one_is_remote(run, ids, n))
			return true;
	}
	return false;
}

/* A line is ID:CONTROLLERS:PATH. A user's own directories, in PATH, may hold any colon. */
static const char *
path_in(const char *text, const char *controllers)
{
	size_t n = strlen(controllers);

	for (const char *p = text; *p != '\0'; p += strcspn(p, "\n"), p += *p == '\n') {
		const char *second = p + strcspn(p, ":\n");

		if (*second == ':' && strncmp(second + 1, controllers, n) == 0 && second[1 + n] == ':')
			return second + n + 2;
	}
	return NULL;
}

/* The unit: behind the slices, where nobody but systemd makes a directory. */
static const char *
unit_of(const char *text)
{
	const char *at = path_in(text, "name=systemd");
	size_t len;

	/* Where both are there, the named one is systemd's. */
	if (at == NULL)
		at = path_in(text, "");
	if (at == NULL || at[0] != '/')
		return NULL;
	for (at++; (len = strcspn(at, "/\n")) > 6 && strncmp(at + len - 6, ".slice", 6) == 0;) {
		at += len;
		at += *at == '/';
	}
	return at;
}

static bool
has_form(const char *unit, size_t len, const char *begin, const char *end)
{
	size_t b = strlen(begin), e = strlen(end);

	return len >= b + e && strncmp(unit, begin, b) == 0 && strncmp(unit + len - e, end, e) == 0;
}

enum mckd_session
mckd_session_of(const char *cgroup, const char *run)
{
	char path[256], text[SMALL];
	const char *unit;
	bool remote = true;
	struct stat st;
	size_t len;

	(void)snprintf(path, sizeof(path), "%s/sessions", run);
	if (stat(path, &st) < 0)
		return errno == ENOENT || errno == ENOTDIR ? MCKD_SESSION_NONE : MCKD_SESSION_REMOTE;
	if (!read_small(cgroup, text) || (unit = unit_of(text)) == NULL)
		return MCKD_SESSION_REMOTE;
	len = strcspn(unit, "/\n");
	if (has_form(unit, len, "session-", ".scope"))
		remote = one_is_remote(run, unit + 8, len - strlen("session-.scope"));
	else if (has_form(unit, len, "user@", ".service"))
		remote = any_is_remote(run, unit + 5, len - strlen("user@.service"));
	else if (!has_form(unit, len, "..", ""))
		return MCKD_SESSION_NONE;
	return remote ? MCKD_SESSION_REMOTE : MCKD_SESSION_LOCAL;
}

/* Beside the sessions lie pipes, "ID.ref". */
bool
mckd_session_any_remote(const char *run)
{
	const struct dirent *at;
	bool remote = false;
	char path[256];
	DIR *d;

	(void)snprintf(path, sizeof(path), "%s/sessions", run);
	d = opendir(path);
	if (d == NULL)
		return errno != ENOENT && errno != ENOTDIR;
	do {
		errno = 0;
		at = readdir(d);
		if (at == NULL)
			remote = errno != 0;
		else if (strchr(at->d_name, '.') == NULL)
			remote = one_is_remote(run, at->d_name, strlen(at->d_name));
	} while (at != NULL && !remote);
	(void)closedir(d);
	return remote;
}
