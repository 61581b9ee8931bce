/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static const uint8_t aid[17] = { 0xf0, 0x4d, 0x43, 0x4b, 0x44, 0x01 };

static void
select_takes_the_whole_name(void **state)
{
	(void)state;
	assert_int_equal(command(0x00, 0xa4, 4, 0, aid, 6), SW_OK);
	assert_int_equal(command(0x00, 0xa4, 0, 0, aid, 6), SW_P1P2);
	assert_int_equal(command(0x00, 0xa4, 4, 4, aid, 6), SW_P1P2);
	assert_int_equal(command(0x00, 0xa4, 4, 0, aid, 17), SW_LENGTH);
	assert_int_equal(command(0x00, 0xa4, 0, 0, aid, 17), SW_P1P2);
	/* Whatever it answers to, it is not the end of MCKD. */
	if (!bench.raw)
		return;
	assert_int_equal(command(0x00, 0xa4, 4, 0, aid, 5), SW_NO_FILE);
	assert_int_equal(command(0x00, 0xa4, 4, 0, aid, 7), SW_NO_FILE);
	assert_int_equal(command(0x00, 0xa4, 4, 0, "\xa0\x00\x00\x00\x03", 5), SW_NO_FILE);
	assert_int_equal(command(0x00, 0xa4, 4, 0, NULL, 0), SW_LENGTH);
}

static void
select_tells_the_state(void **state)
{
	(void)state;
	assert_int_equal(bench.info.state, 0x07);
	assert_int_equal(bench.info.epoch, bench.epoch);
	assert_memory_equal(bench.info.last_ticket, bench.tprev, 16);
	assert_int_equal(bench.info.napps, 1);
	assert_int_equal(bench.info.app[0].slot, 1);
	assert_int_equal(bench.info.app[0].tries, 5);
	assert_int_equal(bench.info.app[0].flags, NEEDS_PIN | HAS_N1 | MAY_SIGN);
	assert_int_equal(bench.info.app[0].mechanism, 2);
	create(8, 0, 15);
	assert_int_equal(order(), SW_OK);
	assert_int_equal(tries_left(8), 0xff);
	assert_int_equal(verify(1, wrong), SW_TRIES | 4);
	assert_int_equal(tries_left(1), 4);
}

/* What has ended is no challenge of zeros either. */
static void
no_challenge(void)
{
	memset(bench.info.challenge, 0, sizeof(bench.info.challenge));
	compose(1, 1, 0, pin);
	assert_int_equal(authenticate(1, true), SW_SECURITY);
}

static void
challenge_is_for_one_use(void **state)
{
	uint8_t request[REQUEST_LEN + SEALED_LEN];

	(void)state;
	compose(1, 1, 0, pin);
	memcpy(request, bench.request, sizeof(request));
	assert_int_equal(authenticate(1, true), SW_OK);
	assert_int_equal(authenticate(1, true), SW_SECURITY);
	no_challenge();
	/* A wrong T has used it up as well. */
	sel();
	compose(1, 1, 0, pin);
	bench.request[80] ^= 1;
	assert_int_equal(authenticate(1, true), SW_SECURITY);
	bench.request[80] ^= 1;
	assert_int_equal(authenticate(1, true), SW_SECURITY);
	no_challenge();
	/* SELECT, and a reset, end it. */
	sel();
	compose(1, 1, 0, pin);
	assert_int_equal(command(0x00, 0xa4, 4, 0, aid, 6), SW_OK);
	assert_int_equal(authenticate(1, true), SW_SECURITY);
	sel();
	compose(1, 1, 0, pin);
	bench.reset();
	assert_int_not_equal(authenticate(1, true), SW_OK);
	if (bench.raw) {
		no_challenge();
		sel();
		assert_int_equal(command(0x00, 0xa4, 4, 0, aid, 5), SW_NO_FILE);
		no_challenge();
	}
	assert_int_equal(tries_left(1), 5);
}

static void
challenge_survives_others(void **state)
{
	(void)state;
	compose(1, 1, 0, pin);
	assert_int_equal(verify(1, pin), SW_OK);
	assert_int_equal(command(0x80, 0x20, 0, 0, bench.ticket.body, bench.ticket.len), SW_OK);
	assert_int_equal(command(0x80, 0x10, 1, 1, bench.request, 81), SW_P1P2);
	assert_int_equal(command(0x80, 0x10, 1, 2, bench.request, 80), SW_LENGTH);
	assert_int_equal(command(0x80, 0x10, 2, 2, bench.request, 81), SW_NOT_FOUND);
	assert_int_equal(authenticate(1, true), SW_OK);
	true_answer(1, PIN_GIVEN | HOST_GIVEN);
}

static void
unknown_commands(void **state)
{
	(void)state;
	assert_int_equal(command(0x80, 0x11, 0, 0, NULL, 0), SW_INS);
	assert_int_equal(command(0x80, 0x22, 0, 0, NULL, 0), SW_INS);
	assert_int_equal(command(0x00, 0xb0, 0, 0, NULL, 0), SW_INS);
	assert_int_equal(command(0x90, 0x10, 1, 2, bench.request, 81), SW_CLA);
	assert_int_equal(command(0xa0, 0x20, 0, 1, pin, 12), SW_CLA);
	assert_int_equal(tries_left(1), 5);
}

/* P1-P2, length, slot, state, T, PIN, index: the first that is wrong is answered. */
static void
errors_come_in_their_order(void **state)
{
	uint8_t pair[24];

	(void)state;
	memcpy(pair, wrong, 12);
	memset(pair + 12, ' ', 12);
	compose(9, 7, 0, wrong);
	assert_int_equal(command(0x80, 0x10, 9, 1, bench.request, 80), SW_P1P2);
	assert_int_equal(command(0x80, 0x10, 9, 2, bench.request, 80), SW_LENGTH);
	assert_int_equal(command(0x80, 0x10, 1, 2, bench.request, 53), SW_LENGTH);
	assert_int_equal(command(0x80, 0x10, 1, 0, bench.request, 81), SW_LENGTH);
	assert_int_equal(command(0x80, 0x10, 1, 0, NULL, 0), SW_LENGTH);
	assert_int_equal(command(0x80, 0x10, 9, 2, bench.request, 81), SW_NOT_FOUND);
	assert_int_equal(command(0x80, 0x10, 2, 2, bench.request, 81), SW_NOT_FOUND);
	assert_int_equal(command(0x00, 0x20, 1, 9, pin, 11), SW_P1P2);
	assert_int_equal(command(0x00, 0x20, 0, 9, pin, 11), SW_LENGTH);
	assert_int_equal(command(0x00, 0x20, 0, 1, NULL, 0), SW_LENGTH);
	assert_int_equal(command(0x00, 0x20, 0, 9, pin, 12), SW_NOT_FOUND);
	assert_int_equal(command(0x00, 0x24, 1, 1, pair, 23), SW_P1P2);
	assert_int_equal(command(0x00, 0x24, 0, 9, pair, 23), SW_LENGTH);
	assert_int_equal(command(0x00, 0x24, 0, 9, pair, 24), SW_NOT_FOUND);
	assert_int_equal(command(0x00, 0x24, 0, 1, pair, 24), SW_DATA);
	assert_int_equal(command(0x00, 0x2c, 1, 1, pair, 23), SW_P1P2);
	assert_int_equal(command(0x00, 0x2c, 0, 1, pair, 23), SW_LENGTH);
	assert_int_equal(command(0x00, 0x2c, 0, 0, pair, 24), SW_NOT_FOUND);
	assert_int_equal(command(0x00, 0x2c, 0, 1, pair, 24), SW_DATA);
	assert_int_equal(command(0x80, 0x14, 9, 1, pair, 24), SW_P1P2);
	assert_int_equal(command(0x80, 0x14, 9, 0, pair, 24), SW_LENGTH);
	assert_int_equal(command(0x80, 0x14, 9, 0, bench.request, 37), SW_NOT_FOUND);
	assert_int_equal(command(0x80, 0x12, 0, 1, pair, 1), SW_P1P2);
	assert_int_equal(command(0x80, 0x12, 1, 0, NULL, 0), SW_P1P2);
	if (!bench.t0)
		assert_int_equal(command(0x80, 0x12, 0, 0, pair, 1), SW_LENGTH);
	assert_int_equal(tries_left(1), 5);
}

/* Le may be there or not; nothing else may. */
static void
lengths_agree(void **state)
{
	uint8_t cmd[5 + 12 + 2] = { 0x00, 0x20, 0, 1, 12 };

	(void)state;
	memcpy(cmd + 5, pin, 12);
	assert_int_equal(apdu(cmd, 17), SW_OK);
	assert_int_equal(apdu(cmd, 18), SW_OK);
	if (!bench.raw)
		return;
	assert_int_equal(apdu(cmd, 4), SW_LENGTH);
	for (size_t len = 0; len < sizeof(cmd); len++) {
		size_t n = sizeof(bench.rsp);

		if (len == 17 || len == 18)
			continue;
		assert_int_equal(bench.link->ops->transmit(bench.link, cmd, len, bench.rsp, &n), MCKD_OK);
		assert_int_equal(n, 2);
		assert_memory_equal(bench.rsp, "\x67\x00", 2);
	}
	assert_int_equal(tries_left(1), 5);
}

int
select_checks(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(select_takes_the_whole_name, fresh),
		cmocka_unit_test_setup(select_tells_the_state, fresh),
		cmocka_unit_test_setup(challenge_is_for_one_use, fresh),
		cmocka_unit_test_setup(challenge_survives_others, fresh),
		cmocka_unit_test_setup(unknown_commands, fresh),
		cmocka_unit_test_setup(errors_come_in_their_order, fresh),
		cmocka_unit_test_setup(lengths_agree, fresh),
	};

	return cmocka_run_group_tests_name("SELECT, and commands as such", tests, NULL, NULL);
}
