/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static const uint8_t empty[32] = "random and fresh\x80";

static void
unchanged(void)
{
	sel();
	assert_int_equal(bench.info.epoch, bench.epoch);
	assert_memory_equal(bench.info.last_ticket, bench.tprev, 16);
	assert_int_equal(bench.info.napps, 1);
}

static uint16_t
epoch_plus(int n)
{
	return (uint16_t)(bench.epoch + n);
}

static void
tickets_in_order(void **state)
{
	struct mckd_ticket before;
	uint8_t tprev[16];

	(void)state;
	before = bench.ticket;
	memcpy(tprev, bench.tprev, 16);
	assert_int_equal(order(), SW_OK);
	unchanged();
	assert_int_equal(order(), SW_OK);
	unchanged();
	/* One that was applied earlier, and another one with the number that is current. */
	bench.ticket = before;
	assert_int_equal(send_ticket(), SW_SECURITY);
	seal_ticket(epoch_plus(0), bench.tprev, empty, 32);
	assert_int_equal(send_ticket(), SW_STATE);
	seal_ticket(epoch_plus(-1), bench.tprev, empty, 32);
	assert_int_equal(send_ticket(), SW_STATE);
	seal_ticket(epoch_plus(2), bench.tprev, empty, 32);
	assert_int_equal(send_ticket(), SW_STATE);
	seal_ticket(0, bench.tprev, empty, 32);
	assert_int_equal(send_ticket(), SW_STATE);
	/* Of another chain. */
	seal_ticket(epoch_plus(1), tprev, empty, 32);
	assert_int_equal(send_ticket(), SW_SECURITY);
	unchanged();
	assert_int_equal(order(), SW_OK);
}

static void
ticket_again_brings_its_receipt(void **state)
{
	struct mckd_ticket t;

	(void)state;
	tlv(0x22, puk, 12);
	assert_int_equal(order(), SW_OK);
	t = bench.ticket;
	assert_int_equal(send_ticket(), SW_OK);
	assert_int_equal(login(1, 1, 0, pin), SW_OK);
	assert_int_equal(send_ticket(), SW_OK);
	bench.reset();
	sel();
	assert_int_equal(send_ticket(), SW_OK);
	/* Epoch and T are looked at, and the length; what is between was judged when it was new. */
	bench.ticket.body[5] ^= 1;
	assert_int_equal(send_ticket(), SW_OK);
	bench.ticket = t;
	bench.ticket.body[bench.ticket.len - 1] ^= 1;
	assert_int_equal(send_ticket(), SW_SECURITY);
	unchanged();
}

static void
ticket_is_whole_or_wrong(void **state)
{
	struct mckd_ticket t;

	(void)state;
	seal_ticket(epoch_plus(1), bench.tprev, empty, 32);
	t = bench.ticket;
	for (size_t i = 0; i < t.len; i++) {
		bench.ticket = t;
		bench.ticket.body[i] ^= (uint8_t)(1u << i % 8);
		assert_int_equal(send_ticket(), SW_SECURITY);
	}
	unchanged();
	bench.ticket = t;
	assert_int_equal(send_ticket(), SW_OK);
	bench.epoch++;
	memcpy(bench.tprev, t.t, 16);
}

static void
ticket_lengths(void **state)
{
	static const uint8_t bad[] = { 0, 1, 2, 18, 34, 49, 51, 65, 67, 241, 243, 255 };
	uint8_t bytes[255] = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad); i++)
		assert_int_equal(command(0x80, 0x20, 0, 0, bytes, bad[i]), SW_LENGTH);
	assert_int_equal(command(0x80, 0x20, 1, 0, bytes, 50), SW_P1P2);
	assert_int_equal(command(0x80, 0x20, 0, 1, bytes, 51), SW_P1P2);
	assert_int_equal(command(0x80, 0x20, 0, 0, bytes, 50), SW_SECURITY);
	/* As long as one can be: 207 bytes of TLVs. */
	enter(1);
	for (uint8_t i = 10; i < 20; i++)
		set_sn(i, i);
	tlv(0x06, pin, 12);
	assert_int_equal(order(), SW_OK);
	assert_int_equal(bench.ticket.len, 242);
	assert_int_equal(login(1, 19, 0, pin), SW_OK);
	true_answer(1, PIN_GIVEN | HOST_GIVEN);
}

static void
padding_is_there(void **state)
{
	uint8_t plain[48] = "random and fresh";

	(void)state;
	seal_ticket(epoch_plus(1), bench.tprev, plain, 32);
	assert_int_equal(send_ticket(), SW_DATA);
	plain[31] = 0x81;
	seal_ticket(epoch_plus(1), bench.tprev, plain, 32);
	assert_int_equal(send_ticket(), SW_DATA);
	memcpy(plain + 16, "\x0e\x01\x01\x81", 4);
	plain[31] = 0;
	seal_ticket(epoch_plus(1), bench.tprev, plain, 32);
	assert_int_equal(send_ticket(), SW_DATA);
	/* Fewer random bytes than sixteen. */
	memset(plain, 0, 32);
	plain[15] = 0x80;
	seal_ticket(epoch_plus(1), bench.tprev, plain, 32);
	assert_int_equal(send_ticket(), SW_DATA);
	memset(plain, 0, 32);
	seal_ticket(epoch_plus(1), bench.tprev, plain, 32);
	assert_int_equal(send_ticket(), SW_DATA);
	unchanged();
	assert_int_equal(order(), SW_OK);
}

static void
resync_on_what_select_says(void **state)
{
	(void)state;
	/* A store that knows nothing of the chain, and a lie that only another card believes. */
	bench.epoch = 0;
	memset(bench.tprev, 0, 16);
	assert_int_equal(order(), SW_SECURITY);
	sel();
	bench.epoch = bench.info.epoch;
	memcpy(bench.tprev, bench.info.last_ticket, 16);
	bench.tprev[0] ^= 1;
	assert_int_equal(order(), SW_SECURITY);
	bench.tprev[0] ^= 1;
	fresh(NULL);
	unchanged();
	assert_int_equal(login(1, 1, 0, pin), SW_OK);
	true_answer(1, PIN_GIVEN | HOST_GIVEN);
}

static void
malformed_tlvs(void **state)
{
	static const struct { size_t len; const char *tlv; } bad[] = {
		{ 1, "\x0e" }, { 2, "\x0e\x01" }, { 3, "\x0e\x02\x01" }, { 4, "\x0e\x02\x01\x01" },
		{ 3, "\x0e\x01\x00" }, { 3, "\x0e\x01\x02" }, { 3, "\x0e\x01\x09" }, { 2, "\x0e\x00" },
		/* Of an application, and none was entered. */
		{ 3, "\x01\x01\x02" }, { 2, "\x05\x00" }, { 2, "\x09\x00" }, { 3, "\x08\x01\x01" },
		{ 6, "\x0e\x01\x01\x01\x01\x00" }, { 6, "\x0e\x01\x01\x01\x01\x06" },
		{ 5, "\x0e\x01\x01\x01\x00" }, { 7, "\x0e\x01\x01\x01\x02\x02\x02" },
		{ 8, "\x0e\x01\x01\x03\x03\x00\x00\x00" }, { 5, "\x0e\x01\x01\x02\x00" },
		{ 6, "\x0e\x01\x01\x05\x01\x00" }, { 5, "\x0e\x01\x01\x06\x00" },
		{ 6, "\x0e\x01\x01\x08\x01\x11" }, { 6, "\x0e\x01\x01\x08\x01\x0d" },
		{ 5, "\x0e\x01\x01\x08\x00" }, { 6, "\x0e\x01\x01\x09\x01\x00" },
		{ 7, "\x0e\x01\x01\x09\x00\x05\x00" },
		{ 2, "\x0f\x00" }, { 5, "\x0f\x03\x02\x00\x08" }, { 6, "\x0f\x04\x01\x00\x08\x61" },
		{ 6, "\x0f\x04\x00\x00\x08\x61" }, { 6, "\x0f\x04\x09\x00\x08\x61" },
		{ 6, "\x0f\x04\x02\x00\x00\x61" }, { 6, "\x0f\x04\x02\x00\x10\x61" },
		{ 6, "\x0f\x04\x02\x10\x08\x61" }, { 6, "\x0f\x04\x02\x0c\x08\x61" },
		{ 6, "\x0f\x04\x02\x00\x08\x41" }, { 6, "\x0f\x04\x02\x00\x08\x20" },
		{ 6, "\x0f\x04\x02\x00\x08\x2f" }, { 7, "\x0f\x05\x02\x00\x08\x61\x31" },
		{ 22, "\x0f\x14\x02\x00\x08" "aaaaaaaaaaaaaaaaa" },
		{ 2, "\x00\x00" }, { 2, "\x0a\x00" }, { 2, "\x10\x00" }, { 2, "\x25\x00" }, { 2, "\xff\x00" },
		{ 13, "\x22\x0b" "PUK45678\xff\xff\xff" }, { 14, "\x22\x0c" "PUK4567\xff\xff\xff\xff\xff" },
		{ 14, "\x22\x0c" "PUK45678\xff\xff\xff" "a" }, { 3, "\x24\x01\x00" },
		{ 4, "\x24\x00\x24\x00" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		unsigned sw;

		memcpy(bench.tlv, bad[i].tlv, bad[i].len);
		bench.tlv_len = bad[i].len;
		if ((sw = order()) != SW_DATA)
			fail_msg("TLVs %zu: %04x", i, sw);
		unchanged();
	}
	/* Those that need more than a string: an SN and a PIN. */
	for (int i = 0; i < 4; i++) {
		static const char *const sn[] = { "\x00" "1234567890123456", "\x21" "1234567890123456" };

		enter(1);
		tlv(0x04, sn[i & 1], i < 2 ? 17 : 16);
		assert_int_equal(order(), SW_DATA);
	}
	unchanged();
	assert_int_equal(login(1, 1, 0, pin), SW_OK);
	true_answer(1, PIN_GIVEN | HOST_GIVEN);
}

/* What is right before what is wrong is not done either. */
static void
all_or_nothing(void **state)
{
	uint8_t n = 0;

	(void)state;
	assert_int_equal(verify(1, wrong), SW_TRIES | 4);
	enter(1);
	tlv(0x06, pin2, 12);
	tlv(0x05, NULL, 0);
	tlv(0x04, "\x07" "1234567890123456", 17);
	tlv(0x03, "\xff\xff\xff\xff", 4);
	tlv(0x08, &n, 1);
	tlv(0x07, NULL, 0);
	tlv(0x22, "PUK99999\xff\xff\xff\xff", 12);
	tlv(0x09, NULL, 0);
	tlv(0x0f, "\x02\x00\x08" "b", 4);
	tlv(0x30, NULL, 0);
	assert_int_equal(order(), SW_DATA);
	unchanged();
	assert_int_equal(tries_left(1), 4);
	assert_int_equal(login(1, 7, 0, pin), SW_NOT_FOUND);
	assert_int_equal(login(1, 1, 0, pin), SW_OK);
	true_answer(1, PIN_GIVEN | HOST_GIVEN);
	assert_int_equal(command(0x80, 0x12, 0, 0, NULL, 0), SW_OK);
	/* And a resend of what was refused does not become right. */
	assert_int_equal(send_ticket(), SW_DATA);
}

int
ticket_checks(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(tickets_in_order, fresh),
		cmocka_unit_test_setup(ticket_again_brings_its_receipt, fresh),
		cmocka_unit_test_setup(ticket_is_whole_or_wrong, fresh),
		cmocka_unit_test_setup(ticket_lengths, fresh),
		cmocka_unit_test_setup(padding_is_there, fresh),
		cmocka_unit_test_setup(resync_on_what_select_says, fresh),
		cmocka_unit_test_setup(malformed_tlvs, fresh),
		cmocka_unit_test_setup(all_or_nothing, fresh),
	};

	return cmocka_run_group_tests_name("TICKET", tests, NULL, NULL);
}
