/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine_openssl.h"

#include <stdlib.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/core_names.h>
#include <openssl/provider.h>
#include <openssl/rand.h>

struct lib {
	OSSL_LIB_CTX *ctx;
	OSSL_PROVIDER *provider;
	EVP_CIPHER *cbc;
	EVP_MAC *hmac;
};

static bool
aes_cbc(void *arg, const uint8_t key[static CARD_KEY_LEN], const uint8_t iv[static 16],
    bool encrypt, const uint8_t *in, uint8_t *out, size_t len)
{
	const struct lib *lib = arg;
	EVP_CIPHER_CTX *x = EVP_CIPHER_CTX_new();
	int n = 0;
	bool ok;

	ok = x != NULL && EVP_CipherInit_ex2(x, lib->cbc, key, iv, encrypt, NULL) == 1 &&
	    EVP_CIPHER_CTX_set_padding(x, 0) == 1 &&
	    EVP_CipherUpdate(x, out, &n, in, (int)len) == 1 && (size_t)n == len;
	EVP_CIPHER_CTX_free(x);
	return ok;
}

static bool
hmac_sha256(void *arg, const uint8_t key[static CARD_KEY_LEN], const uint8_t *m, size_t len,
    uint8_t mac[static 32])
{
	char digest[] = "SHA256";
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end(),
	};
	const struct lib *lib = arg;
	EVP_MAC_CTX *x = EVP_MAC_CTX_new(lib->hmac);
	size_t n = 0;
	bool ok;

	ok = x != NULL && EVP_MAC_init(x, key, CARD_KEY_LEN, params) == 1 &&
	    EVP_MAC_update(x, m, len) == 1 && EVP_MAC_final(x, mac, &n, 32) == 1 && n == 32;
	EVP_MAC_CTX_free(x);
	return ok;
}

static bool
draw(void *arg, uint8_t *out, size_t len)
{
	const struct lib *lib = arg;

	return RAND_priv_bytes_ex(lib->ctx, out, len, 0) == 1;
}

bool
card_engine_openssl(struct card_engine *engine)
{
	struct lib *lib = calloc(1, sizeof(*lib));

	*engine = (struct card_engine){ aes_cbc, hmac_sha256, draw, lib };
	if (lib == NULL)
		return false;
	lib->ctx = OSSL_LIB_CTX_new();
	if (lib->ctx == NULL)
		goto fail;
	lib->provider = OSSL_PROVIDER_load(lib->ctx, "default");
	lib->cbc = EVP_CIPHER_fetch(lib->ctx, "AES-256-CBC", NULL);
	lib->hmac = EVP_MAC_fetch(lib->ctx, "HMAC", NULL);
	if (lib->provider != NULL && lib->cbc != NULL && lib->hmac != NULL)
		return true;
fail:
	card_engine_openssl_free(engine);
	return false;
}

void
card_engine_openssl_free(struct card_engine *engine)
{
	struct lib *lib = engine->arg;

	if (lib == NULL)
		return;
	EVP_MAC_free(lib->hmac);
	EVP_CIPHER_free(lib->cbc);
	if (lib->provider != NULL)
		OSSL_PROVIDER_unload(lib->provider);
	OSSL_LIB_CTX_free(lib->ctx);
	free(lib);
	engine->arg = NULL;
}
