/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CARD_INSIDE_H
#define CARD_INSIDE_H

#include "card.h"

#define SLOTS 8
#define INDICES 32
#define PIN_LEN 12
#define PINS_MAX 4
#define PUK_TRIES 10
#define N1_MAX 128
#define NAME_MAX_LEN 16
#define MAC_LEN 16

enum life { LIFE_BLANK = 0x01, LIFE_PERSONALISED = 0x07, LIFE_TERMINATED = 0xff };
enum dea { DEA_AES = 1, DEA_HMAC = 2 };
enum app_flag { APP_PIN = 1, APP_N1 = 2, APP_SEALED_ONLY = 4, APP_SIGN = 8, APP_FLAGS = 15 };
enum mechanism { MECH_CARD = 1, MECH_HOST = 2, MECH_DATE = 3, MECH_COUNTER = 4, MECH_PIN = 5 };
enum result_flag { RESULT_PIN = 1, RESULT_HOST = 2 };

enum sw {
	SW_OK = 0x9000,
	SW_TRIES = 0x63c0,
	SW_MEMORY = 0x6581,
	SW_LENGTH = 0x6700,
	SW_SECURITY = 0x6982,
	SW_BLOCKED = 0x6983,
	SW_STATE = 0x6985,
	SW_DATA = 0x6a80,
	SW_NO_FILE = 0x6a82,
	SW_P1P2 = 0x6a86,
	SW_NOT_FOUND = 0x6a88,
	SW_INS = 0x6d00,
	SW_CLA = 0x6e00,
	SW_FAILURE = 0x6f00
};

/* NVM: bytes only, so that offsets hold on every compiler. */
struct app {
	uint8_t used, flags, mechanism, tries, name_len, name[NAME_MAX_LEN];
	uint8_t has_ksel, ksel[CARD_KEY_LEN], retired[4], present[4];
	uint8_t n1_len, pin_count, pin[PINS_MAX][PIN_LEN];
};

struct nv_app {
	struct app app;
	uint8_t n1[N1_MAX];
	uint8_t sn[INDICES][16];
};

struct base {
	uint8_t life, epoch[2], ticket_t[MAC_LEN], receipt[MAC_LEN];
	uint8_t transport[CARD_KEY_LEN], has_mk, mk[CARD_KEY_LEN], dea[2];
	uint8_t has_puk, puk[PIN_LEN];
};

struct nv_state {
	struct base base;
	struct nv_app app[SLOTS];
};

struct nv_image {
	uint8_t magic[4], card_id[CARD_ID_LEN];
	uint8_t live;		/* which of the two states, and of the two rows of tries, counts */
	uint8_t differ;		/* the other one may differ from it */
	uint8_t counter[2][8];	/* value, complement */
	uint8_t tries[2][1 + SLOTS]; /* PUK, then the slots */
	struct nv_state state[2];
};

/* One command as it came. data_len is NOT_AN_APDU where Lc and the bytes disagree. */
#define NOT_AN_APDU ((size_t)-1)
struct command {
	uint8_t p1, p2;
	const uint8_t *data;
	size_t data_len;
};

struct answer {
	uint8_t *p;
	size_t len;
};

/* What any command but SELECT and TICKET works on. */
struct work {
	struct base base;
	struct app app;
	uint8_t slot;
	bool pin_ok;
	uint8_t pin[PIN_LEN];
};

/* util */
void card_wipe(void *p, size_t len);
bool card_same(const uint8_t *a, const uint8_t *b, size_t len);
void card_put16(uint8_t *p, uint32_t v);
void card_put32(uint8_t *p, uint32_t v);
uint32_t card_get16(const uint8_t *p);
uint32_t card_get32(const uint8_t *p);
void card_forget(struct card *c);

/* nvm.c: failures stick in c->fault; what was read is then zero. */
void nv_read(struct card *c, size_t at, void *out, size_t len);
void nv_write(struct card *c, size_t at, const void *in, size_t len);
bool nv_sync(struct card *c);
void nv_card_id(struct card *c, uint8_t id[static CARD_ID_LEN]);
void nv_base(struct card *c, struct base *base);
void nv_app(struct card *c, uint8_t slot, struct app *app);
void nv_sn(struct card *c, uint8_t slot, uint8_t index, uint8_t sn[static 16]);
void nv_n1(struct card *c, uint8_t slot, uint8_t *n1, size_t len);
uint32_t nv_counter(struct card *c);
/* The new counter is durable before this returns true. */
bool nv_counter_set(struct card *c, uint32_t value);
uint8_t nv_tries(struct card *c, uint8_t slot);
void nv_tries_set(struct card *c, uint8_t slot, uint8_t tries);

/* A change of state: written into the other copy, then one byte is flipped. */
void change_begin(struct card *c);
size_t change_at(struct card *c, size_t in_state);
void change_base(struct card *c, const struct base *base);
void change_app(struct card *c, uint8_t slot, const struct app *app);
void change_app_read(struct card *c, uint8_t slot, struct app *app);
void change_tries(struct card *c, uint8_t slot, uint8_t tries);
void change_wipe(struct card *c, size_t in_state, size_t len);
bool change_commit(struct card *c);
void change_settle(struct card *c);

/* keys.c: DEA 01 or 02 everywhere; false when the engine failed. */
bool card_prf(struct card *c, uint8_t dea, const uint8_t key[static CARD_KEY_LEN], const uint8_t *m,
    size_t len, uint8_t mac[static 32]);
bool card_kdf(struct card *c, uint8_t dea, const uint8_t key[static CARD_KEY_LEN],
    const char *label, const uint8_t *context, size_t context_len, uint8_t *out, size_t len);
bool card_key_ck(struct card *c, const struct base *base, uint8_t *dea, uint8_t ck[static CARD_KEY_LEN]);
bool card_key_htk(struct card *c, const struct base *base, const uint8_t host[static 16],
    uint8_t htk[static CARD_KEY_LEN]);
bool card_key_dk(struct card *c, const struct base *base, uint8_t slot, uint8_t index,
    uint8_t dk[static CARD_KEY_LEN]);
bool card_cbc(struct card *c, const uint8_t key[static CARD_KEY_LEN], bool encrypt, uint8_t *buf,
    size_t len);

/* pin.c */
bool pin_well_formed(const uint8_t pin[static PIN_LEN], size_t least);
/* Compares with the slot's PINs (0: with every application's) at the cost of a try. */
enum sw pin_try(struct card *c, uint8_t slot, const uint8_t pin[static PIN_LEN], bool sealed,
    uint8_t *found, unsigned *which);
enum sw card_verify(struct card *c, const struct command *cmd, struct answer *out);
enum sw card_change(struct card *c, const struct command *cmd, struct answer *out);
enum sw card_unblock(struct card *c, const struct command *cmd, struct answer *out);

/* select.c */
uint32_t app_active(const struct app *app);
bool app_select(struct card *c, const struct work *w, uint8_t given, const uint8_t figure[static 4],
    uint32_t counter, uint8_t *index, enum sw *sw);
/* The slot and state checks that commands share, in the protocol's order. */
enum sw app_open(struct card *c, uint8_t slot, struct work *w);
enum sw app_usable(struct card *c, const struct app *app);

enum sw card_authenticate(struct card *c, const struct command *cmd, struct answer *out);
enum sw card_get_secret(struct card *c, const struct command *cmd, struct answer *out);
enum sw card_sign(struct card *c, const struct command *cmd, struct answer *out);
enum sw card_ticket(struct card *c, const struct command *cmd, struct answer *out);
/* tlv.c: applies to the copy that change_begin opened; base is written by the caller. */
enum sw tlv_apply(struct card *c, struct base *base, const uint8_t *p, size_t len);

#endif
