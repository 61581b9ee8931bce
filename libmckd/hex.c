/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hex.h"

#include <stdio.h>
#include <string.h>

static const char digits[] = "0123456789abcdef";

void
mckd_hex(const uint8_t *in, size_t len, char *out)
{
	for (size_t i = 0; i < len; i++) {
		*out++ = digits[in[i] >> 4];
		*out++ = digits[in[i] & 15];
	}
	*out = '\0';
}

bool
mckd_unhex(const char *text, size_t text_len, uint8_t *out, size_t len)
{
	if (text_len != 2 * len)
		return false;
	for (size_t i = 0; i < text_len; i++) {
		const char *at = memchr(digits, text[i], sizeof(digits) - 1);

		if (at == NULL)
			return false;
		out[i / 2] = (uint8_t)(out[i / 2] << 4 | (at - digits));
	}
	return true;
}

void
mckd_label(const uint8_t card[static 2], char out[static MCKD_LABEL])
{
	(void)snprintf(out, MCKD_LABEL, "%02X%02X...", card[0], card[1]);
}
