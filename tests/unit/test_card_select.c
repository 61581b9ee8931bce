/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "card_script.h"

/* SELECT's answer: AID, version 0100, ID, state, DEAs, one application, epoch, challenge, T. */
static const uint8_t fci[] = { 0x6f, 0x45, 0x84, 6, 0xf0, 0x4d, 0x43, 0x4b, 0x44, 1, 0xa5, 0x3b,
	0x80, 2, 1, 0, 0x81, 8, 1, 2, 3, 4, 5, 6, 7, 8, 0x82, 1, 7, 0x83, 2, 1, 2,
	0x84, 4, 1, 8, 1, 2, 0x85, 2, 0, 3, 0x86, 8, 9, 9, 9, 9, 9, 9, 9, 9,
	0x87, 16, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 };

/* The answer with more bytes after position at inside A5; both lengths mended. */
static enum mckd_err
with(size_t at, const void *extra, size_t len, struct mckd_card_info *info)
{
	uint8_t bytes[200];

	memcpy(bytes, fci, at);
	memcpy(bytes + at, extra, len);
	memcpy(bytes + at + len, fci + at, sizeof(fci) - at);
	bytes[1] = (uint8_t)(bytes[1] + len);
	if (at >= 12)
		bytes[11] = (uint8_t)(bytes[11] + len);
	script(bytes, sizeof(fci) + len, 0x9000);
	return mckd_card_select(&s.link, info);
}

static void
test_select(void **state)
{
	static const uint8_t want[] = { 0, 0xa4, 4, 0, 6, 0xf0, 0x4d, 0x43, 0x4b, 0x44, 1, 0 };
	struct mckd_card_info info;

	(void)state;
	assert_int_equal(with(12, "", 0, &info), MCKD_OK);
	assert_int_equal(s.cmd_len[0], sizeof(want));
	assert_memory_equal(s.cmd[0], want, sizeof(want));
	assert_int_equal(info.version, 0x0100);
	assert_memory_equal(info.card, "\1\2\3\4\5\6\7\10", 8);
	assert_int_equal(info.state, 7);
	assert_int_equal(info.dea1, 1);
	assert_int_equal(info.dea2, 2);
	assert_int_equal(info.epoch, 3);
	assert_int_equal(info.challenge[7], 9);
	assert_int_equal(info.last_ticket[15], 1);
	assert_int_equal(info.napps, 1);
	assert_int_equal(info.app[0].tries, 8);
	assert_int_equal(info.app[0].mechanism, 2);
	/* Unknown tags, of one byte and two, in both levels. */
	assert_int_equal(with(12, "\x90\x03\x80\x02\x01", 5, &info), MCKD_OK);
	assert_int_equal(with(sizeof(fci), "\xdf\x81\x01\x01\xff", 5, &info), MCKD_OK);
	assert_int_equal(with(2, "\x50\x01\x41", 3, &info), MCKD_OK);
	assert_int_equal(info.epoch, 3);
	/* Duplicates. */
	assert_int_equal(with(12, "\x82\x01\x07", 3, &info), MCKD_E_CARD_FOREIGN);
	assert_int_equal(with(sizeof(fci), "\x85\x02\x00\x03", 4, &info), MCKD_E_CARD_FOREIGN);
	assert_int_equal(with(2, "\x84\x06\xf0\x4d\x43\x4b\x44\x01", 8, &info), MCKD_E_CARD_FOREIGN);
	/* Overlong: a length longer than what is there, or longer than it need be. */
	assert_int_equal(with(sizeof(fci), "\x90\x05\x00", 3, &info), MCKD_E_CARD_FOREIGN);
	assert_int_equal(with(12, "\x90\x81\x01\x00", 4, &info), MCKD_E_CARD_FOREIGN);
	assert_int_equal(with(12, "\x90\x82\x00\x01\x00", 5, &info), MCKD_E_CARD_FOREIGN);
	assert_int_equal(with(12, "\x90\x80", 2, &info), MCKD_E_CARD_FOREIGN);
	/* The table: 8 applications at most, slots 1-8 and each once. */
	for (uint8_t slot = 0; slot <= 9; slot++) {
		uint8_t bytes[sizeof(fci) + 4];

		memcpy(bytes, fci, 39);
		memcpy(bytes + 39, (const uint8_t[]){ slot, 8, 1, 2 }, 4);
		memcpy(bytes + 43, fci + 39, sizeof(fci) - 39);
		bytes[1] = (uint8_t)(bytes[1] + 4);
		bytes[11] = (uint8_t)(bytes[11] + 4);
		bytes[34] = 8;
		script(bytes, sizeof(bytes), 0x9000);
		assert_int_equal(mckd_card_select(&s.link, &info),
		    slot >= 2 && slot <= 8 ? MCKD_OK : MCKD_E_CARD_FOREIGN);
	}
}

static void
test_select_mutations(void **state)
{
	struct mckd_card_info info;
	unsigned accepted = 0;

	(void)state;
	for (size_t len = 0; len < sizeof(fci); len++) {
		script(fci, len, 0x9000);
		assert_int_equal(mckd_card_select(&s.link, &info), MCKD_E_CARD_FOREIGN);
	}
	for (size_t at = 0; at < sizeof(fci); at++) {
		for (unsigned v = 0; v < 256; v++) {
			uint8_t bytes[sizeof(fci)];

			memcpy(bytes, fci, sizeof(fci));
			bytes[at] = (uint8_t)v;
			script(bytes, sizeof(bytes), 0x9000);
			if (mckd_card_select(&s.link, &info) != MCKD_OK)
				continue;
			accepted++;
			assert_in_range(info.napps, 0, MCKD_APPS_MAX);
			assert_int_equal(info.version >> 8, 1);
		}
	}
	assert_true(accepted > sizeof(fci));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_select), cmocka_unit_test(test_select_mutations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
