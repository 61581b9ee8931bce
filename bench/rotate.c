/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench_rotate fill DIR KEY CARDS: a store of so many cards of one application and 8 SNs.
 * bench_rotate raw FROM TO CARDS: inserts what a rotation left in the store FROM (tickets, what
 * was before, applications, cards) row by row into a new one, TO, with the same tables, sealed
 * rows, journal, syncs, and CARDS per transaction (0: all in one): SQLite alone. Prints seconds.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "store.h"

#define FILL_BATCH 4096

static void
die(const char *what, const char *why)
{
	fprintf(stderr, "bench_rotate: %s: %s\n", what, why);
	exit(1);
}

static void
need(enum mckd_err e, struct mckd_store *s)
{
	if (e != MCKD_OK)
		die("store", s != NULL ? mckd_store_why(s) : mckd_err_str(e));
}

static void
make_record(struct mckd_record *r, unsigned long n)
{
	struct mckd_block *b = &r->block;
	struct mckd_app *app = &b->app[0];

	for (unsigned i = 0; i < MCKD_CARD_ID_LEN; i++)
		b->card[i] = (uint8_t)(n * 0x9e3779b97f4a7c15u >> (8 * i));
	b->dea1 = b->dea2 = MCKD_DEA_AES;
	b->full = b->have_last = true;
	b->epoch = r->epoch_seen = 2;
	b->napps = 1;
	app->slot = 1;
	strcpy(app->name, "login");
	app->flags = MCKD_APP_NEEDS_PIN;
	app->mechanism = MCKD_SEL_HOST_RANDOM;
	app->present = 0xff;
	need(mckd_random(b->mk, sizeof(b->mk)), NULL);
	need(mckd_random(b->last_ticket, sizeof(b->last_ticket)), NULL);
	need(mckd_random(app->ksel, sizeof(app->ksel)), NULL);
	need(mckd_random(app->sn[0], 8 * MCKD_SN_LEN), NULL);
}

static void
fill(const char *dir, const char *key, unsigned long cards)
{
	struct mckd_record *r = mckd_record_new();
	struct mckd_store *s = NULL;
	char why[MCKD_WHY] = "";

	if (r == NULL || mckd_store_open(dir, key, MCKD_STORE_CREATE, &s, why) != MCKD_OK)
		die(dir, why);
	for (unsigned long n = 1; n <= cards; n++) {
		if (n % FILL_BATCH == 1)
			need(mckd_store_begin(s), s);
		make_record(r, n);
		need(mckd_store_put(s, r, false), s);
		if (n % FILL_BATCH == 0 || n == cards)
			need(mckd_store_commit(s), s);
	}
	mckd_record_free(r);
	mckd_store_close(s);
}

static void
sql(sqlite3 *db, const char *text)
{
	if (sqlite3_exec(db, text, NULL, NULL, NULL) != SQLITE_OK)
		die(text, sqlite3_errmsg(db));
}

struct table {
	const char *select, *insert;
	sqlite3_stmt *from, *to;
};

/* Each in the order of the card IDs, as the rotation went. */
static struct table tables[] = {
	{ "SELECT * FROM card ORDER BY card", "INSERT INTO card VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", NULL, NULL },
	{ "SELECT * FROM application ORDER BY card", "INSERT INTO application VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)", NULL, NULL },
	{ "SELECT * FROM rotated ORDER BY card", "INSERT INTO rotated VALUES (?,?,?,?,?,?)", NULL, NULL },
	{ "SELECT * FROM ticket ORDER BY card", "INSERT INTO ticket VALUES (?,?,?,?)", NULL, NULL },
};
#define N_TABLES (sizeof(tables) / sizeof(tables[0]))

static int
copy_row(struct table *t, sqlite3 *db)
{
	int rc = sqlite3_step(t->from);

	if (rc != SQLITE_ROW)
		return 0;
	for (int i = 0; i < sqlite3_column_count(t->from); i++)
		sqlite3_bind_value(t->to, i + 1, sqlite3_column_value(t->from, i));
	if (sqlite3_step(t->to) != SQLITE_DONE)
		die(t->insert, sqlite3_errmsg(db));
	sqlite3_reset(t->to);
	return 1;
}

static void
make_tables(sqlite3 *from, sqlite3 *to)
{
	sqlite3_stmt *st;

	if (sqlite3_prepare_v2(from, "SELECT sql FROM sqlite_master WHERE name IN "
	    "('card', 'application', 'rotated', 'ticket')", -1, &st, NULL) != SQLITE_OK)
		die("schema", sqlite3_errmsg(from));
	while (sqlite3_step(st) == SQLITE_ROW)
		sql(to, (const char *)sqlite3_column_text(st, 0));
	sqlite3_finalize(st);
}

static void
raw(const char *from_path, const char *to_path, unsigned long batch)
{
	struct timespec a, b;
	sqlite3 *from, *to;
	unsigned long n = 0;

	(void)unlink(to_path);
	if (sqlite3_open_v2(from_path, &from, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK ||
	    sqlite3_open(to_path, &to) != SQLITE_OK)
		die(from_path, "cannot be opened");
	sql(to, "PRAGMA journal_mode = PERSIST; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON");
	make_tables(from, to);
	for (size_t i = 0; i < N_TABLES; i++)
		if (sqlite3_prepare_v2(from, tables[i].select, -1, &tables[i].from, NULL) != SQLITE_OK ||
		    sqlite3_prepare_v2(to, tables[i].insert, -1, &tables[i].to, NULL) != SQLITE_OK)
			die(tables[i].insert, sqlite3_errmsg(to));
	clock_gettime(CLOCK_MONOTONIC, &a);
	for (int more = 1; more; n++) {
		if (n == 0 || (batch != 0 && n % batch == 0))
			sql(to, n == 0 ? "BEGIN IMMEDIATE" : "COMMIT; BEGIN IMMEDIATE");
		more = 0;
		for (size_t i = 0; i < N_TABLES; i++)
			more |= copy_row(&tables[i], to);
	}
	sql(to, "COMMIT");
	clock_gettime(CLOCK_MONOTONIC, &b);
	printf("%.3f\n", (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9);
	for (size_t i = 0; i < N_TABLES; i++) {
		sqlite3_finalize(tables[i].from);
		sqlite3_finalize(tables[i].to);
	}
	sqlite3_close(from);
	sqlite3_close(to);
}

int
main(int argc, char **argv)
{
	if (argc == 5 && strcmp(argv[1], "fill") == 0)
		fill(argv[2], argv[3], strtoul(argv[4], NULL, 10));
	else if (argc == 5 && strcmp(argv[1], "raw") == 0)
		raw(argv[2], argv[3], strtoul(argv[4], NULL, 10));
	else
		die("usage", "fill DIR KEY CARDS | raw FROM TO CARDS");
	return 0;
}
