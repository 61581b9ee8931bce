/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static uint8_t order_to_sign[5 + 32];

static unsigned
sign(uint8_t slot, uint8_t index, uint32_t figure)
{
	struct mckd_buf b = mckd_buf_over(order_to_sign, sizeof(order_to_sign));

	mckd_buf_put_u8(&b, index);
	mckd_buf_put_u32(&b, figure);
	memcpy(order_to_sign + 5, mk, 32);
	return command(0x80, 0x14, slot, 0, order_to_sign, sizeof(order_to_sign));
}

static unsigned
verified_sign(uint8_t slot, uint8_t index, uint32_t figure)
{
	unsigned sw = verify(slot, pin);

	return sw == SW_OK ? sign(slot, index, figure) : sw;
}

/* The last answer is a true signature of that slot. */
static struct mckd_card_signature
true_signature(uint8_t slot, uint8_t flags)
{
	struct mckd_buf b = mckd_buf_over(bench.rsp, bench.rsp_len);
	struct mckd_card_signature s;
	uint8_t dk[32];

	mckd_buf_get_u8(&b, &s.slot);
	mckd_buf_get_u8(&b, &s.index);
	mckd_buf_get_u16(&b, &s.epoch);
	mckd_buf_get_u32(&b, &s.counter);
	mckd_buf_get_u8(&b, &s.flags);
	mckd_buf_get(&b, s.signature, 16);
	assert_true(mckd_buf_end(&b));
	assert_int_equal(s.slot, slot);
	assert_int_equal(s.flags, flags);
	assert_int_equal(s.epoch, bench.epoch);
	assert_true(active(slot, s.index));
	dk_of(slot, s.index, dk);
	assert_int_equal(mckd_card_check_signature(bench.dea2, dk, bench.info.card, order_to_sign + 5, &s), MCKD_OK);
	return s;
}

static void
signature_after_verify(void **state)
{
	struct mckd_card_signature s;
	struct mckd_card_answer a;

	(void)state;
	assert_int_equal(login(1, 1, 0, pin), SW_OK);
	a = true_answer(1, PIN_GIVEN | HOST_GIVEN);
	/* No login, sealed or not, serves it. */
	assert_int_equal(sign(1, 1, 0), SW_SECURITY);
	assert_int_equal(verified_sign(1, 1, 0), SW_OK);
	s = true_signature(1, PIN_GIVEN);
	assert_int_equal(s.index, 1);
	assert_int_equal(s.counter, a.counter + 1);
	assert_int_equal(sign(1, 1, 0), SW_SECURITY);
	assert_int_equal(verify(0, pin), SW_OK);
	assert_int_equal(sign(0, 5, 0), SW_OK);
	assert_int_equal(true_signature(1, PIN_GIVEN).index, 5);
	assert_int_equal(verified_sign(1, 3, 0), SW_NOT_FOUND);
	assert_int_equal(verified_sign(1, 0, 0), SW_NOT_FOUND);
	/* The same digest again is another signature. */
	assert_int_equal(verified_sign(1, 1, 0), SW_OK);
	assert_int_equal(true_signature(1, PIN_GIVEN).counter, s.counter + 2);
	assert_int_equal(command(0x80, 0x12, 0, 0, NULL, 0), SW_SECURITY);
}

static void
signature_where_it_may(void **state)
{
	(void)state;
	enter(1);
	tlv(0x08, "\x01", 1);
	assert_int_equal(order(), SW_OK);
	assert_int_equal(verified_sign(1, 1, 0), SW_STATE);
	assert_int_equal(verify(0, pin), SW_OK);
	assert_int_equal(sign(0, 1, 0), SW_STATE);
	create(2, MAY_SIGN, 3);
	set_sn(6, 0x26);
	assert_int_equal(order(), SW_OK);
	assert_int_equal(sign(2, 6, 0), SW_OK);
	true_signature(2, 0);
	assert_int_equal(sign(0, 6, 0), SW_SECURITY);
	/* A PIN of another application's. */
	enter(1);
	tlv(0x08, "\x09", 1);
	create(3, NEEDS_PIN | MAY_SIGN, 3);
	set_sn(6, 0x36);
	tlv(0x06, pin2, 12);
	assert_int_equal(order(), SW_OK);
	assert_int_equal(verify(1, pin), SW_OK);
	assert_int_equal(sign(3, 6, 0), SW_SECURITY);
}

static void
signature_by_mechanism(void **state)
{
	const uint8_t date[4] = { 0x12, 0x34, 0x56, 0x78 };
	uint8_t figure[4];

	(void)state;
	for (uint8_t m = 1; m <= 5; m++) {
		struct mckd_card_signature s;
		struct mckd_buf b = mckd_buf_over(figure, 4);

		if (m == 2)
			continue;
		enter(1);
		set_mechanism(m);
		assert_int_equal(order(), SW_OK);
		assert_int_equal(verified_sign(1, 1, 0), SW_DATA);
		assert_int_equal(verified_sign(1, 0, 0x12345678), SW_OK);
		s = true_signature(1, PIN_GIVEN);
		mckd_buf_put_u32(&b, s.counter);
		if (m == 3)
			assert_int_equal(s.index, common_index(1, date, 4));
		else if (m == 4)
			assert_int_equal(s.index, common_index(1, figure, 4));
		else if (m == 5)
			assert_int_equal(s.index, common_index(1, pin, 12));
		assert_int_equal(verify(0, pin), SW_OK);
		assert_int_equal(sign(0, 1, 0), SW_OK);
		true_signature(1, PIN_GIVEN);
	}
}

int
sign_checks(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(signature_after_verify, fresh),
		cmocka_unit_test_setup(signature_where_it_may, fresh),
		cmocka_unit_test_setup(signature_by_mechanism, fresh),
	};

	return cmocka_run_group_tests_name("SIGN", tests, NULL, NULL);
}
