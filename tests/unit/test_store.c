/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "store_setup.h"

static struct mckd_record rec;
static const uint8_t card1[8] = { 1, 1, 1, 1, 1, 1, 1, 1 }, card2[8] = { 2, 2, 2, 2, 2, 2, 2, 2 };
static const struct mckd_event event = { .kind = "login", .user = "alice", .verdict = "ok", .has_card = true,
	.card = { 1, 1, 1, 1, 1, 1, 1, 1 }, .epoch = 7, .index = 3 };

static void
test_round_trip(void **state)
{
	struct setup *t = *state;
	struct mckd_record *r;

	for (int full = 0; full < 2; full++) {
		setup_record(&rec, (uint8_t)(full + 1), full != 0);
		assert_int_equal(mckd_store_get(t->store, rec.block.card, &r), MCKD_E_STORE_NOT_FOUND);
		assert_null(r);
		assert_int_equal(mckd_store_put(t->store, &rec, false), MCKD_OK);
		assert_int_equal(mckd_store_put(t->store, &rec, false), MCKD_E_STORE_EXISTS);
		assert_int_equal(setup_open(t, MCKD_STORE_READ), MCKD_OK);
		assert_int_equal(mckd_store_get(t->store, rec.block.card, &r), MCKD_OK);
		assert_memory_equal(r, &rec, sizeof(rec));
		mckd_record_free(r);
		assert_int_equal(mckd_store_put(t->store, &rec, true), MCKD_E_USAGE);
		assert_int_equal(setup_open(t, MCKD_STORE_WRITE), MCKD_OK);
	}
}

static enum mckd_err
count(void *arg, const char *user, uint8_t slot)
{
	(void)user, (void)slot;
	++*(int *)arg;
	return MCKD_OK;
}

static enum mckd_err
count_card(void *arg, const uint8_t card[static 8])
{
	(void)card;
	++*(int *)arg;
	return MCKD_OK;
}

/* What a login stored between a caller's read and its replace stays. */
static void
test_replace(void **state)
{
	struct setup *t = *state;
	struct mckd_record *r;
	int users = 0;

	setup_put(t, &rec, 1);
	assert_int_equal(mckd_store_assign(t->store, card1, 1, "alice"), MCKD_OK);
	assert_int_equal(mckd_store_assign(t->store, card1, 8, "alice"), MCKD_OK);
	assert_int_equal(setup_accept(t->store, card1, 5, 9, 8, NULL), MCKD_OK);
	assert_int_equal(mckd_store_set_status(t->store, card1, MCKD_CARD_REVOKED, "lost"), MCKD_OK);
	rec.block.napps = 1;
	rec.block.epoch = 8;
	assert_int_equal(mckd_store_put(t->store, &rec, true), MCKD_OK);
	assert_int_equal(mckd_store_get(t->store, card1, &r), MCKD_OK);
	assert_int_equal(r->counter, 9);
	assert_int_equal(r->epoch_seen, 8);
	assert_int_equal(r->status, MCKD_CARD_REVOKED);
	assert_string_equal(r->reason, "lost");
	assert_int_equal(r->block.napps, 1);
	mckd_record_free(r);
	assert_int_equal(mckd_store_users(t->store, card1, count, &users), MCKD_OK);
	assert_int_equal(users, 1);
	assert_int_equal(mckd_store_remove(t->store, card1), MCKD_OK);
	assert_int_equal(mckd_store_remove(t->store, card1), MCKD_E_STORE_NOT_FOUND);
	users = 0;
	assert_int_equal(mckd_store_cards_of(t->store, "alice", count_card, &users), MCKD_OK);
	assert_int_equal(users, 0);
}

static void
test_users_and_find(void **state)
{
	struct setup *t = *state;
	uint8_t id[8];
	int n = 0;

	setup_put(t, &rec, 1);
	setup_put(t, &rec, 2);
	assert_int_equal(mckd_store_assign(t->store, card1, 1, "alice"), MCKD_OK);
	assert_int_equal(mckd_store_assign(t->store, card1, 1, "alice"), MCKD_E_STORE_EXISTS);
	assert_int_equal(mckd_store_assign(t->store, card1, 8, "alice"), MCKD_OK);
	assert_int_equal(mckd_store_assign(t->store, card1, 8, "bob"), MCKD_OK);
	assert_int_equal(mckd_store_assign(t->store, card1, 2, "alice"), MCKD_E_STORE_NOT_FOUND);
	assert_int_equal(mckd_store_assign(t->store, card1, 1, "a\nb"), MCKD_E_USAGE);
	assert_int_equal(mckd_store_users(t->store, card1, count, &n), MCKD_OK);
	assert_int_equal(n, 3);
	assert_int_equal(mckd_store_find(t->store, "alice", id), MCKD_OK);
	assert_memory_equal(id, card1, 8);
	assert_int_equal(mckd_store_find(t->store, "02020", id), MCKD_OK);
	assert_memory_equal(id, card2, 8);
	assert_int_equal(mckd_store_find(t->store, "020", id), MCKD_E_STORE_NOT_FOUND);
	rec.block.card[7] = 3;
	assert_int_equal(mckd_store_put(t->store, &rec, false), MCKD_OK);
	assert_int_equal(mckd_store_find(t->store, "0202", id), MCKD_E_USAGE);
	assert_int_equal(mckd_store_find(t->store, "0202020202020203", id), MCKD_OK);
	assert_int_equal(mckd_store_unassign(t->store, card1, 1, "alice"), MCKD_OK);
	assert_int_equal(mckd_store_unassign(t->store, card1, 1, "alice"), MCKD_E_STORE_NOT_FOUND);
	assert_int_equal(mckd_store_unassign(t->store, card1, 0, "alice"), MCKD_OK);
	assert_int_equal(mckd_store_find(t->store, "alice", id), MCKD_E_STORE_NOT_FOUND);
}

static void
test_many_cards(void **state)
{
	struct setup *t = *state;
	int n = 0;

	setup_record(&rec, 1, true);
	assert_int_equal(mckd_store_begin(t->store), MCKD_OK);
	for (unsigned i = 0; i < 600; i++) {
		rec.block.card[0] = (uint8_t)(i >> 8);
		rec.block.card[1] = (uint8_t)i;
		assert_int_equal(mckd_store_put(t->store, &rec, false), MCKD_OK);
		assert_int_equal(mckd_store_assign(t->store, rec.block.card, 1, "alice"), MCKD_OK);
	}
	assert_int_equal(mckd_store_commit(t->store), MCKD_OK);
	assert_int_equal(mckd_store_cards(t->store, count_card, &n), MCKD_OK);
	assert_int_equal(n, 600);
	n = 0;
	assert_int_equal(mckd_store_cards_of(t->store, "alice", count_card, &n), MCKD_OK);
	assert_int_equal(n, 600);
}

static enum mckd_err
last_kind(void *arg, const struct mckd_event *e)
{
	snprintf(arg, 16, "%s", e->kind);
	return MCKD_OK;
}

static void
test_accept(void **state)
{
	struct setup *t = *state;
	char kind[16] = "";

	setup_put(t, &rec, 1);
	assert_int_equal(setup_accept(t->store, card2, 5, 6, 7, &event), MCKD_E_STORE_NOT_FOUND);
	assert_int_equal(setup_accept(t->store, card1, 5, 9, 7, &event), MCKD_OK);
	setup_expect(t, 1, 9, MCKD_CARD_ACTIVE);
	assert_int_equal(setup_accept(t->store, card1, 5, 8, 7, &event), MCKD_E_TIMEOUT);
	assert_int_equal(setup_accept(t->store, card1, 9, 10, 6, &event), MCKD_E_AUTH);
	setup_expect(t, 1, 9, MCKD_CARD_ACTIVE);
	assert_int_equal(mckd_store_events(t->store, 1, last_kind, kind), MCKD_OK);
	assert_string_equal(kind, "login");
	/* Equal to the stored one: always a clone, and committed. */
	assert_int_equal(setup_accept(t->store, card1, 5, 9, 7, &event), MCKD_E_CLONE);
	assert_int_equal(setup_open(t, MCKD_STORE_WRITE), MCKD_OK);
	setup_expect(t, 1, 9, MCKD_CARD_SUSPENDED);
	assert_int_equal(mckd_store_events(t->store, 1, last_kind, kind), MCKD_OK);
	assert_string_equal(kind, "clone");
	assert_int_equal(setup_accept(t->store, card1, 9, 11, 7, &event), MCKD_E_SUSPENDED);
	assert_int_equal(mckd_store_set_status(t->store, card1, MCKD_CARD_ACTIVE, ""), MCKD_OK);
	/* Not greater than the value before. */
	assert_int_equal(setup_accept(t->store, card1, 9, 3, 7, &event), MCKD_E_CLONE);
	setup_expect(t, 1, 9, MCKD_CARD_SUSPENDED);
	assert_int_equal(mckd_store_set_status(t->store, card1, MCKD_CARD_REVOKED, ""), MCKD_OK);
	assert_int_equal(setup_accept(t->store, card1, 9, 11, 7, &event), MCKD_E_REVOKED);
	assert_int_equal(setup_accept(t->store, card1, 9, 9, 7, &event), MCKD_E_CLONE);
	setup_expect(t, 1, 9, MCKD_CARD_REVOKED);
}

static void
test_tickets(void **state)
{
	struct setup *t = *state;
	struct mckd_ticket a = { .epoch = 7, .len = 50 }, out;
	struct mckd_record *r;

	setup_put(t, &rec, 1);
	memset(a.t, 1, sizeof(a.t));
	memset(a.receipt, 2, sizeof(a.receipt));
	memset(a.body, 3, a.len);
	assert_int_equal(mckd_store_ticket_next(t->store, card1, 0, &out), MCKD_E_STORE_NOT_FOUND);
	assert_int_equal(mckd_store_ticket_add(t->store, card2, &a), MCKD_E_STORE_NOT_FOUND);
	for (uint16_t e = 7; e < 10; e++) {
		a.epoch = e;
		a.len = e == 9 ? MCKD_TICKET_MAX : 50;
		assert_int_equal(mckd_store_ticket_add(t->store, card1, &a), MCKD_OK);
	}
	assert_int_equal(mckd_store_ticket_add(t->store, card1, &a), MCKD_E_STORE_EXISTS);
	assert_int_equal(mckd_store_ticket_next(t->store, card1, 8, &out), MCKD_OK);
	assert_memory_equal(&a, &out, sizeof(a));
	assert_int_equal(mckd_store_ticket_done(t->store, card1, 8), MCKD_OK);
	assert_int_equal(mckd_store_get(t->store, card1, &r), MCKD_OK);
	assert_int_equal(r->pending, 1);
	assert_int_equal(r->epoch_seen, 8);
	assert_true(r->provisioning);
	mckd_record_free(r);
	/* Nobody gave a receipt for what is only forgotten. */
	assert_int_equal(mckd_store_ticket_forget(t->store, card1), MCKD_OK);
	assert_int_equal(mckd_store_ticket_forget(t->store, card1), MCKD_OK);
	assert_int_equal(mckd_store_get(t->store, card1, &r), MCKD_OK);
	assert_int_equal(r->pending, 0);
	assert_int_equal(r->epoch_seen, 8);
	assert_true(r->provisioning);
	mckd_record_free(r);
	assert_int_equal(mckd_store_ticket_add(t->store, card1, &a), MCKD_OK);
	assert_int_equal(mckd_store_ticket_done(t->store, card1, 9), MCKD_OK);
	assert_int_equal(mckd_store_get(t->store, card1, &r), MCKD_OK);
	assert_int_equal(r->pending, 0);
	assert_false(r->provisioning);
	mckd_record_free(r);
}

static void
test_nesting(void **state)
{
	struct setup *t = *state;
	struct mckd_record *r;

	setup_record(&rec, 1, true);
	assert_int_equal(mckd_store_commit(t->store), MCKD_E_USAGE);
	assert_int_equal(mckd_store_begin(t->store), MCKD_OK);
	assert_int_equal(mckd_store_put(t->store, &rec, false), MCKD_OK);
	assert_int_equal(mckd_store_put(t->store, &rec, false), MCKD_E_STORE_EXISTS);
	mckd_store_rollback(t->store);
	assert_int_equal(mckd_store_get(t->store, card1, &r), MCKD_E_STORE_NOT_FOUND);
	assert_int_equal(mckd_store_begin(t->store), MCKD_OK);
	assert_int_equal(mckd_store_put(t->store, &rec, false), MCKD_OK);
	assert_int_equal(mckd_store_assign(t->store, card1, 3, "x"), MCKD_E_STORE_NOT_FOUND);
	assert_int_equal(mckd_store_commit(t->store), MCKD_OK);
	setup_expect(t, 1, 5, MCKD_CARD_ACTIVE);
}

static void
test_no_scans(void **state)
{
	struct setup *t = *state;
	int searches = 0;

	for (int i = 0; i < MCKD_SQL_COUNT; i++) {
		char sql[2048];
		sqlite3_stmt *st;

		snprintf(sql, sizeof(sql), "EXPLAIN QUERY PLAN %s", mckd_store_sql[i]);
		assert_int_equal(sqlite3_prepare_v2(t->store->db, sql, -1, &st, NULL), SQLITE_OK);
		while (sqlite3_step(st) == SQLITE_ROW) {
			const char *plan = (const char *)sqlite3_column_text(st, 3);

			/* The newest events by row id: the one query that reads from an end. */
			if (i != MCKD_SQL_EVENT_FIRST && (strstr(plan, "SCAN") != NULL ||
			    strstr(plan, "TEMP B-TREE") != NULL) && strstr(plan, "CONSTANT ROW") == NULL)
				fail_msg("%s: %s", mckd_store_sql[i], plan);
			searches += strstr(plan, "SEARCH") != NULL;
		}
		sqlite3_finalize(st);
	}
	assert_true(searches > 10);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup_make, setup_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_round_trip), T(test_replace), T(test_users_and_find), T(test_many_cards),
		T(test_accept), T(test_tickets), T(test_nesting), T(test_no_scans),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
