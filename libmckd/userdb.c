/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "userdb.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "accounts_file.h"
#include "intl.h"
#include "userdb_sweep.h"

#define NOLOGIN "/usr/sbin/nologin"
#define RECORD_MAX 8192
#define NAME_ROOM MCKD_USERDB_NAME

struct text {
	const char *bytes;
	size_t len;
};

static int
write_text(void *arg, int fd)
{
	const struct text *t = arg;
	size_t at = 0;
	ssize_t n;

	while (at < t->len) {
		n = write(fd, t->bytes + at, t->len - at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		at += (size_t)n;
	}
	return 0;
}

static bool
is_already(const char *dir, const char *name, const struct text *t)
{
	char path[512], have[RECORD_MAX];
	ssize_t n = -1;
	int fd;

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, name) >= sizeof(path))
		return false;
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, have, sizeof(have));
	close(fd);
	return n >= 0 && (size_t)n == t->len && memcmp(have, t->bytes, t->len) == 0;
}

static enum mckd_err
put(const char *dir, const char *name, const char *bytes, char *why)
{
	struct text t = { bytes, strlen(bytes) };

	if (is_already(dir, name, &t))
		return MCKD_OK;
	return mckd_accounts_replace(dir, name, RECORD_MAX, write_text, &t, why);
}

/* NUMBER.user beside NAME.user: nss-systemd takes the record of a number by it. */
static enum mckd_err
put_link(const char *dir, uint32_t id, const char *suffix, const char *to, char *why)
{
	char path[512], new[512], have[NAME_ROOM];
	ssize_t n;

	if ((size_t)snprintf(path, sizeof(path), "%s/%u.%s", dir, id, suffix) >= sizeof(path) ||
	    (size_t)snprintf(new, sizeof(new), "%s/.new-link", dir) >= sizeof(new))
		return MCKD_E_USAGE;
	n = readlink(path, have, sizeof(have));
	if (n >= 0 && (size_t)n == strlen(to) && memcmp(have, to, (size_t)n) == 0)
		return MCKD_OK;
	(void)unlink(new);
	if (symlink(to, new) == 0 && rename(new, path) == 0)
		return MCKD_OK;
	snprintf(why, MCKD_ACCOUNTS_WHY, "%.128s: %s", path, strerror(errno));
	(void)unlink(new);
	return MCKD_E_STORE_IO;
}

/* Takes the object. */
static enum mckd_err
put_record(const char *dir, json_t *o, const char *name, uint32_t id, const char *suffix, char *why)
{
	char *text = o != NULL ? json_dumps(o, JSON_INDENT(1)) : NULL, file[NAME_ROOM];
	enum mckd_err e = MCKD_E_NOMEM;

	if (mckd_userdb_taken(dir, name, id, suffix, file)) {
		snprintf(why, MCKD_ACCOUNTS_WHY, _("%.128s/%s is not one of ours"), dir, file);
		e = MCKD_E_STORE_EXISTS;
	} else if (text != NULL) {
		snprintf(file, sizeof(file), "%s.%s", name, suffix);
		e = put(dir, file, text, why);
		if (e == MCKD_OK)
			e = put_link(dir, id, suffix, file, why);
	}
	free(text);
	json_decref(o);
	return e;
}

static enum mckd_err
put_account(const char *dir, const struct mckd_account *a, char *why)
{
	json_t *o = json_pack("{s:s, s:I, s:I, s:s, s:s, s:b, s:s, s:s}", "userName", a->name,
	    "uid", (json_int_t)a->uid, "gid", (json_int_t)a->gid, "homeDirectory", a->home,
	    "shell", a->locked ? NOLOGIN : a->shell, "locked", a->locked, "disposition", "regular",
	    "service", MCKD_USERDB_SERVICE);

	if (o != NULL && a->gecos != NULL && a->gecos[0] != '\0' &&
	    json_object_set_new(o, "realName", json_string(a->gecos)) != 0) {
		json_decref(o);
		snprintf(why, MCKD_ACCOUNTS_WHY, _("%.64s: gecos is not UTF-8"), a->name);
		return MCKD_E_USAGE;
	}
	return put_record(dir, o, a->name, a->uid, "user", why);
}

static enum mckd_err
put_group(const char *dir, const struct mckd_group *g, char *why)
{
	json_t *o = json_pack("{s:s, s:I, s:s, s:s}", "groupName", g->name, "gid", (json_int_t)g->gid,
	    "disposition", "regular", "service", MCKD_USERDB_SERVICE);
	char file[NAME_ROOM];
	enum mckd_err e = put_record(dir, o, g->name, g->gid, "group", why);

	for (size_t i = 0; i < g->nmembers && e == MCKD_OK; i++) {
		snprintf(file, sizeof(file), "%s:%s.membership", g->members[i], g->name);
		/* An empty file would be taken for one that masks a membership of the vendor. */
		e = put(dir, file, "{\"service\":\"" MCKD_USERDB_SERVICE "\"}\n", why);
	}
	return e;
}

enum mckd_err
mckd_userdb_publish(const char *dir, const char *etc,
    const struct mckd_account *accounts, size_t naccounts,
    const struct mckd_group *groups, size_t ngroups, char *why)
{
	enum mckd_err e = mckd_accounts_check(etc, accounts, naccounts, groups, ngroups, why);

	for (size_t i = 0; i < ngroups && e == MCKD_OK; i++)
		e = put_group(dir, &groups[i], why);
	for (size_t i = 0; i < naccounts && e == MCKD_OK; i++)
		e = put_account(dir, &accounts[i], why);
	/* Last: a cut leaves too much rather than too little, and the next run ends it. */
	return e == MCKD_OK ? mckd_userdb_sweep(dir, accounts, naccounts, groups, ngroups, why) : e;
}
