/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "ticket.h"
#include "vectors.h"

static uint8_t ck[32], card[8], tprev[16], random_bytes[16];

static void
load(const char *section)
{
	vector(section, "ck", ck, sizeof(ck));
	vector("common", "card", card, sizeof(card));
	vector("common", "tprev", tprev, sizeof(tprev));
	vector("common", "random", random_bytes, sizeof(random_bytes));
}

static void
one(const char *section, enum mckd_dea dea)
{
	uint8_t plain[MCKD_TICKET_TLV_MAX], want[MCKD_TICKET_MAX], receipt[16];
	struct mckd_buf b = mckd_buf_over(plain, sizeof(plain));
	struct mckd_app app = { .slot = 1, .mechanism = MCKD_SEL_DATE, .retired = 4 };
	struct mckd_ticket t;
	size_t len = vector(section, "ticket", want, sizeof(want));

	load(section);
	vector(section, "receipt", receipt, sizeof(receipt));
	vector("common", "ksel", app.ksel, sizeof(app.ksel));
	mckd_tlv_enter(&b, 1);
	mckd_tlv_algorithm(&b, &app);
	assert_false(b.bad);
	assert_int_equal(mckd_ticket_make_with(random_bytes, dea, ck, card, 3, tprev, plain,
	    sizeof(plain) - b.left, &t), MCKD_OK);
	assert_int_equal(t.epoch, 3);
	assert_int_equal(t.len, len);
	assert_memory_equal(t.body, want, len);
	assert_memory_equal(t.t, want + len - 16, 16);
	assert_memory_equal(t.receipt, receipt, 16);
}

static void
test_vectors(void **state)
{
	(void)state;
	one("1/1", MCKD_DEA_AES);
	one("2/2", MCKD_DEA_HMAC);
}

static void
test_lengths(void **state)
{
	uint8_t plain[MCKD_TICKET_TLV_MAX + 1] = { 0 };
	struct mckd_ticket t, zero = { 0 };

	(void)state;
	load("1/1");
	for (size_t len = 0; len <= MCKD_TICKET_TLV_MAX; len++) {
		assert_int_equal(mckd_ticket_make(MCKD_DEA_AES, ck, card, 1, tprev, plain, len, &t), MCKD_OK);
		assert_in_range(t.len, 50, MCKD_TICKET_MAX);
		assert_int_equal(t.len % 16, 2);
	}
	assert_int_equal(t.len, MCKD_TICKET_MAX);
	assert_int_equal(mckd_ticket_make(MCKD_DEA_AES, ck, card, 1, tprev, plain, sizeof(plain), &t),
	    MCKD_E_USAGE);
	assert_memory_equal(&t, &zero, sizeof(t));
	assert_int_equal(mckd_ticket_make(MCKD_DEA_AES, ck, card, 0, tprev, plain, 1, &t), MCKD_E_USAGE);
	assert_int_equal(mckd_ticket_make((enum mckd_dea)3, ck, card, 1, tprev, plain, 1, &t), MCKD_E_CRYPTO);
	assert_memory_equal(&t, &zero, sizeof(t));
}

/* Same orders twice: never the same bytes, since a receipt proves one ticket only. */
static void
test_fresh(void **state)
{
	uint8_t plain[3] = { 0x0e, 1, 1 };
	struct mckd_ticket a, b;

	(void)state;
	load("2/2");
	assert_int_equal(mckd_ticket_make(MCKD_DEA_HMAC, ck, card, 9, tprev, plain, 3, &a), MCKD_OK);
	assert_int_equal(mckd_ticket_make(MCKD_DEA_HMAC, ck, card, 9, tprev, plain, 3, &b), MCKD_OK);
	assert_memory_not_equal(a.t, b.t, 16);
	assert_memory_not_equal(a.receipt, b.receipt, 16);
}

static void
test_tlv(void **state)
{
	static const uint8_t want[] = { 0x0f, 8, 2, 1, 8, 'l', 'o', 'g', 'i', 'n', 0x0e, 1, 2, 0x01,
		1, 2, 0x03, 4, 0, 0, 0, 1, 0x07, 0 };
	struct mckd_app app = { .slot = 2, .flags = 1, .name = "login", .retired = 1,
		.mechanism = MCKD_SEL_HOST_DATE, .ksel = { 1 } };
	uint8_t bytes[64], sn[16] = { 0xaa };
	struct mckd_buf b = mckd_buf_over(bytes, sizeof(bytes));

	(void)state;
	mckd_tlv_create(&b, &app, 8);
	mckd_tlv_enter(&b, 2);
	mckd_tlv_algorithm(&b, &app);
	mckd_tlv(&b, 0x07, NULL, 0);
	assert_int_equal(sizeof(bytes) - b.left, sizeof(want));
	assert_memory_equal(bytes, want, sizeof(want));
	mckd_tlv_sn(&b, 32, sn);
	assert_false(b.bad);
	assert_memory_equal(bytes + sizeof(want), "\x04\x11\x20\xaa", 4);
	mckd_tlv_sn(&b, 31, sn);
	mckd_tlv_sn(&b, 30, sn);
	assert_true(b.bad);
	b = mckd_buf_over(bytes, sizeof(bytes));
	mckd_tlv(&b, 1, bytes, 256);
	assert_true(b.bad);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors), cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_fresh), cmocka_unit_test(test_tlv),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
