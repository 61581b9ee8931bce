/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conf.h"

#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "block.h"
#include "conf_file.h"
#include "intl.h"
#include "store.h"

enum kind { TEXT, PATH, UNIT, APPLICATION, NUMBER, IDS, WORD, FLAG };

struct setting {
	const char *name;
	enum kind kind;
	size_t offset;
	unsigned min, max;
	const char *words[4];	/* the value is the place in this list */
	bool option_only;	/* the module itself acts on it, and reads no file */
};

#define AT(field) offsetof(struct mckd_conf, field)

static const struct setting settings[] = {
	{ "application", APPLICATION, AT(application), 0, 0, { NULL }, false },
	{ "reader", TEXT, AT(reader), 0, 0, { NULL }, false },
	{ "prompt", TEXT, AT(prompt), 0, 0, { NULL }, false },
	{ "cue", TEXT, AT(cue), 0, 0, { NULL }, false },
	{ "store", PATH, AT(store), 0, 0, { NULL }, false },
	{ "key", PATH, AT(key), 0, 0, { NULL }, false },
	{ "duress_unit", UNIT, AT(duress_unit), 0, 0, { NULL }, false },
	{ "wait", NUMBER, AT(wait), 0, 600, { NULL }, false },
	{ "max_tries", NUMBER, AT(max_tries), 1, 15, { NULL }, false },
	{ "keep_tries", NUMBER, AT(keep_tries), 0, 14, { NULL }, false },
	{ "deadline", NUMBER, AT(deadline), 1, 120, { NULL }, false },
	{ "events_max", NUMBER, AT(events_max), 0, 100000000, { NULL }, false },
	{ "events_days", NUMBER, AT(events_days), 0, 36500, { NULL }, false },
	{ "account_ids", IDS, AT(account_ids), 1000, 999999999, { NULL }, false },
	{ "account_home", PATH, AT(account_home), 0, 0, { NULL }, false },
	{ "account_shell", PATH, AT(account_shell), 0, 0, { NULL }, false },
	{ "remote", WORD, AT(remote), 0, 0, { "no", "local-reader", "challenge", NULL }, false },
	{ "store_unwritable", WORD, AT(store_unwritable), 0, 0, { "root", "deny", NULL }, false },
	{ "authtok", WORD, AT(authtok), 0, 0, { "no", "secret", "pin", NULL }, false },
	{ "strict_epoch", FLAG, AT(strict_epoch), 0, 0, { NULL }, false },
	{ "try_first_pass", FLAG, AT(try_first_pass), 0, 0, { NULL }, true },
	{ "use_first_pass", FLAG, AT(use_first_pass), 0, 0, { NULL }, true },
	{ "nullok", FLAG, AT(nullok), 0, 0, { NULL }, true },
	{ "debug", FLAG, AT(debug), 0, 0, { NULL }, false },
	{ "quiet", FLAG, AT(quiet), 0, 0, { NULL }, false },
};

void
mckd_conf_default(struct mckd_conf *c)
{
	memset(c, 0, sizeof(*c));
	(void)snprintf(c->application, sizeof(c->application), "auto");
	(void)snprintf(c->cue, sizeof(c->cue), "%s", MCKD_CUE);
	(void)snprintf(c->store, sizeof(c->store), "%s", MCKD_STATEDIR);
	(void)snprintf(c->key, sizeof(c->key), "%s", MCKD_SYSCONFDIR "/store.key");
	(void)snprintf(c->account_home, sizeof(c->account_home), "/home");
	(void)snprintf(c->account_shell, sizeof(c->account_shell), "/bin/bash");
	/* Above systemd's (to 65535), below the sub-uids of useradd(8) (from 100000). */
	c->account_ids[0] = 70000;
	c->account_ids[1] = 99999;
	c->events_max = 100000;
	c->max_tries = 1;
	c->keep_tries = 2;
	c->deadline = 30;
	c->remote = MCKD_REMOTE_NO;
	c->store_unwritable = MCKD_UNWRITABLE_ROOT;
	c->authtok = MCKD_AUTHTOK_NO;
}

static bool
parse_number(const char *text, unsigned *out)
{
	unsigned n = 0;

	if (*text == '\0' || strlen(text) > 9)
		return false;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9')
			return false;
		n = n * 10 + (unsigned)(*text - '0');
	}
	*out = n;
	return true;
}

/* FIRST-LAST */
static bool
parse_ids(const struct setting *s, const char *text, unsigned out[static 2])
{
	char first[16];
	size_t len = strcspn(text, "-");

	if (len >= sizeof(first))
		return false;
	memcpy(first, text, len);
	first[len] = '\0';
	return parse_number(first, &out[0]) && text[len] == '-' && parse_number(text + len + 1, &out[1]) &&
	    s->min <= out[0] && out[0] <= out[1] && out[1] <= s->max;
}

/* As systemd.unit(5) has it, and with its type. */
static bool
unit_name(const char *text)
{
	const char *dot = strrchr(text, '.');

	return text[0] != '-' && text[0] != '.' && dot != NULL && dot[1] != '\0' &&
	    strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:_.\\@-") == strlen(text);
}

/* The enums of struct mckd_conf have the size of unsigned; memcpy keeps to their bytes. */
static void
store_unsigned(struct mckd_conf *c, size_t offset, unsigned v)
{
	memcpy((char *)c + offset, &v, sizeof(v));
}

static bool
apply(struct mckd_conf *c, const struct setting *s, const char *value)
{
	unsigned n = 0, ids[2];
	bool on;

	switch (s->kind) {
	case PATH:
		if (value[0] != '/')
			return false;
		break;
	case UNIT:
		if (!unit_name(value))
			return false;
		break;
	case APPLICATION:
		if (!mckd_app_name_valid(value))
			return false;
		break;
	case TEXT:
		break;
	case NUMBER:
		if (!parse_number(value, &n) || n < s->min || n > s->max)
			return false;
		store_unsigned(c, s->offset, n);
		return true;
	case IDS:
		if (!parse_ids(s, value, ids))
			return false;
		memcpy((char *)c + s->offset, ids, sizeof(ids));
		return true;
	case WORD:
		for (; s->words[n] != NULL; n++)
			if (strcmp(s->words[n], value) == 0) {
				store_unsigned(c, s->offset, n);
				return true;
			}
		return false;
	case FLAG:
		on = strcmp(value, "yes") == 0;
		if (!on && strcmp(value, "no") != 0)
			return false;
		memcpy((char *)c + s->offset, &on, sizeof(on));
		return true;
	}
	if (value[0] == '\0' || strlen(value) >= MCKD_CONF_TEXT)
		return false;
	for (const char *p = value; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return false;
	memcpy((char *)c + s->offset, value, strlen(value) + 1);
	return true;
}

static const struct setting *
find(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		if (strlen(settings[i].name) == len && memcmp(settings[i].name, name, len) == 0)
			return &settings[i];
	return NULL;
}

static enum mckd_err
set(void *arg, const char *key, const char *value, const char *where, char *why)
{
	const struct setting *s = find(key, strlen(key));

	if (s == NULL) {
		(void)snprintf(why, MCKD_WHY, _("%s: unknown key \"%s\""), where, key);
		return MCKD_E_CONFIG;
	}
	if (s->option_only) {
		(void)snprintf(why, MCKD_WHY, _("%s: \"%s\" is an option of the module only"), where, key);
		return MCKD_E_CONFIG;
	}
	if (!apply(arg, s, value)) {
		(void)snprintf(why, MCKD_WHY, _("%s: \"%s\" cannot be \"%s\""), where, key, value);
		return MCKD_E_CONFIG;
	}
	return MCKD_OK;
}

enum mckd_err
mckd_conf_read(struct mckd_conf *c, const char *path, char *why)
{
	struct mckd_conf new = *c;
	char dir[PATH_MAX];
	enum mckd_err err;

	(void)snprintf(why, MCKD_WHY, _("%s: cannot be read"), path);
	if ((size_t)snprintf(dir, sizeof(dir), "%s.d", path) >= sizeof(dir))
		return MCKD_E_CONFIG;
	err = mckd_conf_file(path, set, &new, why);
	if (err == MCKD_OK || err == MCKD_E_STORE_NOT_FOUND)
		err = mckd_conf_dir(dir, set, &new, why);
	if (err == MCKD_E_STORE_NOT_FOUND)
		err = MCKD_OK;
	if (err == MCKD_OK) {
		*c = new;
		why[0] = '\0';
	}
	return err;
}

enum mckd_err
mckd_conf_option(struct mckd_conf *c, const char *option, char *why)
{
	const char *equals = strchr(option, '=');
	size_t len = equals != NULL ? (size_t)(equals - option) : strlen(option);
	const struct setting *s = find(option, len);

	if (s == NULL) {
		(void)snprintf(why, MCKD_WHY, _("unknown option \"%s\""), option);
		return MCKD_E_CONFIG;
	}
	if (equals == NULL && s->kind != FLAG) {
		(void)snprintf(why, MCKD_WHY, _("option \"%s\" has no value"), option);
		return MCKD_E_CONFIG;
	}
	if (!apply(c, s, equals != NULL ? equals + 1 : "yes")) {
		(void)snprintf(why, MCKD_WHY, _("option \"%s\" is not valid"), option);
		return MCKD_E_CONFIG;
	}
	return MCKD_OK;
}
