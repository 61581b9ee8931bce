/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pins.h"
#include "ui.h"

#include <string.h>

int
pins_parse(const char *text, const char *what, struct compose_pins *out)
{
	size_t len;

	for (out->n = 0;; text += len + 1) {
		len = strcspn(text, " ");
		if (out->n == COMPOSE_PINS) {
			say("%s: at most %d PINs", what, COMPOSE_PINS);
			return EX_WRONG_USAGE;
		}
		if (mckd_pin_block(text, len, 4, out->pin[out->n]) != MCKD_OK) {
			say("%s: a PIN has 4 to 12 printable characters; nothing was sent", what);
			return EX_PIN_WRONG;
		}
		for (unsigned i = 0; i < out->n; i++)
			if (mckd_equal(out->pin[i], out->pin[out->n], MCKD_PIN_LEN)) {
				say("%s: the same PIN twice", what);
				return EX_WRONG_USAGE;
			}
		out->n++;
		if (text[len] == '\0')
			return -1;
	}
}
