/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TEST_ISSUER_H
#define TEST_ISSUER_H

#include <stddef.h>
#include <stdint.h>

/* The other side of the protocol, on OpenSSL's own CMAC, HMAC and KBKDF. */
void prf(int dea, const uint8_t key[32], const uint8_t *m, size_t len, uint8_t mac[32]);
void kdf(int dea, const uint8_t key[32], const char *label, const uint8_t *context, size_t context_len,
    uint8_t *out, size_t len);
void sealed_pin(int dea2, const uint8_t htk[32], const uint8_t challenge[8], const uint8_t card[8],
    uint8_t slot, const uint8_t *request, const uint8_t pin[12], uint8_t sealed[28]);
/* Returns the ticket's length. */
size_t ticket(int dea1, const uint8_t ck[32], const uint8_t card[8], uint16_t epoch,
    const uint8_t prev[16], const uint8_t random[16], const uint8_t *tlv, size_t len, uint8_t *out);

#endif
