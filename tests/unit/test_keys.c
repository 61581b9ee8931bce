/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "keys.h"
#include "vectors.h"

static void
expect(const char *section, const char *name, const uint8_t *got, size_t len)
{
	uint8_t want[256];

	assert_int_equal(vector(section, name, want, sizeof(want)), len);
	assert_memory_equal(got, want, len);
}

static void
derive(const char *section, enum mckd_dea dea1, enum mckd_dea dea2, int all)
{
	uint8_t mk[32], card[8], sn[16], host[16], m[256], ck[32], dk[32], hdk[32], tk[32],
	    htk[32], result[MCKD_PRF_MAX];
	size_t mlen = vector("1/1", "m", m, sizeof(m));

	vector("common", "mk", mk, 32);
	vector("common", "card", card, 8);
	vector("common", "ssn", sn, 16);
	vector("common", "host", host, 16);
	assert_int_equal(mckd_keys_dk(dea1, mk, card, 1, 3, sn, dk), MCKD_OK);
	assert_int_equal(mckd_keys_host(dea2, dk, host, hdk), MCKD_OK);
	assert_int_equal(mckd_keys_tk(dea1, mk, card, tk), MCKD_OK);
	assert_int_equal(mckd_keys_host(dea2, tk, host, htk), MCKD_OK);
	assert_int_equal(mckd_keys_ck(dea1, mk, card, ck), MCKD_OK);
	assert_int_equal(mckd_prf(dea2, hdk, m, mlen, result), MCKD_OK);
	expect(section, "result", result, 16);
	if (!all)
		return;
	expect(section, "dk", dk, 32);
	expect(section, "hdk", hdk, 32);
	expect(section, "tk", tk, 32);
	expect(section, "htk", htk, 32);
	expect(section, "ck", ck, 32);
}

static void
test_aes(void **state)
{
	(void)state;
	derive("1/1", MCKD_DEA_AES, MCKD_DEA_AES, 1);
}

static void
test_hmac(void **state)
{
	(void)state;
	derive("2/2", MCKD_DEA_HMAC, MCKD_DEA_HMAC, 1);
}

static void
test_mixed(void **state)
{
	(void)state;
	derive("1/2", MCKD_DEA_AES, MCKD_DEA_HMAC, 0);
	derive("2/1", MCKD_DEA_HMAC, MCKD_DEA_AES, 0);
}

static void
test_ctx(void **state)
{
	uint8_t ctx[16], other[16];

	(void)state;
	assert_int_equal(mckd_keys_ctx("sudo", "alice", "pts/0", ctx), MCKD_OK);
	expect("1/1", "ctx", ctx, 16);
	assert_int_equal(mckd_keys_ctx("sudoa", "lice", "pts/0", other), MCKD_OK);
	assert_memory_not_equal(ctx, other, 16);
	assert_int_equal(mckd_keys_ctx("sudo", "alice", NULL, ctx), MCKD_OK);
	assert_int_equal(mckd_keys_ctx("sudo", "alice", "", other), MCKD_OK);
	assert_memory_equal(ctx, other, 16);
}

static void
test_unknown_dea(void **state)
{
	uint8_t key[32] = { 0 }, out[MCKD_PRF_MAX];

	(void)state;
	assert_int_equal(mckd_prf((enum mckd_dea)3, key, key, 1, out), MCKD_E_CRYPTO);
	assert_int_equal(mckd_kdf((enum mckd_dea)0, key, "x", NULL, 0, out, 32), MCKD_E_CRYPTO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_aes), cmocka_unit_test(test_hmac),
		cmocka_unit_test(test_mixed), cmocka_unit_test(test_ctx),
		cmocka_unit_test(test_unknown_dea),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
