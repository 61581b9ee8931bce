/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_PCSC_PAD_H
#define MCKD_PCSC_PAD_H

#include <stddef.h>
#include <stdint.h>

/* PIN pads (PC/SC part 10), apart from the reader: what is asked and what is understood. */
#define MCKD_PAD_BLOCK_LEN (19 + 17)	/* PIN_VERIFY_STRUCTURE and its VERIFY */

/* The control code of FEATURE_VERIFY_PIN_DIRECT in a list of features; 0: none, or malformed. */
uint32_t mckd_pad_feature(uint8_t *features, size_t len);
/* PIN_VERIFY_STRUCTURE for VERIFY of a slot: 12 bytes, ASCII, 4 to 12, padded with FF. */
void mckd_pad_block(uint8_t slot, uint8_t out[static MCKD_PAD_BLOCK_LEN]);

#endif
