/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "json_priv.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* The size in front of each allocation; as large as the alignment that malloc keeps. */
#define FRONT sizeof(max_align_t)

static void *
wiping_alloc(size_t len)
{
	char *p;

	if (len > SIZE_MAX - FRONT || (p = malloc(len + FRONT)) == NULL)
		return NULL;
	memcpy(p, &len, sizeof(len));
	return p + FRONT;
}

static void
wiping_free(void *at)
{
	char *p;
	size_t len;

	if (at == NULL)
		return;
	p = (char *)at - FRONT;
	memcpy(&len, p, sizeof(len));
	mckd_wipe(p, len + FRONT);
	free(p);
}

struct mckd_json_memory
mckd_json_memory_begin(void)
{
	struct mckd_json_memory old;

	json_get_alloc_funcs(&old.alloc, &old.free);
	json_set_alloc_funcs(wiping_alloc, wiping_free);
	return old;
}

void
mckd_json_memory_end(struct mckd_json_memory old)
{
	json_set_alloc_funcs(old.alloc, old.free);
}

static json_t *
hex(const uint8_t *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	char text[2 * MCKD_KEY_LEN];
	json_t *v;

	if (len > MCKD_KEY_LEN)
		return NULL;
	for (size_t i = 0; i < len; i++) {
		text[2 * i] = digits[bytes[i] >> 4];
		text[2 * i + 1] = digits[bytes[i] & 15];
	}
	v = json_stringn(text, 2 * len);
	mckd_wipe(text, sizeof(text));
	return v;
}

static json_t *
indices(uint32_t bits)
{
	json_t *list = json_array();

	for (unsigned i = 0; list != NULL && i < MCKD_SNS_MAX; i++)
		if ((bits >> i & 1) != 0 && json_array_append_new(list, json_integer(i + 1)) != 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

static json_t *
series(const struct mckd_app *app)
{
	json_t *sns = json_object();
	char key[3];

	for (unsigned i = 0; sns != NULL && i < MCKD_SNS_MAX; i++) {
		if ((app->present >> i & 1) == 0)
			continue;
		key[0] = (char)('0' + (i + 1) / 10);
		key[1] = (char)('0' + (i + 1) % 10);
		key[2] = '\0';
		if (json_object_set_new(sns, key[0] == '0' ? key + 1 : key,
		    hex(app->sn[i], MCKD_SN_LEN)) != 0) {
			json_decref(sns);
			return NULL;
		}
	}
	return sns;
}

static const char *
dea_name(enum mckd_dea dea)
{
	return dea == MCKD_DEA_AES ? MCKD_JSON_AES : MCKD_JSON_HMAC;
}

static int
set_true(json_t *o, const char *key, bool value)
{
	return value ? json_object_set_new(o, key, json_true()) : 0;
}

/* json_object_set_new() refuses a NULL value, so every failed allocation shows. */
static json_t *
application(const struct mckd_app *app)
{
	json_t *o = json_object();
	int bad = o == NULL;

	bad |= json_object_set_new(o, "slot", json_integer(app->slot));
	bad |= json_object_set_new(o, "name", json_string(app->name));
	bad |= json_object_set_new(o, "mechanism", json_string(mckd_mechanism_name(app->mechanism)));
	bad |= json_object_set_new(o, "ksel", hex(app->ksel, MCKD_KEY_LEN));
	bad |= json_object_set_new(o, "pin", json_boolean((app->flags & MCKD_APP_NEEDS_PIN) != 0));
	bad |= set_true(o, "secret", (app->flags & MCKD_APP_HAS_N1) != 0);
	bad |= set_true(o, "sealed_only", (app->flags & MCKD_APP_SEALED_ONLY) != 0);
	bad |= set_true(o, "may_sign", (app->flags & MCKD_APP_MAY_SIGN) != 0);
	bad |= set_true(o, "duress", app->duress);
	if (mckd_mechanism_has_period(app->mechanism) && app->period != MCKD_JSON_PERIOD && app->period != 0)
		bad |= json_object_set_new(o, "period", json_integer(app->period));
	bad |= json_object_set_new(o, "retired", indices(app->retired));
	if (app->compromised != 0)
		bad |= json_object_set_new(o, "compromised", indices(app->compromised));
	bad |= json_object_set_new(o, "sn", series(app));
	if (bad == 0)
		return o;
	json_decref(o);
	return NULL;
}

static json_t *
applications(const struct mckd_block *b)
{
	json_t *list = json_array();
	int bad = list == NULL;

	for (unsigned i = 0; i < b->napps; i++)
		bad |= json_array_append_new(list, application(&b->app[i]));
	if (bad == 0)
		return list;
	json_decref(list);
	return NULL;
}

static json_t *
users(const struct mckd_json *in)
{
	json_t *list = json_array();
	int bad = list == NULL;

	for (size_t i = 0; i < in->nusers; i++) {
		const struct mckd_app *app = mckd_block_app(&in->record->block, in->users[i].slot);
		json_t *o = json_object();

		bad |= json_object_set_new(o, "user", json_string(in->users[i].user));
		bad |= json_object_set_new(o, "application", app == NULL ? NULL : json_string(app->name));
		bad |= json_array_append_new(list, o);
	}
	if (bad == 0)
		return list;
	json_decref(list);
	return NULL;
}

static json_t *
whole(const struct mckd_json *in)
{
	const struct mckd_block *b = &in->record->block;
	json_t *o = json_object();
	int bad = o == NULL;

	bad |= json_object_set_new(o, "version", json_integer(1));
	bad |= json_object_set_new(o, "card", hex(b->card, MCKD_CARD_ID_LEN));
	bad |= json_object_set_new(o, "dea1", json_string(dea_name(b->dea1)));
	bad |= json_object_set_new(o, "dea2", json_string(dea_name(b->dea2)));
	bad |= json_object_set_new(o, "mk", hex(b->mk, MCKD_KEY_LEN));
	bad |= json_object_set_new(o, "epoch", json_integer(b->epoch));
	if (b->have_last)
		bad |= json_object_set_new(o, "last_ticket", hex(b->last_ticket, sizeof(b->last_ticket)));
	if (in->record->counter != 0)
		bad |= json_object_set_new(o, "counter", json_integer(in->record->counter));
	bad |= json_object_set_new(o, "applications", applications(b));
	bad |= json_object_set_new(o, "users", users(in));
	if (bad == 0)
		return o;
	json_decref(o);
	return NULL;
}

static bool
writable(const struct mckd_json *in)
{
	if (in->record == NULL || !in->record->block.full)
		return false;
	for (unsigned i = 0; i < in->record->block.napps; i++)
		if (mckd_mechanism_name(in->record->block.app[i].mechanism) == NULL)
			return false;
	for (size_t i = 0; i < in->nusers; i++)
		if (mckd_block_app(&in->record->block, in->users[i].slot) == NULL)
			return false;
	return true;
}

enum mckd_err
mckd_json_write(const struct mckd_json *in, char **text)
{
	struct mckd_json_memory old;
	json_t *root;
	char *dump = NULL;

	*text = NULL;
	if (!writable(in))
		return MCKD_E_USAGE;
	old = mckd_json_memory_begin();
	root = whole(in);
	if (root != NULL)
		dump = json_dumps(root, JSON_COMPACT);
	json_decref(root);
	if (dump != NULL)
		*text = strdup(dump);
	wiping_free(dump);
	mckd_json_memory_end(old);
	return *text == NULL ? MCKD_E_NOMEM : MCKD_OK;
}
