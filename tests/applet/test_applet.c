/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Power fails under the applet at every write of its memory, and in the middle of those that are not
 * atomic.
 */
#include "rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

/* The last ticket, cut or not, is sent again: it is done, once, and the receipt is right. */
static void
ticket_goes_through(void)
{
	assert_in_range(bench.info.epoch, kept.epoch, kept.epoch + 1);
	assert_int_equal(send_ticket(), SW_OK);
	bench.epoch = bench.ticket.epoch;
	memcpy(bench.tprev, bench.ticket.t, 16);
	sel();
	assert_int_equal(bench.info.epoch, bench.epoch);
	assert_int_equal(send_ticket(), SW_OK);
}

static unsigned
personalise(void)
{
	uint8_t deas[] = { (uint8_t)bench.dea1, (uint8_t)bench.dea2 };

	tlv(0x20, mk, MCKD_KEY_LEN);
	tlv(0x21, deas, 2);
	tlv(0x23, NULL, 0);
	return order();
}

static void
blank_or_personalised(void)
{
	assert_int_equal(bench.info.state, bench.info.epoch == kept.epoch ? 0x01 : 0x07);
	ticket_goes_through();
	assert_int_equal(bench.info.state, 0x07);
}

static void
activation_cut(void **state)
{
	(void)state;
	sel();
	keep();
	assert_true(each_cut(nothing, personalise, blank_or_personalised) > 6);
	bench.blank = false;
	assert_int_equal(fresh(NULL), 0);
	keep();
}

static void
one_miss(void)
{
	assert_int_equal(verify(1, wrong), SW_TRIES | 4);
}

/* Index 1 is compromised, 6 takes its place; another PIN, a PUK, another application. */
static unsigned
rotate(void)
{
	enter(1);
	set_retired(1u << 0 | 1u << 2);
	set_sn(6, 0x66);
	tlv(0x06, pin2, 12);
	tlv(0x05, NULL, 0);
	tlv(0x22, "PUK99999\xff\xff\xff\xff", 12);
	create(2, 0, 3);
	set_sn(1, 0x21);
	return order();
}

static void
before_or_behind_the_rotation(void)
{
	bool before = bench.info.epoch == kept.epoch;

	bench.epoch = bench.info.epoch;
	assert_int_equal(bench.info.napps, before ? 1 : 2);
	assert_int_equal(bench.info.app[0].tries, before ? 4 : 5);
	assert_int_equal(login(1, 2, 0, before ? pin : pin2), SW_OK);
	true_answer(1, PIN_GIVEN | HOST_GIVEN);
	assert_int_equal(login(1, 6, 0, before ? pin : pin2), before ? SW_NOT_FOUND : SW_OK);
	ticket_goes_through();
	assert_int_equal(login(1, 1, 0, pin2), SW_NOT_FOUND);
	assert_int_equal(login(1, 2, 0, pin), SW_TRIES | 4);
	assert_int_equal(login(1, 6, 0, pin2), SW_OK);
	true_answer(1, PIN_GIVEN | HOST_GIVEN);
	assert_int_equal(login(2, 1, 0, NULL), SW_OK);
	true_answer(2, 0);
}

static void
rotation_cut(void **state)
{
	(void)state;
	assert_true(each_cut(one_miss, rotate, before_or_behind_the_rotation) > 20);
}

static unsigned
verify_right(void)
{
	return verify(1, pin);
}

static void
one_try_at_most(void)
{
	uint8_t left = tries_left(1);

	assert_in_range(left, 4, 5);
	assert_int_equal(verified_login(1, 1, 0, pin), SW_OK);
	true_answer(1, PIN_GIVEN);
	assert_int_equal(tries_left(1), 5);
}

/* Power that fails before the try is spent tells nothing, about a wrong PIN or a right one. */
static void
verify_cut(void **state)
{
	(void)state;
	again();
	chip(CUT_AT, 1);
	assert_int_equal(verify(1, wrong), SW_CUT);
	again();
	assert_int_equal(verify(1, wrong), SW_TRIES | 4);
	assert_int_equal(chip(POINTS, 0), 1);
	assert_int_equal(each_cut(nothing, verify_right, one_try_at_most), 2);
}

static uint32_t last_counter;

static void
logged_in_before(void)
{
	assert_int_equal(login(1, 2, 0, pin), SW_OK);
	last_counter = true_answer(1, PIN_GIVEN | HOST_GIVEN).counter;
	sel();
	compose(1, 1, 0, pin);
}

static unsigned
log_in(void)
{
	return authenticate(1, true);
}

static void
counter_only_grows(void)
{
	assert_in_range(tries_left(1), 4, 5);
	assert_int_equal(login(1, 1, 0, pin), SW_OK);
	assert_true(true_answer(1, PIN_GIVEN | HOST_GIVEN).counter > last_counter);
	assert_int_equal(tries_left(1), 5);
}

static void
login_cut(void **state)
{
	(void)state;
	assert_int_equal(each_cut(logged_in_before, log_in, counter_only_grows), 3);
}

static unsigned
change_pin(void)
{
	uint8_t pair[24];

	memcpy(pair, pin, 12);
	memcpy(pair + 12, pin2, 12);
	return command(0x00, 0x24, 0, 1, pair, sizeof(pair));
}

static void
one_pin_or_the_other(void)
{
	bool before = login(1, 1, 0, pin) == SW_OK;

	assert_int_equal(login(1, 1, 0, pin2), before ? SW_TRIES | 4 : SW_OK);
}

static void
change_cut(void **state)
{
	(void)state;
	assert_true(each_cut(nothing, change_pin, one_pin_or_the_other) > 4);
}

static void
block(void)
{
	for (unsigned left = 4; left > 0; left--)
		assert_int_equal(verify(1, wrong), SW_TRIES | left);
	assert_int_equal(verify(1, wrong), SW_BLOCKED);
}

static unsigned
unblock(void)
{
	uint8_t pair[24];

	memcpy(pair, puk, 12);
	memcpy(pair + 12, pin2, 12);
	return command(0x00, 0x2c, 0, 1, pair, sizeof(pair));
}

/* Not before the PUK has done all that it does */
static void
blocked_or_unblocked(void)
{
	uint8_t left = tries_left(1);

	if (left == 0) {
		assert_int_equal(verify(1, pin), SW_BLOCKED);
		assert_int_equal(unblock(), SW_OK);
	} else {
		assert_int_equal(left, 5);
	}
	assert_int_equal(login(1, 1, 0, pin), SW_TRIES | 4);
	assert_int_equal(login(1, 1, 0, pin2), SW_OK);
	true_answer(1, PIN_GIVEN | HOST_GIVEN);
}

static void
unblock_cut(void **state)
{
	(void)state;
	assert_true(each_cut(block, unblock, blocked_or_unblocked) > 6);
}

static unsigned
terminate(void)
{
	tlv(0x24, NULL, 0);
	return order();
}

static void
whole_or_terminated(void)
{
	assert_int_equal(bench.info.state, bench.info.epoch == kept.epoch ? 0x07 : 0xff);
	ticket_goes_through();
	assert_int_equal(bench.info.state, 0xff);
	assert_int_equal(bench.info.napps, 0);
}

static void
termination_cut(void **state)
{
	(void)state;
	assert_true(each_cut(nothing, terminate, whole_or_terminated) > 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(activation_cut),
		cmocka_unit_test(rotation_cut),
		cmocka_unit_test(verify_cut),
		cmocka_unit_test(login_cut),
		cmocka_unit_test(change_cut),
		cmocka_unit_test(unblock_cut),
		cmocka_unit_test(termination_cut),
	};

	return cmocka_run_group_tests_name("the applet, power failing", tests, chip_start, chip_stop);
}
