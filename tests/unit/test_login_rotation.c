/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "login_rig.h"

static void
expired(void **state)
{
	struct rig *r = *state;
	struct mckd_record *rec = rig_record(r);

	rec->expires = 1;
	rig_put(r, rec);
	assert_int_equal(rig_login(r, "123456"), MCKD_E_REVOKED);
}

static void
a_compromised_index(void **state)
{
	struct rig *r = *state;
	struct mckd_record *rec;
	unsigned in = 0, refused = 0;

	(void)snprintf(r->conf.application, sizeof(r->conf.application), "door");
	rec = rig_record(r);
	rec->block.app[2].compromised = 0x3;
	rig_put(r, rec);
	/* The card selects, and does not know yet. */
	for (int i = 0; i < 40; i++) {
		enum mckd_err err = rig_login(r, NULL);

		if (err == MCKD_OK) {
			assert_in_range(r->login.index, 3, 4);
			in++;
		} else {
			assert_int_equal(err, MCKD_E_AUTH);
			refused++;
		}
	}
	assert_true(in > 0 && refused > 0);
	/* The host selects: none of them is ever asked for. */
	rec = rig_record(r);
	rec->block.app[0].compromised = 0x7;
	rig_put(r, rec);
	(void)snprintf(r->conf.application, sizeof(r->conf.application), "login");
	for (int i = 0; i < 10; i++) {
		assert_int_equal(rig_login(r, "123456"), MCKD_OK);
		assert_int_equal(r->login.index, 4);
	}
}

/* Without an index in common the first try is for one application, the second for the other. */
static void
applications_without_a_common_index(void **state)
{
	static const uint8_t tlv[] = { 0x0e, 1, 1, 0x03, 4, 0, 0, 0, 0x0c, 0x0e, 1, 2, 0x01, 1, 2, 0x03,
		4, 0, 0, 0, 0x03 };
	struct rig *r = *state;
	struct mckd_record *rec = rig_record(r);

	rec->block.app[0].retired = 0x0c;
	rec->block.app[1].retired = 0x03;
	rec->block.app[1].mechanism = MCKD_SEL_HOST_RANDOM;
	rig_put(r, rec);
	rig_queue(r, tlv, sizeof(tlv));
	for (int i = 0; i < 10; i++) {
		assert_int_equal(rig_login(r, "123456"), MCKD_OK);
		assert_int_equal(r->sent[AUTHENTICATE], 1);
		assert_in_range(r->login.index, 1, 2);
		assert_int_equal(rig_login(r, "654321"), MCKD_OK);
		assert_int_equal(r->sent[AUTHENTICATE], 2);
		assert_in_range(r->login.index, 3, 4);
	}
}

static void
a_pending_ticket_goes_first(void **state)
{
	static const uint8_t tlv[] = { 0x0e, 1, 2, 0x03, 4, 0, 0, 0, 1 };
	struct rig *r = *state;
	struct mckd_record *rec = rig_record(r);

	rec->block.app[1].retired = 1;
	rig_put(r, rec);
	rig_queue(r, tlv, sizeof(tlv));
	rig_queue(r, tlv, sizeof(tlv));
	(void)snprintf(r->conf.application, sizeof(r->conf.application), "backup");
	for (int i = 0; i < 8; i++) {
		assert_int_equal(rig_login(r, "654321"), MCKD_OK);
		assert_int_equal(r->sent[TICKET], i == 0 ? 2 : 0);
		assert_int_equal(r->apdus, i == 0 ? 5 : 2);
		assert_in_range(r->login.index, 2, 4);
	}
	rec = rig_record(r);
	assert_int_equal(rec->pending, 0);
	assert_int_equal(rec->epoch_seen, rec->block.epoch);
	mckd_record_free(rec);
}

static void
another_host_delivered(void **state)
{
	static const uint8_t tlv[] = { 0x0e, 1, 1, 0x05, 0 };
	struct rig *r = *state;
	struct mckd_ticket t;
	uint16_t sw = 0;

	rig_queue(r, tlv, sizeof(tlv));
	rig_queue(r, tlv, sizeof(tlv));
	assert_int_equal(mckd_store_ticket_next(r->store, r->id, 0, &t), MCKD_OK);
	r->inside = true;
	assert_int_equal(mckd_card_ticket(&r->link, &t, &sw), MCKD_OK);
	assert_int_equal(mckd_store_ticket_next(r->store, r->id, t.epoch, &t), MCKD_OK);
	assert_int_equal(mckd_card_ticket(&r->link, &t, &sw), MCKD_OK);
	r->inside = false;
	assert_int_equal(rig_login(r, "123456"), MCKD_OK);
	assert_int_equal(r->sent[TICKET], 2);
}

static void
epochs(void **state)
{
	static const uint8_t tlv[] = { 0x0e, 1, 1, 0x05, 0 };
	struct rig *r = *state;
	struct mckd_record *rec = rig_record(r);

	rec->block.epoch++;
	rig_put(r, rec);
	assert_int_equal(rig_login(r, "123456"), MCKD_E_AUTH);
	rec = rig_record(r);
	rec->block.epoch--;
	rig_put(r, rec);
	assert_int_equal(rig_login(r, "123456"), MCKD_OK);
	/* A card ahead of its full store is to be resynced. */
	rig_queue(r, tlv, sizeof(tlv));
	assert_int_equal(rig_login(r, "123456"), MCKD_OK);
	rec = rig_record(r);
	rec->block.epoch--;
	rig_put(r, rec);
	assert_int_equal(rig_login(r, "123456"), MCKD_E_RESYNC);
}

/* Found before the store is asked: where its disk is full, root comes in without. */
static void
an_epoch_below_the_greatest_seen(void **state)
{
	struct rig *r = *state;
	struct mckd_record *rec = rig_record(r);

	rec->epoch_seen++;
	rig_put(r, rec);
	assert_int_equal(rig_login(r, "123456"), MCKD_E_AUTH);
	assert_string_equal(r->login.reason, "the card is older than the last ticket");
}

/* What one host gets: HTK and HDKs, no MK. */
static void
to_host_block(struct rig *r, uint16_t epoch)
{
	struct mckd_record *rec = rig_record(r);
	struct mckd_block *b = &rec->block;
	uint8_t host[MCKD_HOST_ID_LEN];
	static uint8_t hdk[MCKD_SNS_MAX][MCKD_KEY_LEN], htk[MCKD_KEY_LEN];

	assert_int_equal(mckd_store_host_id(r->store, host), MCKD_OK);
	assert_int_equal(mckd_block_htk(b, host, htk), MCKD_OK);
	for (unsigned i = 0; i < b->napps; i++) {
		for (uint8_t k = 1; k <= 4; k++)
			assert_int_equal(mckd_block_hdk(b, &b->app[i], k, host, hdk[k - 1]), MCKD_OK);
		memcpy(b->app[i].hdk, hdk, sizeof(hdk));
	}
	memcpy(b->htk, htk, sizeof(htk));
	memset(b->mk, 0, sizeof(b->mk));
	for (unsigned i = 0; i < b->napps; i++)
		memset(b->app[i].sn, 0, sizeof(b->app[i].sn));
	b->full = false;
	b->epoch = epoch;
	rec->epoch_seen = epoch;
	assert_int_equal(mckd_store_remove(r->store, r->id), MCKD_OK);
	assert_int_equal(mckd_store_put(r->store, rec, false), MCKD_OK);
	mckd_record_free(rec);
	for (uint8_t slot = 1; slot <= 3; slot++)
		assert_int_equal(mckd_store_assign(r->store, r->id, slot, "alice"), MCKD_OK);
}

static void
a_host_behind(void **state)
{
	static const uint8_t tlv[] = { 0x0e, 1, 1, 0x03, 4, 0, 0, 0, 7 };
	struct rig *r = *state;
	struct mckd_record *rec;
	uint16_t before, picked = 0;

	rec = rig_record(r);
	before = rec->block.epoch;
	mckd_record_free(rec);
	rig_queue(r, tlv, sizeof(tlv));
	(void)rig_login(r, "123456");	/* delivers; what it picks may be retired by then */
	(void)snprintf(r->conf.application, sizeof(r->conf.application), "login");
	to_host_block(r, before);
	/* Three of four indices are gone on the card: 6A88, then another one, once. */
	for (int i = 0; i < 60; i++) {
		enum mckd_err err = rig_login(r, "123456");

		assert_in_range(r->sent[AUTHENTICATE], 1, 2);
		if (err == MCKD_OK) {
			assert_int_equal(r->login.index, 4);
			picked |= (uint16_t)r->sent[AUTHENTICATE];
		} else {
			assert_int_equal(err, MCKD_E_CARD_REFUSED);
		}
	}
	assert_int_equal(picked, 3);
	r->conf.strict_epoch = true;
	for (int i = 0; i < 20; i++)
		assert_int_not_equal(rig_login(r, "123456"), MCKD_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(expired), RIG_TEST(a_compromised_index),
		RIG_TEST(applications_without_a_common_index), RIG_TEST(a_pending_ticket_goes_first),
		RIG_TEST(another_host_delivered), RIG_TEST(epochs),
		RIG_TEST(an_epoch_below_the_greatest_seen), RIG_TEST(a_host_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
