/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_CARDLINK_H
#define MCKD_CARDLINK_H

#include <stddef.h>
#include <stdint.h>
#include "err.h"

/*
 * The way to one card: bytes in, bytes out. PC/SC fills the table in production;
 * tests put a card in process behind it.
 */
struct mckd_cardlink;

struct mckd_cardlink_ops {
	/*
	 * One APDU. *rsp_len is in: room, out: used (at least 2). 61xx/6Cxx are the caller's. A card that
	 * another process reset is MCKD_E_CARD_GONE; but SELECT, which misses nothing of before, is repeated.
	 */
	enum mckd_err (*transmit)(struct mckd_cardlink *l, const uint8_t *cmd, size_t len,
	    uint8_t *rsp, size_t *rsp_len);
	/* begin: *reset is set if another process reset or used power on the card since. */
	enum mckd_err (*begin)(struct mckd_cardlink *l, int *reset);
	/* end: after a VERIFY that no command came behind, the card is reset. */
	void (*end)(struct mckd_cardlink *l);
	/* Takes the card's power away and gives it again. */
	enum mckd_err (*restart)(struct mckd_cardlink *l);
	/* PIN pad: VERIFY with the person typing; NULL where there is none. sw is the answer. */
	enum mckd_err (*verify_on_pad)(struct mckd_cardlink *l, uint8_t slot, uint16_t *sw);
	void (*close)(struct mckd_cardlink *l);
};

struct mckd_cardlink {
	const struct mckd_cardlink_ops *ops;
};

#endif
