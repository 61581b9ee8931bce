/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static void
eight_slots(void **state)
{
	(void)state;
	for (uint8_t slot = 2; slot <= 8; slot++) {
		create(slot, 0, slot);
		set_sn(32, slot);
		assert_int_equal(order(), SW_OK);
	}
	create(8, 0, 1);
	bench.tlv[bench.tlv_len - 1] = 'x';
	assert_int_equal(order(), SW_DATA);
	sel();
	assert_int_equal(bench.info.napps, 8);
	bench.app[8].present = 1u << 31;
	memset(bench.app[8].sn[31], 0, 16);
	for (int i = 0; i < 16; i++)
		bench.app[8].sn[31][i] = (uint8_t)(8 + i);
	for (uint8_t slot = 2; slot <= 8; slot++) {
		assert_int_equal(login(slot, 32, 0, NULL), SW_OK);
		true_answer(slot, 0);
	}
	assert_int_equal(login(1, 1, 0, pin), SW_OK);
	true_answer(1, PIN_GIVEN | HOST_GIVEN);
}

/* Nothing of an application outlives it. */
static void
deleted_and_made_again(void **state)
{
	(void)state;
	enter(1);
	tlv(0x09, NULL, 0);
	create(1, 0, 7);
	assert_int_equal(order(), SW_OK);
	assert_int_equal(tries_left(1), 0xff);
	assert_int_equal(bench.info.app[0].flags, 0);
	assert_int_equal(bench.info.app[0].mechanism, 2);
	assert_int_equal(login(1, 1, 0, NULL), SW_STATE);
	enter(1);
	set_sn(2, 0x77);
	assert_int_equal(order(), SW_OK);
	assert_int_equal(login(1, 1, 0, NULL), SW_NOT_FOUND);
	assert_int_equal(login(1, 2, 0, NULL), SW_OK);
	true_answer(1, 0);
	assert_int_equal(command(0x80, 0x12, 0, 0, NULL, 0), SW_NOT_FOUND);
	enter(1);
	tlv(0x09, NULL, 0);
	assert_int_equal(order(), SW_OK);
	assert_int_equal(login(1, 2, 0, NULL), SW_NOT_FOUND);
	sel();
	assert_int_equal(bench.info.napps, 0);
}

static void
retired_and_replaced(void **state)
{
	(void)state;
	assert_int_equal(login(1, 3, 0, pin), SW_NOT_FOUND);
	enter(1);
	set_retired(1u << 0 | 1u << 31);
	assert_int_equal(order(), SW_OK);
	assert_int_equal(login(1, 1, 0, pin), SW_NOT_FOUND);
	assert_int_equal(login(1, 32, 0, pin), SW_NOT_FOUND);
	assert_int_equal(login(1, 3, 0, pin), SW_OK);
	true_answer(1, PIN_GIVEN | HOST_GIVEN);
	/* A new SN alone does not bring an index back; the bitmap does. */
	enter(1);
	set_sn(1, 0x99);
	assert_int_equal(order(), SW_OK);
	assert_int_equal(login(1, 1, 0, pin), SW_NOT_FOUND);
	enter(1);
	set_retired(0);
	assert_int_equal(order(), SW_OK);
	assert_int_equal(login(1, 1, 0, pin), SW_OK);
	true_answer(1, PIN_GIVEN | HOST_GIVEN);
	enter(1);
	set_retired(0xffffffff);
	assert_int_equal(order(), SW_OK);
	/* Before T, and before any PIN. */
	assert_int_equal(login(1, 1, 0, wrong), SW_STATE);
	bench.request[60] ^= 1;
	assert_int_equal(authenticate(1, true), SW_STATE);
	assert_int_equal(verify(1, wrong), SW_STATE);
	assert_int_equal(tries_left(1), 5);
	/* With slot 0 only after it. */
	assert_int_equal(login(0, 1, 0, wrong), SW_TRIES | 4);
	assert_int_equal(login(0, 1, 0, pin), SW_STATE);
	assert_int_equal(tries_left(1), 5);
}

static void
flags_are_set(void **state)
{
	(void)state;
	enter(1);
	tlv(0x08, "\x05", 1);
	assert_int_equal(order(), SW_OK);
	sel();
	assert_int_equal(bench.info.app[0].flags, NEEDS_PIN | HAS_N1 | SEALED_ONLY);
	/* Bit 1 is the card's own. */
	enter(1);
	tlv(0x08, "\x0b", 1);
	tlv(0x07, NULL, 0);
	assert_int_equal(order(), SW_OK);
	sel();
	assert_int_equal(bench.info.app[0].flags, NEEDS_PIN | MAY_SIGN);
	enter(1);
	tlv(0x08, "\x03", 1);
	assert_int_equal(order(), SW_OK);
	sel();
	assert_int_equal(bench.info.app[0].flags, NEEDS_PIN);
	/* Who has PINs and does not need one may come without. */
	enter(1);
	tlv(0x08, "\x00", 1);
	assert_int_equal(order(), SW_OK);
	assert_int_equal(login(1, 1, 0, NULL), SW_OK);
	true_answer(1, 0);
	assert_int_equal(login(1, 1, 0, pin), SW_OK);
	true_answer(1, PIN_GIVEN | HOST_GIVEN);
}

/* What a ticket may not leave behind. */
static void
mechanisms_want_what_they_need(void **state)
{
	(void)state;
	for (uint8_t m = 3; m <= 5; m++) {
		enter(1);
		tlv(0x01, &m, 1);
		assert_int_equal(order(), SW_DATA);
	}
	enter(1);
	set_mechanism(5);
	tlv(0x08, "\x00", 1);
	assert_int_equal(order(), SW_DATA);
	enter(1);
	tlv(0x01, "\x05", 1);
	tlv(0x02, ksel, 32);
	assert_int_equal(order(), SW_OK);
	enter(1);
	tlv(0x08, "\x00", 1);
	assert_int_equal(order(), SW_DATA);
	enter(1);
	tlv(0x01, "\x02", 1);
	tlv(0x08, "\x00", 1);
	assert_int_equal(order(), SW_OK);
	/* Ksel stays when the mechanism goes. */
	enter(1);
	tlv(0x01, "\x04", 1);
	assert_int_equal(order(), SW_OK);
	sel();
	assert_int_equal(bench.info.app[0].mechanism, 4);
}

static void
tries_are_filled_by_order(void **state)
{
	(void)state;
	for (unsigned left = 5; left-- > 1;)
		assert_int_equal(verify(1, wrong), SW_TRIES | left);
	assert_int_equal(verify(1, wrong), SW_BLOCKED);
	assert_int_equal(login(1, 1, 0, pin), SW_BLOCKED);
	/* New PINs alone fill nothing. */
	enter(1);
	tlv(0x06, pin2, 12);
	assert_int_equal(order(), SW_OK);
	assert_int_equal(tries_left(1), 0);
	assert_int_equal(verify(1, pin2), SW_BLOCKED);
	enter(1);
	tlv(0x05, NULL, 0);
	assert_int_equal(order(), SW_OK);
	assert_int_equal(tries_left(1), 5);
	/* The same ticket again brings its receipt and no tries. */
	assert_int_equal(verify(1, wrong), SW_TRIES | 4);
	assert_int_equal(send_ticket(), SW_OK);
	assert_int_equal(tries_left(1), 4);
	assert_int_equal(verify(1, pin2), SW_OK);
}

int
application_checks(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(eight_slots, fresh),
		cmocka_unit_test_setup(deleted_and_made_again, fresh),
		cmocka_unit_test_setup(retired_and_replaced, fresh),
		cmocka_unit_test_setup(flags_are_set, fresh),
		cmocka_unit_test_setup(mechanisms_want_what_they_need, fresh),
		cmocka_unit_test_setup(tries_are_filled_by_order, fresh),
	};

	return cmocka_run_group_tests_name("applications", tests, NULL, NULL);
}
