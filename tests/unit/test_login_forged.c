/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "login_rig.h"

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
	assert_int_equal(rig_status(r, reason), MCKD_CARD_ACTIVE);
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
	assert_int_equal(rig_status(r, reason), MCKD_CARD_ACTIVE);
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
verified_by_somebody(struct rig *r, uint8_t ins)
{
	static const uint8_t verify[] = { 0, VERIFY, 0, 1, 12, '1', '2', '3', '4', '5', '6',
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	uint8_t rsp[258];

	if (ins == AUTHENTICATE)
		assert_int_equal(soft_card_apdu(r->card, verify, sizeof(verify), rsp), 2);
}

/* A PIN that nobody was asked for here: the flags are exactly those demanded. */
static void
a_flag_too_many(void **state)
{
	struct rig *r = *state;
	struct mckd_record *rec = rig_record(r);
	struct mckd_app *app = mckd_block_app(&rec->block, 1);

	app->flags = (uint8_t)(app->flags & ~MCKD_APP_NEEDS_PIN);
	rig_put(r, rec);
	(void)snprintf(r->conf.application, sizeof(r->conf.application), "login");
	r->before_apdu = verified_by_somebody;
	assert_int_equal(rig_open(r), MCKD_OK);
	assert_int_equal(mckd_login_decide(&r->login, NULL, false), MCKD_E_AUTH);
	assert_string_equal(r->login.reason, "wrong flags");
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
	assert_int_equal(rig_status(r, reason), MCKD_CARD_SUSPENDED);
	assert_int_equal(rig_login(r, "123456"), MCKD_E_SUSPENDED);
	assert_int_equal(r->sent[AUTHENTICATE], 0);
	r->card = real;
	assert_int_equal(rig_login(r, "123456"), MCKD_E_SUSPENDED);
	soft_card_free(copy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(a_replayed_answer), RIG_TEST(every_flipped_bit), RIG_TEST(every_status_word),
		RIG_TEST(a_flag_too_many), RIG_TEST(a_copy_of_the_card),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
