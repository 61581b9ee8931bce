/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "../unit/vectors.h"

/*
 * A card draws its own ID and nonces, so no vector can be its answer. What its answers are
 * compared with is held to the vectors first.
 */
static void
suite_agrees_with_the_vectors(void **state)
{
	static const uint8_t head[] = { 1, 3, 0, 2, 0, 0, 0, 7, PIN_GIVEN | HOST_GIVEN };
	uint8_t want[256], plain[80] = "", tprev[16];
	struct bench before = bench;
	char section[8];
	size_t n;

	(void)state;
	(void)snprintf(section, sizeof(section), "%d/%d", (int)bench.dea1, (int)bench.dea2);
	bench.blank = false;
	bench.epoch = 2;
	bench.app[1].mechanism = MCKD_SEL_DATE;
	bench.app[1].present = 0x9f;
	memcpy(bench.app[1].ksel, ksel, 32);
	vector("common", "card", bench.info.card, 8);
	vector("common", "challenge", bench.info.challenge, 8);
	vector("common", "ssn", bench.app[1].sn[2], 16);
	compose(1, 3, 20000, pin);
	memcpy(bench.rsp, head, 9);
	vector("common", "nonce", bench.rsp + 9, 16);
	vector(section, "result", bench.rsp + 25, 16);
	bench.rsp_len = 41;
	true_answer(1, PIN_GIVEN | HOST_GIVEN);
	if (bench.dea1 == bench.dea2) {
		n = vector(section, "sealpin", want, sizeof(want));
		assert_int_equal(n, SEALED_LEN);
		assert_memory_equal(bench.request + REQUEST_LEN, want, n);
		bench.app[1].retired = 1u << 2;
		vector(section, "select", want, 1);
		assert_int_equal(common_index(1, "\0\0\x4e\x20", 4), want[0]);
		n = vector("common", "random", plain, 16);
		memcpy(plain + n, "\x0e\x01\x01\x01\x01\x03\x02\x20", 8);
		memcpy(plain + n + 8, ksel, 32);
		memcpy(plain + n + 40, "\x03\x04\x00\x00\x00\x04\x80", 7);
		vector("common", "tprev", tprev, 16);
		seal_ticket(3, tprev, plain, 64);
		n = vector(section, "ticket", want, sizeof(want));
		assert_int_equal(bench.ticket.len, n);
		assert_memory_equal(bench.ticket.body, want, n);
		vector(section, "receipt", want, 16);
		assert_memory_equal(bench.ticket.receipt, want, 16);
	}
	bench = before;
}

int
vector_checks(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(suite_agrees_with_the_vectors) };

	return cmocka_run_group_tests_name("the suite itself", tests, NULL, NULL);
}
