/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "login_rig.h"

static unsigned
tries(struct rig *r)
{
	struct mckd_card_info info;

	assert_int_equal(mckd_card_select(&r->link, &info), MCKD_OK);
	return info.app[0].tries;
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
	/* Nor does a pad show them. */
	r->link.ops = &rig_with_pad;
	r->pad_pin = "123456";
	assert_int_equal(mckd_login_decide(&r->login, NULL, false), MCKD_E_PIN_KEPT);
	assert_int_equal(r->sent[VERIFY], 0);
	r->conf.keep_tries = 1;
	assert_int_equal(mckd_login_decide(&r->login, "123456", false), MCKD_OK);
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

static enum mckd_err
change_pin(struct rig *r, const char *old, const char *new, uint16_t *sw)
{
	uint8_t block[2][MCKD_PIN_LEN];
	bool ordered = true;
	enum mckd_err err;

	assert_int_equal(mckd_pin_block(old, strlen(old), 4, block[0]), MCKD_OK);
	assert_int_equal(mckd_pin_block(new, strlen(new), 4, block[1]), MCKD_OK);
	assert_int_equal(rig_open(r), MCKD_OK);
	err = mckd_login_change_pin(&r->login, block[0], block[1], &ordered, sw);
	assert_false(ordered);
	assert_false(r->inside);
	return err;
}

/* Nobody else is told one, and a second try is for the proof, never for the change. */
static void
a_pin_is_changed_on_the_card_that_proves_itself(void **state)
{
	struct rig *r = *state;
	uint16_t sw;

	(void)snprintf(r->conf.application, sizeof(r->conf.application), "login");
	for (r->flip = 0; r->flip < 41 * 8; r->flip += 7) {
		assert_int_not_equal(change_pin(r, "123456", "8642", &sw), MCKD_OK);
		assert_int_equal(r->sent[CHANGE], 0);
	}
	r->flip = -1;
	assert_int_equal(change_pin(r, "999999", "8642", &sw), MCKD_E_PIN_WRONG);
	assert_int_equal(sw, 0x63c4);
	assert_int_equal(r->sent[CHANGE], 0);
	assert_int_equal(rig_login(r, "123456"), MCKD_OK);
	r->spoil_challenge = true;
	assert_int_equal(change_pin(r, "123456", "8642", &sw), MCKD_OK);
	assert_int_equal(r->sent[AUTHENTICATE], 2);
	assert_int_equal(r->sent[CHANGE], 1);
	assert_int_equal(rig_login(r, "123456"), MCKD_E_PIN_WRONG);
	assert_int_equal(rig_login(r, "8642"), MCKD_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(two_apdus_and_in), RIG_TEST(the_pin_chooses_the_application),
		RIG_TEST(only_assigned_applications_serve), RIG_TEST(without_pin), RIG_TEST(wrong_pin),
		RIG_TEST(blocked_pin), RIG_TEST(impossible_pins_are_not_sent),
		RIG_TEST(the_last_tries_need_a_prompt_that_shows_them),
		RIG_TEST(the_secret_only_where_asked_for), RIG_TEST(on_the_pad),
		RIG_TEST(the_card_names_the_user), RIG_TEST(a_card_that_is_not_in_the_store),
		RIG_TEST(a_blank_card), RIG_TEST(a_pin_is_changed_on_the_card_that_proves_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
