/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CARDTOOL_PINS_H
#define CARDTOOL_PINS_H

#include "compose.h"

#define PINS_TEXT (COMPOSE_PINS * (MCKD_PIN_LEN + 1))	/* with blanks between, and its NUL */

/* "1234" or "1234 5678": 1-4 PINs, no two the same. -1, or the exit status, having said why. */
int pins_parse(const char *text, const char *what, struct compose_pins *out);

#endif
