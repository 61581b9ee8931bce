/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "json_priv.h"
#include "intl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned
index_of(const char *text)
{
	unsigned v = 0;

	if (text[0] < '1' || text[0] > '9' || strlen(text) > 2)
		return 0;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9')
			return 0;
		v = v * 10 + (unsigned)(*text - '0');
	}
	return v <= MCKD_SNS_MAX ? v : 0;
}

static enum mckd_err
get_sns(const struct mckd_json_place *p, struct mckd_app *app)
{
	json_t *sns = json_object_get(p->obj, "sn"), *v;
	enum mckd_err e;
	const char *key;
	char name[48];
	unsigned index;

	if (sns == NULL)
		return mckd_json_wrong(p, "sn", "missing");
	if (!json_is_object(sns) || json_object_size(sns) == 0)
		return mckd_json_wrong(p, "sn", "must be an object of at least one series number");
	json_object_foreach(sns, key, v) {
		snprintf(name, sizeof(name), "sn.\"%.32s\"", key);
		if ((index = index_of(key)) == 0)
			return mckd_json_wrong(p, name, "an index is 1-32");
		if ((e = mckd_json_hex_value(p, name, v, app->sn[index - 1], MCKD_SN_LEN)) != MCKD_OK)
			return e;
		app->present |= UINT32_C(1) << (index - 1);
	}
	return MCKD_OK;
}

static enum mckd_err
get_flags(const struct mckd_json_place *p, struct mckd_app *app)
{
	bool pin, secret, sealed, sign;
	enum mckd_err e;

	if ((e = mckd_json_bool(p, "pin", true, &pin)) != MCKD_OK ||
	    (e = mckd_json_bool(p, "secret", false, &secret)) != MCKD_OK ||
	    (e = mckd_json_bool(p, "sealed_only", false, &sealed)) != MCKD_OK ||
	    (e = mckd_json_bool(p, "may_sign", false, &sign)) != MCKD_OK ||
	    (e = mckd_json_bool(p, "duress", false, &app->duress)) != MCKD_OK)
		return e;
	if (sealed && !pin)
		return mckd_json_wrong(p, "sealed_only", "not without a PIN");
	if (sealed && sign)
		return mckd_json_wrong(p, "may_sign", "not together with sealed_only");
	if (app->mechanism == MCKD_SEL_PIN && !pin)
		return mckd_json_wrong(p, "pin", "mechanism \"pin\" needs one");
	app->flags = (uint8_t)((pin ? MCKD_APP_NEEDS_PIN : 0) | (secret ? MCKD_APP_HAS_N1 : 0) |
	    (sealed ? MCKD_APP_SEALED_ONLY : 0) | (sign ? MCKD_APP_MAY_SIGN : 0));
	return MCKD_OK;
}

static bool
needs_ksel(enum mckd_mechanism m)
{
	return m != MCKD_SEL_CARD_RANDOM && m != MCKD_SEL_HOST_RANDOM;
}

/*
 * Fields that are right by themselves. An index may be retired or compromised without an SN: so
 * cardtool rotate cancel leaves one whose SN was replaced.
 */
static enum mckd_err
judge_app(const struct mckd_json_place *p, const struct mckd_app *app)
{
	if (json_object_get(p->obj, "period") != NULL && !mckd_mechanism_has_period(app->mechanism))
		return mckd_json_wrong(p, "period", "only mechanisms date and host-date have one");
	if ((app->present & ~app->retired) == 0)
		return mckd_json_wrong(p, "retired", "leaves no series number to log in by");
	if (mckd_app_active(app) == 0)
		return mckd_json_wrong(p, "compromised", "leaves no series number to log in by");
	return MCKD_OK;
}

static enum mckd_err
read_app(const struct mckd_json_place *p, struct mckd_block *b)
{
	static const char *const keys[] = { "slot", "name", "mechanism", "ksel", "pin", "secret",
		"sealed_only", "may_sign", "duress", "period", "retired", "compromised", "sn", NULL };
	struct mckd_app *app = &b->app[b->napps];
	const char *text;
	uint32_t slot = 0;
	enum mckd_err e;

	app->period = MCKD_JSON_PERIOD;
	if ((e = mckd_json_known(p, keys)) != MCKD_OK ||
	    (e = mckd_json_uint(p, "slot", 1, MCKD_APPS_MAX, true, &slot)) != MCKD_OK)
		return e;
	if (mckd_block_app(b, (uint8_t)slot) != NULL)
		return mckd_json_wrong(p, "slot", "taken by another application");
	if ((e = mckd_json_text(p, "name", &text)) != MCKD_OK)
		return e;
	if (!mckd_app_name_valid(text))
		return mckd_json_wrong(p, "name", "must be 1-16 of a-z 0-9 . _ -");
	if (mckd_block_app_named(b, text) != NULL)
		return mckd_json_wrong(p, "name", "taken by another application");
	snprintf(app->name, sizeof(app->name), "%s", text);
	app->slot = (uint8_t)slot;
	if ((e = mckd_json_text(p, "mechanism", &text)) != MCKD_OK)
		return e;
	if (!mckd_mechanism_parse(text, &app->mechanism))
		return mckd_json_wrong(p, "mechanism", "must be card-random, host-random, host-date, date, counter or pin");
	if ((e = mckd_json_hex(p, "ksel", app->ksel, MCKD_KEY_LEN, needs_ksel(app->mechanism))) != MCKD_OK ||
	    (e = get_flags(p, app)) != MCKD_OK ||
	    (e = mckd_json_uint(p, "period", 1, UINT32_MAX, false, &app->period)) != MCKD_OK ||
	    (e = mckd_json_indices(p, "retired", true, &app->retired)) != MCKD_OK ||
	    (e = mckd_json_indices(p, "compromised", false, &app->compromised)) != MCKD_OK ||
	    (e = get_sns(p, app)) != MCKD_OK || (e = judge_app(p, app)) != MCKD_OK)
		return e;
	b->napps++;
	return MCKD_OK;
}

static enum mckd_err
read_apps(const struct mckd_json_place *top, struct mckd_block *b)
{
	const json_t *list = json_object_get(top->obj, "applications");
	enum mckd_err e = MCKD_OK;
	char path[48];

	if (list == NULL)
		return mckd_json_wrong(top, "applications", "missing");
	if (!json_is_array(list) || json_array_size(list) < 1 || json_array_size(list) > MCKD_APPS_MAX)
		return mckd_json_wrong(top, "applications", "must be a list of 1-8 applications");
	for (size_t i = 0; i < json_array_size(list) && e == MCKD_OK; i++) {
		struct mckd_json_place p = { json_array_get(list, i), path, top->why };

		snprintf(path, sizeof(path), "applications[%zu].", i);
		if (!json_is_object(p.obj)) {
			path[strlen(path) - 1] = '\0';
			return mckd_json_wrong(&p, "", "must be an object");
		}
		e = read_app(&p, b);
		if (e == MCKD_OK && mckd_apps_odd_period(b->app, b->napps) != NULL)
			e = mckd_json_wrong(&p, "period", "must be that of the other application with a PIN and mechanism date");
	}
	return e;
}

static enum mckd_err
read_user(const struct mckd_json_place *p, struct mckd_json *out)
{
	static const char *const keys[] = { "user", "application", NULL };
	struct mckd_json_user *u = &out->users[out->nusers];
	const struct mckd_app *app;
	const char *text;
	enum mckd_err e;

	if ((e = mckd_json_known(p, keys)) != MCKD_OK || (e = mckd_json_text(p, "user", &text)) != MCKD_OK)
		return e;
	if (text[0] == '\0' || strlen(text) > MCKD_USER_MAX)
		return mckd_json_wrong(p, "user", "must be 1-%d characters", MCKD_USER_MAX);
	for (const char *c = text; *c != '\0'; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return mckd_json_wrong(p, "user", "must not contain control characters");
	snprintf(u->user, sizeof(u->user), "%s", text);
	if ((e = mckd_json_text(p, "application", &text)) != MCKD_OK)
		return e;
	if ((app = mckd_block_app_named(&out->record->block, text)) == NULL)
		return mckd_json_wrong(p, "application", "no application of this name");
	u->slot = app->slot;
	for (size_t i = 0; i < out->nusers; i++)
		if (out->users[i].slot == u->slot && strcmp(out->users[i].user, u->user) == 0)
			return mckd_json_wrong(p, "user", "given twice for this application");
	out->nusers++;
	return MCKD_OK;
}

static enum mckd_err
read_users(const struct mckd_json_place *top, struct mckd_json *out)
{
	const json_t *list = json_object_get(top->obj, "users");
	enum mckd_err e = MCKD_OK;
	char path[48];
	size_t n;

	if (list == NULL)
		return MCKD_OK;
	if (!json_is_array(list) || (n = json_array_size(list)) > MCKD_JSON_USERS_MAX)
		return mckd_json_wrong(top, "users", "must be a list of at most %d users", MCKD_JSON_USERS_MAX);
	if (n == 0)
		return MCKD_OK;
	if ((out->users = calloc(n, sizeof(*out->users))) == NULL)
		return MCKD_E_NOMEM;
	for (size_t i = 0; i < n && e == MCKD_OK; i++) {
		struct mckd_json_place p = { json_array_get(list, i), path, top->why };

		snprintf(path, sizeof(path), "users[%zu].", i);
		if (!json_is_object(p.obj)) {
			path[strlen(path) - 1] = '\0';
			return mckd_json_wrong(&p, "", "must be an object");
		}
		e = read_user(&p, out);
	}
	return e;
}

static enum mckd_err
read_top(const struct mckd_json_place *p, struct mckd_json *out)
{
	static const char *const keys[] = { "version", "card", "dea1", "dea2", "mk", "epoch",
		"last_ticket", "counter", "applications", "users", NULL };
	struct mckd_record *r = out->record;
	uint32_t version = 0, epoch = 0;
	enum mckd_err e;

	if ((e = mckd_json_known(p, keys)) != MCKD_OK ||
	    (e = mckd_json_uint(p, "version", 1, 1, true, &version)) != MCKD_OK ||
	    (e = mckd_json_hex(p, "card", r->block.card, MCKD_CARD_ID_LEN, true)) != MCKD_OK ||
	    (e = mckd_json_dea(p, "dea1", &r->block.dea1)) != MCKD_OK ||
	    (e = mckd_json_dea(p, "dea2", &r->block.dea2)) != MCKD_OK ||
	    (e = mckd_json_hex(p, "mk", r->block.mk, MCKD_KEY_LEN, true)) != MCKD_OK ||
	    (e = mckd_json_uint(p, "epoch", 0, 0xffff, true, &epoch)) != MCKD_OK ||
	    (e = mckd_json_hex(p, "last_ticket", r->block.last_ticket, 16, false)) != MCKD_OK ||
	    (e = mckd_json_uint(p, "counter", 0, UINT32_MAX, false, &r->counter)) != MCKD_OK ||
	    (e = read_apps(p, &r->block)) != MCKD_OK)
		return e;
	r->block.full = true;
	r->block.epoch = (uint16_t)epoch;
	r->block.have_last = json_object_get(p->obj, "last_ticket") != NULL;
	r->epoch_seen = r->block.epoch;
	return read_users(p, out);
}

enum mckd_err
mckd_json_read(const char *text, size_t len, struct mckd_json *out, char *why)
{
	struct mckd_json_memory old = mckd_json_memory_begin();
	enum mckd_err e = MCKD_E_INTERNAL;
	struct mckd_json_place top = { NULL, "", why };
	json_error_t error;
	json_t *root;

	memset(out, 0, sizeof(*out));
	why[0] = '\0';
	root = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
	if (root == NULL) {
		/* Not error.text, which quotes the input: it may be a key. */
		bool twice = json_error_code(&error) == json_error_duplicate_key;

		e = json_error_code(&error) == json_error_out_of_memory ? MCKD_E_NOMEM : MCKD_E_PARSE;
		snprintf(why, MCKD_WHY, _("line %d, column %d: %s"), error.line, error.column,
		    twice ? _("a field given twice") : _("not valid JSON"));
		goto out;
	}
	top.obj = root;
	if (!json_is_object(root))
		e = mckd_json_wrong(&top, "file", "must be a JSON object");
	else if ((out->record = mckd_record_new()) == NULL)
		e = MCKD_E_NOMEM;
	else
		e = read_top(&top, out);
out:
	json_decref(root);
	mckd_json_memory_end(old);
	if (e != MCKD_OK) {
		if (why[0] == '\0')
			snprintf(why, MCKD_WHY, "%s", _(mckd_err_str(e)));
		mckd_json_free(out);
	}
	return e;
}

void
mckd_json_free(struct mckd_json *j)
{
	mckd_record_free(j->record);
	free(j->users);
	memset(j, 0, sizeof(*j));
}
