/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conf_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libeconf.h>
#include <libeconf_ext.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "intl.h"
#include "store.h"

#define FILE_SIZE_MAX 65536
#define FILE_LINE_MAX 512
#define DROP_INS_MAX 256
#define SETTINGS_MAX 64

/* Where the settings of one text are: libeconf lets the last of two win in silence. */
struct places {
	struct {
		const char *key;
		size_t len;
	} list[SETTINGS_MAX];
	size_t n;
};

/* Owned by root or by ourselves, and no one else can write to it. */
static bool
trusted(int fd, mode_t type)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || (st.st_mode & S_IFMT) != type)
		return false;
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return false;
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) == 0)
		return true;
	/* /tmp and its like: what is in it is judged by its own owner. */
	return type == S_IFDIR && st.st_uid == 0 && (st.st_mode & S_ISVTX) != 0;
}

/* Opens the directory that holds path, part by part, following no link. *name is the rest. */
static enum mckd_err
open_parent(const char *path, int *out, const char **name, char *why)
{
	char part[NAME_MAX + 1];
	const char *at = path + 1, *slash;
	int fd, next;

	if (path[0] != '/') {
		(void)snprintf(why, MCKD_WHY, _("%s: not an absolute path"), path);
		return MCKD_E_CONFIG;
	}
	if ((fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		return MCKD_E_INTERNAL;
	for (; (slash = strchr(at, '/')) != NULL; at = slash + 1) {
		if (slash == at)
			continue;
		if ((size_t)(slash - at) > NAME_MAX)
			goto bad;
		memcpy(part, at, (size_t)(slash - at));
		part[slash - at] = '\0';
		next = openat(fd, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (next < 0 && errno == ENOENT) {
			(void)close(fd);
			return MCKD_E_STORE_NOT_FOUND;
		}
		if (next < 0)
			goto bad;
		(void)close(fd);
		fd = next;
		if (!trusted(fd, S_IFDIR))
			goto bad;
	}
	*out = fd;
	*name = at;
	return MCKD_OK;
bad:
	(void)close(fd);
	(void)snprintf(why, MCKD_WHY, _("%s: %.*s is not a directory of root that only root can write to"),
	    path, (int)(slash - path), path);
	return MCKD_E_CONFIG;
}

static enum mckd_err
read_whole(int fd, char *text, size_t *len, const char *path, char *why)
{
	ssize_t n;

	for (*len = 0; *len <= FILE_SIZE_MAX; *len += (size_t)n) {
		n = read(fd, text + *len, FILE_SIZE_MAX + 1 - *len);
		if (n == 0)
			return MCKD_OK;
		if (n < 0 && errno == EINTR)
			n = 0;
		if (n < 0) {
			(void)snprintf(why, MCKD_WHY, "%s: %m", path);
			return MCKD_E_CONFIG;
		}
	}
	(void)snprintf(why, MCKD_WHY, _("%s: too large"), path);
	return MCKD_E_CONFIG;
}

/* One line, without its end: a comment, nothing, or a setting whose name is new. */
static const char *
check_line(struct places *p, const char *at, const char *end)
{
	const char *key;

	if (end - at > FILE_LINE_MAX)
		return N_("line too long");
	for (const char *c = at; c < end; c++)
		if (((unsigned char)*c < 0x20 && *c != '\t') || *c == 0x7f)
			return N_("not text");
	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	if (at == end || *at == '#')
		return NULL;
	for (key = at; at < end && *at != '=' && *at != ' ' && *at != '\t'; at++)
		;
	for (size_t i = 0; i < p->n; i++)
		if (p->list[i].len == (size_t)(at - key) &&
		    memcmp(p->list[i].key, key, p->list[i].len) == 0)
			return N_("given twice");
	/* libeconf would cut the value there, be it in quotes, and say nothing. */
	if (memchr(at, '#', (size_t)(end - at)) != NULL)
		return N_("a comment has a line of its own, and a value has no #");
	if (p->n == SETTINGS_MAX)
		return N_("too many settings");
	p->list[p->n].key = key;
	p->list[p->n++].len = (size_t)(at - key);
	return NULL;
}

/* What libeconf would read wrongly or in part. *n: how many settings it must find. */
static enum mckd_err
check_text(int fd, const char *path, size_t *n, char *why)
{
	char *text = malloc(FILE_SIZE_MAX + 1), *at, *end;
	struct places p = { .n = 0 };
	enum mckd_err err = MCKD_E_NOMEM;
	const char *wrong;
	size_t len = 0;

	if (text == NULL || (err = read_whole(fd, text, &len, path, why)) != MCKD_OK)
		goto out;
	at = text;
	for (unsigned line = 1; at < text + len; line++, at = end + 1) {
		if ((end = memchr(at, '\n', (size_t)(text + len - at))) == NULL)
			end = text + len;
		if ((wrong = check_line(&p, at, end)) == NULL)
			continue;
		(void)snprintf(why, MCKD_WHY, "%.160s:%u: %s", path, line, _(wrong));
		err = MCKD_E_CONFIG;
		goto out;
	}
	*n = p.n;
out:
	free(text);
	return err;
}

static enum mckd_err
set_one(econf_file *kf, const char *path, char *const *keys, size_t i, mckd_conf_set set, void *arg,
    char *why)
{
	struct econf_ext_value *ev = NULL;
	char where[160];
	enum mckd_err err = MCKD_E_CONFIG;
	econf_err e = econf_getExtValue(kf, NULL, keys[i], &ev);
	const char *value;

	if (e == ECONF_NOMEM)
		return MCKD_E_NOMEM;
	if (e != ECONF_SUCCESS || ev == NULL) {
		(void)snprintf(why, MCKD_WHY, _("%s: \"%s\" has no value"), path, keys[i]);
		goto out;
	}
	(void)snprintf(where, sizeof(where), "%.130s:%llu", path, (unsigned long long)ev->line_number);
	value = ev->values != NULL ? ev->values[0] : NULL;
	if (value == NULL || value[0] == '\0') {
		(void)snprintf(why, MCKD_WHY, _("%s: \"%.64s\" has no value"), where, keys[i]);
		goto out;
	}
	if (ev->values[1] != NULL || strchr(value, '\n') != NULL) {
		(void)snprintf(why, MCKD_WHY, _("%s: \"%.64s\" goes over several lines"), where, keys[i]);
		goto out;
	}
	err = set(arg, keys[i], value, where, why);
out:
	econf_freeExtValue(ev);
	return err;
}

/* libeconf is the line parser and nothing more. */
static enum mckd_err
parse(int fd, const char *path, size_t lines, mckd_conf_set set, void *arg, char *why)
{
	econf_file *kf = NULL;
	char self[64], **keys = NULL, **groups = NULL;
	enum mckd_err err = MCKD_E_CONFIG;
	size_t n = 0, ngroups = 0;
	econf_err e;

	(void)snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	e = econf_readFile(&kf, self, "=", "#");
	if (e != ECONF_SUCCESS) {
		char *name = NULL;
		uint64_t line = 0;

		econf_errLocation(&name, &line);
		free(name);
		(void)snprintf(why, MCKD_WHY, "%s:%llu: %s", path, (unsigned long long)line,
		    econf_errString(e));
		err = e == ECONF_NOMEM ? MCKD_E_NOMEM : MCKD_E_CONFIG;
		goto out;
	}
	e = econf_getGroups(kf, &ngroups, &groups);
	if (e != ECONF_SUCCESS && e != ECONF_NOGROUP)
		goto out;
	if (ngroups > 0) {
		(void)snprintf(why, MCKD_WHY, _("%s: unknown section \"[%s]\""), path, groups[0]);
		goto out;
	}
	e = econf_getKeys(kf, NULL, &n, &keys);
	err = e == ECONF_SUCCESS || e == ECONF_NOKEY ? MCKD_OK : MCKD_E_CONFIG;
	if (err == MCKD_OK && n != lines) {
		(void)snprintf(why, MCKD_WHY, _("%s: a line that is not one setting"), path);
		err = MCKD_E_CONFIG;
	}
	for (size_t i = 0; i < n && err == MCKD_OK; i++)
		err = set_one(kf, path, keys, i, set, arg, why);
out:
	econf_freeArray(keys);
	econf_freeArray(groups);
	econf_freeFile(kf);
	return err;
}

static enum mckd_err
read_at(int dir, const char *name, const char *path, mckd_conf_set set, void *arg, char *why)
{
	enum mckd_err err = MCKD_E_CONFIG;
	size_t lines = 0;
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		return MCKD_E_STORE_NOT_FOUND;
	if (fd < 0)
		(void)snprintf(why, MCKD_WHY, "%s: %m", path);
	else if (!trusted(fd, S_IFREG))
		(void)snprintf(why, MCKD_WHY, _("%s: not a regular file of root that only root can write to"),
		    path);
	else if ((err = check_text(fd, path, &lines, why)) == MCKD_OK)
		err = parse(fd, path, lines, set, arg, why);
	if (fd >= 0)
		(void)close(fd);
	return err;
}

enum mckd_err
mckd_conf_file(const char *path, mckd_conf_set set, void *arg, char *why)
{
	const char *name;
	enum mckd_err err;
	int dir;

	if ((err = open_parent(path, &dir, &name, why)) != MCKD_OK)
		return err;
	err = read_at(dir, name, path, set, arg, why);
	(void)close(dir);
	return err;
}

static int
is_drop_in(const struct dirent *d)
{
	size_t len = strlen(d->d_name);

	return d->d_name[0] != '.' && len > 5 && strcmp(d->d_name + len - 5, ".conf") == 0;
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

enum mckd_err
mckd_conf_dir(const char *path, mckd_conf_set set, void *arg, char *why)
{
	struct dirent **list = NULL;
	char file[PATH_MAX];
	const char *name;
	enum mckd_err err;
	int parent = -1, dir = -1, n = 0;

	if ((err = open_parent(path, &parent, &name, why)) != MCKD_OK)
		return err;
	dir = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir < 0 && errno == ENOENT) {
		err = MCKD_E_STORE_NOT_FOUND;
		goto out;
	}
	err = MCKD_E_CONFIG;
	if (dir < 0 || !trusted(dir, S_IFDIR)) {
		(void)snprintf(why, MCKD_WHY, _("%s: not a directory of root that only root can write to"),
		    path);
		goto out;
	}
	if ((n = scandirat(dir, ".", &list, is_drop_in, by_name)) < 0 || n > DROP_INS_MAX) {
		(void)snprintf(why, MCKD_WHY, _("%s: cannot be listed"), path);
		goto out;
	}
	err = MCKD_OK;
	for (int i = 0; i < n && err == MCKD_OK; i++) {
		if ((size_t)snprintf(file, sizeof(file), "%s/%s", path, list[i]->d_name) >= sizeof(file))
			err = MCKD_E_CONFIG;
		else
			err = read_at(dir, list[i]->d_name, file, set, arg, why);
	}
out:
	for (int i = 0; i < n; i++)
		free(list[i]);
	free(list);
	if (dir >= 0)
		(void)close(dir);
	(void)close(parent);
	return err;
}
