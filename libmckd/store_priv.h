/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_STORE_PRIV_H
#define MCKD_STORE_PRIV_H

#include <sqlite3.h>
#include "store.h"

/* What the files store*.c share. Nobody else includes it, but for the tests. */
#define MCKD_STORE_DB "store.db"
#define MCKD_STORE_VERSION 6

enum mckd_sql {
	MCKD_SQL_CARD_GET, MCKD_SQL_CARD_INSERT, MCKD_SQL_CARD_REPLACE, MCKD_SQL_CARD_DELETE,
	MCKD_SQL_CARD_STATUS, MCKD_SQL_CARD_ACCEPT, MCKD_SQL_CARD_ACCEPTED, MCKD_SQL_CARD_SUSPEND,
	MCKD_SQL_CARD_RECEIPT, MCKD_SQL_CARD_CHAIN, MCKD_SQL_CARD_NEXT, MCKD_SQL_CARD_RANGE,
	MCKD_SQL_APP_GET, MCKD_SQL_APP_PUT, MCKD_SQL_APP_DELETE,
	MCKD_SQL_CARDS_OF, MCKD_SQL_USER_NEXT, MCKD_SQL_ASSIGN, MCKD_SQL_UNASSIGN, MCKD_SQL_UNASSIGN_ALL,
	MCKD_SQL_TICKET_ADD, MCKD_SQL_TICKET_NEXT, MCKD_SQL_TICKET_DONE,
	MCKD_SQL_DATA_VERSION,
	MCKD_SQL_TICKET_SENT, MCKD_SQL_TICKET_DROP, MCKD_SQL_TICKET_OTHERS,
	MCKD_SQL_ROTATION_NEW, MCKD_SQL_ROTATION_CARDS, MCKD_SQL_ROTATION_NEXT, MCKD_SQL_ROTATION_LEAVE,
	MCKD_SQL_ROTATED_ADD, MCKD_SQL_ROTATED_GET, MCKD_SQL_ROTATED_DROP, MCKD_SQL_ROTATED_DONE,
	MCKD_SQL_ROTATED_NEXT,
	MCKD_SQL_EVENT_ADD, MCKD_SQL_EVENT_PRUNE, MCKD_SQL_EVENT_FIRST, MCKD_SQL_EVENT_NEXT,
	MCKD_SQL_EVENT_NAME,
	MCKD_SQL_HOST_GET, MCKD_SQL_HOST_NEXT, MCKD_SQL_HOST_PUT, MCKD_SQL_META_HOST,
	MCKD_SQL_SELF_GET, MCKD_SQL_SELF_PUT,
	MCKD_SQL_RECEIPT_PUT, MCKD_SQL_RECEIPT_HAS, MCKD_SQL_RECEIPT_NEXT, MCKD_SQL_RECEIPT_DROP,
	MCKD_SQL_ACCOUNT_ADD, MCKD_SQL_ACCOUNT_CHANGE, MCKD_SQL_ACCOUNT_WITHDRAW, MCKD_SQL_ACCOUNT_OF,
	MCKD_SQL_ACCOUNT_LAST, MCKD_SQL_ACCOUNT_NEXT,
	MCKD_SQL_GROUP_ADD, MCKD_SQL_GROUP_OF, MCKD_SQL_GROUP_NEXT,
	MCKD_SQL_MEMBER_ADD, MCKD_SQL_MEMBER_NONE, MCKD_SQL_MEMBER_NEXT,
	MCKD_SQL_SETTING_GET, MCKD_SQL_SETTING_PUT,
	MCKD_SQL_COUNT
};

extern const char *const mckd_store_sql[MCKD_SQL_COUNT];

struct mckd_store {
	sqlite3 *db;
	sqlite3_stmt *stmt[MCKD_SQL_COUNT];
	bool readonly;		/* asked for, or the file system is */
	bool unwritable;	/* a WRITE store on a read-only file system, or a copy in memory of an old one */
	bool hot;		/* a killed writer's change is to be taken back before a read */
	bool old;		/* of an older format when it was opened */
	int dirfd;		/* O_PATH */
	int bound;		/* the first SQLite code but OK of binding since mckd_store_stmt() */
	int depth;		/* of transactions */
	unsigned events_max, events_days;	/* mckd_store_keep_events() */
	int64_t accepted;	/* the event of the last mckd_store_accept(); 0: none */
	int reads;		/* of mckd_store_read_begin() */
	uint8_t key[MCKD_KEY_LEN];
	struct mckd_sealer *sealer;	/* under it, since the first that was sealed or opened */
	bool proved;		/* the key: host is open */
	uint8_t sealed_host[MCKD_HOST_ID_LEN + MCKD_SEAL_OVERHEAD];
	uint8_t host[MCKD_HOST_ID_LEN];
	char why[MCKD_WHY];
};

/* store_path.c: every part of the way is checked; why is filled on an error. */
enum mckd_err mckd_path_dir(const char *dir, bool create, int *fd, char *why);
enum mckd_err mckd_path_db(int dirfd, const char *dir, bool create, char *why);
enum mckd_err mckd_path_key(const char *key, bool create, uint8_t out[static MCKD_KEY_LEN], char *why);

/* store_sql.c */
enum mckd_err mckd_store_fail(struct mckd_store *s, enum mckd_err e, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Names and records what SQLite said last on this connection. */
enum mckd_err mckd_store_sqlite(struct mckd_store *s, int rc, const char *what);
enum mckd_err mckd_store_exec(struct mckd_store *s, const char *sql, const char *what);
/* A statement ready to bind. mckd_store_reset() when done with it. */
enum mckd_err mckd_store_stmt(struct mckd_store *s, enum mckd_sql which, sqlite3_stmt **out);
/* MCKD_OK: there is a row. MCKD_E_STORE_NOT_FOUND: there is none (why is untouched). */
enum mckd_err mckd_store_row(struct mckd_store *s, sqlite3_stmt *st, const char *what);
/* Steps a statement that yields no row, and resets it. */
enum mckd_err mckd_store_run(struct mckd_store *s, sqlite3_stmt *st, const char *what);
void mckd_store_reset(sqlite3_stmt *st);
/* What could not be bound would be NULL, and match nothing: mckd_store_row() and _run() fail then. */
void mckd_bind_int(struct mckd_store *s, sqlite3_stmt *st, int at, int64_t value);
void mckd_bind_text(struct mckd_store *s, sqlite3_stmt *st, int at, const char *text);
void mckd_bind_blob(struct mckd_store *s, sqlite3_stmt *st, int at, const void *p, size_t len);
void mckd_bind_card(struct mckd_store *s, sqlite3_stmt *st, int at,
    const uint8_t card[static MCKD_CARD_ID_LEN]);
/* A blob column of exactly len bytes, or false. */
bool mckd_column_blob(sqlite3_stmt *st, int at, void *out, size_t len);
/* An integer column within 0-max, or false. */
bool mckd_column_uint(sqlite3_stmt *st, int at, int64_t max, int64_t *out);
/* A text column that fits, or false. */
bool mckd_column_text(sqlite3_stmt *st, int at, char *out, size_t room);

/* store_schema.c: checks the version; migrates a writable store; reads the hostID. */
enum mckd_err mckd_schema_open(struct mckd_store *s, bool create);

/* store_seal.c: number is the slot, or the epoch of a ticket; 0 where there is none. */
struct mckd_sealed_at {
	const char *table;
	const uint8_t *card;
	unsigned number;
	const char *column;
};
extern const struct mckd_sealed_at mckd_host_at;	/* the hostID of this store */
enum mckd_err mckd_store_seal(struct mckd_store *s, const struct mckd_sealed_at *at,
    const uint8_t *in, size_t len, uint8_t *out);
enum mckd_err mckd_store_unseal(struct mckd_store *s, const struct mckd_sealed_at *at,
    const uint8_t *in, size_t len, uint8_t *out);

/* store_block.c: one application's row; inside a transaction of the caller. */
enum mckd_err mckd_app_put(struct mckd_store *s, const struct mckd_block *b, const struct mckd_app *app);

/* store_ticket.c: inside a transaction of the caller. */
enum mckd_err mckd_ticket_insert(struct mckd_store *s, const uint8_t card[static MCKD_CARD_ID_LEN],
    const struct mckd_ticket *t);

/* store_event.c: inside a transaction of the caller. */
enum mckd_err mckd_event_insert(struct mckd_store *s, const struct mckd_event *e);

#endif
