/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A rotation and the login that delivers it, cut at every write, truncation, sync and deletion
 * of SQLite and at every byte of the card's memory. MCKD_CUT_STEP: every so many-th point only.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "../../cardtool/rotate.h"
#include "../unit/login_rig.h"
#include "cut_vfs.h"

#define LEAKED 1	/* of application "door", whose card selects at random */

static struct compose composed;

static unsigned
step_of(unsigned usual)
{
	const char *text = getenv("MCKD_CUT_STEP");
	unsigned step = text != NULL ? (unsigned)strtoul(text, NULL, 10) : usual;

	return step > 0 ? step : 1;
}

static enum mckd_err
rotate(struct rig *r)
{
	struct rotate q = { .application = "door", .compromised = 1u << (LEAKED - 1), .replenish = 1,
		.what = "door" };
	struct mckd_rotation rotation = { .cards = 1 };
	char why[MCKD_WHY];
	int64_t id;
	enum mckd_err err = mckd_store_begin(r->store);

	if (err != MCKD_OK)
		return err;
	if ((err = mckd_rotation_new(r->store, &rotation, &id)) == MCKD_OK &&
	    (err = rotate_keep(r->store, r->id, &q, id, &composed, why)) == MCKD_OK)
		return mckd_store_commit(r->store);
	mckd_store_rollback(r->store);
	return err;
}

static bool
recorded(struct rig *r)
{
	struct mckd_record *rec = rig_record(r);
	bool yes = (rec->block.app[2].compromised >> (LEAKED - 1) & 1) != 0;

	mckd_record_free(rec);
	return yes;
}

static void
power_on(struct rig *r)
{
	char why[MCKD_WHY] = "";

	mckd_login_close(&r->login);
	mckd_store_close(r->store);
	r->store = NULL;
	cut_vfs_set(0, CUT_BEFORE);
	if (mckd_store_open(r->dir, r->key, MCKD_STORE_WRITE, &r->store, why) != MCKD_OK)
		fail_msg("the store does not open after a cut: %s", why);
	r->login.store = r->store;
	soft_card_reset(r->card);
}

static void
must_be_well(struct rig *r, bool told, uint32_t counter)
{
	struct mckd_record *rec = rig_record(r);

	/* What was said to be done is done. */
	assert_true(!told || (rec->block.app[2].compromised >> (LEAKED - 1) & 1) != 0);
	assert_true(rec->counter >= counter);
	assert_int_equal(rec->status, MCKD_CARD_ACTIVE);
	mckd_record_free(rec);
	assert_int_equal(rig_login(r, NULL), MCKD_OK);
	if (!recorded(r)) {
		assert_int_equal(rotate(r), MCKD_OK);
		assert_int_equal(rig_login(r, NULL), MCKD_OK);
	}
	for (int i = 0; i < 6; i++) {
		assert_int_not_equal(r->login.index, LEAKED);
		assert_int_equal(rig_login(r, NULL), MCKD_OK);
	}
	rec = rig_record(r);
	assert_int_equal(rec->pending, 0);
	mckd_record_free(rec);
}

/* false: the fault lies behind the end. */
static bool
cut_at(unsigned at, enum cut_mode mode)
{
	struct rig *r;
	void *state;
	bool told, met;
	uint32_t counter = 0;
	struct mckd_record *rec;

	cut_vfs_set(0, CUT_BEFORE);
	assert_int_equal(rig_make(&state), 0);
	r = state;
	snprintf(r->conf.application, sizeof(r->conf.application), "door");
	cut_vfs_set(at, mode);
	told = rotate(r) == MCKD_OK;
	if (rig_login(r, NULL) == MCKD_OK) {
		assert_false(told && r->login.index == LEAKED);
		if (mckd_store_get(r->store, r->id, &rec) == MCKD_OK) {
			counter = rec->counter;
			mckd_record_free(rec);
		}
	}
	met = cut_vfs_met();
	if (mode < CUT_ONCE_IO)
		power_on(r);
	else
		cut_vfs_set(0, CUT_BEFORE);
	must_be_well(r, told, counter);
	rig_remove(&state);
	return met;
}

static void
store_cuts(void **state)
{
	unsigned tried = 0, step = step_of(1);

	(void)state;
	for (enum cut_mode mode = 0; mode < CUT_MODES; mode++) {
		unsigned at = 1 + (unsigned)mode % step, n = 0;

		assert_false(cut_at(0, mode));
		while (cut_at(at, mode)) {
			n++;
			at += step;
		}
		/* None was skipped, and there was something to cut. */
		assert_int_equal(n, (at - 1 - (unsigned)mode % step) / step);
		assert_true(at > 20);
		tried += n;
	}
	print_message("%u cut points of the store, every %u\n", tried, step);
	assert_true(tried > 0);
}

/* At a full card of memory writes: the login that delivers is torn, the next one comes in. */
static void
card_cuts(void **state)
{
	struct rig *r = *state;
	unsigned step = step_of(1), tried = 0;
	long cut = 0;
	bool torn = true;

	snprintf(r->conf.application, sizeof(r->conf.application), "door");
	assert_int_equal(rotate(r), MCKD_OK);
	for (; torn; cut += step) {
		struct mckd_record *rec = rig_record(r);

		if (rec->pending == 0) {
			struct rotate q = { .application = "door", .what = "again" };
			char why[MCKD_WHY];

			assert_int_equal(mckd_store_begin(r->store), MCKD_OK);
			assert_int_equal(rotate_keep(r->store, r->id, &q, 1, &composed, why), MCKD_OK);
			assert_int_equal(mckd_store_commit(r->store), MCKD_OK);
		}
		mckd_record_free(rec);
		soft_card_cut(r->card, cut);
		if (rig_login(r, NULL) == MCKD_OK)
			assert_int_not_equal(r->login.index, LEAKED);
		torn = soft_card_torn(r->card);
		tried += torn;
		soft_card_cut(r->card, -1);
		soft_card_reset(r->card);
		assert_int_equal(rig_login(r, NULL), MCKD_OK);
		assert_int_not_equal(r->login.index, LEAKED);
	}
	assert_int_equal(tried, cut / step - 1);
	print_message("%u cut points of the card's memory, every %u\n", tried, step);
	assert_true(tried > 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(store_cuts),
		cmocka_unit_test_setup_teardown(card_cuts, rig_make, rig_remove),
	};

	cut_vfs_install();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
