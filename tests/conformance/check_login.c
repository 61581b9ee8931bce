/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#define ROUNDS 12

static void
mechanism_is(uint8_t m)
{
	enter(1);
	set_mechanism(m);
	assert_int_equal(order(), SW_OK);
}

static void
put32(uint32_t v, uint8_t out[4])
{
	struct mckd_buf b = mckd_buf_over(out, 4);

	mckd_buf_put_u32(&b, v);
}

/* The card draws: each active index comes, and no other. */
static void
card_random(void **state)
{
	uint32_t seen = 0;

	(void)state;
	mechanism_is(1);
	for (int i = 0; i < 400 && seen != 0x9b; i++) {
		assert_int_equal(login(1, 0, 0, pin), SW_OK);
		seen |= 1u << (true_answer(1, PIN_GIVEN | HOST_GIVEN).index - 1);
	}
	assert_int_equal(seen, 0x9b);
	assert_int_equal(verified_login(1, 0, 0, pin), SW_OK);
	true_answer(1, PIN_GIVEN);
	assert_int_equal(login(1, 1, 0, pin), SW_DATA);
	assert_int_equal(verified_login(1, 1, 0, pin), SW_DATA);
}

static void
host_random(void **state)
{
	static const uint8_t good[] = { 1, 2, 4, 5, 8 }, bad[] = { 0, 3, 6, 7, 9, 32, 33, 0x81, 255 };

	(void)state;
	for (size_t i = 0; i < sizeof(good); i++) {
		assert_int_equal(login(1, good[i], 0, pin), SW_OK);
		assert_int_equal(true_answer(1, PIN_GIVEN | HOST_GIVEN).index, good[i]);
		assert_int_equal(verified_login(1, good[i], 0, pin), SW_OK);
		assert_int_equal(true_answer(1, PIN_GIVEN).index, good[i]);
	}
	for (size_t i = 0; i < sizeof(bad); i++) {
		/* A right PIN fills its tries even where the index is wrong. */
		assert_int_equal(verify(1, wrong), SW_TRIES | 4);
		assert_int_equal(login(1, bad[i], 0, pin), SW_NOT_FOUND);
		assert_int_equal(tries_left(1), 5);
		assert_int_equal(login(1, bad[i], 0, wrong), SW_TRIES | 4);
		assert_int_equal(verified_login(1, bad[i], 0, pin), SW_NOT_FOUND);
	}
}

static void
by_date(void **state)
{
	uint8_t figure[4];

	(void)state;
	mechanism_is(3);
	for (uint32_t date = 20000; date < 20000 + ROUNDS; date++) {
		put32(date * 0x10001, figure);
		assert_int_equal(login(1, 0, date * 0x10001, pin), SW_OK);
		assert_int_equal(true_answer(1, PIN_GIVEN | HOST_GIVEN).index, common_index(1, figure, 4));
		assert_int_equal(verified_login(1, 0, date * 0x10001, pin), SW_OK);
		assert_int_equal(true_answer(1, PIN_GIVEN).index, common_index(1, figure, 4));
	}
	assert_int_equal(login(1, 1, 20000, pin), SW_DATA);
}

static void
by_counter(void **state)
{
	struct mckd_card_answer a;
	uint8_t figure[4];

	(void)state;
	mechanism_is(4);
	for (int i = 0; i < ROUNDS; i++) {
		assert_int_equal(login(1, 0, 77, pin), SW_OK);
		a = true_answer(1, PIN_GIVEN | HOST_GIVEN);
		put32(a.counter, figure);
		assert_int_equal(a.index, common_index(1, figure, 4));
	}
	assert_int_equal(login(1, 1, 0, pin), SW_DATA);
}

static void
by_pin(void **state)
{
	uint8_t block[12] = "0000\xff\xff\xff\xff\xff\xff\xff\xff", pair[24];

	(void)state;
	mechanism_is(5);
	memcpy(pair, pin, 12);
	for (int i = 0; i < ROUNDS; i++) {
		block[0] = (uint8_t)('a' + i);
		memcpy(pair + 12, block, 12);
		assert_int_equal(command(0x00, 0x24, 0, 1, pair, 24), SW_OK);
		memcpy(pair, block, 12);
		assert_int_equal(login(1, 0, 0, block), SW_OK);
		assert_int_equal(true_answer(1, PIN_GIVEN | HOST_GIVEN).index, common_index(1, block, 12));
		assert_int_equal(login(0, 0, 0, block), SW_OK);
		assert_int_equal(true_answer(1, PIN_GIVEN | HOST_GIVEN).index, common_index(1, block, 12));
		assert_int_equal(verified_login(1, 0, 0, block), SW_OK);
		assert_int_equal(true_answer(1, PIN_GIVEN).index, common_index(1, block, 12));
	}
	assert_int_equal(login(1, 1, 0, block), SW_DATA);
}

/* With slot 0 the index counts only where the application found has mechanism 02. */
static void
by_pin_alone(void **state)
{
	(void)state;
	create(2, NEEDS_PIN, 3);
	set_sn(9, 0x29);
	tlv(0x06, pin2, 12);
	tlv(0x01, "\x01", 1);
	assert_int_equal(order(), SW_OK);
	assert_int_equal(login(0, 4, 0, pin2), SW_OK);
	assert_int_equal(true_answer(2, PIN_GIVEN | HOST_GIVEN).index, 9);
	assert_int_equal(login(0, 4, 0, pin), SW_OK);
	assert_int_equal(true_answer(1, PIN_GIVEN | HOST_GIVEN).index, 4);
	assert_int_equal(login(0, 9, 0, pin), SW_NOT_FOUND);
	assert_int_equal(login(2, 9, 0, pin2), SW_DATA);
	assert_int_equal(verified_login(0, 4, 0, pin2), SW_OK);
	assert_int_equal(true_answer(2, PIN_GIVEN).index, 9);
	assert_int_equal(verified_login(0, 4, 0, pin), SW_OK);
	assert_int_equal(true_answer(1, PIN_GIVEN).index, 4);
}

/* Each byte of what is sealed counts; a forged one costs no try and a wrong PIN costs one. */
static void
seal_is_looked_at_first(void **state)
{
	(void)state;
	for (size_t i = 0; i < REQUEST_LEN + SEALED_LEN; i++) {
		sel();
		compose(1, 1, 0, pin);
		bench.request[i] ^= (uint8_t)(1u << i % 8);
		assert_int_equal(authenticate(1, true), SW_SECURITY);
	}
	sel();
	compose(2, 1, 0, pin);
	assert_int_equal(authenticate(1, true), SW_SECURITY);
	sel();
	compose(1, 1, 0, pin);
	assert_int_equal(authenticate(0, true), SW_SECURITY);
	assert_int_equal(tries_left(1), 5);
	for (unsigned left = 5; left-- > 1;)
		assert_int_equal(login(1, 1, 0, wrong), SW_TRIES | left);
	assert_int_equal(login(1, 1, 0, wrong), SW_BLOCKED);
	assert_int_equal(login(1, 1, 0, pin), SW_BLOCKED);
	sel();
	compose(1, 1, 0, pin);
	bench.request[60] ^= 1;
	assert_int_equal(authenticate(1, true), SW_SECURITY);
}

static void
without_a_pin(void **state)
{
	(void)state;
	assert_int_equal(login(1, 1, 0, NULL), SW_SECURITY);
	assert_int_equal(login(0, 1, 0, NULL), SW_SECURITY);
	create(3, 0, 3);
	set_sn(1, 0x31);
	assert_int_equal(order(), SW_OK);
	assert_int_equal(login(3, 1, 0, NULL), SW_OK);
	true_answer(3, 0);
	/* A sealed PIN where there is none: before T is looked at. */
	assert_int_equal(login(3, 1, 0, pin), SW_STATE);
	sel();
	compose(3, 1, 0, pin);
	bench.request[60] ^= 1;
	assert_int_equal(authenticate(3, true), SW_STATE);
	assert_int_equal(tries_left(1), 5);
	/* A PIN of another application is none of its business. */
	assert_int_equal(verify(1, pin), SW_OK);
	compose(3, 1, 0, NULL);
	assert_int_equal(authenticate(3, false), SW_OK);
	true_answer(3, 0);
	assert_int_equal(login(0, 1, 0, NULL), SW_SECURITY);
}

/* One counter, one step a result, and none for what failed. */
static void
counter_counts_results(void **state)
{
	struct mckd_card_answer a, b;

	(void)state;
	assert_int_equal(login(1, 1, 0, pin), SW_OK);
	a = true_answer(1, PIN_GIVEN | HOST_GIVEN);
	assert_int_equal(login(1, 7, 0, pin), SW_NOT_FOUND);
	assert_int_equal(login(1, 1, 0, wrong), SW_TRIES | 4);
	assert_int_equal(verified_login(1, 1, 0, pin), SW_OK);
	b = true_answer(1, PIN_GIVEN);
	assert_int_equal(b.counter, a.counter + 1);
	assert_memory_not_equal(a.nonce, b.nonce, 16);
	assert_memory_not_equal(a.result, b.result, 16);
	bench.reset();
	assert_int_equal(login(1, 1, 0, pin), SW_OK);
	b = true_answer(1, PIN_GIVEN | HOST_GIVEN);
	assert_int_equal(b.counter, a.counter + 2);
	fresh(NULL);
	assert_int_equal(login(1, 1, 0, pin), SW_OK);
	b = true_answer(1, PIN_GIVEN | HOST_GIVEN);
	assert_int_equal(b.counter, a.counter + 3);
}

/* A share of the keys for each host, and the card knows none of them. */
static void
any_host(void **state)
{
	(void)state;
	for (uint8_t i = 0; i < 16; i++) {
		assert_int_equal(verify(1, pin), SW_OK);
		compose(1, 1, 0, NULL);
		bench.request[5 + i] ^= 0x55;
		bench.request[21 + i] ^= 0xaa;
		bench.request[37 + i] ^= 0x11;
		assert_int_equal(authenticate(1, false), SW_OK);
		true_answer(1, PIN_GIVEN);
	}
}

int
login_checks(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(card_random, fresh), cmocka_unit_test_setup(host_random, fresh),
		cmocka_unit_test_setup(by_date, fresh), cmocka_unit_test_setup(by_counter, fresh),
		cmocka_unit_test_setup(by_pin, fresh), cmocka_unit_test_setup(by_pin_alone, fresh),
		cmocka_unit_test_setup(seal_is_looked_at_first, fresh),
		cmocka_unit_test_setup(without_a_pin, fresh),
		cmocka_unit_test_setup(counter_counts_results, fresh), cmocka_unit_test_setup(any_host, fresh),
	};

	return cmocka_run_group_tests_name("AUTHENTICATE", tests, NULL, NULL);
}
