/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_HEX_H
#define MCKD_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Lower case; out has 2 * len + 1 bytes. */
void mckd_hex(const uint8_t *in, size_t len, char *out);
/* Exactly 2 * len lower-case digits, or false. */
bool mckd_unhex(const char *text, size_t text_len, uint8_t *out, size_t len);
/* How a person is told which card: the first digits of its ID. In ASCII, for any terminal. */
#define MCKD_LABEL 8
void mckd_label(const uint8_t card[static 2], char out[static MCKD_LABEL]);

#endif
