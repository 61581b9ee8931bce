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
	assert_int_equal(rig_status(r, reason), MCKD_CARD_SUSPENDED);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(a_copy_while_the_card_logs_in),
		RIG_TEST(removed_meanwhile_is_not_a_user_without_card),
		RIG_TEST(what_is_recorded_while_the_card_answers),
		RIG_TEST(suspended_while_the_prompt_was_open),
		RIG_TEST(changed_by_another_while_the_prompt_was_open),
		RIG_TEST(someone_selected_in_between),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
