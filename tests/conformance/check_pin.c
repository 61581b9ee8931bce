/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static const uint8_t zeros[12];

/* CHANGE REFERENCE DATA or RESET RETRY COUNTER */
static unsigned
pair(uint8_t ins, uint8_t slot, const uint8_t first[12], const uint8_t new[12])
{
	uint8_t p[24];

	memcpy(p, first, 12);
	memcpy(p + 12, new, 12);
	return command(0x00, ins, 0, slot, p, sizeof(p));
}

/* Slot 2: PIN abcd, 3 tries. Slot 4: no PIN. */
static void
more_slots(void)
{
	create(2, NEEDS_PIN, 3);
	set_sn(1, 0x21);
	tlv(0x06, pin2, 12);
	create(4, 0, 3);
	set_sn(1, 0x41);
	assert_int_equal(order(), SW_OK);
}

static void
verify_counts(void **state)
{
	(void)state;
	assert_int_equal(verify(1, pin), SW_OK);
	assert_int_equal(bench.rsp_len, 0);
	assert_int_equal(verify(1, wrong), SW_TRIES | 4);
	assert_int_equal(verify(1, wrong), SW_TRIES | 3);
	assert_int_equal(tries_left(1), 3);
	assert_int_equal(verify(1, pin), SW_OK);
	assert_int_equal(tries_left(1), 5);
	/* A prefix, another filling, and what is no PIN at all are wrong PINs. */
	assert_int_equal(verify(1, (const uint8_t *)"12345\xff\xff\xff\xff\xff\xff\xff"), SW_TRIES | 4);
	assert_int_equal(verify(1, (const uint8_t *)"123456\0\0\0\0\0"), SW_TRIES | 3);
	assert_int_equal(verify(1, (const uint8_t *)"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), SW_TRIES | 2);
	bench.reset();
	sel();
	assert_int_equal(verify(1, wrong), SW_TRIES | 1);
	assert_int_equal(verify(1, wrong), SW_BLOCKED);
	assert_int_equal(verify(1, pin), SW_BLOCKED);
	assert_int_equal(verify(0, pin), SW_BLOCKED);
	assert_int_equal(pair(0x24, 1, pin, pin2), SW_BLOCKED);
	assert_int_equal(login(1, 1, 0, pin), SW_BLOCKED);
	assert_int_equal(login(0, 1, 0, pin), SW_BLOCKED);
	assert_int_equal(tries_left(1), 0);
	more_slots();
	assert_int_equal(verify(4, pin), SW_BLOCKED);
	assert_int_equal(tries_left(4), 0xff);
}

static void
fifteen_tries(void **state)
{
	(void)state;
	create(5, NEEDS_PIN, 15);
	set_sn(1, 1);
	tlv(0x06, pin2, 12);
	assert_int_equal(order(), SW_OK);
	assert_int_equal(tries_left(5), 15);
	for (unsigned left = 15; left-- > 1;)
		assert_int_equal(verify(5, wrong), SW_TRIES | left);
	assert_int_equal(verify(5, wrong), SW_BLOCKED);
	assert_int_equal(tries_left(1), 5);
}

/* Serves the next command, if it is one that asks for a PIN, and for that slot. */
static void
verify_serves_the_next_command(void **state)
{
	(void)state;
	more_slots();
	assert_int_equal(verified_login(1, 1, 0, pin), SW_OK);
	true_answer(1, PIN_GIVEN);
	assert_int_equal(authenticate(1, false), SW_SECURITY);
	assert_int_equal(verify(1, pin), SW_OK);
	sel();
	assert_int_equal(authenticate(1, false), SW_SECURITY);
	assert_int_equal(verify(1, pin), SW_OK);
	assert_int_equal(command(0x80, 0x11, 0, 0, NULL, 0), SW_INS);
	assert_int_equal(authenticate(1, false), SW_SECURITY);
	assert_int_equal(verify(1, pin), SW_OK);
	assert_int_equal(verify(1, wrong), SW_TRIES | 4);
	assert_int_equal(authenticate(1, false), SW_SECURITY);
	assert_int_equal(verify(1, pin), SW_OK);
	assert_int_equal(authenticate(2, false), SW_SECURITY);
	assert_int_equal(authenticate(1, false), SW_SECURITY);
	assert_int_equal(verify(1, pin), SW_OK);
	assert_int_equal(command(0x80, 0x10, 1, 0, bench.request, 52), SW_LENGTH);
	assert_int_equal(authenticate(1, false), SW_SECURITY);
	assert_int_equal(verify(1, pin), SW_OK);
	bench.reset();
	sel();
	assert_int_equal(authenticate(1, false), SW_SECURITY);
	assert_int_equal(pair(0x24, 1, pin, pin), SW_OK);
	assert_int_equal(authenticate(1, false), SW_SECURITY);
	assert_int_equal(pair(0x2c, 1, puk, pin), SW_OK);
	assert_int_equal(authenticate(1, false), SW_SECURITY);
	/* By whichever way the slot was found. */
	assert_int_equal(verify(0, pin2), SW_OK);
	compose(2, 1, 0, NULL);
	assert_int_equal(authenticate(2, false), SW_OK);
	true_answer(2, PIN_GIVEN);
	assert_int_equal(verify(2, pin2), SW_OK);
	assert_int_equal(authenticate(0, false), SW_OK);
	true_answer(2, PIN_GIVEN);
}

static void
slot_0_finds_the_application(void **state)
{
	(void)state;
	more_slots();
	assert_int_equal(verify(0, pin2), SW_OK);
	assert_int_equal(tries_left(1), 5);
	assert_int_equal(tries_left(2), 3);
	/* A miss costs each, and the answer is the most that is left anywhere. */
	assert_int_equal(verify(0, wrong), SW_TRIES | 4);
	assert_int_equal(tries_left(1), 4);
	assert_int_equal(tries_left(2), 2);
	/* Who is found is filled, the others get this try back. */
	assert_int_equal(verify(0, pin2), SW_OK);
	assert_int_equal(tries_left(1), 4);
	assert_int_equal(tries_left(2), 3);
	assert_int_equal(login(0, 1, 0, pin), SW_OK);
	true_answer(1, PIN_GIVEN | HOST_GIVEN);
	assert_int_equal(login(0, 1, 0, pin2), SW_OK);
	true_answer(2, PIN_GIVEN | HOST_GIVEN);
	assert_int_equal(login(0, 1, 0, wrong), SW_TRIES | 4);
	assert_int_equal(login(0, 1, 0, wrong), SW_TRIES | 3);
	assert_int_equal(login(0, 1, 0, wrong), SW_TRIES | 2);
	assert_int_equal(tries_left(2), 0);
	/* What is blocked is passed over, the right PIN or not. */
	assert_int_equal(verify(0, pin2), SW_TRIES | 1);
	assert_int_equal(verify(0, pin), SW_OK);
	assert_int_equal(tries_left(1), 5);
	assert_int_equal(tries_left(2), 0);
	enter(2);
	tlv(0x05, NULL, 0);
	tlv(0x06, pin, 12);
	assert_int_equal(order(), SW_OK);
	/* The first in slot order, where two have the same. */
	assert_int_equal(login(0, 1, 0, pin), SW_OK);
	true_answer(1, PIN_GIVEN | HOST_GIVEN);
}

static void
several_pins(void **state)
{
	uint8_t four[60] = { 0 };

	(void)state;
	memcpy(four, pin, 12);
	memcpy(four + 12, pin2, 12);
	memcpy(four + 24, pin3, 12);
	memcpy(four + 36, "9999\xff\xff\xff\xff\xff\xff\xff\xff", 12);
	enter(1);
	tlv(0x06, four, 48);
	assert_int_equal(order(), SW_OK);
	for (int i = 0; i < 4; i++)
		assert_int_equal(verify(1, four + 12 * i), SW_OK);
	/* CHANGE replaces the one that matches. */
	assert_int_equal(pair(0x24, 1, pin2, wrong), SW_OK);
	assert_int_equal(verify(1, pin2), SW_TRIES | 4);
	assert_int_equal(verify(1, wrong), SW_OK);
	assert_int_equal(verify(1, pin), SW_OK);
	assert_int_equal(verify(1, pin3), SW_OK);
	enter(1);
	tlv(0x06, four + 24, 24);
	assert_int_equal(order(), SW_OK);
	assert_int_equal(verify(1, pin), SW_TRIES | 4);
	assert_int_equal(verify(1, wrong), SW_TRIES | 3);
	/* The places that were taken before hold nothing. */
	assert_int_equal(verify(1, zeros), SW_TRIES | 2);
	assert_int_equal(verify(1, pin3), SW_OK);
	memcpy(four + 36, "99 9\xff\xff\xff\xff\xff\xff\xff\xff", 12);
	for (size_t len = 11; len <= 60; len += len < 48 ? 37 : 12) {
		enter(1);
		tlv(0x06, four, len);
		assert_int_equal(order(), SW_DATA);
	}
	assert_int_equal(verify(1, pin3), SW_OK);
}

static void
change_reference_data(void **state)
{
	(void)state;
	assert_int_equal(pair(0x24, 1, wrong, pin2), SW_TRIES | 4);
	assert_int_equal(pair(0x24, 1, pin, (const uint8_t *)"123\xff\xff\xff\xff\xff\xff\xff\xff\xff"), SW_DATA);
	assert_int_equal(pair(0x24, 1, pin, (const uint8_t *)"1234 \xff\xff\xff\xff\xff\xff\xff"), SW_DATA);
	assert_int_equal(pair(0x24, 1, pin, (const uint8_t *)"1234\xff" "5\xff\xff\xff\xff\xff\xff"), SW_DATA);
	assert_int_equal(pair(0x24, 1, pin, (const uint8_t *)"1234\x7f\xff\xff\xff\xff\xff\xff\xff"), SW_DATA);
	assert_int_equal(tries_left(1), 4);
	assert_int_equal(pair(0x24, 1, pin, pin3), SW_OK);
	assert_int_equal(tries_left(1), 5);
	assert_int_equal(verify(1, pin), SW_TRIES | 4);
	bench.reset();
	assert_int_equal(login(1, 1, 0, pin3), SW_OK);
	true_answer(1, PIN_GIVEN | HOST_GIVEN);
	more_slots();
	/* With slot 0: of the application that the old one finds. */
	assert_int_equal(pair(0x24, 0, pin2, pin), SW_OK);
	assert_int_equal(verify(2, pin), SW_OK);
	assert_int_equal(verify(1, pin3), SW_OK);
	assert_int_equal(pair(0x24, 0, pin2, pin), SW_TRIES | 4);
	/* The card never compares a new PIN with another application's. */
	assert_int_equal(pair(0x24, 2, pin, pin3), SW_OK);
}

static void
reset_retry_counter(void **state)
{
	uint8_t bad[12];

	(void)state;
	memcpy(bad, puk, 12);
	bad[7] ^= 1;
	enter(1);
	tlv(0x06, "123456\xff\xff\xff\xff\xff\xff" "abcd\xff\xff\xff\xff\xff\xff\xff\xff", 24);
	assert_int_equal(order(), SW_OK);
	for (int i = 0; i < 5; i++)
		verify(1, wrong);
	assert_int_equal(pair(0x2c, 1, bad, pin3), SW_TRIES | 9);
	assert_int_equal(pair(0x2c, 1, puk, (const uint8_t *)"12\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), SW_DATA);
	assert_int_equal(pair(0x2c, 1, puk, pin3), SW_OK);
	assert_int_equal(tries_left(1), 5);
	/* One PIN is left, the new one. */
	assert_int_equal(verify(1, pin3), SW_OK);
	assert_int_equal(verify(1, pin), SW_TRIES | 4);
	assert_int_equal(verify(1, pin2), SW_TRIES | 3);
	assert_int_equal(verify(1, zeros), SW_TRIES | 2);
	/* The tries of the PUK were filled, and end. */
	for (unsigned left = 10; left-- > 1;)
		assert_int_equal(pair(0x2c, 1, bad, pin3), SW_TRIES | left);
	assert_int_equal(pair(0x2c, 1, bad, pin3), SW_BLOCKED);
	assert_int_equal(pair(0x2c, 1, puk, pin3), SW_BLOCKED);
	assert_int_equal(tries_left(1), 2);
	tlv(0x22, "abcdefghijkl", 12);
	assert_int_equal(order(), SW_OK);
	assert_int_equal(pair(0x2c, 1, puk, pin), SW_TRIES | 9);
	assert_int_equal(pair(0x2c, 1, (const uint8_t *)"abcdefghijkl", pin), SW_OK);
	assert_int_equal(verify(1, pin), SW_OK);
}

/* Where a PIN may come only sealed, nobody without the host's keys gets it looked at. */
static void
sealed_only(void **state)
{
	(void)state;
	more_slots();
	enter(1);
	tlv(0x08, "\x05", 1);
	assert_int_equal(order(), SW_OK);
	assert_int_equal(verify(1, pin), SW_STATE);
	assert_int_equal(pair(0x24, 1, pin, pin2), SW_STATE);
	assert_int_equal(pair(0x2c, 1, puk, pin2), SW_STATE);
	assert_int_equal(verify(0, pin), SW_TRIES | 2);
	assert_int_equal(tries_left(1), 5);
	assert_int_equal(login(1, 1, 0, pin), SW_OK);
	true_answer(1, PIN_GIVEN | HOST_GIVEN);
	assert_int_equal(login(0, 1, 0, pin), SW_OK);
	true_answer(1, PIN_GIVEN | HOST_GIVEN);
	assert_int_equal(login(0, 1, 0, wrong), SW_TRIES | 4);
	enter(2);
	tlv(0x08, "\x05", 1);
	assert_int_equal(order(), SW_OK);
	assert_int_equal(verify(0, pin2), SW_BLOCKED);
}

int
pin_checks(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(verify_counts, fresh), cmocka_unit_test_setup(fifteen_tries, fresh),
		cmocka_unit_test_setup(verify_serves_the_next_command, fresh),
		cmocka_unit_test_setup(slot_0_finds_the_application, fresh),
		cmocka_unit_test_setup(several_pins, fresh), cmocka_unit_test_setup(change_reference_data, fresh),
		cmocka_unit_test_setup(reset_retry_counter, fresh), cmocka_unit_test_setup(sealed_only, fresh),
	};

	return cmocka_run_group_tests_name("PINs", tests, NULL, NULL);
}
