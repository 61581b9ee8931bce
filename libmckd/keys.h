/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_KEYS_H
#define MCKD_KEYS_H

#include "crypto.h"

/* Key derivations of docs/PROTOCOL, "Keys"; DEA1 and DEA2 as in WO 97/24831, figure 1. */
#define MCKD_CARD_ID_LEN 8
#define MCKD_HOST_ID_LEN 16
#define MCKD_SN_LEN 16
#define MCKD_CTX_LEN 16

/* DK = DEA1(MK, SSN): the derived key of one series number. */
enum mckd_err mckd_keys_dk(enum mckd_dea dea1, const uint8_t mk[static MCKD_KEY_LEN],
    const uint8_t card[static MCKD_CARD_ID_LEN], uint8_t slot, uint8_t index,
    const uint8_t ssn[static MCKD_SN_LEN], uint8_t dk[static MCKD_KEY_LEN]);
/* The configuration key, under which tickets travel. */
enum mckd_err mckd_keys_ck(enum mckd_dea dea1, const uint8_t mk[static MCKD_KEY_LEN],
    const uint8_t card[static MCKD_CARD_ID_LEN], uint8_t ck[static MCKD_KEY_LEN]);
/* The terminal key, from which a host's HTK comes. */
enum mckd_err mckd_keys_tk(enum mckd_dea dea1, const uint8_t mk[static MCKD_KEY_LEN],
    const uint8_t card[static MCKD_CARD_ID_LEN], uint8_t tk[static MCKD_KEY_LEN]);
/* One host's share of a DK or TK: HDK, HTK. */
enum mckd_err mckd_keys_host(enum mckd_dea dea2, const uint8_t key[static MCKD_KEY_LEN],
    const uint8_t host[static MCKD_HOST_ID_LEN], uint8_t out[static MCKD_KEY_LEN]);
/* ctx binds a result to service, user and origin (C strings, each < 64 KiB; NULL is empty). */
enum mckd_err mckd_keys_ctx(const char *service, const char *user, const char *origin,
    uint8_t out[static MCKD_CTX_LEN]);

#endif
