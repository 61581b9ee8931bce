/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TEST_RIG_H
#define TEST_RIG_H

#include "inside.h"

/* A card on a memory that can be torn, and what its issuer and host know. */
struct rig {
	struct card card;
	uint8_t nvm[sizeof(struct nv_image)];
	long cut;		/* bytes until power fails; -1: never */
	long wrote;
	uint8_t script[64];
	size_t script_len;
	int dea1, dea2;
	uint16_t epoch;
	uint8_t prev[16], tkt[256], rsp[CARD_RSP_MAX];
	size_t tkt_len, rsp_len;
};

extern const uint8_t rig_mk[32], rig_id[8], rig_host[16], rig_pin[12];

void rig_blank(struct rig *r, int dea1, int dea2);
/* The TLVs of the tickets, in order, that make a card out of a blank one. */
#define RIG_ORDERS 2
size_t rig_order(unsigned which, int dea1, int dea2, uint8_t flags, uint8_t out[256]);
/* Slot 1, PIN 123456 (5 tries), SNs 1 2 3 4 5 8 (3 is the vectors'), epoch 2. */
void rig_personalised(struct rig *r, int dea1, int dea2, uint8_t flags);
unsigned rig_apdu(struct rig *r, uint8_t cla, uint8_t ins, uint8_t p1, uint8_t p2, const uint8_t *d, size_t len);
/* The next ticket; on 9000 the chain goes on. */
unsigned rig_ticket(struct rig *r, const uint8_t *tlv, size_t len);
unsigned rig_select(struct rig *r);
void rig_request(uint8_t request[53], uint8_t index, uint32_t figure);
/* SELECT, AUTHENTICATE with the sealed PIN. */
unsigned rig_login(struct rig *r, uint8_t slot, uint8_t index, uint32_t figure, const uint8_t pin[12]);
void rig_key(struct rig *r, const char *label, uint8_t key[32]);
size_t rig_vector(const char *section, const char *name, uint8_t *out, size_t room);

#endif
