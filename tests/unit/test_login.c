/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "login_rig.h"

extern const struct mckd_cardlink_ops rig_with_pad;

enum { SELECT = 0xa4, VERIFY = 0x20, AUTHENTICATE = 0x10, GET_SECRET = 0x12, TICKET = 0x20 };

static unsigned
tries(struct rig *r)
{
	struct mckd_card_info info;

	assert_int_equal(mckd_card_select(&r->link, &info), MCKD_OK);
	return info.app[0].tries;
}

static enum mckd_card_status
status(struct rig *r, char reason[static 64])
{
	struct mckd_record *rec = rig_record(r);
	enum mckd_card_status s = rec->status;

	memcpy(reason, rec->reason, 64);
	mckd_record_free(rec);
	return s;
}

static void
two_apdus_and_in(void **state)
{
	struct rig *r = *state;
	struct mckd_record *rec;

	assert_int_equal(rig_open(r), MCKD_OK);
	assert_int_equal(r->apdus, 1);
	assert_int_equal(mckd_login_tries(&r->login), 5);
	assert_int_equal(r->login.slot, 0);
	assert_int_equal(mckd_login_decide(&r->login, "123456", true), MCKD_OK);
	assert_int_equal(r->apdus, 2);
	assert_int_equal(r->sent[SELECT], 1);
	assert_int_equal(r->sent[AUTHENTICATE], 1);
	assert_string_equal(r->login.application, "login");
	assert_int_equal(r->login.slot, 1);
	assert_true(r->login.pin_accepted);
	rec = rig_record(r);
	assert_int_equal(rec->counter, 1);
	mckd_record_free(rec);
}

static void
the_pin_chooses_the_application(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rig_login(r, "654321"), MCKD_OK);
	assert_string_equal(r->login.application, "backup");
	(void)snprintf(r->conf.application, sizeof(r->conf.application), "backup");
	assert_int_equal(rig_login(r, "654321"), MCKD_OK);
	assert_int_equal(rig_login(r, "123456"), MCKD_E_PIN_WRONG);
	(void)snprintf(r->conf.application, sizeof(r->conf.application), "nothing");
	assert_int_equal(rig_login(r, "123456"), MCKD_E_CARD_WRONG);
}

static void
only_assigned_applications_serve(void **state)
{
	struct rig *r = *state;

	assert_int_equal(mckd_store_unassign(r->store, r->id, 2, "alice"), MCKD_OK);
	assert_int_equal(rig_login(r, "654321"), MCKD_E_PIN_WRONG);
	assert_int_equal(rig_login(r, "123456"), MCKD_OK);
	(void)snprintf(r->login.user, sizeof(r->login.user), "bob");
	assert_int_equal(rig_login(r, "123456"), MCKD_E_CARD_WRONG);
	assert_int_equal(r->sent[AUTHENTICATE], 0);
}

static void
without_pin(void **state)
{
	struct rig *r = *state;

	(void)snprintf(r->conf.application, sizeof(r->conf.application), "door");
	assert_int_equal(rig_open(r), MCKD_OK);
	assert_int_equal(mckd_login_tries(&r->login), -1);
	assert_int_equal(mckd_login_decide(&r->login, NULL, false), MCKD_OK);
	assert_int_equal(r->apdus, 2);
}

static void
wrong_pin(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rig_open(r), MCKD_OK);
	assert_int_equal(mckd_login_decide(&r->login, "999999", true), MCKD_E_PIN_WRONG);
	assert_int_equal(r->sent[AUTHENTICATE], 1);
	assert_int_equal(mckd_login_tries(&r->login), 4);
	assert_int_equal(mckd_login_decide(&r->login, "999999", true), MCKD_E_PIN_WRONG);
	assert_int_equal(r->sent[AUTHENTICATE], 1);
	assert_int_equal(mckd_login_decide(&r->login, "123456", true), MCKD_OK);
	assert_int_equal(r->sent[AUTHENTICATE], 2);
	assert_int_equal(tries(r), 5);
}

static void
blocked_pin(void **state)
{
	static const char *const wrong[] = { "000001", "000002", "000003", "000004" };
	struct rig *r = *state;

	for (int i = 0; i < 4; i++)
		assert_int_equal(rig_login(r, wrong[i]), MCKD_E_PIN_WRONG);
	assert_int_equal(rig_login(r, "000005"), MCKD_E_PIN_BLOCKED);
	assert_int_equal(rig_login(r, "123456"), MCKD_E_PIN_BLOCKED);
}

static void
impossible_pins_are_not_sent(void **state)
{
	static const char *const bad[] = { "", "123", "1234567890123", "12 456", "1234\x7f", "pa\xc3\xa4ss" };
	struct rig *r = *state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(rig_login(r, bad[i]), MCKD_E_PIN_FORMAT);
		assert_int_equal(r->apdus, 1);
	}
	assert_int_equal(rig_login(r, NULL), MCKD_E_PIN_ABSENT);
	assert_int_equal(r->apdus, 1);
	assert_int_equal(rig_login(r, "123456"), MCKD_OK);
}

static void
the_last_tries_need_a_prompt_that_shows_them(void **state)
{
	static const char *const wrong[] = { "000001", "000002", "000003" };
	struct rig *r = *state;

	assert_int_equal(rig_open(r), MCKD_OK);
	assert_int_equal(mckd_login_decide(&r->login, "123456", false), MCKD_OK);
	for (int i = 0; i < 3; i++)
		assert_int_equal(rig_login(r, wrong[i]), MCKD_E_PIN_WRONG);
	assert_int_equal(rig_open(r), MCKD_OK);
	assert_int_equal(mckd_login_tries(&r->login), 2);
	assert_int_equal(mckd_login_decide(&r->login, "123456", false), MCKD_E_PIN_KEPT);
	assert_int_equal(r->sent[AUTHENTICATE], 0);
	r->conf.keep_tries = 1;
	assert_int_equal(mckd_login_decide(&r->login, "123456", false), MCKD_OK);
}

static void
a_replayed_answer(void **state)
{
	struct rig *r = *state;
	char reason[64];

	r->record = true;
	assert_int_equal(rig_login(r, "123456"), MCKD_OK);
	r->record = false;
	r->replay = true;
	assert_int_equal(rig_login(r, "123456"), MCKD_E_AUTH);
	assert_int_equal(status(r, reason), MCKD_CARD_ACTIVE);
	r->replay = false;
	assert_int_equal(rig_login(r, "123456"), MCKD_OK);
}

static void
every_flipped_bit(void **state)
{
	struct rig *r = *state;
	char reason[64];

	for (r->flip = 0; r->flip < 43 * 8; r->flip++) {
		enum mckd_err err = rig_login(r, "123456");

		if (err == MCKD_OK)
			fail_msg("bit %d flipped, and in", r->flip);
		if (r->flip < 41 * 8)
			assert_int_equal(err, MCKD_E_AUTH);
	}
	r->flip = -1;
	assert_int_equal(status(r, reason), MCKD_CARD_ACTIVE);
	assert_int_equal(rig_login(r, "123456"), MCKD_OK);
}

static void
every_status_word(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rig_open(r), MCKD_OK);
	for (unsigned sw = 0; sw < 0x10000; sw += sw == 0x8fff ? 2 : 1) {
		if (sw >> 8 == 0x61 || sw >> 8 == 0x6c || (sw & 0xf) > 1)
			continue;
		r->fake_sw = (uint16_t)sw;
		r->fakes = 9;
		r->apdus = 0;
		r->login.have_last_wrong = false;
		if (mckd_login_decide(&r->login, "123456", true) == MCKD_OK)
			fail_msg("%04X, and in", sw);
		assert_in_range(r->apdus, 1, 4);
		sw |= 0xf;
	}
	r->fakes = 0;
	assert_int_equal(rig_login(r, "123456"), MCKD_OK);
}

static void
a_copy_of_the_card(void **state)
{
	struct rig *r = *state;
	struct soft_card *copy, *real = r->card;
	char reason[64];

	copy = soft_card_copy(real);
	assert_int_equal(rig_login(r, "123456"), MCKD_OK);
	assert_int_equal(rig_login(r, "123456"), MCKD_OK);
	r->card = copy;
	assert_int_equal(rig_login(r, "123456"), MCKD_E_CLONE);
	assert_int_equal(status(r, reason), MCKD_CARD_SUSPENDED);
	assert_int_equal(rig_login(r, "123456"), MCKD_E_SUSPENDED);
	assert_int_equal(r->sent[AUTHENTICATE], 0);
	r->card = real;
	assert_int_equal(rig_login(r, "123456"), MCKD_E_SUSPENDED);
	soft_card_free(copy);
}

static void
another_login_comes_first(struct rig *r, uint8_t ins)
{
	struct mckd_record *rec;

	if (ins != AUTHENTICATE)
		return;
	r->before_apdu = NULL;
	rec = rig_record(r);
	rec->counter = 50;
	rig_put(r, rec);
}

/* Its first counter may be a matter of order; its second is below what was read before it was asked. */
static void
a_copy_while_the_card_logs_in(void **state)
{
	struct rig *r = *state;
	char reason[64];

	r->before_apdu = another_login_comes_first;
	assert_int_equal(rig_login(r, "123456"), MCKD_E_CLONE);
	assert_int_equal(r->sent[AUTHENTICATE], 2);
	assert_int_equal(status(r, reason), MCKD_CARD_SUSPENDED);
}

static void
removed_at_a_ticket(struct rig *r, uint8_t ins)
{
	if (ins == TICKET) {
		r->before_apdu = NULL;
		assert_int_equal(mckd_store_remove(r->store, r->id), MCKD_OK);
	}
}

static void
removed_at_the_answer(struct rig *r, uint8_t ins)
{
	if (ins == AUTHENTICATE) {
		r->before_apdu = NULL;
		assert_int_equal(mckd_store_remove(r->store, r->id), MCKD_OK);
	}
}

/* NOT_FOUND is what nullok makes IGNORE of. */
static void
removed_meanwhile_is_not_a_user_without_card(void **state)
{
	static const uint8_t tlv[] = { 0x0e, 1, 1, 0x05, 0 };
	struct rig *r = *state;
	struct mckd_record *rec;

	r->before_apdu = removed_at_the_answer;
	rec = rig_record(r);
	assert_int_equal(rig_login(r, "123456"), MCKD_E_CARD_WRONG);
	assert_int_equal(mckd_store_put(r->store, rec, false), MCKD_OK);
	mckd_record_free(rec);
	for (uint8_t slot = 1; slot <= 3; slot++)
		assert_int_equal(mckd_store_assign(r->store, r->id, slot, "alice"), MCKD_OK);
	rig_queue(r, tlv, sizeof(tlv));
	r->before_apdu = removed_at_a_ticket;
	assert_int_equal(rig_login(r, "123456"), MCKD_E_CARD_WRONG);
	assert_int_equal(r->sent[AUTHENTICATE], 0);
}

typedef void (*change)(struct rig *r);
static change meanwhile;

static void
at_the_answer(struct rig *r, uint8_t ins)
{
	if (ins == AUTHENTICATE) {
		r->before_apdu = NULL;
		meanwhile(r);
	}
}

static void
all_compromised(struct rig *r)
{
	struct mckd_record *rec = rig_record(r);

	mckd_block_app(&rec->block, 1)->compromised = 0x0f;
	rig_put(r, rec);
}

static void
all_retired(struct rig *r)
{
	struct mckd_record *rec = rig_record(r);

	mckd_block_app(&rec->block, 1)->retired = 0x0f;
	rig_put(r, rec);
}

static void
a_ticket_is_ordered(struct rig *r)
{
	static const uint8_t tlv[] = { 0x0e, 1, 1, 0x05, 0 };

	rig_queue(r, tlv, sizeof(tlv));
}

static void
unassigned(struct rig *r)
{
	assert_int_equal(mckd_store_unassign(r->store, r->id, 1, "alice"), MCKD_OK);
	assert_int_equal(mckd_store_assign(r->store, r->id, 1, "bob"), MCKD_OK);
}

static void
application_removed(struct rig *r)
{
	struct mckd_record *rec = rig_record(r);

	rec->block.app[0] = rec->block.app[--rec->block.napps];
	rig_put(r, rec);
}

/* The record that judges an answer was read before the card was asked, which may be a minute ago. */
static void
what_is_recorded_while_the_card_answers(void **state)
{
	static const change changes[] = { all_compromised, all_retired, a_ticket_is_ordered,
		unassigned, application_removed };
	struct rig *r = *state;

	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		struct mckd_record *rec, *was;

		assert_int_equal(rig_login(r, "123456"), MCKD_OK);
		was = rig_record(r);
		meanwhile = changes[i];
		r->before_apdu = at_the_answer;
		assert_int_equal(rig_login(r, "123456"), MCKD_E_AUTH);
		assert_non_null(strstr(r->login.reason, "meanwhile"));
		rec = rig_record(r);
		assert_int_equal(rec->counter, was->counter);
		mckd_record_free(rec);
		if (i == 2)	/* the card may take it */
			assert_int_equal(rig_login(r, "123456"), MCKD_OK);
		else
			assert_int_equal(mckd_store_put(r->store, was, true), MCKD_OK);
		if (i >= 3)
			assert_int_equal(mckd_store_assign(r->store, r->id, 1, "alice"), MCKD_OK);
		mckd_record_free(was);
	}
}

static void
suspended_while_the_prompt_was_open(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rig_open(r), MCKD_OK);
	assert_int_equal(mckd_store_set_status(r->store, r->id, MCKD_CARD_SUSPENDED, "lost"), MCKD_OK);
	assert_int_equal(mckd_login_decide(&r->login, "123456", true), MCKD_E_SUSPENDED);
	assert_int_equal(r->apdus, 1);
	assert_int_equal(mckd_store_set_status(r->store, r->id, MCKD_CARD_REVOKED, "lost"), MCKD_OK);
	assert_int_equal(rig_login(r, "123456"), MCKD_E_REVOKED);
}

/* Another process: what this one wrote itself it would know of anyway. */
static void
changed_by_another_while_the_prompt_was_open(void **state)
{
	struct rig *r = *state;
	struct mckd_record *rec = NULL;
	struct mckd_store *other = NULL;
	char why[MCKD_WHY];

	assert_int_equal(mckd_store_open(r->dir, r->key, MCKD_STORE_WRITE, &other, why), MCKD_OK);
	assert_int_equal(rig_open(r), MCKD_OK);
	for (uint8_t slot = 1; slot <= 3; slot++)
		assert_int_equal(mckd_store_unassign(other, r->id, slot, "alice"), MCKD_OK);
	assert_int_equal(mckd_login_decide(&r->login, "123456", true), MCKD_E_CARD_WRONG);
	/* What was refused once is not forgotten, though nothing was committed since. */
	assert_int_equal(mckd_login_decide(&r->login, "123456", true), MCKD_E_CARD_WRONG);
	assert_int_equal(r->apdus, 1);
	for (uint8_t slot = 1; slot <= 3; slot++)
		assert_int_equal(mckd_store_assign(other, r->id, slot, "alice"), MCKD_OK);
	assert_int_equal(rig_open(r), MCKD_OK);
	assert_int_equal(mckd_store_get(other, r->id, &rec), MCKD_OK);
	rec->expires = 1;
	assert_int_equal(mckd_store_put(other, rec, true), MCKD_OK);
	assert_int_equal(mckd_login_decide(&r->login, "123456", true), MCKD_E_REVOKED);
	rec->expires = 0;
	assert_int_equal(mckd_store_put(other, rec, true), MCKD_OK);
	mckd_record_free(rec);
	assert_int_equal(rig_open(r), MCKD_OK);
	assert_int_equal(mckd_store_set_status(other, r->id, MCKD_CARD_SUSPENDED, "lost"), MCKD_OK);
	assert_int_equal(mckd_login_decide(&r->login, "123456", true), MCKD_E_SUSPENDED);
	mckd_store_close(other);
	assert_int_equal(r->sent[AUTHENTICATE], 0);
}

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

static void
an_epoch_below_the_greatest_seen(void **state)
{
	struct rig *r = *state;
	struct mckd_record *rec = rig_record(r);

	rec->epoch_seen++;
	rig_put(r, rec);
	assert_int_equal(rig_login(r, "123456"), MCKD_E_AUTH);
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

static void
someone_selected_in_between(void **state)
{
	struct rig *r = *state;

	r->spoil_challenge = true;
	assert_int_equal(rig_login(r, "123456"), MCKD_OK);
	assert_int_equal(r->apdus, 4);
	r->reset_next = true;
	assert_int_equal(rig_login(r, "123456"), MCKD_OK);
	assert_int_equal(r->apdus, 3);
	r->fake_sw = 0x6982;
	r->fakes = 1;
	assert_int_equal(rig_login(r, "123456"), MCKD_OK);
	r->fakes = 2;
	assert_int_equal(rig_login(r, "123456"), MCKD_E_CARD_REFUSED);
	assert_int_equal(r->sent[AUTHENTICATE], 2);
	r->fakes = 0;
	assert_int_equal(rig_login(r, "123456"), MCKD_OK);
}

static void
the_secret_only_where_asked_for(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rig_login(r, "123456"), MCKD_OK);
	assert_int_equal(r->sent[GET_SECRET], 0);
	assert_int_equal(r->login.n1_len, 0);
	r->conf.authtok = MCKD_AUTHTOK_SECRET;
	assert_int_equal(rig_login(r, "123456"), MCKD_OK);
	assert_int_equal(r->login.n1_len, 11);
	assert_memory_equal(r->login.n1, "open sesame", 11);
	assert_int_equal(rig_login(r, "654321"), MCKD_OK);
	assert_int_equal(r->login.n1_len, 0);
	r->flip = 300;
	assert_int_equal(rig_login(r, "123456"), MCKD_E_AUTH);
	assert_int_equal(r->sent[GET_SECRET], 0);
}

static void
on_the_pad(void **state)
{
	struct rig *r = *state;

	r->link.ops = &rig_with_pad;
	r->pad_pin = "123456";
	assert_int_equal(rig_login(r, NULL), MCKD_OK);
	assert_int_equal(r->sent[VERIFY], 1);
	assert_int_equal(r->sent[SELECT], 2);
	r->pad_pin = "999999";
	assert_int_equal(rig_login(r, NULL), MCKD_E_PIN_WRONG);
	assert_int_equal(r->sent[AUTHENTICATE], 0);
	/* Accepted there is accepted, whatever becomes of the command after it. */
	r->pad_pin = "123456";
	r->fake_sw = 0x6f00;
	r->fakes = 1;
	assert_int_equal(rig_login(r, NULL), MCKD_E_CARD_REFUSED);
	assert_true(r->login.pin_accepted);
	/* A PIN that the host knows is sealed, pad or not. */
	assert_int_equal(rig_login(r, "123456"), MCKD_OK);
	assert_int_equal(r->sent[VERIFY], 0);
}

static enum mckd_err
note_user(void *arg, const char *user, uint8_t slot)
{
	char *text = arg;

	assert_int_equal(slot, 2);
	strcat(text, user);
	strcat(text, " ");
	return MCKD_OK;
}

static void
the_card_names_the_user(void **state)
{
	struct rig *r = *state;
	char users[200] = "";

	assert_int_equal(mckd_store_assign(r->store, r->id, 2, "bob"), MCKD_OK);
	r->login.user[0] = '\0';
	assert_int_equal(rig_login(r, "654321"), MCKD_OK);
	assert_int_equal(mckd_login_users(&r->login, note_user, users), MCKD_OK);
	assert_string_equal(users, "alice bob ");
}

static void
a_card_that_is_not_in_the_store(void **state)
{
	struct rig *r = *state;

	assert_int_equal(mckd_store_remove(r->store, r->id), MCKD_OK);
	assert_int_equal(rig_login(r, "123456"), MCKD_E_CARD_WRONG);
	assert_int_equal(r->apdus, 1);
}

static void
a_blank_card(void **state)
{
	struct rig *r = *state;
	const uint8_t key[32] = { 1 };

	soft_card_free(r->card);
	r->card = soft_card_new(key);
	assert_int_equal(rig_login(r, "123456"), MCKD_E_CARD_BLANK);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, rig_make, rig_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(two_apdus_and_in), TEST(the_pin_chooses_the_application),
		TEST(only_assigned_applications_serve), TEST(without_pin), TEST(wrong_pin),
		TEST(blocked_pin), TEST(impossible_pins_are_not_sent),
		TEST(the_last_tries_need_a_prompt_that_shows_them), TEST(a_replayed_answer),
		TEST(every_flipped_bit), TEST(every_status_word), TEST(a_copy_of_the_card),
		TEST(a_copy_while_the_card_logs_in), TEST(removed_meanwhile_is_not_a_user_without_card),
		TEST(what_is_recorded_while_the_card_answers), TEST(suspended_while_the_prompt_was_open),
		TEST(changed_by_another_while_the_prompt_was_open), TEST(expired), TEST(a_compromised_index),
		TEST(applications_without_a_common_index), TEST(a_pending_ticket_goes_first),
		TEST(another_host_delivered), TEST(epochs), TEST(an_epoch_below_the_greatest_seen),
		TEST(a_host_behind), TEST(someone_selected_in_between),
		TEST(the_secret_only_where_asked_for), TEST(on_the_pad),
		TEST(the_card_names_the_user), TEST(a_card_that_is_not_in_the_store),
		TEST(a_blank_card),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
