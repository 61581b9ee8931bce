/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TEST_LOGIN_RIG_H
#define TEST_LOGIN_RIG_H

#include "login.h"
#include "soft_card.h"

enum { SELECT = 0xa4, VERIFY = 0x20, AUTHENTICATE = 0x10, GET_SECRET = 0x12, TICKET = 0x20,
	CHANGE = 0x24 };

/*
 * A provisioned card in process, a store that knows it, and alice: application "login" in
 * slot 1 (host-random, PIN 123456, N1), "backup" in slot 2 (counter, PIN 654321), "door" in
 * slot 3 (card-random, no PIN). Between them a link that counts, records and lies.
 */
struct rig {
	struct mckd_cardlink link;		/* first: the ops get this */
	struct soft_card *card;
	char base[64], dir[96], key[128];
	struct mckd_store *store;
	struct mckd_conf conf;
	struct mckd_login login;
	uint8_t id[8];
	unsigned apdus, sent[256];		/* all; by INS */
	bool inside;				/* a transaction */
	bool reset_next;			/* begin reports a reset */
	bool record, replay;			/* of AUTHENTICATE's answer */
	uint8_t kept[258];
	size_t kept_len;
	int flip;				/* bit of AUTHENTICATE's answer; -1: none */
	uint16_t fake_sw;			/* to AUTHENTICATE */
	unsigned fakes;				/* so many times */
	bool spoil_challenge;			/* before the first AUTHENTICATE */
	void (*before_apdu)(struct rig *r, uint8_t ins);	/* what others do meanwhile */
	const char *pad_pin;			/* what a person types on the pad */
};

#define RIG_TEST(f) cmocka_unit_test_setup_teardown(f, rig_make, rig_remove)
extern const struct mckd_cardlink_ops rig_with_pad;

int rig_make(void **state);
int rig_remove(void **state);
enum mckd_err rig_open(struct rig *r);
/* Opens, decides; counts only these APDUs. */
enum mckd_err rig_login(struct rig *r, const char *pin);
struct mckd_record *rig_record(struct rig *r);
/* Of the card in the store, and why it is so. */
enum mckd_card_status rig_status(struct rig *r, char reason[static 64]);
void rig_put(struct rig *r, struct mckd_record *rec);	/* stores it and frees it */
/* Composes the next ticket and queues it. */
void rig_queue(struct rig *r, const uint8_t *tlv, size_t len);

#endif
