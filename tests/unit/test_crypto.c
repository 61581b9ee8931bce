/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "crypto.h"
#include "vectors.h"

/* The public vectors lie beside the protocol's. */
static void
use(const char *file)
{
	static char first[1024];
	const char *env = getenv("MCKD_VECTORS");
	char path[1200], *slash;

	if (first[0] == '\0')
		snprintf(first, sizeof(first), "%s", env != NULL ? env : "tests/vectors/mckd.txt");
	snprintf(path, sizeof(path), "%s", first);
	slash = strrchr(path, '/');
	assert_non_null(slash);
	snprintf(slash + 1, sizeof(path) - (size_t)(slash + 1 - path), "%s", file);
	assert_int_equal(setenv("MCKD_VECTORS", path, 1), 0);
}

static void
test_cmac(void **state)
{
	static const char *const example[] = { "9", "10", "11", "12" };
	uint8_t key[32], msg[64], mac[16], got[MCKD_PRF_MAX];

	(void)state;
	use("aes-256-cmac.txt");
	for (int i = 0; i < 4; i++) {
		size_t len = i == 0 ? 0 : vector(example[i], "msg", msg, sizeof(msg));

		assert_int_equal(vector(example[i], "key", key, sizeof(key)), 32);
		assert_int_equal(vector(example[i], "mac", mac, sizeof(mac)), 16);
		assert_int_equal(mckd_prf(MCKD_DEA_AES, key, msg, len, got), MCKD_OK);
		assert_memory_equal(got, mac, 16);
	}
}

static void
test_hmac(void **state)
{
	uint8_t key[132], block[32], msg[160], mac[32], got[MCKD_PRF_MAX];

	(void)state;
	use("hmac-sha-256.txt");
	for (char c = '1'; c <= '7'; c++) {
		const char name[2] = { c, '\0' };
		size_t klen = vector(name, "key", key, sizeof(key));
		size_t len = vector(name, "msg", msg, sizeof(msg));
		size_t mlen = vector(name, "mac", mac, sizeof(mac));

		/* RFC 2104: a short key is padded with zeros, a long one is hashed first. */
		memset(block, 0, sizeof(block));
		if (klen > 64)
			assert_int_equal(mckd_sha256(key, klen, block), MCKD_OK);
		else
			memcpy(block, key, klen);
		assert_int_equal(mckd_prf(MCKD_DEA_HMAC, block, msg, len, got), MCKD_OK);
		assert_memory_equal(got, mac, mlen);
	}
}

/* SP 800-108: PRF(K, i32 || fixed), i from 1. */
static void
blocks(enum mckd_dea dea, const uint8_t *key, const uint8_t *fixed, size_t len, uint8_t *out,
    size_t outlen)
{
	uint8_t msg[4 + 256] = { 0 }, prf[MCKD_PRF_MAX];
	size_t n = mckd_prf_len(dea);

	assert_true(len <= 256);
	memcpy(msg + 4, fixed, len);
	for (size_t at = 0; at < outlen; at += n) {
		msg[3]++;
		assert_int_equal(mckd_prf(dea, key, msg, 4 + len, prf), MCKD_OK);
		memcpy(out + at, prf, outlen - at < n ? outlen - at : n);
	}
}

static void
test_kbkdf_cavp(void **state)
{
	static const char *const prf[] = { "CMAC_AES256", "HMAC_SHA256" };
	uint8_t ki[32], fixed[64], ko[64], got[64];
	char section[32];

	(void)state;
	use("kbkdf.txt");
	for (int p = 0; p < 2; p++) {
		for (int n = 0; n <= 30; n += 10) {
			snprintf(section, sizeof(section), "%s/%d", prf[p], n);
			assert_int_equal(vector(section, "ki", ki, sizeof(ki)), 32);
			size_t flen = vector(section, "fixed", fixed, sizeof(fixed));
			size_t len = vector(section, "ko", ko, sizeof(ko));

			assert_int_equal(flen, 60);
			blocks((enum mckd_dea)(p + 1), ki, fixed, flen, got, len);
			assert_memory_equal(got, ko, len);
		}
	}
}

/* mckd_kdf is that construction over label || 00 || context || L32. */
static void
test_kdf(void **state)
{
	static const size_t lens[] = { 1, 15, 16, 17, 31, 32, 33, 64 };
	uint8_t key[32], context[32], fixed[128], want[64], got[64];

	(void)state;
	for (uint8_t i = 0; i < 32; i++) {
		key[i] = i;
		context[i] = (uint8_t)(0x80 + i);
	}
	for (int dea = 1; dea <= 2; dea++) {
		for (size_t c = 0; c <= 32; c += 8) {
			for (size_t k = 0; k < sizeof(lens) / sizeof(lens[0]); k++) {
				size_t bits = lens[k] * 8, n = 8;

				memcpy(fixed, "MCKD1 DK", n);
				fixed[n++] = 0;
				memcpy(fixed + n, context, c);
				n += c;
				fixed[n++] = 0;
				fixed[n++] = 0;
				fixed[n++] = (uint8_t)(bits >> 8);
				fixed[n++] = (uint8_t)bits;
				blocks((enum mckd_dea)dea, key, fixed, n, want, lens[k]);
				assert_int_equal(mckd_kdf((enum mckd_dea)dea, key, "MCKD1 DK",
				    context, c, got, lens[k]), MCKD_OK);
				assert_memory_equal(got, want, lens[k]);
			}
		}
	}
}

static void
test_cbc(void **state)
{
	uint8_t key[32] = { 7 }, in[200], out[224], back[224];
	size_t n, m;

	(void)state;
	memset(in, 0, sizeof(in));
	for (size_t len = 0; len <= sizeof(in); len++) {
		n = sizeof(out);
		m = sizeof(back);
		assert_int_equal(mckd_cbc_encrypt(key, in, len, out, &n), MCKD_OK);
		assert_int_equal(n, len / 16 * 16 + 16);
		assert_int_equal(mckd_cbc_decrypt(key, out, n, back, &m), MCKD_OK);
		assert_int_equal(m, len);
		assert_memory_equal(back, in, len);
		m = sizeof(back);
		assert_int_equal(mckd_cbc_decrypt(key, out, n - 1, back, &m), MCKD_E_PARSE);
	}
}

static void
test_seal(void **state)
{
	uint8_t key[32] = { 1 }, aad[4] = "row", in[40] = "forty bytes", box[40 + 28], out[40], other[40 + 28];
	struct mckd_sealer *s = mckd_sealer_new(key), *theirs;

	(void)state;
	assert_non_null(s);
	assert_int_equal(mckd_seal(s, aad, sizeof(aad), in, sizeof(in), box), MCKD_OK);
	assert_int_equal(mckd_seal(s, aad, sizeof(aad), in, sizeof(in), other), MCKD_OK);
	assert_memory_not_equal(box, other, 12);
	assert_memory_not_equal(box + 12, other + 12, sizeof(in));
	assert_int_equal(mckd_unseal(s, aad, sizeof(aad), other, sizeof(other), out), MCKD_OK);
	assert_memory_equal(out, in, sizeof(in));
	for (size_t bit = 0; bit < 8 * sizeof(box); bit++) {
		box[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(mckd_unseal(s, aad, sizeof(aad), box, sizeof(box), out),
		    MCKD_E_STORE_UNTRUSTED);
		box[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	aad[0] ^= 1;
	assert_int_equal(mckd_unseal(s, aad, sizeof(aad), box, sizeof(box), out), MCKD_E_STORE_UNTRUSTED);
	aad[0] ^= 1;
	assert_int_equal(mckd_unseal(s, aad, sizeof(aad), box, 27, out), MCKD_E_STORE_UNTRUSTED);
	/* What failed leaves nothing behind: the sealer goes on, and another of that key opens what it sealed. */
	assert_int_equal(mckd_seal(s, aad, sizeof(aad), in, 7, other), MCKD_OK);
	assert_int_equal(mckd_unseal(s, aad, sizeof(aad), box, sizeof(box), out), MCKD_OK);
	assert_memory_equal(out, in, sizeof(in));
	theirs = mckd_sealer_new(key);
	assert_non_null(theirs);
	mckd_sealer_free(s);
	assert_int_equal(mckd_unseal(theirs, aad, sizeof(aad), other, 7 + 28, out), MCKD_OK);
	assert_memory_equal(out, in, 7);
	mckd_sealer_free(theirs);
	key[31] = 1;
	theirs = mckd_sealer_new(key);
	assert_non_null(theirs);
	assert_int_equal(mckd_unseal(theirs, aad, sizeof(aad), box, sizeof(box), out), MCKD_E_STORE_UNTRUSTED);
	mckd_sealer_free(theirs);
}
static void
test_of_a_file(void **state)
{
	static uint8_t text[40000], key[32] = { 5 };
	uint8_t whole[32], by_parts[32];
	FILE *f = tmpfile();

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (uint8_t)(i * 7 + i / 256);
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, sizeof(text), f), sizeof(text));
	assert_int_equal(fflush(f), 0);
	rewind(f);
	assert_int_equal(mckd_sha256(text, sizeof(text), whole), MCKD_OK);
	assert_int_equal(mckd_sha256_fd(fileno(f), by_parts), MCKD_OK);
	assert_memory_equal(whole, by_parts, sizeof(whole));
	for (int dea = 1; dea <= 2; dea++) {
		rewind(f);
		assert_int_equal(mckd_prf((enum mckd_dea)dea, key, text, sizeof(text), whole), MCKD_OK);
		assert_int_equal(mckd_prf_fd((enum mckd_dea)dea, key, fileno(f), by_parts), MCKD_OK);
		assert_memory_equal(whole, by_parts, mckd_prf_len((enum mckd_dea)dea));
	}
	fclose(f);
	assert_int_equal(mckd_sha256_fd(-1, by_parts), MCKD_E_USAGE);
	assert_int_equal(mckd_prf_fd(MCKD_DEA_HMAC, key, -1, by_parts), MCKD_E_USAGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cmac), cmocka_unit_test(test_hmac),
		cmocka_unit_test(test_kbkdf_cavp), cmocka_unit_test(test_kdf),
		cmocka_unit_test(test_cbc), cmocka_unit_test(test_seal),
		cmocka_unit_test(test_of_a_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
