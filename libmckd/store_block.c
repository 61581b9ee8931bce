/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store_priv.h"

#include <stdlib.h>
#include <string.h>

#include "intl.h"

#define RETIRED_MAX (2 * MCKD_SNS_MAX)
#define KEYS_MAX (4 + MCKD_SNS_MAX * MCKD_KEY_LEN)

struct mckd_record *
mckd_record_new(void)
{
	return calloc(1, sizeof(struct mckd_record));
}

void
mckd_record_free(struct mckd_record *r)
{
	if (r == NULL)
		return;
	mckd_wipe(r, sizeof(*r));
	free(r);
}

static enum mckd_err
malformed(struct mckd_store *s, const char *table)
{
	return mckd_store_fail(s, MCKD_E_STORE_UNTRUSTED, "a malformed row in table %s", table);
}

/* A sealed column whose plain text has exactly want bytes. */
static enum mckd_err
column_key(struct mckd_store *s, sqlite3_stmt *st, int col, const struct mckd_sealed_at *at,
    uint8_t *out, size_t want)
{
	size_t len = (size_t)sqlite3_column_bytes(st, col);

	if (sqlite3_column_type(st, col) != SQLITE_BLOB || len != want + MCKD_SEAL_OVERHEAD)
		return malformed(s, at->table);
	return mckd_store_unseal(s, at, sqlite3_column_blob(st, col), len, out);
}

/* The indices that have a key, and their keys in ascending order, as one blob. */
static size_t
pack_keys(const struct mckd_app *app, bool full, uint8_t *out)
{
	struct mckd_buf b = mckd_buf_over(out, KEYS_MAX);

	mckd_buf_put_u32(&b, app->present);
	for (unsigned i = 0; i < MCKD_SNS_MAX; i++)
		if ((app->present >> i & 1) != 0)
			mckd_buf_put(&b, full ? app->sn[i] : app->hdk[i], full ? MCKD_SN_LEN : MCKD_KEY_LEN);
	return KEYS_MAX - b.left;
}

static bool
unpack_keys(struct mckd_app *app, bool full, uint8_t *in, size_t len)
{
	struct mckd_buf b = mckd_buf_over(in, len);

	mckd_buf_get_u32(&b, &app->present);
	for (unsigned i = 0; i < MCKD_SNS_MAX && !b.bad; i++)
		if ((app->present >> i & 1) != 0)
			mckd_buf_get(&b, full ? app->sn[i] : app->hdk[i], full ? MCKD_SN_LEN : MCKD_KEY_LEN);
	return mckd_buf_end(&b);
}

static enum mckd_err
column_keys(struct mckd_store *s, sqlite3_stmt *st, const struct mckd_block *b, struct mckd_app *app)
{
	const struct mckd_sealed_at at = { "application", b->card, app->slot, b->full ? "sn" : "hdk" };
	uint8_t plain[KEYS_MAX];
	int col = b->full ? 9 : 10;
	size_t len = (size_t)sqlite3_column_bytes(st, col);
	enum mckd_err e;

	if (len < MCKD_SEAL_OVERHEAD || len > sizeof(plain) + MCKD_SEAL_OVERHEAD ||
	    sqlite3_column_type(st, col) != SQLITE_BLOB)
		return malformed(s, "application");
	e = mckd_store_unseal(s, &at, sqlite3_column_blob(st, col), len, plain);
	if (e == MCKD_OK && !unpack_keys(app, b->full, plain, len - MCKD_SEAL_OVERHEAD))
		e = malformed(s, "application");
	mckd_wipe(plain, sizeof(plain));
	return e;
}

/* Of the retired indices in ascending order; index i has its own or, where it has none, since. */
static size_t
pack_retired(const struct mckd_app *app, uint16_t since, uint8_t *out)
{
	struct mckd_buf b = mckd_buf_over(out, RETIRED_MAX);

	for (unsigned i = 0; i < MCKD_SNS_MAX; i++)
		if (((app->retired | app->compromised) >> i & 1) != 0)
			mckd_buf_put_u16(&b, app->retired_at[i] != 0 ? app->retired_at[i] : since);
	return RETIRED_MAX - b.left;
}

/* None at all: a store that has been without. */
static bool
column_retired(sqlite3_stmt *st, struct mckd_app *app)
{
	size_t len = (size_t)sqlite3_column_bytes(st, 11);
	uint8_t in[RETIRED_MAX];
	struct mckd_buf b;

	if (sqlite3_column_type(st, 11) != SQLITE_BLOB || len > sizeof(in))
		return false;
	if (len == 0)
		return true;
	memcpy(in, sqlite3_column_blob(st, 11), len);
	b = mckd_buf_over(in, len);
	for (unsigned i = 0; i < MCKD_SNS_MAX; i++)
		if (((app->retired | app->compromised) >> i & 1) != 0)
			mckd_buf_get_u16(&b, &app->retired_at[i]);
	return mckd_buf_end(&b);
}

static enum mckd_err
read_app(struct mckd_store *s, sqlite3_stmt *st, struct mckd_block *b)
{
	struct mckd_sealed_at at = { "application", b->card, 0, "ksel" };
	struct mckd_app *app = &b->app[b->napps];
	int64_t slot, flags, mechanism, period, retired, compromised, duress;
	enum mckd_err e;

	if (b->napps == MCKD_APPS_MAX || !mckd_column_uint(st, 0, 8, &slot) || slot == 0 ||
	    !mckd_column_text(st, 1, app->name, sizeof(app->name)) ||
	    !mckd_app_name_valid(app->name) || !mckd_column_uint(st, 2, 15, &flags) ||
	    !mckd_column_uint(st, 3, 0xff, &mechanism) ||
	    mckd_mechanism_name((enum mckd_mechanism)mechanism) == NULL ||
	    !mckd_column_uint(st, 4, UINT32_MAX, &period) ||
	    !mckd_column_uint(st, 5, UINT32_MAX, &retired) ||
	    !mckd_column_uint(st, 6, UINT32_MAX, &compromised) || !mckd_column_uint(st, 7, 1, &duress))
		return malformed(s, "application");
	app->slot = (uint8_t)slot;
	app->flags = (uint8_t)flags;
	app->mechanism = (enum mckd_mechanism)mechanism;
	app->period = (uint32_t)period;
	app->retired = (uint32_t)retired;
	app->compromised = (uint32_t)compromised;
	app->duress = duress != 0;
	if (!column_retired(st, app))
		return malformed(s, "application");
	at.number = app->slot;
	if ((e = column_key(s, st, 8, &at, app->ksel, sizeof(app->ksel))) != MCKD_OK ||
	    (e = column_keys(s, st, b, app)) != MCKD_OK)
		return e;
	b->napps++;
	return MCKD_OK;
}

static enum mckd_err
read_card(struct mckd_store *s, sqlite3_stmt *st, struct mckd_record *r)
{
	struct mckd_block *b = &r->block;
	struct mckd_sealed_at at = { "card", b->card, 0, "mk" };
	int64_t dea1, dea2, full, epoch, status, counter, seen, prov, strict, must, pending,
	    unsent;

	if (!mckd_column_uint(st, 0, 2, &dea1) || dea1 == 0 || !mckd_column_uint(st, 1, 2, &dea2) ||
	    dea2 == 0 || !mckd_column_uint(st, 2, 1, &full) || !mckd_column_uint(st, 3, 0xffff, &epoch) ||
	    !mckd_column_uint(st, 7, MCKD_CARD_REVOKED, &status) ||
	    !mckd_column_text(st, 8, r->reason, sizeof(r->reason)) ||
	    !mckd_column_uint(st, 9, UINT32_MAX, &counter) || !mckd_column_uint(st, 10, 0xffff, &seen) ||
	    !mckd_column_uint(st, 11, 1, &prov) || !mckd_column_uint(st, 12, 1, &strict) ||
	    !mckd_column_uint(st, 13, INT64_MAX, &r->expires) ||
	    !mckd_column_uint(st, 14, INT64_MAX, &r->last_use) || !mckd_column_uint(st, 15, 1, &must) ||
	    !mckd_column_uint(st, 16, 0xffff, &pending) || !mckd_column_uint(st, 17, 0xffff, &unsent))
		return malformed(s, "card");
	b->have_last = sqlite3_column_type(st, 4) != SQLITE_NULL;
	if (b->have_last && !mckd_column_blob(st, 4, b->last_ticket, sizeof(b->last_ticket)))
		return malformed(s, "card");
	b->dea1 = (enum mckd_dea)dea1;
	b->dea2 = (enum mckd_dea)dea2;
	b->full = full != 0;
	b->epoch = (uint16_t)epoch;
	r->status = (enum mckd_card_status)status;
	r->counter = (uint32_t)counter;
	r->epoch_seen = (uint16_t)seen;
	r->provisioning = prov != 0;
	r->strict = strict != 0;
	r->pin_must_change = must != 0;
	r->pending = (unsigned)pending;
	r->unsent = (unsigned)unsent;
	if (b->full)
		return column_key(s, st, 5, &at, b->mk, sizeof(b->mk));
	at.column = "htk";
	return column_key(s, st, 6, &at, b->htk, sizeof(b->htk));
}

static enum mckd_err
get(struct mckd_store *s, struct mckd_record *r)
{
	sqlite3_stmt *st;
	enum mckd_err e = mckd_store_stmt(s, MCKD_SQL_CARD_GET, &st);

	if (e != MCKD_OK)
		return e;
	mckd_bind_card(s, st, 1, r->block.card);
	if ((e = mckd_store_row(s, st, "the card cannot be read")) == MCKD_OK)
		e = read_card(s, st, r);
	else if (e == MCKD_E_STORE_NOT_FOUND)
		mckd_store_fail(s, e, "the card is not in the store");
	mckd_store_reset(st);
	if (e != MCKD_OK || (e = mckd_store_stmt(s, MCKD_SQL_APP_GET, &st)) != MCKD_OK)
		return e;
	mckd_bind_card(s, st, 1, r->block.card);
	while ((e = mckd_store_row(s, st, "the applications cannot be read")) == MCKD_OK)
		if ((e = read_app(s, st, &r->block)) != MCKD_OK)
			break;
	mckd_store_reset(st);
	return e == MCKD_E_STORE_NOT_FOUND ? MCKD_OK : e;
}

enum mckd_err
mckd_store_get(struct mckd_store *s, const uint8_t card[static MCKD_CARD_ID_LEN],
    struct mckd_record **out)
{
	struct mckd_record *r = mckd_record_new();
	enum mckd_err e = MCKD_E_NOMEM;

	*out = NULL;
	if (r == NULL)
		return mckd_store_fail(s, e, "%s", _(mckd_err_str(e)));
	memcpy(r->block.card, card, MCKD_CARD_ID_LEN);
	/* Card and applications of one moment. */
	if ((e = mckd_store_read_begin(s)) == MCKD_OK) {
		e = get(s, r);
		mckd_store_read_end(s);
	}
	if (e != MCKD_OK) {
		mckd_record_free(r);
		return e;
	}
	*out = r;
	return MCKD_OK;
}

static bool
valid(const struct mckd_record *r)
{
	const struct mckd_block *b = &r->block;

	if (b->napps > MCKD_APPS_MAX || mckd_prf_len(b->dea1) == 0 || mckd_prf_len(b->dea2) == 0 ||
	    r->expires < 0 || r->last_use < 0 || r->status > MCKD_CARD_REVOKED ||
	    memchr(r->reason, 0, sizeof(r->reason)) == NULL)
		return false;
	for (unsigned i = 0; i < b->napps; i++) {
		const struct mckd_app *app = &b->app[i];

		if (app->slot < 1 || app->slot > MCKD_APPS_MAX || app->flags > 15 ||
		    memchr(app->name, 0, sizeof(app->name)) == NULL || !mckd_app_name_valid(app->name) ||
		    mckd_mechanism_name(app->mechanism) == NULL)
			return false;
		for (unsigned j = 0; j < i; j++)
			if (b->app[j].slot == app->slot || strcmp(b->app[j].name, app->name) == 0)
				return false;
	}
	return true;
}

enum mckd_err
mckd_app_put(struct mckd_store *s, const struct mckd_block *b, const struct mckd_app *app)
{
	struct mckd_sealed_at at = { "application", b->card, app->slot, "ksel" };
	uint8_t plain[KEYS_MAX], keys[KEYS_MAX + MCKD_SEAL_OVERHEAD];
	uint8_t ksel[MCKD_KEY_LEN + MCKD_SEAL_OVERHEAD], retired[RETIRED_MAX];
	size_t len = pack_keys(app, b->full, plain);
	sqlite3_stmt *st;
	enum mckd_err e = mckd_store_seal(s, &at, app->ksel, MCKD_KEY_LEN, ksel);

	at.column = b->full ? "sn" : "hdk";
	if (e == MCKD_OK)
		e = mckd_store_seal(s, &at, plain, len, keys);
	mckd_wipe(plain, sizeof(plain));
	if (e != MCKD_OK || (e = mckd_store_stmt(s, MCKD_SQL_APP_PUT, &st)) != MCKD_OK)
		return e;
	mckd_bind_card(s, st, 1, b->card);
	mckd_bind_int(s, st, 2, app->slot);
	mckd_bind_text(s, st, 3, app->name);
	mckd_bind_int(s, st, 4, app->flags);
	mckd_bind_int(s, st, 5, app->mechanism);
	mckd_bind_int(s, st, 6, app->period);
	mckd_bind_int(s, st, 7, app->retired);
	mckd_bind_int(s, st, 8, app->compromised);
	mckd_bind_int(s, st, 9, app->duress);
	mckd_bind_blob(s, st, 10, ksel, sizeof(ksel));
	mckd_bind_blob(s, st, b->full ? 11 : 12, keys, len + MCKD_SEAL_OVERHEAD);
	mckd_bind_blob(s, st, 13, retired, pack_retired(app, b->epoch, retired));
	return mckd_store_run(s, st, "the application cannot be stored");
}

static enum mckd_err
put_apps(struct mckd_store *s, const struct mckd_block *b)
{
	enum mckd_err e = MCKD_OK;
	sqlite3_stmt *st;

	for (uint8_t slot = 1; slot <= MCKD_APPS_MAX && e == MCKD_OK; slot++) {
		const struct mckd_app *app = NULL;

		for (unsigned i = 0; i < b->napps; i++)
			if (b->app[i].slot == slot)
				app = &b->app[i];
		if (app != NULL) {
			e = mckd_app_put(s, b, app);
		} else if ((e = mckd_store_stmt(s, MCKD_SQL_APP_DELETE, &st)) == MCKD_OK) {
			mckd_bind_card(s, st, 1, b->card);
			mckd_bind_int(s, st, 2, slot);
			e = mckd_store_run(s, st, "the application cannot be removed");
		}
	}
	return e;
}

static enum mckd_err
put_card(struct mckd_store *s, const struct mckd_record *r, enum mckd_sql which)
{
	const struct mckd_block *b = &r->block;
	const struct mckd_sealed_at at = { "card", b->card, 0, b->full ? "mk" : "htk" };
	uint8_t key[MCKD_KEY_LEN + MCKD_SEAL_OVERHEAD];
	sqlite3_stmt *st;
	enum mckd_err e = mckd_store_seal(s, &at, b->full ? b->mk : b->htk, MCKD_KEY_LEN, key);

	if (e != MCKD_OK || (e = mckd_store_stmt(s, which, &st)) != MCKD_OK)
		return e;
	mckd_bind_card(s, st, 1, b->card);
	mckd_bind_int(s, st, 2, b->dea1);
	mckd_bind_int(s, st, 3, b->dea2);
	mckd_bind_int(s, st, 4, b->full);
	mckd_bind_int(s, st, 5, b->epoch);
	if (b->have_last)
		mckd_bind_blob(s, st, 6, b->last_ticket, sizeof(b->last_ticket));
	mckd_bind_blob(s, st, b->full ? 7 : 8, key, sizeof(key));
	mckd_bind_int(s, st, 9, r->status);
	mckd_bind_text(s, st, 10, r->reason);
	mckd_bind_int(s, st, 11, r->counter);
	mckd_bind_int(s, st, 12, r->epoch_seen);
	mckd_bind_int(s, st, 13, r->provisioning);
	mckd_bind_int(s, st, 14, r->strict);
	mckd_bind_int(s, st, 15, r->expires);
	mckd_bind_int(s, st, 16, r->last_use);
	mckd_bind_int(s, st, 17, r->pin_must_change);
	return mckd_store_run(s, st, "the card cannot be stored");
}

enum mckd_err
mckd_store_put(struct mckd_store *s, const struct mckd_record *r, bool replace)
{
	enum mckd_err e = MCKD_E_INTERNAL;

	if (!valid(r))
		return mckd_store_fail(s, MCKD_E_USAGE, "not a valid record");
	if ((e = mckd_store_begin(s)) != MCKD_OK)
		return e;
	e = put_card(s, r, MCKD_SQL_CARD_INSERT);
	if (e == MCKD_E_STORE_EXISTS && replace)
		e = put_card(s, r, MCKD_SQL_CARD_REPLACE);
	else if (e == MCKD_E_STORE_EXISTS)
		mckd_store_fail(s, e, "the card is in the store already");
	if (e == MCKD_OK)
		e = put_apps(s, &r->block);
	if (e == MCKD_OK)
		return mckd_store_commit(s);
	mckd_store_rollback(s);
	return e;
}
