/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_CRYPTO_H
#define MCKD_CRYPTO_H

#include <stddef.h>
#include <stdint.h>
#include "err.h"

/*
 * The only room with OpenSSL in it: EVP and KBKDF in a private OSSL_LIB_CTX
 * that reads no configuration file and no environment.
 * PRF: AES-256-CMAC (NIST SP 800-38B) or HMAC-SHA-256 (RFC 4231).
 * KDF: NIST SP 800-108r1 counter mode. CBC: zero IV, a key encrypts one message;
 * padding ISO/IEC 9797-1 method 2.
 */
enum mckd_dea { MCKD_DEA_AES = 1, MCKD_DEA_HMAC = 2 };

#define MCKD_KEY_LEN 32
#define MCKD_PRF_MAX 32
#define MCKD_SEAL_OVERHEAD 28	/* nonce 12, tag 16 */

/*
 * Does now what the first use would do: a good millisecond, and the same from any thread.
 * No need to call it; a failure shows in every later call.
 */
enum mckd_err mckd_crypto_start(void);

size_t mckd_prf_len(enum mckd_dea dea);		/* 16 or 32 */

/* out receives mckd_prf_len(dea) bytes. */
enum mckd_err mckd_prf(enum mckd_dea dea, const uint8_t key[static MCKD_KEY_LEN],
    const uint8_t *msg, size_t len, uint8_t out[static MCKD_PRF_MAX]);
/* Of all that can be read from fd. MCKD_E_USAGE: it cannot be read, see errno. */
enum mckd_err mckd_prf_fd(enum mckd_dea dea, const uint8_t key[static MCKD_KEY_LEN], int fd,
    uint8_t out[static MCKD_PRF_MAX]);

/* label is a C string; outlen bytes are derived, L is outlen * 8 bits. */
enum mckd_err mckd_kdf(enum mckd_dea dea, const uint8_t key[static MCKD_KEY_LEN],
    const char *label, const uint8_t *context, size_t context_len,
    uint8_t *out, size_t outlen);

/* Pads, then encrypts; *outlen is in: room, out: used (len / 16 * 16 + 16). */
enum mckd_err mckd_cbc_encrypt(const uint8_t key[static MCKD_KEY_LEN],
    const uint8_t *in, size_t len, uint8_t *out, size_t *outlen);
/* Decrypts and unpads; *outlen is in: room (>= len), out: used. */
enum mckd_err mckd_cbc_decrypt(const uint8_t key[static MCKD_KEY_LEN],
    const uint8_t *in, size_t len, uint8_t *out, size_t *outlen);

enum mckd_err mckd_sha256(const uint8_t *in, size_t len, uint8_t out[static 32]);
enum mckd_err mckd_sha256_fd(int fd, uint8_t out[static 32]);	/* as mckd_prf_fd() */
enum mckd_err mckd_random(uint8_t *out, size_t len);

/* AES-256-GCM under one key, until it is freed. For one thread at a time. NULL: none can be made. */
struct mckd_sealer;
struct mckd_sealer *mckd_sealer_new(const uint8_t key[static MCKD_KEY_LEN]);
void mckd_sealer_free(struct mckd_sealer *s);
/* out is nonce || ciphertext || tag, len + MCKD_SEAL_OVERHEAD bytes. */
enum mckd_err mckd_seal(struct mckd_sealer *s, const uint8_t *aad, size_t aad_len, const uint8_t *in,
    size_t len, uint8_t *out);
/* out receives len - MCKD_SEAL_OVERHEAD bytes. MCKD_E_STORE_UNTRUSTED: does not open. */
enum mckd_err mckd_unseal(struct mckd_sealer *s, const uint8_t *aad, size_t aad_len, const uint8_t *in,
    size_t len, uint8_t *out);

/* Constant time in the contents. */
int mckd_equal(const void *a, const void *b, size_t len);
void mckd_wipe(void *p, size_t len);

#endif
