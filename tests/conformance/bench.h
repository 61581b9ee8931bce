/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TEST_CONFORMANCE_BENCH_H
#define TEST_CONFORMANCE_BENCH_H

#include "card.h"

/* The one card that is held to docs/PROTOCOL, and what its issuer and a host know of it. */
enum {
	SW_OK = 0x9000, SW_TRIES = 0x63c0, SW_LENGTH = 0x6700, SW_SECURITY = 0x6982,
	SW_BLOCKED = 0x6983, SW_STATE = 0x6985, SW_DATA = 0x6a80, SW_NO_FILE = 0x6a82,
	SW_P1P2 = 0x6a86, SW_NOT_FOUND = 0x6a88, SW_INS = 0x6d00, SW_CLA = 0x6e00
};
enum { PIN_GIVEN = 1, HOST_GIVEN = 2 };	/* flags of an answer */
enum { NEEDS_PIN = 1, HAS_N1 = 2, SEALED_ONLY = 4, MAY_SIGN = 8 };
#define REQUEST_LEN 53
#define SEALED_LEN 28

struct bench {
	struct mckd_cardlink *link;
	void (*reset)(void);		/* power off and on */
	bool raw;			/* the link takes bytes that are no APDU */
	bool t0;			/* a card cannot tell Lc from Le where a command has no data */
	uint8_t transport[MCKD_KEY_LEN];
	enum mckd_dea dea1, dea2;
	bool blank;			/* tickets go under the transport key */
	uint16_t epoch;			/* of the last ticket that went through */
	uint8_t tprev[16];
	struct mckd_ticket ticket;	/* the last one sent */
	struct mckd_card_info info;	/* of the last SELECT */
	struct mckd_app app[MCKD_APPS_MAX + 1];	/* by slot: what orders have made of it */
	uint8_t request[REQUEST_LEN + SEALED_LEN];
	uint8_t rsp[258];		/* of the last command, without the status word */
	size_t rsp_len;
	uint8_t tlv[256];		/* of the next ticket */
	size_t tlv_len;
};

extern struct bench bench;
extern const uint8_t mk[MCKD_KEY_LEN], host_id[16], ksel[32], pin[12], pin2[12], pin3[12], wrong[12], puk[12];

/* A command and its status word; apdu() follows 61xx and 6Cxx, and fails the test on no answer. */
unsigned apdu(const void *cmd, size_t len);
unsigned command(uint8_t cla, uint8_t ins, uint8_t p1, uint8_t p2, const void *data, size_t len);
void sel(void);				/* SELECT must work */
uint8_t tries_left(uint8_t slot);	/* by a SELECT of its own; FF: no PIN */

/* The next ticket, TLV by TLV; order() seals and sends it, and checks the receipt. */
void tlv(uint8_t tag, const void *value, size_t len);
void enter(uint8_t slot);
void create(uint8_t slot, uint8_t flags, uint8_t tries);
void set_mechanism(uint8_t mechanism);	/* and Ksel */
void set_retired(uint32_t bits);
void set_sn(uint8_t index, uint8_t fill);
unsigned order(void);
/* Exactly these bytes, sealed as they are, into bench.ticket. */
void seal_ticket(uint16_t epoch, const uint8_t tprev[16], const uint8_t *plain, size_t len);
unsigned send_ticket(void);		/* bench.ticket, as it is */

/*
 * Before each check: slot 1 alone, may sign, 5 tries, PIN 123456, mechanism 02, SNs 1 2 3 4 5 8
 * with 3 retired, N1 "open sesame", and the PUK.
 */
int fresh(void **state);

/* AUTHENTICATE of the vectors' host, token and ctx; sealed where a PIN is given. */
void compose(uint8_t slot, uint8_t index, uint32_t figure, const uint8_t *sealed_pin);
unsigned authenticate(uint8_t slot, bool sealed);	/* sends bench.request */
unsigned login(uint8_t slot, uint8_t index, uint32_t figure, const uint8_t *sealed_pin);
unsigned verify(uint8_t slot, const uint8_t p[12]);
unsigned verified_login(uint8_t slot, uint8_t index, uint32_t figure, const uint8_t p[12]);
/* The last answer is a true one of that slot, for bench.request, with these flags. */
struct mckd_card_answer true_answer(uint8_t slot, uint8_t flags);
void dk_of(uint8_t slot, uint8_t index, uint8_t dk[32]);
void hdk_of(uint8_t slot, uint8_t index, uint8_t hdk[32]);
bool active(uint8_t slot, uint8_t index);
/* By the common algorithm. */
uint8_t common_index(uint8_t slot, const void *figure, size_t len);

/* The groups; each returns how many of its checks failed. */
int vector_checks(void);
int blank_checks(void);
int select_checks(void);
int ticket_checks(void);
int application_checks(void);
int pin_checks(void);
int login_checks(void);
int secret_checks(void);
int sign_checks(void);
int terminate_checks(void);
/* All of them in order; a card ends in state FF. */
int conformance(void);

#endif
