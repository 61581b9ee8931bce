/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "userdb_sweep.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "accounts_file.h"
#include "intl.h"

#define RECORD_MAX 8192
#define NAME_ROOM MCKD_USERDB_NAME

/* The names of files that stay. */
struct names {
	char (*name)[NAME_ROOM];
	size_t n, room;
};

static int
cmp_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

static enum mckd_err
add(struct names *l, const char *name, const char *of, const char *suffix)
{
	size_t room = l->room == 0 ? 64 : 2 * l->room;
	void *more;

	if (l->n == l->room) {
		if ((more = reallocarray(l->name, room, NAME_ROOM)) == NULL)
			return MCKD_E_NOMEM;
		l->name = more;
		l->room = room;
	}
	snprintf(l->name[l->n++], NAME_ROOM, "%s%s%s", name, of, suffix);
	return MCKD_OK;
}

static bool
has(const struct names *l, const char *name)
{
	return l->n > 0 && bsearch(name, l->name, l->n, NAME_ROOM, cmp_name) != NULL;
}

static enum mckd_err
add_wanted(struct names *l, const struct mckd_account *accounts, size_t naccounts,
    const struct mckd_group *groups, size_t ngroups)
{
	enum mckd_err e = MCKD_OK;
	char of[NAME_ROOM];

	for (size_t i = 0; i < naccounts && e == MCKD_OK; i++)
		e = add(l, accounts[i].name, "", ".user");
	for (size_t i = 0; i < ngroups && e == MCKD_OK; i++) {
		e = add(l, groups[i].name, "", ".group");
		for (size_t k = 0; k < groups[i].nmembers && e == MCKD_OK; k++) {
			snprintf(of, sizeof(of), ":%s", groups[i].name);
			e = add(l, groups[i].members[k], of, ".membership");
		}
	}
	if (l->n > 1)
		qsort(l->name, l->n, NAME_ROOM, cmp_name);
	return e;
}

/* Is this one of our records? *id is its number, by that key, where anybody asks. */
static bool
is_ours(int dir, const char *name, const char *key, uint32_t *id)
{
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	char text[RECORD_MAX];
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text));
	json_t *o = n > 0 ? json_loadb(text, (size_t)n, 0, NULL) : NULL;
	const char *service = json_string_value(json_object_get(o, "service"));
	bool ours = service != NULL && strcmp(service, MCKD_USERDB_SERVICE) == 0;

	if (key != NULL)
		*id = (uint32_t)json_integer_value(json_object_get(o, key));
	json_decref(o);
	if (fd >= 0)
		close(fd);
	return ours;
}

static bool
ends(const char *name, const char *suffix)
{
	size_t len = strlen(name), slen = strlen(suffix);

	return len > slen && strcmp(name + len - slen, suffix) == 0;
}

/* The link of its number, where it leads there. */
static void
drop_link(int dir, const char *name, const char *suffix, uint32_t id)
{
	char link[NAME_ROOM], to[NAME_ROOM];
	ssize_t n;

	snprintf(link, sizeof(link), "%u%s", id, suffix);
	n = readlinkat(dir, link, to, sizeof(to));
	if (n >= 0 && (size_t)n == strlen(name) && memcmp(to, name, (size_t)n) == 0)
		(void)unlinkat(dir, link, 0);
}

static enum mckd_err
drop(int dir, const char *name, char *why)
{
	if (unlinkat(dir, name, 0) == 0 || errno == ENOENT)
		return MCKD_OK;
	snprintf(why, MCKD_ACCOUNTS_WHY, "%.128s: %s", name, strerror(errno));
	return MCKD_E_STORE_IO;
}

static enum mckd_err
sweep(int dir, const struct names *wanted, char *why)
{
	int copy = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = copy < 0 ? NULL : fdopendir(copy);
	enum mckd_err e = MCKD_OK;
	struct dirent *at;
	uint32_t id;

	if (d == NULL) {
		snprintf(why, MCKD_ACCOUNTS_WHY, _("userdb: %s"), strerror(errno));
		if (copy >= 0)
			close(copy);
		return MCKD_E_STORE_IO;
	}
	while (e == MCKD_OK && (at = readdir(d)) != NULL) {
		const char *name = at->d_name;
		bool user = ends(name, ".user"), group = ends(name, ".group");

		if ((!user && !group && !ends(name, ".membership")) || strlen(name) >= NAME_ROOM ||
		    has(wanted, name) || !is_ours(dir, name, user ? "uid" : "gid", &id))
			continue;
		if (user || group)
			drop_link(dir, name, user ? ".user" : ".group", id);
		e = drop(dir, name, why);
	}
	closedir(d);
	return e;
}

enum mckd_err
mckd_userdb_sweep(const char *dir, const struct mckd_account *accounts, size_t naccounts,
    const struct mckd_group *groups, size_t ngroups, char *why)
{
	struct names wanted = { NULL, 0, 0 };
	enum mckd_err e = add_wanted(&wanted, accounts, naccounts, groups, ngroups);
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0) {
		snprintf(why, MCKD_ACCOUNTS_WHY, "%.128s: %s", dir, strerror(errno));
		e = MCKD_E_STORE_IO;
	}
	if (e == MCKD_OK)
		e = sweep(fd, &wanted, why);
	if (fd >= 0)
		close(fd);
	free(wanted.name);
	return e;
}

static bool
is_there(int dir, const char *name)
{
	struct stat st;

	return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT;
}

/* A link that leads to nothing is none that we made: we take both away. */
static bool
is_our_link(int dir, const char *link)
{
	char to[NAME_ROOM];
	ssize_t n = readlinkat(dir, link, to, sizeof(to) - 1);

	if (n < 0)
		return false;
	to[n] = '\0';
	return strchr(to, '/') == NULL && (!is_there(dir, to) || is_ours(dir, to, NULL, NULL));
}

bool
mckd_userdb_taken(const char *dir, const char *name, uint32_t id, const char *suffix,
    char file[static MCKD_USERDB_NAME])
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	bool taken;

	if (fd < 0)
		return false;
	snprintf(file, MCKD_USERDB_NAME, "%s.%s", name, suffix);
	taken = is_there(fd, file) && !is_ours(fd, file, NULL, NULL);
	if (!taken) {
		snprintf(file, MCKD_USERDB_NAME, "%u.%s", id, suffix);
		taken = is_there(fd, file) && !is_our_link(fd, file);
	}
	close(fd);
	return taken;
}
