/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

/* GET SECRET after the login that a is of; the number must be n1. */
static void
secret_is(const struct mckd_card_answer *a, const void *n1, size_t len)
{
	uint8_t hdk[32], got[128];
	size_t n = sizeof(got);
	uint16_t sw = 0;

	hdk_of(a->slot, a->index, hdk);
	assert_int_equal(mckd_card_get_secret(bench.link, bench.dea2, hdk, bench.request + 21, a->nonce, got, &n, &sw),
	    MCKD_OK);
	assert_int_equal(sw, SW_OK);
	assert_int_equal(n, len);
	assert_memory_equal(got, n1, len);
}

static unsigned
get_secret(void)
{
	return command(0x80, 0x12, 0, 0, NULL, 0);
}

static void
secret_after_a_login(void **state)
{
	struct mckd_card_answer a;

	(void)state;
	assert_int_equal(login(1, 1, 0, pin), SW_OK);
	a = true_answer(1, PIN_GIVEN | HOST_GIVEN);
	secret_is(&a, "open sesame", 11);
	assert_int_equal(get_secret(), SW_SECURITY);
	assert_int_equal(verified_login(1, 2, 0, pin), SW_OK);
	a = true_answer(1, PIN_GIVEN);
	secret_is(&a, "open sesame", 11);
	assert_int_equal(login(0, 2, 0, pin), SW_OK);
	a = true_answer(1, PIN_GIVEN | HOST_GIVEN);
	secret_is(&a, "open sesame", 11);
}

static void
secret_right_after_it(void **state)
{
	(void)state;
	assert_int_equal(get_secret(), SW_SECURITY);
	assert_int_equal(verify(1, pin), SW_OK);
	assert_int_equal(get_secret(), SW_SECURITY);
	assert_int_equal(login(1, 1, 0, wrong), SW_TRIES | 4);
	assert_int_equal(get_secret(), SW_SECURITY);
	assert_int_equal(login(1, 1, 0, pin), SW_OK);
	sel();
	assert_int_equal(get_secret(), SW_SECURITY);
	assert_int_equal(login(1, 1, 0, pin), SW_OK);
	assert_int_equal(command(0x80, 0x11, 0, 0, NULL, 0), SW_INS);
	assert_int_equal(get_secret(), SW_SECURITY);
	if (!bench.t0) {
		assert_int_equal(login(1, 1, 0, pin), SW_OK);
		assert_int_equal(command(0x80, 0x12, 0, 0, pin, 12), SW_LENGTH);
		assert_int_equal(get_secret(), SW_SECURITY);
	}
	assert_int_equal(login(1, 1, 0, pin), SW_OK);
	assert_int_equal(send_ticket(), SW_OK);
	assert_int_equal(get_secret(), SW_SECURITY);
	assert_int_equal(login(1, 1, 0, pin), SW_OK);
	bench.reset();
	sel();
	assert_int_equal(get_secret(), SW_SECURITY);
}

static void
secret_of_any_length(void **state)
{
	static const uint8_t lengths[] = { 1, 15, 16, 17, 31, 32, 127, 128 };
	struct mckd_card_answer a;
	uint8_t n1[129];

	(void)state;
	for (size_t i = 0; i < sizeof(n1); i++)
		n1[i] = (uint8_t)(0x80 - i);
	for (size_t i = 0; i < sizeof(lengths); i++) {
		enter(1);
		tlv(0x07, n1, lengths[i]);
		assert_int_equal(order(), SW_OK);
		assert_int_equal(login(1, 1, 0, pin), SW_OK);
		a = true_answer(1, PIN_GIVEN | HOST_GIVEN);
		secret_is(&a, n1, lengths[i]);
	}
	enter(1);
	tlv(0x07, n1, 129);
	assert_int_equal(order(), SW_DATA);
	enter(1);
	tlv(0x07, NULL, 0);
	assert_int_equal(order(), SW_OK);
	assert_int_equal(login(1, 1, 0, pin), SW_OK);
	assert_int_equal(get_secret(), SW_NOT_FOUND);
}

int
secret_checks(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(secret_after_a_login, fresh),
		cmocka_unit_test_setup(secret_right_after_it, fresh),
		cmocka_unit_test_setup(secret_of_any_length, fresh),
	};

	return cmocka_run_group_tests_name("GET SECRET", tests, NULL, NULL);
}
