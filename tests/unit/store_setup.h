/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_TEST_STORE_SETUP_H
#define MCKD_TEST_STORE_SETUP_H

#include "store_priv.h"

/* A store of its own for every test, in a fresh directory. */
struct setup {
	char base[64], dir[96], db[128], key[128];
	struct mckd_store *store;
	char why[MCKD_WHY];
};

int setup_make(void **state);
int setup_remove(void **state);
enum mckd_err setup_open(struct setup *t, enum mckd_store_mode mode);
void setup_record(struct mckd_record *r, uint8_t id, bool full);
/* Of card 1, 2 ... a full record, into the store; and what its row must hold. */
void setup_put(struct setup *t, struct mckd_record *r, uint8_t id);
void setup_expect(struct setup *t, uint8_t id, uint32_t counter, enum mckd_card_status status);
/* An answer by index 2 of slot 1, held against a record of ticket 7. */
enum mckd_err setup_accept(struct mckd_store *s, const uint8_t *card, uint32_t before, uint32_t counter,
    uint16_t epoch, const struct mckd_event *e);
/* Runs SQL beside the store, on a connection of its own. */
void setup_sql(struct setup *t, const char *sql);

#endif
