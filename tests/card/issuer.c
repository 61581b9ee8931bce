/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "issuer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

void
prf(int dea, const uint8_t key[32], const uint8_t *m, size_t len, uint8_t mac[32])
{
	OSSL_PARAM p[2] = { OSSL_PARAM_END, OSSL_PARAM_END };
	EVP_MAC *alg = EVP_MAC_fetch(NULL, dea == 1 ? "CMAC" : "HMAC", NULL);
	EVP_MAC_CTX *x = EVP_MAC_CTX_new(alg);
	char cbc[] = "AES-256-CBC", sha[] = "SHA256";
	size_t n;

	p[0] = dea == 1 ? OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, cbc, 0) :
	                  OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, sha, 0);
	assert_int_equal(EVP_MAC_init(x, key, 32, p), 1);
	assert_int_equal(EVP_MAC_update(x, m, len), 1);
	assert_int_equal(EVP_MAC_final(x, mac, &n, 32), 1);
	EVP_MAC_CTX_free(x);
	EVP_MAC_free(alg);
}

void
kdf(int dea, const uint8_t key[32], const char *label, const uint8_t *context, size_t context_len,
    uint8_t *out, size_t len)
{
	EVP_KDF *alg = EVP_KDF_fetch(NULL, "KBKDF", NULL);
	EVP_KDF_CTX *x = EVP_KDF_CTX_new(alg);
	char mode[] = "counter", mac[5], cbc[] = "AES-256-CBC", sha[] = "SHA256";
	OSSL_PARAM p[7], *q = p;

	strcpy(mac, dea == 1 ? "CMAC" : "HMAC");
	*q++ = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_MODE, mode, 0);
	*q++ = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_MAC, mac, 0);
	*q++ = dea == 1 ? OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_CIPHER, cbc, 0) :
	                  OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, sha, 0);
	*q++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)key, 32);
	*q++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)(uintptr_t)label, strlen(label));
	if (context_len > 0)
		*q++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)(uintptr_t)context, context_len);
	*q = OSSL_PARAM_construct_end();
	assert_int_equal(EVP_KDF_derive(x, out, len, p), 1);
	EVP_KDF_CTX_free(x);
	EVP_KDF_free(alg);
}

void
sealed_pin(int dea2, const uint8_t htk[32], const uint8_t challenge[8], const uint8_t card[8],
    uint8_t slot, const uint8_t *request, const uint8_t pin[12], uint8_t sealed[28])
{
	uint8_t m[128] = { 0xa7 }, mac[32];

	memcpy(m + 1, challenge, 8);
	memcpy(m + 9, request + 21, 32);
	prf(dea2, htk, m, 41, mac);
	for (int i = 0; i < 12; i++)
		sealed[i] = pin[i] ^ mac[i];
	m[0] = 0xa4;
	memcpy(m + 9, card, 8);
	m[17] = slot;
	memcpy(m + 18, request, 53);
	memcpy(m + 71, sealed, 12);
	prf(dea2, htk, m, 83, mac);
	memcpy(sealed + 12, mac, 16);
}

size_t
ticket(int dea1, const uint8_t ck[32], const uint8_t card[8], uint16_t epoch,
    const uint8_t prev[16], const uint8_t random[16], const uint8_t *tlv, size_t len, uint8_t *out)
{
	uint8_t keys[64], m[300] = { 0xa5 }, mac[32], iv[16] = { 0 };
	EVP_CIPHER_CTX *x = EVP_CIPHER_CTX_new();
	size_t whole = (16 + len) / 16 * 16 + 16;
	int n;

	out[0] = (uint8_t)(epoch >> 8);
	out[1] = (uint8_t)epoch;
	kdf(dea1, ck, "MCKD1 TKT", out, 2, keys, 64);
	memset(m + 27, 0, whole);
	memcpy(m + 27, random, 16);
	memcpy(m + 43, tlv, len);
	m[43 + len] = 0x80;
	assert_int_equal(EVP_EncryptInit_ex(x, EVP_aes_256_cbc(), NULL, keys, iv), 1);
	EVP_CIPHER_CTX_set_padding(x, 0);
	assert_int_equal(EVP_EncryptUpdate(x, out + 2, &n, m + 27, (int)whole), 1);
	EVP_CIPHER_CTX_free(x);
	memcpy(m + 1, card, 8);
	memcpy(m + 9, out, 2);
	memcpy(m + 11, prev, 16);
	memcpy(m + 27, out + 2, whole);
	prf(dea1, keys + 32, m, 27 + whole, mac);
	memcpy(out + 2 + whole, mac, 16);
	return 2 + whole + 16;
}
