/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "block.h"
#include "buf.h"

static void
test_buf_reads_within_bounds(void **state)
{
	uint8_t bytes[] = { 1, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 9 };
	struct mckd_buf b = mckd_buf_over(bytes, sizeof(bytes)), sub;
	uint8_t u8;
	uint16_t u16;
	uint32_t u32;

	(void)state;
	assert_true(mckd_buf_get_u8(&b, &u8));
	assert_true(mckd_buf_get_u16(&b, &u16));
	assert_true(mckd_buf_get_u32(&b, &u32));
	assert_int_equal(u8, 1);
	assert_int_equal(u16, 0x0203);
	assert_int_equal(u32, 0x04050607);
	assert_false(mckd_buf_end(&b));
	sub = mckd_buf_sub(&b, 1);
	assert_true(mckd_buf_get_u8(&sub, &u8));
	assert_int_equal(u8, 9);
	assert_true(mckd_buf_end(&sub));
	assert_true(mckd_buf_end(&b));
}

static void
test_buf_stays_bad(void **state)
{
	uint8_t bytes[3] = { 1, 2, 3 }, u8;
	uint32_t u32 = 7;
	struct mckd_buf b = mckd_buf_over(bytes, sizeof(bytes));

	(void)state;
	assert_false(mckd_buf_get_u32(&b, &u32));
	assert_int_equal(u32, 7);
	assert_false(mckd_buf_get_u8(&b, &u8));
	assert_false(mckd_buf_end(&b));
	b = mckd_buf_over(bytes, sizeof(bytes));
	assert_true(mckd_buf_sub(&b, 4).bad);
	assert_true(b.bad);
}

static void
test_buf_writes_within_bounds(void **state)
{
	uint8_t bytes[8] = { 0 };
	const uint8_t want[8] = { 1, 2, 3, 4, 5, 6, 7, 0 };
	struct mckd_buf b = mckd_buf_over(bytes, 7);

	(void)state;
	assert_true(mckd_buf_put_u32(&b, 0x01020304));
	assert_true(mckd_buf_put_u16(&b, 0x0506));
	assert_true(mckd_buf_put_u8(&b, 7));
	assert_true(mckd_buf_end(&b));
	assert_false(mckd_buf_put_u8(&b, 8));
	assert_memory_equal(bytes, want, sizeof(want));
}

static void
test_pin_block(void **state)
{
	uint8_t out[MCKD_PIN_LEN];

	(void)state;
	assert_int_equal(mckd_pin_block("1234", 4, 4, out), MCKD_OK);
	assert_memory_equal(out, "1234\xff\xff\xff\xff\xff\xff\xff\xff", 12);
	assert_int_equal(mckd_pin_block("123456789012", 12, 4, out), MCKD_OK);
	assert_int_equal(mckd_pin_block("123", 3, 4, out), MCKD_E_PIN_FORMAT);
	assert_int_equal(mckd_pin_block("1234567890123", 13, 4, out), MCKD_E_PIN_FORMAT);
	assert_int_equal(mckd_pin_block("12 34", 5, 4, out), MCKD_E_PIN_FORMAT);
	assert_int_equal(mckd_pin_block("123\x7f", 4, 4, out), MCKD_E_PIN_FORMAT);
	assert_int_equal(mckd_pin_block("123\xc3\xa9", 5, 4, out), MCKD_E_PIN_FORMAT);
	assert_int_equal(mckd_pin_block("1234567", 7, 8, out), MCKD_E_PIN_FORMAT);
}

static void
test_active(void **state)
{
	struct mckd_app app = { .present = 0xff, .retired = 0x0f, .compromised = 0x10 };

	(void)state;
	assert_int_equal(mckd_app_active(&app), 0xe0);
}

static void
test_names(void **state)
{
	enum mckd_mechanism m;

	(void)state;
	assert_true(mckd_app_name_valid("login"));
	assert_true(mckd_app_name_valid("a.b_c-9012345678"));
	assert_false(mckd_app_name_valid(""));
	assert_false(mckd_app_name_valid("a.b_c-90123456789"));
	assert_false(mckd_app_name_valid("Login"));
	assert_true(mckd_mechanism_parse("host-date", &m));
	assert_string_equal(mckd_mechanism_name(m), "host-date");
	assert_false(mckd_mechanism_parse("host", &m));
	assert_null(mckd_mechanism_name((enum mckd_mechanism)0));
}

static void
test_errors_have_texts(void **state)
{
	(void)state;
	for (int e = 0; e < MCKD_E_COUNT; e++)
		assert_string_not_equal(mckd_err_str((enum mckd_err)e), "unknown error");
	assert_string_equal(mckd_err_str(MCKD_E_COUNT), "unknown error");
}

static void
test_index_without_sn(void **state)
{
	static struct mckd_block b = { .full = true, .dea1 = MCKD_DEA_AES, .dea2 = MCKD_DEA_AES };
	struct mckd_app app = { .slot = 1, .present = 0x80000001 };
	uint8_t host[MCKD_HOST_ID_LEN] = { 0 }, key[MCKD_KEY_LEN];

	(void)state;
	assert_int_equal(mckd_block_hdk(&b, &app, 1, host, key), MCKD_OK);
	assert_int_equal(mckd_block_hdk(&b, &app, 32, host, key), MCKD_OK);
	assert_int_equal(mckd_block_hdk(&b, &app, 0, host, key), MCKD_E_AUTH);
	assert_int_equal(mckd_block_hdk(&b, &app, 2, host, key), MCKD_E_AUTH);
	assert_int_equal(mckd_block_hdk(&b, &app, 33, host, key), MCKD_E_AUTH);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_buf_reads_within_bounds), cmocka_unit_test(test_buf_stays_bad),
		cmocka_unit_test(test_buf_writes_within_bounds), cmocka_unit_test(test_pin_block),
		cmocka_unit_test(test_active), cmocka_unit_test(test_names),
		cmocka_unit_test(test_errors_have_texts), cmocka_unit_test(test_index_without_sn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
