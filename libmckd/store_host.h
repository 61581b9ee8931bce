/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_STORE_HOST_H
#define MCKD_STORE_HOST_H

#include "store.h"

/*
 * Host stores: what an issuer, whose store has full blocks, knows of the hosts it exports host
 * blocks to, and what such a host keeps for the issuer.
 */
#define MCKD_HOST_NAME_MAX 40
#define MCKD_HOST_LIST_MAX 512

struct mckd_host {
	char name[MCKD_HOST_NAME_MAX + 1];
	uint8_t id[MCKD_HOST_ID_LEN];
	char applications[MCKD_HOST_LIST_MAX];	/* "a,b"; "": all */
	char users[MCKD_HOST_LIST_MAX];		/* likewise */
	uint32_t serial;			/* of its last export */
	int64_t exported;			/* 0: never */
};

struct mckd_receipt {
	uint8_t card[MCKD_CARD_ID_LEN];
	uint16_t epoch;
	uint8_t receipt[16];
};

bool mckd_host_name_valid(const char *name);	/* 1-40 of A-Z a-z 0-9 . _ - */

enum mckd_err mckd_store_host_get(struct mckd_store *s, const char *name, struct mckd_host *out);
enum mckd_err mckd_store_host_put(struct mckd_store *s, const struct mckd_host *h);
typedef enum mckd_err (*mckd_store_host_cb)(void *arg, const struct mckd_host *h);
enum mckd_err mckd_store_hosts(struct mckd_store *s, mckd_store_host_cb cb, void *arg);

/* Whose host store this is: name "" and serial 0 where it is none. hostID: mckd_store_host_id(). */
enum mckd_err mckd_store_is_host(struct mckd_store *s, char name[static MCKD_HOST_NAME_MAX + 1],
    uint32_t *serial);
/* Takes name, hostID and serial of h. Where this is rolled back the store must be closed. */
enum mckd_err mckd_store_become_host(struct mckd_store *s, const struct mckd_host *h);

/*
 * A card was proved to be at this epoch by a login with a host block: settles the tickets up to
 * it. r: the receipt it gave for the last of them, for the issuer; NULL: none.
 */
enum mckd_err mckd_store_host_settle(struct mckd_store *s, const uint8_t card[static MCKD_CARD_ID_LEN],
    uint16_t epoch, const struct mckd_receipt *r);
typedef enum mckd_err (*mckd_store_receipt_cb)(void *arg, const struct mckd_receipt *r);
enum mckd_err mckd_store_receipts(struct mckd_store *s, mckd_store_receipt_cb cb, void *arg);
/* Is one kept of this card? NOT_FOUND: no. */
enum mckd_err mckd_store_receipt_has(struct mckd_store *s, const uint8_t card[static MCKD_CARD_ID_LEN]);
enum mckd_err mckd_store_receipt_drop(struct mckd_store *s, const uint8_t card[static MCKD_CARD_ID_LEN]);

/* dir/store.mac: a MAC over all of dir/store.db under the key, which the columns' seals are not. */
enum mckd_err mckd_store_mac_write(const char *dir, const char *key, char *why);
enum mckd_err mckd_store_mac_check(const char *dir, const char *key, char *why);	/* STORE_UNTRUSTED */

#endif
