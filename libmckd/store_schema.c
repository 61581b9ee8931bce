/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store_priv.h"

#include <stdio.h>
#include <string.h>

static const uint8_t no_card[MCKD_CARD_ID_LEN];
const struct mckd_sealed_at mckd_host_at = { "meta", no_card, 0, "host" };

static const char schema_1[] =
    "CREATE TABLE meta (name TEXT PRIMARY KEY NOT NULL, value BLOB NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE card ("
    " card BLOB PRIMARY KEY NOT NULL CHECK (typeof(card) = 'blob' AND length(card) = 8),"
    " dea1 INTEGER NOT NULL, dea2 INTEGER NOT NULL, full INTEGER NOT NULL,"
    " epoch INTEGER NOT NULL, last_ticket BLOB, mk BLOB, htk BLOB,"
    " status INTEGER NOT NULL CHECK (status BETWEEN 0 AND 2), reason TEXT NOT NULL,"
    " counter INTEGER NOT NULL, epoch_seen INTEGER NOT NULL, provisioning INTEGER NOT NULL,"
    " strict INTEGER NOT NULL, expires INTEGER NOT NULL, last_use INTEGER NOT NULL,"
    " pin_must_change INTEGER NOT NULL, CHECK ((mk IS NULL) <> (htk IS NULL))) WITHOUT ROWID;"
    "CREATE TABLE application ("
    " card BLOB NOT NULL REFERENCES card ON DELETE CASCADE,"
    " slot INTEGER NOT NULL CHECK (slot BETWEEN 1 AND 8), name TEXT NOT NULL,"
    " flags INTEGER NOT NULL, mechanism INTEGER NOT NULL, period INTEGER NOT NULL,"
    " retired INTEGER NOT NULL, compromised INTEGER NOT NULL, duress INTEGER NOT NULL,"
    " ksel BLOB NOT NULL, sn BLOB, hdk BLOB, PRIMARY KEY (card, slot)) WITHOUT ROWID;"
    "CREATE TABLE assignment ("
    " card BLOB NOT NULL, slot INTEGER NOT NULL, user TEXT NOT NULL,"
    " PRIMARY KEY (card, slot, user),"
    " FOREIGN KEY (card, slot) REFERENCES application ON DELETE CASCADE) WITHOUT ROWID;"
    "CREATE INDEX assignment_user ON assignment (user, card, slot);"
    "CREATE TABLE ticket ("
    " card BLOB NOT NULL REFERENCES card ON DELETE CASCADE,"
    " epoch INTEGER NOT NULL CHECK (epoch BETWEEN 1 AND 65535), body BLOB NOT NULL,"
    " PRIMARY KEY (card, epoch)) WITHOUT ROWID;"
    "CREATE TABLE event (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, card BLOB,"
    " kind TEXT NOT NULL, user TEXT NOT NULL, service TEXT NOT NULL, origin TEXT NOT NULL,"
    " application TEXT NOT NULL, verdict TEXT NOT NULL, reason TEXT NOT NULL,"
    " epoch INTEGER NOT NULL, sn_index INTEGER NOT NULL);";

static enum mckd_err
migrate_0_to_1(struct mckd_store *s)
{
	uint8_t host[MCKD_HOST_ID_LEN], sealed[sizeof(host) + MCKD_SEAL_OVERHEAD];
	sqlite3_stmt *st = NULL;
	enum mckd_err e = mckd_store_exec(s, schema_1, "the tables cannot be made");

	if (e == MCKD_OK && (e = mckd_random(host, sizeof(host))) != MCKD_OK)
		e = mckd_store_fail(s, e, "no random numbers");
	if (e == MCKD_OK)
		e = mckd_store_seal(s, &mckd_host_at, host, sizeof(host), sealed);
	if (e == MCKD_OK) {
		int rc = sqlite3_prepare_v2(s->db, "INSERT INTO meta VALUES ('host', ?1)", -1, &st, NULL);

		if (rc == SQLITE_OK)
			rc = sqlite3_bind_blob(st, 1, sealed, sizeof(sealed), SQLITE_TRANSIENT);
		if (rc == SQLITE_OK)
			rc = sqlite3_step(st);
		if (rc != SQLITE_DONE)
			e = mckd_store_sqlite(s, rc, "the hostID cannot be stored");
		sqlite3_finalize(st);
	}
	return e;
}

static const char schema_2[] =
    "CREATE TABLE rotation (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, what TEXT NOT NULL,"
    " cards INTEGER NOT NULL, until INTEGER NOT NULL);"
    "ALTER TABLE ticket ADD COLUMN sent INTEGER NOT NULL DEFAULT 0;"
    "CREATE TABLE rotated ("
    " card BLOB NOT NULL REFERENCES card ON DELETE CASCADE,"
    " epoch INTEGER NOT NULL, next INTEGER NOT NULL, rotation INTEGER NOT NULL,"
    " until INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (card, epoch)) WITHOUT ROWID;";

/* What a store of version 1 has queued may have been sent. */
static enum mckd_err
migrate_1_to_2(struct mckd_store *s)
{
	enum mckd_err e = mckd_store_exec(s, schema_2, "the tables cannot be made");

	return e == MCKD_OK ? mckd_store_exec(s, "UPDATE ticket SET sent = 1", "the tickets cannot be marked") : e;
}

/* Of an issuer: the hosts it exports to. Of a host: who it is, and what cards gave it for the issuer. */
static const char schema_3[] =
    "CREATE TABLE host (name TEXT PRIMARY KEY NOT NULL, id BLOB NOT NULL,"
    " applications TEXT NOT NULL, users TEXT NOT NULL, serial INTEGER NOT NULL,"
    " exported INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE self (one INTEGER PRIMARY KEY NOT NULL CHECK (one = 1), name TEXT NOT NULL,"
    " serial INTEGER NOT NULL);"
    "CREATE TABLE receipt (card BLOB PRIMARY KEY NOT NULL REFERENCES card ON DELETE CASCADE,"
    " epoch INTEGER NOT NULL CHECK (epoch BETWEEN 1 AND 65535), receipt BLOB NOT NULL) WITHOUT ROWID;";

static enum mckd_err
migrate_2_to_3(struct mckd_store *s)
{
	return mckd_store_exec(s, schema_3, "the tables cannot be made");
}

/* A withdrawn account keeps its row: its uid is never given again. */
static const char schema_4[] =
    "CREATE TABLE account (uid INTEGER PRIMARY KEY CHECK (uid BETWEEN 1000 AND 4294967293),"
    " name TEXT NOT NULL, gecos TEXT NOT NULL, home TEXT NOT NULL, shell TEXT NOT NULL,"
    " withdrawn INTEGER NOT NULL DEFAULT 0);"
    "CREATE UNIQUE INDEX account_name ON account (name) WHERE withdrawn = 0;"
    "CREATE TABLE account_group (gid INTEGER PRIMARY KEY CHECK (gid BETWEEN 1000 AND 4294967293),"
    " name TEXT NOT NULL UNIQUE);"
    "CREATE TABLE member (gid INTEGER NOT NULL REFERENCES account_group,"
    " uid INTEGER NOT NULL REFERENCES account, PRIMARY KEY (gid, uid)) WITHOUT ROWID;"
    "CREATE INDEX member_uid ON member (uid);";

static enum mckd_err
migrate_3_to_4(struct mckd_store *s)
{
	return mckd_store_exec(s, schema_4, "the tables cannot be made");
}

/* Since which ticket indices are retired; of those of an older store that is not known. */
static const char schema_5[] = "ALTER TABLE application ADD COLUMN retired_at BLOB NOT NULL DEFAULT x'';";

static enum mckd_err
migrate_4_to_5(struct mckd_store *s)
{
	return mckd_store_exec(s, schema_5, "the tables cannot be made");
}

/* By which mechanism an event's SN came; of older events that is not known. */
static const char schema_6[] = "ALTER TABLE event ADD COLUMN mechanism TEXT NOT NULL DEFAULT '';";

static enum mckd_err
migrate_5_to_6(struct mckd_store *s)
{
	return mckd_store_exec(s, schema_6, "the tables cannot be made");
}

/* migrations[v] takes a store of version v to v + 1. */
static enum mckd_err (*const migrations[MCKD_STORE_VERSION])(struct mckd_store *s) = {
	migrate_0_to_1, migrate_1_to_2, migrate_2_to_3, migrate_3_to_4, migrate_4_to_5,
	migrate_5_to_6,
};

static enum mckd_err
get_version(struct mckd_store *s, int *version)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(s->db, "PRAGMA user_version", -1, &st, NULL);
	enum mckd_err e = MCKD_OK;

	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		*version = sqlite3_column_int(st, 0);
	else
		e = mckd_store_sqlite(s, rc, "the store cannot be read");
	sqlite3_finalize(st);
	return e;
}

static enum mckd_err
judge_version(struct mckd_store *s, int version)
{
	if (version > MCKD_STORE_VERSION)
		return mckd_store_fail(s, MCKD_E_STORE_UNTRUSTED,
		    "the store has version %d, made by a newer pam_mckd; this one knows up to %d",
		    version, MCKD_STORE_VERSION);
	if (version < 0)
		return mckd_store_fail(s, MCKD_E_STORE_UNTRUSTED, "the store has no valid version");
	return MCKD_OK;
}

static enum mckd_err
migrate(struct mckd_store *s, bool create)
{
	enum mckd_err e = mckd_store_begin(s);
	char set[48];
	int version = 0;

	if (e != MCKD_OK)
		return e;
	/* Again, now that nobody else can change it. */
	e = get_version(s, &version);
	if (e == MCKD_OK)
		e = judge_version(s, version);
	if (e == MCKD_OK && create && version != 0)
		e = mckd_store_fail(s, MCKD_E_STORE_EXISTS, "there is a store already");
	for (; e == MCKD_OK && version < MCKD_STORE_VERSION; version++)
		e = migrations[version](s);
	if (e == MCKD_OK) {
		snprintf(set, sizeof(set), "PRAGMA user_version = %d", MCKD_STORE_VERSION);
		e = mckd_store_exec(s, set, "the version cannot be stored");
	}
	if (e == MCKD_OK)
		return mckd_store_commit(s);
	mckd_store_rollback(s);
	return e;
}

static enum mckd_err
read_host(struct mckd_store *s)
{
	sqlite3_stmt *st = NULL;
	enum mckd_err e = MCKD_E_INTERNAL;
	int rc = sqlite3_prepare_v2(s->db, "SELECT value FROM meta WHERE name = 'host'", -1, &st, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	if (rc == SQLITE_ROW && mckd_column_blob(st, 0, s->sealed_host, sizeof(s->sealed_host)))
		e = MCKD_OK;
	else if (rc == SQLITE_ROW || rc == SQLITE_DONE || rc == SQLITE_ERROR)
		e = mckd_store_fail(s, MCKD_E_STORE_UNTRUSTED, "the store has no hostID");
	else
		e = mckd_store_sqlite(s, rc, "the store cannot be read");
	sqlite3_finalize(st);
	return e;
}

enum mckd_err
mckd_store_prove(struct mckd_store *s)
{
	enum mckd_err e;

	if (s->proved)
		return MCKD_OK;
	e = mckd_store_unseal(s, &mckd_host_at, s->sealed_host, sizeof(s->sealed_host), s->host);
	if (e == MCKD_E_STORE_UNTRUSTED)
		mckd_store_fail(s, e, "the store key is not the one of this store");
	s->proved = e == MCKD_OK;
	return e;
}

enum mckd_err
mckd_schema_open(struct mckd_store *s, bool create)
{
	int version = 0;
	enum mckd_err e = mckd_store_read_begin(s);

	if (e != MCKD_OK)
		return e;
	e = get_version(s, &version);
	if (e == MCKD_OK)
		e = judge_version(s, version);
	if (e == MCKD_OK && !create && version == MCKD_STORE_VERSION) {
		e = read_host(s);
		mckd_store_read_end(s);
		return e;
	}
	mckd_store_read_end(s);
	if (e == MCKD_OK && create && version != 0)
		e = mckd_store_fail(s, MCKD_E_STORE_EXISTS, "there is a store already");
	if (e == MCKD_OK && !create && version == 0)
		e = mckd_store_fail(s, MCKD_E_STORE_ABSENT,
		    "the store was never initialised (its making was interrupted?)");
	if (e == MCKD_OK && version < MCKD_STORE_VERSION) {
		s->old = !create;
		e = s->readonly ? MCKD_E_STORE_UNTRUSTED : migrate(s, create);
	}
	return e == MCKD_OK ? read_host(s) : e;
}
