/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CARD_H
#define CARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The card application of docs/PROTOCOL: bytes in, bytes out. It needs no
 * allocator and no operating system; a chip fills the two tables below.
 */
#define CARD_ID_LEN 8
#define CARD_KEY_LEN 32
#define CARD_RSP_MAX 258

/* Each returns false on failure; the card then gives nothing away. */
struct card_engine {
	/* len is a multiple of 16; in and out may be the same. */
	bool (*aes_cbc)(void *arg, const uint8_t key[static CARD_KEY_LEN],
	    const uint8_t iv[static 16], bool encrypt, const uint8_t *in, uint8_t *out, size_t len);
	bool (*hmac_sha256)(void *arg, const uint8_t key[static CARD_KEY_LEN], const uint8_t *m,
	    size_t len, uint8_t mac[static 32]);
	bool (*random)(void *arg, uint8_t *out, size_t len);
	void *arg;
};

/*
 * Writes land in order, byte by byte in ascending order; power may fail
 * between any two bytes. sync returns once all before it is durable.
 */
struct card_nvm {
	bool (*read)(void *arg, size_t at, uint8_t *out, size_t len);
	bool (*write)(void *arg, size_t at, const uint8_t *in, size_t len);
	bool (*sync)(void *arg);
	void *arg;
};

enum card_left { CARD_LEFT_NOTHING, CARD_LEFT_PIN, CARD_LEFT_LOGIN };

/* All of the card's RAM. */
struct card {
	const struct card_engine *engine;
	const struct card_nvm *nvm;
	bool fault;
	bool has_challenge;
	uint8_t challenge[8];
	enum card_left left;
	uint8_t left_slot;
	uint8_t left_pin[12];
	uint8_t left_hdk[CARD_KEY_LEN];
	uint8_t left_token_nonce[32];
};

/* How many bytes of NVM the card needs. */
size_t card_nvm_size(void);
void card_init(struct card *c, const struct card_engine *engine, const struct card_nvm *nvm);
/* Makes a blank card: draws its card ID and keeps the transport key. */
bool card_install(struct card *c, const uint8_t transport_key[static CARD_KEY_LEN]);
/* Power-up: RAM is forgotten, a torn change finished or undone. False: not a card. */
bool card_reset(struct card *c);
size_t card_apdu(struct card *c, const uint8_t *cmd, size_t len, uint8_t rsp[static CARD_RSP_MAX]);

#endif
