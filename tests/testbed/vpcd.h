/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BED_VPCD_H
#define BED_VPCD_H

#include <stddef.h>
#include <stdint.h>

/* A card for vpcd: connects to its port, and has every command answered until the reader goes. */
#define BED_ANSWER_MAX 260
typedef size_t (*bed_answer_fn)(void *arg, const uint8_t *cmd, size_t len, uint8_t out[static BED_ANSWER_MAX]);

int bed_vpcd_serve(const char *name, const char *port, bed_answer_fn answer, void *arg);
/* Hex to at most room bytes; their number, or -1. */
int bed_unhex(const char *text, uint8_t *out, size_t room);

#endif
