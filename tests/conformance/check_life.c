/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static const uint8_t none[REQUEST_LEN + SEALED_LEN];

static void
blank_says_so(void **state)
{
	uint8_t challenge[8];

	(void)state;
	sel();
	assert_int_equal(bench.info.version, 0x0100);
	assert_int_equal(bench.info.state, 0x01);
	assert_int_equal(bench.info.napps, 0);
	assert_int_equal(bench.info.epoch, 0);
	assert_memory_equal(bench.info.last_ticket, none, 16);
	assert_memory_not_equal(bench.info.card, none, 8);
	memcpy(challenge, bench.info.challenge, 8);
	sel();
	assert_memory_not_equal(challenge, bench.info.challenge, 8);
}

static void
blank_does_nothing_else(void **state)
{
	(void)state;
	assert_int_equal(command(0x80, 0x10, 0, 2, none, 81), SW_STATE);
	assert_int_equal(command(0x80, 0x10, 0, 0, none, 53), SW_STATE);
	assert_int_equal(command(0x80, 0x10, 1, 2, none, 81), SW_NOT_FOUND);
	assert_int_equal(command(0x80, 0x12, 0, 0, NULL, 0), SW_STATE);
	assert_int_equal(command(0x80, 0x14, 0, 0, none, 37), SW_STATE);
	assert_int_equal(verify(0, pin), SW_STATE);
	assert_int_equal(verify(1, pin), SW_NOT_FOUND);
	assert_int_equal(command(0x00, 0x24, 0, 0, none, 24), SW_STATE);
}

/* Nobody but the holder of the transport key, and by AES whatever the card will be. */
static void
blank_obeys_its_transport_key(void **state)
{
	uint8_t plain[32] = "random and fresh\x80";

	(void)state;
	bench.transport[0] ^= 1;
	seal_ticket(1, none, plain, sizeof(plain));
	bench.transport[0] ^= 1;
	assert_int_equal(send_ticket(), SW_SECURITY);
	bench.blank = false;
	seal_ticket(1, none, plain, sizeof(plain));
	bench.blank = true;
	assert_int_equal(send_ticket(), SW_SECURITY);
	/* Before the first ticket there is no receipt to repeat. */
	seal_ticket(0, none, plain, sizeof(plain));
	memset(bench.ticket.body + 34, 0, 16);
	assert_int_equal(send_ticket(), SW_SECURITY);
}

static void
refused(void)
{
	assert_int_equal(order(), SW_DATA);
	sel();
	assert_int_equal(bench.info.state, 0x01);
	assert_int_equal(bench.info.epoch, bench.epoch);
	assert_int_equal(bench.info.napps, 0);
}

static void
blank_is_not_activated_by_halves(void **state)
{
	const uint8_t deas[2] = { (uint8_t)bench.dea1, (uint8_t)bench.dea2 };

	(void)state;
	tlv(0x23, NULL, 0);
	refused();
	tlv(0x20, mk, 32);
	tlv(0x23, NULL, 0);
	refused();
	tlv(0x21, deas, 2);
	tlv(0x23, NULL, 0);
	refused();
	tlv(0x20, mk, 32);
	tlv(0x20, mk, 32);
	refused();
	tlv(0x21, deas, 2);
	tlv(0x21, deas, 2);
	refused();
	tlv(0x21, "\x01\x03", 2);
	refused();
	tlv(0x21, "\x00\x01", 2);
	refused();
	tlv(0x20, mk, 31);
	refused();
	tlv(0x20, mk, 32);
	tlv(0x21, deas, 2);
	tlv(0x23, NULL, 0);
	tlv(0x22, puk, 12);
	refused();
	tlv(0x20, mk, 32);
	tlv(0x21, deas, 2);
	tlv(0x23, "", 1);
	refused();
}

/* In a run of three, and the last one again when its receipt was lost. */
static void
blank_becomes_personalised(void **state)
{
	const uint8_t deas[2] = { (uint8_t)bench.dea1, (uint8_t)bench.dea2 };
	struct mckd_ticket last;

	(void)state;
	create(1, NEEDS_PIN, 5);
	set_sn(1, 1);
	tlv(0x06, pin, 12);
	assert_int_equal(order(), SW_OK);
	tlv(0x20, mk, 32);
	assert_int_equal(order(), SW_OK);
	sel();
	assert_int_equal(bench.info.state, 0x01);
	tlv(0x21, deas, 2);
	tlv(0x23, NULL, 0);
	assert_int_equal(order(), SW_OK);
	last = bench.ticket;
	assert_int_equal(send_ticket(), SW_OK);
	sel();
	assert_int_equal(bench.info.state, 0x07);
	assert_int_equal(bench.info.dea1, bench.dea1);
	assert_int_equal(bench.info.dea2, bench.dea2);
	assert_int_equal(bench.info.epoch, 3);
	assert_memory_equal(bench.info.last_ticket, last.t, 16);
	assert_int_equal(bench.info.napps, 1);
	/* The transport key orders nothing any more. */
	tlv(0x0e, "\x01", 1);
	assert_int_equal(order(), SW_SECURITY);
	bench.blank = false;
	assert_int_equal(login(1, 1, 0, pin), SW_OK);
	true_answer(1, PIN_GIVEN | HOST_GIVEN);
	/* No PUK was set yet. */
	uint8_t pair[24];
	memcpy(pair, puk, 12);
	memcpy(pair + 12, pin, 12);
	assert_int_equal(command(0x00, 0x2c, 0, 1, pair, 24), SW_BLOCKED);
}

static void
once_is_enough(void **state)
{
	(void)state;
	tlv(0x20, mk, 32);
	assert_int_equal(order(), SW_DATA);
	tlv(0x21, "\x01\x01", 2);
	assert_int_equal(order(), SW_DATA);
	tlv(0x23, NULL, 0);
	assert_int_equal(order(), SW_DATA);
	assert_int_equal(login(1, 1, 0, pin), SW_OK);
	true_answer(1, PIN_GIVEN | HOST_GIVEN);
}

static void
terminated_for_good(void **state)
{
	struct mckd_ticket last;

	(void)state;
	tlv(0x24, NULL, 0);
	tlv(0x22, puk, 12);
	assert_int_equal(order(), SW_DATA);
	tlv(0x24, NULL, 0);
	assert_int_equal(order(), SW_OK);
	last = bench.ticket;
	sel();
	assert_int_equal(bench.info.state, 0xff);
	assert_int_equal(bench.info.napps, 0);
	assert_int_equal(bench.info.epoch, bench.epoch);
	assert_memory_equal(bench.info.last_ticket, last.t, 16);
	assert_int_equal(send_ticket(), SW_OK);
	assert_int_equal(order(), SW_STATE);
	bench.ticket.body[20] ^= 1;
	assert_int_equal(send_ticket(), SW_STATE);
	bench.ticket = last;
	bench.reset();
	sel();
	assert_int_equal(send_ticket(), SW_OK);
	assert_int_equal(login(0, 1, 0, pin), SW_STATE);
	assert_int_equal(login(1, 1, 0, pin), SW_NOT_FOUND);
	assert_int_equal(verify(0, pin), SW_STATE);
	assert_int_equal(command(0x80, 0x12, 0, 0, NULL, 0), SW_STATE);
	assert_int_equal(command(0x80, 0x14, 0, 0, none, 37), SW_STATE);
}

int
blank_checks(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blank_says_so), cmocka_unit_test(blank_does_nothing_else),
		cmocka_unit_test(blank_obeys_its_transport_key),
		cmocka_unit_test(blank_is_not_activated_by_halves),
		cmocka_unit_test(blank_becomes_personalised), cmocka_unit_test(once_is_enough),
	};

	return cmocka_run_group_tests_name("a blank card", tests, NULL, NULL);
}

int
terminate_checks(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test_setup(terminated_for_good, fresh) };

	return cmocka_run_group_tests_name("the end", tests, NULL, NULL);
}

/* A card that did not get to be personalised has nothing that the others could try. */
int
conformance(void)
{
	int failed = vector_checks();

	if (failed != 0 || (failed = blank_checks(), bench.blank))
		return failed;
	return failed + select_checks() + ticket_checks() + application_checks() + pin_checks() +
	    login_checks() + secret_checks() + sign_checks() + terminate_checks();
}
