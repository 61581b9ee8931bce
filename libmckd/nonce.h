/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_NONCE_H
#define MCKD_NONCE_H

#include "crypto.h"

/*
 * Nonces for AES-256-GCM, where one that comes twice under a key gives both messages away: 96
 * random bits each (NIST SP 800-38D, 8.2.2). They come from the kernel a block at a time, and
 * each is given once, whatever forks: in a child the block is empty (MADV_WIPEONFORK, madvise(2)).
 * No secret comes from here: keys are asked of the kernel one by one, by mckd_random().
 * For one thread at a time.
 */
#define MCKD_NONCE_LEN 12

struct mckd_nonces;
struct mckd_nonces *mckd_nonces_new(void);	/* NULL: no page that a fork empties */
void mckd_nonces_free(struct mckd_nonces *n);
/* n NULL: of the kernel, one by one. */
enum mckd_err mckd_nonce(struct mckd_nonces *n, uint8_t out[static MCKD_NONCE_LEN]);

#endif
