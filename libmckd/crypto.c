/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crypto.h"
#include "nonce.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/provider.h>

#define TAG_LEN 16

/* Fetched once: a fetch by name costs more than what is then done with it. */
static struct {
	OSSL_LIB_CTX *ctx;
	EVP_MAC *cmac, *hmac;
	EVP_KDF *kbkdf;
	EVP_CIPHER *cbc, *gcm;
	EVP_MD *sha256;
	int good;	/* all of them */
} lib;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
make_lib(void)
{
	/*
	 * Without the tables of names from before providers, a third of all this, and the words for
	 * errors, for which nobody here asks.
	 */
	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT |
	    OPENSSL_INIT_NO_ADD_ALL_CIPHERS | OPENSSL_INIT_NO_ADD_ALL_DIGESTS |
	    OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS, NULL);
	if ((lib.ctx = OSSL_LIB_CTX_new()) == NULL ||
	    OSSL_PROVIDER_load(lib.ctx, "default") == NULL)
		return;
	lib.cmac = EVP_MAC_fetch(lib.ctx, "CMAC", NULL);
	lib.hmac = EVP_MAC_fetch(lib.ctx, "HMAC", NULL);
	lib.kbkdf = EVP_KDF_fetch(lib.ctx, "KBKDF", NULL);
	lib.cbc = EVP_CIPHER_fetch(lib.ctx, "AES-256-CBC", NULL);
	lib.gcm = EVP_CIPHER_fetch(lib.ctx, "AES-256-GCM", NULL);
	lib.sha256 = EVP_MD_fetch(lib.ctx, "SHA256", NULL);
	lib.good = lib.cmac != NULL && lib.hmac != NULL && lib.kbkdf != NULL && lib.cbc != NULL &&
	    lib.gcm != NULL && lib.sha256 != NULL;
}

static int
ready(void)
{
	return pthread_once(&once, make_lib) == 0 && lib.good;
}

enum mckd_err
mckd_crypto_start(void)
{
	return ready() ? MCKD_OK : MCKD_E_CRYPTO;
}

size_t
mckd_prf_len(enum mckd_dea dea)
{
	return dea == MCKD_DEA_AES ? 16 : 32;
}

static const char *
mac_name(enum mckd_dea dea)
{
	return dea == MCKD_DEA_AES ? "CMAC" : "HMAC";
}

static OSSL_PARAM
mac_param(enum mckd_dea dea)
{
	static char cipher[] = "AES-256-CBC", digest[] = "SHA256";

	return dea == MCKD_DEA_AES
	    ? OSSL_PARAM_construct_utf8_string("cipher", cipher, 0)
	    : OSSL_PARAM_construct_utf8_string("digest", digest, 0);
}

static int
known(enum mckd_dea dea)
{
	return (dea == MCKD_DEA_AES || dea == MCKD_DEA_HMAC) && ready();
}

/* EVP_MAC_CTX_free() wipes the key. */
static EVP_MAC_CTX *
mac_under(enum mckd_dea dea, const uint8_t *key)
{
	OSSL_PARAM params[2] = { OSSL_PARAM_construct_end(), OSSL_PARAM_construct_end() };
	EVP_MAC_CTX *mac = NULL;

	if (known(dea)) {
		params[0] = mac_param(dea);
		mac = EVP_MAC_CTX_new(dea == MCKD_DEA_AES ? lib.cmac : lib.hmac);
	}
	if (mac != NULL && EVP_MAC_init(mac, key, MCKD_KEY_LEN, params) == 1)
		return mac;
	EVP_MAC_CTX_free(mac);
	return NULL;
}

static int
mac_end(EVP_MAC_CTX *mac, enum mckd_dea dea, uint8_t *out)
{
	size_t outlen = 0;

	return EVP_MAC_final(mac, out, &outlen, MCKD_PRF_MAX) == 1 && outlen == mckd_prf_len(dea);
}

enum mckd_err
mckd_prf(enum mckd_dea dea, const uint8_t key[static MCKD_KEY_LEN], const uint8_t *msg,
    size_t len, uint8_t out[static MCKD_PRF_MAX])
{
	EVP_MAC_CTX *mac = mac_under(dea, key);
	int good = mac != NULL && EVP_MAC_update(mac, msg, len) == 1 && mac_end(mac, dea, out);

	EVP_MAC_CTX_free(mac);
	return good ? MCKD_OK : MCKD_E_CRYPTO;
}

enum mckd_err
mckd_prf_fd(enum mckd_dea dea, const uint8_t key[static MCKD_KEY_LEN], int fd, uint8_t out[static MCKD_PRF_MAX])
{
	EVP_MAC_CTX *mac = mac_under(dea, key);
	enum mckd_err err = MCKD_E_CRYPTO;
	uint8_t part[16384];
	ssize_t n;

	if (mac == NULL)
		return err;
	while ((n = read(fd, part, sizeof(part))) > 0)
		if (EVP_MAC_update(mac, part, (size_t)n) != 1)
			goto out;
	if (n < 0)
		err = MCKD_E_USAGE;
	else if (mac_end(mac, dea, out))
		err = MCKD_OK;
out:
	EVP_MAC_CTX_free(mac);
	return err;
}

enum mckd_err
mckd_kdf(enum mckd_dea dea, const uint8_t key[static MCKD_KEY_LEN], const char *label,
    const uint8_t *context, size_t context_len, uint8_t *out, size_t outlen)
{
	enum mckd_err err = MCKD_E_CRYPTO;
	OSSL_PARAM params[8], *p = params;
	EVP_KDF_CTX *kctx = NULL;
	char mode[] = "counter";

	if (!known(dea))
		goto out;
	*p++ = OSSL_PARAM_construct_utf8_string("mode", mode, 0);
	*p++ = OSSL_PARAM_construct_utf8_string("mac", (char *)mac_name(dea), 0);
	*p++ = mac_param(dea);
	*p++ = OSSL_PARAM_construct_octet_string("key", (void *)key, MCKD_KEY_LEN);
	*p++ = OSSL_PARAM_construct_octet_string("salt", (void *)label, strlen(label));
	if (context_len > 0)
		*p++ = OSSL_PARAM_construct_octet_string("info", (void *)context, context_len);
	*p = OSSL_PARAM_construct_end();
	if ((kctx = EVP_KDF_CTX_new(lib.kbkdf)) == NULL ||
	    EVP_KDF_derive(kctx, out, outlen, params) != 1)
		goto out;
	err = MCKD_OK;
out:
	EVP_KDF_CTX_free(kctx);
	return err;
}

static enum mckd_err
cbc(const uint8_t *key, const uint8_t *in, size_t len, uint8_t *out, int encrypt)
{
	static const uint8_t iv[16];
	enum mckd_err err = MCKD_E_CRYPTO;
	EVP_CIPHER_CTX *cctx = NULL;
	int n = 0, last = 0;

	if (!ready() || (cctx = EVP_CIPHER_CTX_new()) == NULL ||
	    EVP_CipherInit_ex2(cctx, lib.cbc, key, iv, encrypt, NULL) != 1 ||
	    EVP_CIPHER_CTX_set_padding(cctx, 0) != 1 ||
	    EVP_CipherUpdate(cctx, out, &n, in, (int)len) != 1 ||
	    EVP_CipherFinal_ex(cctx, out + n, &last) != 1 || (size_t)(n + last) != len)
		goto out;
	err = MCKD_OK;
out:
	EVP_CIPHER_CTX_free(cctx);
	return err;
}

enum mckd_err
mckd_cbc_encrypt(const uint8_t key[static MCKD_KEY_LEN], const uint8_t *in, size_t len,
    uint8_t *out, size_t *outlen)
{
	enum mckd_err err;
	uint8_t padded[512] = { 0 };
	size_t total = len / 16 * 16 + 16;

	if (total > sizeof(padded) || total > *outlen)
		return MCKD_E_USAGE;
	memcpy(padded, in, len);
	padded[len] = 0x80;
	err = cbc(key, padded, total, out, 1);
	mckd_wipe(padded, sizeof(padded));
	*outlen = total;
	return err;
}

enum mckd_err
mckd_cbc_decrypt(const uint8_t key[static MCKD_KEY_LEN], const uint8_t *in, size_t len,
    uint8_t *out, size_t *outlen)
{
	enum mckd_err err;

	if (len == 0 || len % 16 != 0 || len > *outlen)
		return MCKD_E_PARSE;
	if ((err = cbc(key, in, len, out, 0)) != MCKD_OK)
		return err;
	while (len > 0 && out[len - 1] == 0)
		len--;
	if (len == 0 || out[len - 1] != 0x80)
		return MCKD_E_PARSE;
	*outlen = len - 1;
	return MCKD_OK;
}

enum mckd_err
mckd_sha256(const uint8_t *in, size_t len, uint8_t out[static 32])
{
	if (!ready() || EVP_Digest(in, len, out, NULL, lib.sha256, NULL) != 1)
		return MCKD_E_CRYPTO;
	return MCKD_OK;
}

enum mckd_err
mckd_sha256_fd(int fd, uint8_t out[static 32])
{
	EVP_MD_CTX *d = EVP_MD_CTX_new();
	enum mckd_err err = MCKD_E_CRYPTO;
	uint8_t part[16384];
	ssize_t n;

	if (!ready() || d == NULL || EVP_DigestInit_ex2(d, lib.sha256, NULL) != 1)
		goto out;
	while ((n = read(fd, part, sizeof(part))) > 0)
		if (EVP_DigestUpdate(d, part, (size_t)n) != 1)
			goto out;
	if (n < 0)
		err = MCKD_E_USAGE;
	else if (EVP_DigestFinal_ex(d, out, NULL) == 1)
		err = MCKD_OK;
out:
	EVP_MD_CTX_free(d);
	return err;
}

/*
 * The kernel's generator itself. OpenSSL's would be seeded from it, at the price of half a
 * process start, and gives nothing that this does not.
 */
enum mckd_err
mckd_random(uint8_t *out, size_t len)
{
	size_t done = 0;
	ssize_t n;

	while (done < len) {
		n = getrandom(out + done, len - done, 0);
		if (n > 0 && (size_t)n <= len - done)
			done += (size_t)n;
		else if (n >= 0 || errno != EINTR)
			return MCKD_E_CRYPTO;
	}
	return MCKD_OK;
}

/* Each way under the key from the start: a message only sets its nonce. */
struct mckd_sealer {
	EVP_CIPHER_CTX *seal, *open;
	struct mckd_nonces *nonces;
};

static EVP_CIPHER_CTX *
gcm_under(const uint8_t *key, int encrypt)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();

	if (c != NULL && EVP_CipherInit_ex2(c, lib.gcm, key, NULL, encrypt, NULL) == 1)
		return c;
	EVP_CIPHER_CTX_free(c);
	return NULL;
}

struct mckd_sealer *
mckd_sealer_new(const uint8_t key[static MCKD_KEY_LEN])
{
	struct mckd_sealer *s = ready() ? calloc(1, sizeof(*s)) : NULL;

	if (s == NULL)
		return NULL;
	s->seal = gcm_under(key, 1);
	s->open = gcm_under(key, 0);
	s->nonces = mckd_nonces_new();
	if (s->seal != NULL && s->open != NULL)
		return s;
	mckd_sealer_free(s);
	return NULL;
}

void
mckd_sealer_free(struct mckd_sealer *s)
{
	if (s == NULL)
		return;
	EVP_CIPHER_CTX_free(s->seal);
	EVP_CIPHER_CTX_free(s->open);
	mckd_nonces_free(s->nonces);
	free(s);
}

static int
gcm(EVP_CIPHER_CTX *c, const uint8_t *nonce, const uint8_t *aad, size_t aad_len, const uint8_t *in, size_t len,
    uint8_t *out)
{
	int n = 0;

	return EVP_CipherInit_ex2(c, NULL, NULL, nonce, -1, NULL) == 1 &&
	    EVP_CipherUpdate(c, NULL, &n, aad, (int)aad_len) == 1 &&
	    EVP_CipherUpdate(c, out, &n, in, (int)len) == 1;
}

enum mckd_err
mckd_seal(struct mckd_sealer *s, const uint8_t *aad, size_t aad_len, const uint8_t *in, size_t len,
    uint8_t *out)
{
	uint8_t *text = out + MCKD_NONCE_LEN, *tag = text + len;
	enum mckd_err err = mckd_nonce(s->nonces, out);
	int n = 0;

	if (err != MCKD_OK)
		return err;
	if (!gcm(s->seal, out, aad, aad_len, in, len, text) || EVP_CipherFinal_ex(s->seal, tag, &n) != 1 ||
	    EVP_CIPHER_CTX_ctrl(s->seal, EVP_CTRL_AEAD_GET_TAG, TAG_LEN, tag) != 1)
		return MCKD_E_CRYPTO;
	return MCKD_OK;
}

enum mckd_err
mckd_unseal(struct mckd_sealer *s, const uint8_t *aad, size_t aad_len, const uint8_t *in, size_t len,
    uint8_t *out)
{
	uint8_t tag[TAG_LEN];
	enum mckd_err err = MCKD_E_CRYPTO;
	size_t plain;
	int n = 0;

	if (len < MCKD_SEAL_OVERHEAD)
		return MCKD_E_STORE_UNTRUSTED;
	plain = len - MCKD_SEAL_OVERHEAD;
	memcpy(tag, in + MCKD_NONCE_LEN + plain, TAG_LEN);
	if (gcm(s->open, in, aad, aad_len, in + MCKD_NONCE_LEN, plain, out) &&
	    EVP_CIPHER_CTX_ctrl(s->open, EVP_CTRL_AEAD_SET_TAG, TAG_LEN, tag) == 1)
		err = EVP_CipherFinal_ex(s->open, out + plain, &n) == 1 ? MCKD_OK : MCKD_E_STORE_UNTRUSTED;
	if (err != MCKD_OK)
		mckd_wipe(out, plain);
	return err;
}

int
mckd_equal(const void *a, const void *b, size_t len)
{
	return CRYPTO_memcmp(a, b, len) == 0;
}

void
mckd_wipe(void *p, size_t len)
{
	if (p != NULL)
		explicit_bzero(p, len);
}
