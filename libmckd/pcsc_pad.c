/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pcsc_pad.h"

#include <string.h>

#include <winscard.h>
#include <reader.h>

#include "buf.h"

#define PIN_MIN 4
#define PIN_MAX 12
#define PAD_SECONDS 60
#define ASCII_LEFT_BYTES 0x82	/* units are bytes, PIN at 0, left-justified, ASCII */
#define VALIDATION_KEY 0x02
#define DEFAULT_MESSAGE 0xff
#define LANG_ENGLISH_US 0x0409

_Static_assert(sizeof(PIN_VERIFY_STRUCTURE) + 5 + PIN_MAX == MCKD_PAD_BLOCK_LEN,
    "PIN_VERIFY_STRUCTURE is packed");

uint32_t
mckd_pad_feature(uint8_t *features, size_t len)
{
	struct mckd_buf b = mckd_buf_over(features, len);
	uint32_t code = 0, value;
	uint8_t tag, n;

	while (b.left > 0) {
		if (!mckd_buf_get_u8(&b, &tag) || !mckd_buf_get_u8(&b, &n) || n != sizeof(value) ||
		    !mckd_buf_get_u32(&b, &value))
			return 0;
		if (tag == FEATURE_VERIFY_PIN_DIRECT)
			code = value;
	}
	return code;
}

void
mckd_pad_block(uint8_t slot, uint8_t out[static MCKD_PAD_BLOCK_LEN])
{
	PIN_VERIFY_STRUCTURE s = {
		.bTimerOut = PAD_SECONDS,
		.bTimerOut2 = PAD_SECONDS,
		.bmFormatString = ASCII_LEFT_BYTES,
		.bmPINBlockString = PIN_MAX,
		.wPINMaxExtraDigit = PIN_MIN << 8 | PIN_MAX,
		.bEntryValidationCondition = VALIDATION_KEY,
		.bNumberMessage = DEFAULT_MESSAGE,
		.wLangId = LANG_ENGLISH_US,
		.ulDataLength = 5 + PIN_MAX,
	};
	const uint8_t verify[5] = { 0x00, 0x20, 0x00, slot, PIN_MAX };

	memcpy(out, &s, sizeof(s));
	memcpy(out + sizeof(s), verify, sizeof(verify));
	memset(out + sizeof(s) + sizeof(verify), 0xff, PIN_MAX);
}
