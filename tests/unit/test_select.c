/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "select.h"
#include "vectors.h"

#define FIGURE 20000u

static struct mckd_app
app_of(enum mckd_mechanism m)
{
	struct mckd_app a = { .slot = 1, .mechanism = m, .period = 86400 };

	vector("common", "ksel", a.ksel, sizeof(a.ksel));
	/* Active: 1, 2, 4, 5, 8. */
	a.present = 0xbf;
	a.retired = 0x24;
	return a;
}

static void
pin_block(uint8_t out[static MCKD_PIN_LEN])
{
	assert_int_equal(mckd_pin_block("123456", 6, 4, out), MCKD_OK);
}

static void
common(enum mckd_dea dea, const uint8_t want[static 3])
{
	const uint8_t date[4] = { 0, 0, 0x4e, 0x20 }, counter[4] = { 0, 0, 0, 8 };
	struct mckd_app d = app_of(MCKD_SEL_DATE), c = app_of(MCKD_SEL_COUNTER),
	    p = app_of(MCKD_SEL_PIN);
	uint8_t pin[MCKD_PIN_LEN], index;

	pin_block(pin);
	assert_int_equal(mckd_select_common(dea, &d, date, 4, &index), MCKD_OK);
	assert_int_equal(index, want[0]);
	assert_int_equal(mckd_select_common(dea, &c, counter, 4, &index), MCKD_OK);
	assert_int_equal(index, want[1]);
	assert_int_equal(mckd_select_common(dea, &p, pin, sizeof(pin), &index), MCKD_OK);
	assert_int_equal(index, want[2]);
	for (uint8_t i = 0; i <= 40; i++) {
		assert_int_equal(mckd_select_check(dea, &d, 0, FIGURE, 99, NULL, i),
		    i == want[0] ? MCKD_OK : MCKD_E_AUTH);
		assert_int_equal(mckd_select_check(dea, &c, 0, 99, 8, NULL, i),
		    i == want[1] ? MCKD_OK : MCKD_E_AUTH);
		assert_int_equal(mckd_select_check(dea, &p, 0, 0, 8, pin, i),
		    i == want[2] ? MCKD_OK : MCKD_E_AUTH);
	}
}

/* "select = 5 1 5": three decimal numbers, not bytes of hex. */
static void
wanted(const char *section, uint8_t want[static 3])
{
	uint8_t first;

	assert_int_equal(vector(section, "select", &first, 1), 1);
	if (first == 5)
		memcpy(want, (const uint8_t[]){ 5, 1, 5 }, 3);
	else
		memcpy(want, (const uint8_t[]){ 1, 8, 5 }, 3);
}

static void
test_vectors(void **state)
{
	uint8_t want[3];

	(void)state;
	wanted("1/1", want);
	common(MCKD_DEA_AES, want);
	wanted("2/2", want);
	common(MCKD_DEA_HMAC, want);
}

static void
test_figure(void **state)
{
	struct mckd_app a = app_of(MCKD_SEL_DATE);

	(void)state;
	assert_int_equal(mckd_select_figure(&a, (time_t)FIGURE * 86400 + 86399), FIGURE);
	assert_int_equal(mckd_select_figure(&a, -1), 0);
	a.period = 0;
	assert_int_equal(mckd_select_figure(&a, 1000), 0);
	for (int m = 1; m <= 0x12; m++) {
		a = app_of((enum mckd_mechanism)m);
		if (m != MCKD_SEL_DATE)
			assert_int_equal(mckd_select_figure(&a, 86400 * 5), 0);
	}
}

static void
test_random(void **state)
{
	struct mckd_app a = app_of(MCKD_SEL_HOST_RANDOM);
	unsigned hits[33] = { 0 };
	uint8_t index;

	(void)state;
	for (int i = 0; i < 5000; i++) {
		assert_int_equal(mckd_select_host(MCKD_DEA_AES, &a, 0, &index), MCKD_OK);
		assert_in_range(index, 1, 8);
		hits[index]++;
		assert_int_equal(mckd_select_check(MCKD_DEA_AES, &a, index, 0, 0, NULL, index), MCKD_OK);
	}
	for (uint8_t i = 1; i <= 8; i++) {
		if (i == 3 || i == 6 || i == 7)
			assert_int_equal(hits[i], 0);
		else
			assert_in_range(hits[i], 750, 1250);
	}
	assert_int_equal(mckd_select_check(MCKD_DEA_AES, &a, 1, 0, 0, NULL, 2), MCKD_E_AUTH);
	assert_int_equal(mckd_select_check(MCKD_DEA_AES, &a, 3, 0, 0, NULL, 3), MCKD_E_AUTH);
	a.present = a.retired = 0xffffffff;
	a.retired = 0x7fffffff;
	assert_int_equal(mckd_select_host(MCKD_DEA_AES, &a, 0, &index), MCKD_OK);
	assert_int_equal(index, 32);
}

static void
test_host_date(void **state)
{
	struct mckd_app a = app_of(MCKD_SEL_HOST_DATE);
	unsigned seen = 0;
	uint8_t index, again;

	(void)state;
	for (time_t day = 0; day < 200; day++) {
		assert_int_equal(mckd_select_host(MCKD_DEA_HMAC, &a, day * 86400, &index), MCKD_OK);
		assert_int_equal(mckd_select_host(MCKD_DEA_HMAC, &a, day * 86400 + 86399, &again), MCKD_OK);
		assert_int_equal(index, again);
		seen |= 1u << (index - 1);
		assert_int_equal(mckd_select_check(MCKD_DEA_HMAC, &a, index, 0, 0, NULL, index), MCKD_OK);
		assert_int_equal(mckd_select_check(MCKD_DEA_HMAC, &a, index == 1 ? 2 : 1, 0, 0, NULL,
		    index), MCKD_E_AUTH);
	}
	assert_int_equal(seen, mckd_app_active(&a));
}

static void
test_card_selects(void **state)
{
	static const enum mckd_mechanism m[] = { MCKD_SEL_CARD_RANDOM, MCKD_SEL_DATE,
		MCKD_SEL_COUNTER, MCKD_SEL_PIN };
	struct mckd_app a;
	uint8_t index;

	(void)state;
	for (int i = 0; i < 4; i++) {
		a = app_of(m[i]);
		index = 9;
		assert_int_equal(mckd_select_host(MCKD_DEA_AES, &a, 0, &index), MCKD_OK);
		assert_int_equal(index, 0);
	}
	/* Where the host does not know the PIN, active is enough; never less. */
	for (uint8_t i = 0; i <= 33; i++) {
		enum mckd_err want = i == 1 || i == 2 || i == 4 || i == 5 || i == 8 ? MCKD_OK : MCKD_E_AUTH;

		assert_int_equal(mckd_select_check(MCKD_DEA_AES, &a, 0, 0, 0, NULL, i), want);
		a.mechanism = MCKD_SEL_CARD_RANDOM;
		assert_int_equal(mckd_select_check(MCKD_DEA_AES, &a, 0, 0, 0, NULL, i), want);
		a.mechanism = MCKD_SEL_PIN;
	}
}

static void
test_compromised(void **state)
{
	const uint8_t date[4] = { 0, 0, 0x4e, 0x20 };
	struct mckd_app a = app_of(MCKD_SEL_DATE);
	uint8_t index;

	(void)state;
	/* The card goes on choosing from its own set; what is compromised is refused. */
	a.compromised = 1u << 4;
	assert_int_equal(mckd_select_common(MCKD_DEA_AES, &a, date, 4, &index), MCKD_OK);
	assert_int_equal(index, 5);
	assert_int_equal(mckd_select_check(MCKD_DEA_AES, &a, 0, FIGURE, 0, NULL, 5), MCKD_E_AUTH);
	a.mechanism = MCKD_SEL_HOST_RANDOM;
	a.compromised = 0xff;
	assert_int_equal(mckd_select_host(MCKD_DEA_AES, &a, 0, &index), MCKD_E_AUTH);
	a.mechanism = MCKD_SEL_HOST_DATE;
	assert_int_equal(mckd_select_host(MCKD_DEA_AES, &a, 0, &index), MCKD_E_AUTH);
}

static void
test_wrong_use(void **state)
{
	uint8_t figure[MCKD_PIN_LEN + 1] = { 0 }, index = 7;
	struct mckd_app a = app_of(MCKD_SEL_DATE);

	(void)state;
	assert_int_equal(mckd_select_common(MCKD_DEA_AES, &a, figure, sizeof(figure), &index), MCKD_E_USAGE);
	assert_int_equal(index, 0);
	a.retired = 0xff;
	assert_int_equal(mckd_select_common(MCKD_DEA_AES, &a, figure, 4, &index), MCKD_E_AUTH);
	a = app_of((enum mckd_mechanism)9);
	assert_int_equal(mckd_select_common(MCKD_DEA_AES, &a, figure, 4, &index), MCKD_E_USAGE);
	assert_int_equal(mckd_select_host(MCKD_DEA_AES, &a, 0, &index), MCKD_E_USAGE);
	assert_int_not_equal(mckd_select_check(MCKD_DEA_AES, &a, 1, 0, 0, NULL, 1), MCKD_OK);
	a = app_of(MCKD_SEL_DATE);
	assert_int_equal(mckd_select_check((enum mckd_dea)3, &a, 0, 0, 0, NULL, 1), MCKD_E_CRYPTO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors), cmocka_unit_test(test_figure),
		cmocka_unit_test(test_random), cmocka_unit_test(test_host_date),
		cmocka_unit_test(test_card_selects), cmocka_unit_test(test_compromised),
		cmocka_unit_test(test_wrong_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
