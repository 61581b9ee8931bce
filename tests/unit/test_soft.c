/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <time.h>

#include "login_rig.h"
#include "store_rotate.h"

/* Soft rotations that queue: what a card that took none, or not all of them, may still log in by. */

typedef void change_fn(struct mckd_app *app, struct mckd_buf *tlv);

static void
fresh_sn(struct mckd_app *app, struct mckd_buf *tlv, uint8_t index)
{
	static uint8_t drawn = 0xa0;
	uint32_t bit = UINT32_C(1) << (index - 1);

	memset(app->sn[index - 1], drawn++, MCKD_SN_LEN);
	app->present |= bit;
	app->retired &= ~bit;
	app->compromised &= ~bit;
	mckd_tlv_sn(tlv, index, app->sn[index - 1]);
}

static void
nothing(struct mckd_app *app, struct mckd_buf *tlv)
{
	(void)app, (void)tlv;
}

/* A card refuses it: nobody knows this TLV. */
static void
impossible(struct mckd_app *app, struct mckd_buf *tlv)
{
	(void)app;
	mckd_tlv(tlv, 0x7f, NULL, 0);
}

static void
sn_5_is_added(struct mckd_app *app, struct mckd_buf *tlv)
{
	fresh_sn(app, tlv, 5);
}

static void
impossible_and_sn_5_is_added(struct mckd_app *app, struct mckd_buf *tlv)
{
	impossible(app, tlv);
	fresh_sn(app, tlv, 5);
}

static void
impossible_and_sns_1_to_3_are_replaced(struct mckd_app *app, struct mckd_buf *tlv)
{
	impossible(app, tlv);
	for (uint8_t i = 1; i <= 3; i++)
		fresh_sn(app, tlv, i);
}

static void
impossible_and_sn_5_is_replaced(struct mckd_app *app, struct mckd_buf *tlv)
{
	impossible(app, tlv);
	fresh_sn(app, tlv, 5);
}

static void
impossible_and_all_but_4_are_compromised(struct mckd_app *app, struct mckd_buf *tlv)
{
	impossible(app, tlv);
	app->retired |= app->present & ~UINT32_C(8);
	app->compromised |= app->present & ~UINT32_C(8);
}

/* Application login as it is to be, and the ticket that says so. */
static void
soft(struct rig *r, int64_t until, change_fn *change)
{
	struct mckd_record *was = rig_record(r), *now = rig_record(r);
	struct mckd_block *b = &now->block;
	uint8_t tlv[MCKD_TICKET_TLV_MAX], ck[MCKD_KEY_LEN];
	struct mckd_buf w = mckd_buf_over(tlv, sizeof(tlv));
	struct mckd_ticket t;

	mckd_tlv_enter(&w, 1);
	change(&b->app[0], &w);
	mckd_tlv_algorithm(&w, &b->app[0]);
	assert_false(w.bad);
	assert_int_equal(mckd_keys_ck(b->dea1, b->mk, b->card, ck), MCKD_OK);
	assert_int_equal(mckd_ticket_make(b->dea1, ck, b->card, (uint16_t)(b->epoch + 1), b->last_ticket, tlv,
	    sizeof(tlv) - w.left, &t), MCKD_OK);
	b->epoch = t.epoch;
	memcpy(b->last_ticket, t.t, sizeof(t.t));
	assert_int_equal(mckd_store_begin(r->store), MCKD_OK);
	assert_int_equal(mckd_store_rotate(r->store, was, now, 1, until, &t, 1), MCKD_OK);
	assert_int_equal(mckd_store_commit(r->store), MCKD_OK);
	mckd_record_free(was);
	mckd_record_free(now);
}

/* By these indices alone, and it never fails for another. */
static void
always_in_by(struct rig *r, uint32_t indices)
{
	for (int i = 0; i < 40; i++) {
		assert_int_equal(rig_login(r, "123456"), MCKD_OK);
		assert_true((indices >> (r->login.index - 1) & 1) != 0);
	}
}

static void
by_what_is_left_of_before(void **state)
{
	struct rig *r = *state;

	soft(r, MCKD_SOFT_FOREVER, impossible);
	always_in_by(r, 0x0f);
	soft(r, MCKD_SOFT_FOREVER, impossible_and_all_but_4_are_compromised);
	always_in_by(r, 0x08);
}

/* The store has no SN any more by which the card's answer could be checked. */
static void
not_by_what_a_later_one_replaced(void **state)
{
	struct rig *r = *state;

	soft(r, MCKD_SOFT_FOREVER, impossible);
	soft(r, MCKD_SOFT_FOREVER, nothing);
	soft(r, MCKD_SOFT_FOREVER, impossible_and_sns_1_to_3_are_replaced);
	always_in_by(r, 0x08);
}

static void
by_what_the_first_brought_until_it_is_compromised(void **state)
{
	struct rig *r = *state;

	soft(r, MCKD_SOFT_FOREVER, sn_5_is_added);
	soft(r, MCKD_SOFT_FOREVER, impossible);
	always_in_by(r, 0x1f);
	soft(r, MCKD_SOFT_FOREVER, impossible_and_all_but_4_are_compromised);
	always_in_by(r, 0x08);
}

static void
not_by_what_the_first_brought_and_the_second_replaced(void **state)
{
	struct rig *r = *state;

	soft(r, MCKD_SOFT_FOREVER, sn_5_is_added);
	soft(r, MCKD_SOFT_FOREVER, impossible_and_sn_5_is_replaced);
	always_in_by(r, 0x0f);
}

/* What neither brought to the card is not the card's. */
static void
not_by_what_was_never_taken(void **state)
{
	struct rig *r = *state;

	soft(r, MCKD_SOFT_FOREVER, impossible_and_sn_5_is_added);
	soft(r, MCKD_SOFT_FOREVER, nothing);
	always_in_by(r, 0x0f);
}

/* Whichever of them it has not taken by its date. */
static void
the_first_date_counts(void **state)
{
	const int64_t dates[3] = { MCKD_SOFT_FOREVER, time(NULL) + 3600, 1 };
	struct rig *r = *state;

	soft(r, dates[0], impossible);
	soft(r, dates[1], nothing);
	assert_int_equal(rig_login(r, "123456"), MCKD_OK);
	soft(r, dates[2], nothing);
	assert_int_equal(rig_login(r, "123456"), MCKD_E_RESYNC);
	assert_int_equal(r->sent[AUTHENTICATE], 0);
	soft(r, dates[0], nothing);
	assert_int_equal(rig_login(r, "123456"), MCKD_E_RESYNC);
}

static void
behind_what_is_not_soft(void **state)
{
	struct rig *r = *state;

	soft(r, MCKD_SOFT_FOREVER, impossible);
	soft(r, 0, nothing);
	soft(r, MCKD_SOFT_FOREVER, nothing);
	assert_int_equal(rig_login(r, "123456"), MCKD_E_RESYNC);
	assert_int_equal(r->sent[AUTHENTICATE], 0);
}

/* Any other order that the card has not taken either. */
static void
behind_another_order(void **state)
{
	static const uint8_t tlv[] = { 0x0e, 1, 1, 0x05, 0 };
	struct rig *r = *state;

	soft(r, MCKD_SOFT_FOREVER, impossible);
	rig_queue(r, tlv, sizeof(tlv));
	assert_int_equal(rig_login(r, "123456"), MCKD_E_RESYNC);
	soft(r, MCKD_SOFT_FOREVER, nothing);
	assert_int_equal(rig_login(r, "123456"), MCKD_E_RESYNC);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, rig_make, rig_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(by_what_is_left_of_before), TEST(not_by_what_a_later_one_replaced),
		TEST(by_what_the_first_brought_until_it_is_compromised),
		TEST(not_by_what_the_first_brought_and_the_second_replaced), TEST(not_by_what_was_never_taken),
		TEST(the_first_date_counts), TEST(behind_what_is_not_soft), TEST(behind_another_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
