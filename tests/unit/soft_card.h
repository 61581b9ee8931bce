/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TEST_SOFT_CARD_H
#define TEST_SOFT_CARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The card application in process. It shares nothing with libmckd, not even its names. */
struct soft_card;

struct soft_card *soft_card_new(const uint8_t transport[32]);
/* The same once more, blank and with another ID. */
void soft_card_again(struct soft_card *c, const uint8_t transport[32]);
/* A copy, as a thief would make one. */
struct soft_card *soft_card_copy(const struct soft_card *c);
void soft_card_reset(struct soft_card *c);
/* rsp has 258 bytes of room. */
size_t soft_card_apdu(struct soft_card *c, const uint8_t *cmd, size_t len, uint8_t *rsp);
/* Power fails after so many bytes of memory writes; -1: never. */
void soft_card_cut(struct soft_card *c, long bytes);
bool soft_card_torn(const struct soft_card *c);
void soft_card_free(struct soft_card *c);

#endif
