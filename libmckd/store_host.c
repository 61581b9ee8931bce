/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store_host.h"

#include <string.h>

#include "store_priv.h"

bool
mckd_host_name_valid(const char *name)
{
	size_t len = strlen(name);

	return len >= 1 && len <= MCKD_HOST_NAME_MAX && strspn(name, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == len;
}

/* Bound to the name, so that the IDs of two hosts cannot be swapped. */
static struct mckd_sealed_at
id_at(const char *name)
{
	static const uint8_t no_card[MCKD_CARD_ID_LEN];

	return (struct mckd_sealed_at){ "host", no_card, 0, name };
}

static enum mckd_err
read_host(struct mckd_store *s, sqlite3_stmt *st, struct mckd_host *h)
{
	uint8_t sealed[MCKD_HOST_ID_LEN + MCKD_SEAL_OVERHEAD];
	struct mckd_sealed_at at;
	int64_t serial;

	memset(h, 0, sizeof(*h));
	if (!mckd_column_text(st, 0, h->name, sizeof(h->name)) || !mckd_host_name_valid(h->name) ||
	    !mckd_column_blob(st, 1, sealed, sizeof(sealed)) ||
	    !mckd_column_text(st, 2, h->applications, sizeof(h->applications)) ||
	    !mckd_column_text(st, 3, h->users, sizeof(h->users)) ||
	    !mckd_column_uint(st, 4, UINT32_MAX, &serial) ||
	    !mckd_column_uint(st, 5, INT64_MAX, &h->exported))
		return mckd_store_fail(s, MCKD_E_STORE_UNTRUSTED, "a malformed row in table host");
	h->serial = (uint32_t)serial;
	at = id_at(h->name);
	return mckd_store_unseal(s, &at, sealed, sizeof(sealed), h->id);
}

enum mckd_err
mckd_store_host_get(struct mckd_store *s, const char *name, struct mckd_host *out)
{
	sqlite3_stmt *st;
	enum mckd_err e = mckd_store_stmt(s, MCKD_SQL_HOST_GET, &st);

	if (e != MCKD_OK)
		return e;
	mckd_bind_text(s, st, 1, name);
	e = mckd_store_row(s, st, "the host cannot be read");
	if (e == MCKD_OK)
		e = read_host(s, st, out);
	else if (e == MCKD_E_STORE_NOT_FOUND)
		mckd_store_fail(s, e, "%.64s: no host of this name (cardtool host list)", name);
	mckd_store_reset(st);
	return e;
}

enum mckd_err
mckd_store_hosts(struct mckd_store *s, mckd_store_host_cb cb, void *arg)
{
	struct mckd_host h = { .name = "" };
	sqlite3_stmt *st;
	enum mckd_err e;

	for (;;) {
		if ((e = mckd_store_stmt(s, MCKD_SQL_HOST_NEXT, &st)) != MCKD_OK)
			return e;
		mckd_bind_text(s, st, 1, h.name);
		e = mckd_store_row(s, st, "the hosts cannot be read");
		if (e == MCKD_OK)
			e = read_host(s, st, &h);
		mckd_store_reset(st);
		if (e != MCKD_OK)
			return e == MCKD_E_STORE_NOT_FOUND ? MCKD_OK : e;
		if ((e = cb(arg, &h)) != MCKD_OK)
			return e;
	}
}

/* Runs a bound statement as a transaction. */
static enum mckd_err
change(struct mckd_store *s, sqlite3_stmt *st, const char *what)
{
	enum mckd_err e = mckd_store_begin(s);

	if (e != MCKD_OK) {
		mckd_store_reset(st);
		return e;
	}
	if ((e = mckd_store_run(s, st, what)) == MCKD_OK)
		return mckd_store_commit(s);
	mckd_store_rollback(s);
	return e;
}

enum mckd_err
mckd_store_host_put(struct mckd_store *s, const struct mckd_host *h)
{
	const struct mckd_sealed_at at = id_at(h->name);
	uint8_t sealed[MCKD_HOST_ID_LEN + MCKD_SEAL_OVERHEAD];
	sqlite3_stmt *st;
	enum mckd_err e;

	if (!mckd_host_name_valid(h->name))
		return mckd_store_fail(s, MCKD_E_USAGE, "not a host name of 1-%d characters", MCKD_HOST_NAME_MAX);
	if ((e = mckd_store_seal(s, &at, h->id, sizeof(h->id), sealed)) != MCKD_OK ||
	    (e = mckd_store_stmt(s, MCKD_SQL_HOST_PUT, &st)) != MCKD_OK)
		return e;
	mckd_bind_text(s, st, 1, h->name);
	mckd_bind_blob(s, st, 2, sealed, sizeof(sealed));
	mckd_bind_text(s, st, 3, h->applications);
	mckd_bind_text(s, st, 4, h->users);
	mckd_bind_int(s, st, 5, h->serial);
	mckd_bind_int(s, st, 6, h->exported);
	return change(s, st, "the host cannot be stored");
}

enum mckd_err
mckd_store_is_host(struct mckd_store *s, char name[static MCKD_HOST_NAME_MAX + 1], uint32_t *serial)
{
	sqlite3_stmt *st;
	int64_t number = 0;
	enum mckd_err e = mckd_store_stmt(s, MCKD_SQL_SELF_GET, &st);

	name[0] = '\0';
	*serial = 0;
	if (e != MCKD_OK)
		return e;
	e = mckd_store_row(s, st, "the store's name cannot be read");
	if (e == MCKD_OK && (!mckd_column_text(st, 0, name, MCKD_HOST_NAME_MAX + 1) ||
	    !mckd_host_name_valid(name) || !mckd_column_uint(st, 1, UINT32_MAX, &number)))
		e = mckd_store_fail(s, MCKD_E_STORE_UNTRUSTED, "a malformed row in table self");
	*serial = (uint32_t)number;
	mckd_store_reset(st);
	return e == MCKD_E_STORE_NOT_FOUND ? MCKD_OK : e;
}

enum mckd_err
mckd_store_become_host(struct mckd_store *s, const struct mckd_host *h)
{
	uint8_t sealed[MCKD_HOST_ID_LEN + MCKD_SEAL_OVERHEAD];
	sqlite3_stmt *st;
	enum mckd_err e = mckd_store_begin(s);

	if (e != MCKD_OK)
		return e;
	if ((e = mckd_store_seal(s, &mckd_host_at, h->id, sizeof(h->id), sealed)) == MCKD_OK &&
	    (e = mckd_store_stmt(s, MCKD_SQL_META_HOST, &st)) == MCKD_OK) {
		mckd_bind_blob(s, st, 1, sealed, sizeof(sealed));
		e = mckd_store_run(s, st, "the hostID cannot be stored");
	}
	if (e == MCKD_OK && (e = mckd_store_stmt(s, MCKD_SQL_SELF_PUT, &st)) == MCKD_OK) {
		mckd_bind_text(s, st, 1, h->name);
		mckd_bind_int(s, st, 2, h->serial);
		e = mckd_store_run(s, st, "the store's name cannot be stored");
	}
	if (e != MCKD_OK) {
		mckd_store_rollback(s);
		return e;
	}
	memcpy(s->host, h->id, sizeof(s->host));
	memcpy(s->sealed_host, sealed, sizeof(s->sealed_host));
	return mckd_store_commit(s);
}

enum mckd_err
mckd_store_host_settle(struct mckd_store *s, const uint8_t card[static MCKD_CARD_ID_LEN],
    uint16_t epoch, const struct mckd_receipt *r)
{
	sqlite3_stmt *st;
	enum mckd_err e = mckd_store_begin(s);

	if (e != MCKD_OK)
		return e;
	if ((e = mckd_store_stmt(s, MCKD_SQL_TICKET_DONE, &st)) == MCKD_OK) {
		mckd_bind_card(s, st, 1, card);
		mckd_bind_int(s, st, 2, epoch);
		e = mckd_store_run(s, st, "the tickets cannot be settled");
	}
	if (e == MCKD_OK && r != NULL && (e = mckd_store_stmt(s, MCKD_SQL_RECEIPT_PUT, &st)) == MCKD_OK) {
		mckd_bind_card(s, st, 1, card);
		mckd_bind_int(s, st, 2, r->epoch);
		mckd_bind_blob(s, st, 3, r->receipt, sizeof(r->receipt));
		e = mckd_store_run(s, st, "the receipt cannot be kept");
	}
	if (e == MCKD_OK)
		return mckd_store_commit(s);
	mckd_store_rollback(s);
	return e;
}

enum mckd_err
mckd_store_receipts(struct mckd_store *s, mckd_store_receipt_cb cb, void *arg)
{
	struct mckd_receipt r;
	sqlite3_stmt *st;
	bool first = true;
	int64_t epoch;
	enum mckd_err e;

	memset(&r, 0, sizeof(r));
	for (;;) {
		if ((e = mckd_store_stmt(s, MCKD_SQL_RECEIPT_NEXT, &st)) != MCKD_OK)
			return e;
		/* The empty blob is before every card ID. */
		mckd_bind_blob(s, st, 1, r.card, first ? 0 : (int)sizeof(r.card));
		first = false;
		e = mckd_store_row(s, st, "the receipts cannot be read");
		if (e == MCKD_OK && (!mckd_column_blob(st, 0, r.card, sizeof(r.card)) ||
		    !mckd_column_uint(st, 1, 0xffff, &epoch) ||
		    !mckd_column_blob(st, 2, r.receipt, sizeof(r.receipt))))
			e = mckd_store_fail(s, MCKD_E_STORE_UNTRUSTED, "a malformed row in table receipt");
		mckd_store_reset(st);
		if (e != MCKD_OK)
			return e == MCKD_E_STORE_NOT_FOUND ? MCKD_OK : e;
		r.epoch = (uint16_t)epoch;
		if ((e = cb(arg, &r)) != MCKD_OK)
			return e;
	}
}

enum mckd_err
mckd_store_receipt_has(struct mckd_store *s, const uint8_t card[static MCKD_CARD_ID_LEN])
{
	sqlite3_stmt *st;
	enum mckd_err e = mckd_store_stmt(s, MCKD_SQL_RECEIPT_HAS, &st);

	if (e != MCKD_OK)
		return e;
	mckd_bind_card(s, st, 1, card);
	e = mckd_store_row(s, st, "the receipts cannot be read");
	mckd_store_reset(st);
	return e;
}

enum mckd_err
mckd_store_receipt_drop(struct mckd_store *s, const uint8_t card[static MCKD_CARD_ID_LEN])
{
	sqlite3_stmt *st;
	enum mckd_err e = mckd_store_stmt(s, MCKD_SQL_RECEIPT_DROP, &st);

	if (e != MCKD_OK)
		return e;
	mckd_bind_card(s, st, 1, card);
	return change(s, st, "the receipt cannot be dropped");
}
