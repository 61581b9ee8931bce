/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CARDTOOL_ORDER_H
#define CARDTOOL_ORDER_H

#include "compose.h"
#include "reader.h"

/*
 * An order changes the record and composes its tickets, all in one transaction; then, where
 * the card is at hand, they are delivered. Otherwise the next login does it.
 */
enum order_when { ORDER_IF_PRESENT, ORDER_NOW, ORDER_DEFERRED };
/* --now or --deferred, not both. -1, or EX_WRONG_USAGE, having said so. */
int order_when(const struct tool *t, enum order_when *when, enum order_when asked);

/* Changes r and composes into c. -1, or the exit status, having said why. */
typedef int (*order_fn)(struct tool *t, struct mckd_record *r, struct compose *c, void *arg);

/* kind names it in the log. The exit status. */
int order(struct tool *t, const uint8_t card[static MCKD_CARD_ID_LEN], const char *kind,
    enum order_when when, order_fn fn, void *arg);
/* The same, as one run that sets the complete state of the card in hand; fn may be NULL. */
int order_resync(struct tool *t, const uint8_t card[static MCKD_CARD_ID_LEN], order_fn fn, void *arg);

/*
 * The two halves of it: the card in a reader, where it is looked for and agrees with the store
 * (f->link NULL: none); unknown: it needs a resync. -1, or the exit status.
 */
int order_reach(struct tool *t, const uint8_t card[static MCKD_CARD_ID_LEN], enum order_when when,
    struct found *f, bool *unknown);
/* Sends what is recorded; without a card says that it waits. The exit status. */
int order_deliver(struct tool *t, const uint8_t *card, struct found *f);

/* Does the card stand where the record says, or somewhere in its queue? -1, or EX_WRONG_CARD. */
int deliver_agrees(struct tool *t, const struct mckd_record *r, const struct mckd_card_info *info);
/* Called with the last receipt, within its transaction. */
typedef enum mckd_err (*deliver_fn)(struct tool *t, void *arg);
/* Sends what the card has not had. *sw is the card's last word. -1, or the exit status. */
int deliver(struct tool *t, const struct mckd_record *r, struct found *f, deliver_fn fn, void *arg,
    uint16_t *sw);
/* What is queued, before the card is asked for more. -1, or the exit status. */
int deliver_first(struct tool *t, const struct mckd_record *r, struct found *f);

/* The record's application of that name, or its only one (NULL); says why not. */
struct mckd_app *order_app(struct mckd_record *r, const char *name);
/* Card by name, then its record. -1, or the exit status. */
int order_find(struct tool *t, const char *name, struct mckd_record **out);
enum mckd_err order_event(struct tool *t, const uint8_t card[static MCKD_CARD_ID_LEN],
    const char *kind, const char *user, const char *reason, uint16_t epoch);

#endif
