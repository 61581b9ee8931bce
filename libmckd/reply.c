/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "challenge.h"

#include <stdio.h>
#include <string.h>

#include "hex.h"

#define TAG "mckd1:"
#define REPLY_LEN (MCKD_CARD_ID_LEN + 41)

enum mckd_err
mckd_reply_write(const struct mckd_reply *r, char out[static MCKD_REPLY_TEXT])
{
	uint8_t bytes[REPLY_LEN];
	struct mckd_buf b = mckd_buf_over(bytes, sizeof(bytes));
	const struct mckd_card_answer *a = &r->answer;

	mckd_buf_put(&b, r->card, sizeof(r->card));
	mckd_buf_put_u8(&b, a->slot);
	mckd_buf_put_u8(&b, a->index);
	mckd_buf_put_u16(&b, a->epoch);
	mckd_buf_put_u32(&b, a->counter);
	mckd_buf_put_u8(&b, a->flags);
	mckd_buf_put(&b, a->nonce, sizeof(a->nonce));
	mckd_buf_put(&b, a->result, sizeof(a->result));
	if (!mckd_buf_end(&b))
		return MCKD_E_INTERNAL;
	memcpy(out, TAG, strlen(TAG));
	mckd_hex(bytes, sizeof(bytes), out + strlen(TAG));
	return MCKD_OK;
}

enum mckd_err
mckd_reply_read(const char *text, struct mckd_reply *out)
{
	uint8_t bytes[REPLY_LEN];
	struct mckd_buf b = mckd_buf_over(bytes, sizeof(bytes));
	struct mckd_card_answer *a = &out->answer;
	size_t len;

	memset(out, 0, sizeof(*out));
	text += strspn(text, " \t\r\n");
	for (len = strlen(text); len > 0 && strchr(" \t\r\n", text[len - 1]) != NULL; len--)
		;
	if (len < strlen(TAG) || memcmp(text, TAG, strlen(TAG)) != 0 ||
	    !mckd_unhex(text + strlen(TAG), len - strlen(TAG), bytes, sizeof(bytes)))
		return MCKD_E_PARSE;
	mckd_buf_get(&b, out->card, sizeof(out->card));
	mckd_buf_get_u8(&b, &a->slot);
	mckd_buf_get_u8(&b, &a->index);
	mckd_buf_get_u16(&b, &a->epoch);
	mckd_buf_get_u32(&b, &a->counter);
	mckd_buf_get_u8(&b, &a->flags);
	mckd_buf_get(&b, a->nonce, sizeof(a->nonce));
	mckd_buf_get(&b, a->result, sizeof(a->result));
	return mckd_buf_end(&b) ? MCKD_OK : MCKD_E_PARSE;
}
