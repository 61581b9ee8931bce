/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "buf.h"

#include <string.h>

struct mckd_buf
mckd_buf_over(void *bytes, size_t len)
{
	return (struct mckd_buf){ .at = bytes, .left = len, .bad = false };
}

static bool
take(struct mckd_buf *b, size_t len, uint8_t **at)
{
	if (b->bad || len > b->left) {
		b->bad = true;
		return false;
	}
	*at = b->at;
	b->at += len;
	b->left -= len;
	return true;
}

bool
mckd_buf_get(struct mckd_buf *b, void *out, size_t len)
{
	uint8_t *at;

	if (!take(b, len, &at))
		return false;
	if (len > 0)
		memcpy(out, at, len);
	return true;
}

bool
mckd_buf_get_u8(struct mckd_buf *b, uint8_t *out)
{
	return mckd_buf_get(b, out, 1);
}

bool
mckd_buf_get_u16(struct mckd_buf *b, uint16_t *out)
{
	uint8_t v[2];

	if (!mckd_buf_get(b, v, sizeof(v)))
		return false;
	*out = (uint16_t)(v[0] << 8 | v[1]);
	return true;
}

bool
mckd_buf_get_u32(struct mckd_buf *b, uint32_t *out)
{
	uint16_t high, low;

	if (!mckd_buf_get_u16(b, &high) || !mckd_buf_get_u16(b, &low))
		return false;
	*out = (uint32_t)high << 16 | low;
	return true;
}

struct mckd_buf
mckd_buf_sub(struct mckd_buf *b, size_t len)
{
	uint8_t *at;

	if (!take(b, len, &at))
		return (struct mckd_buf){ .at = NULL, .left = 0, .bad = true };
	return mckd_buf_over(at, len);
}

bool
mckd_buf_put(struct mckd_buf *b, const void *in, size_t len)
{
	uint8_t *at;

	if (!take(b, len, &at))
		return false;
	if (len > 0)
		memcpy(at, in, len);
	return true;
}

bool
mckd_buf_put_u8(struct mckd_buf *b, uint8_t v)
{
	return mckd_buf_put(b, &v, 1);
}

bool
mckd_buf_put_u16(struct mckd_buf *b, uint16_t v)
{
	uint8_t bytes[2] = { (uint8_t)(v >> 8), (uint8_t)v };

	return mckd_buf_put(b, bytes, sizeof(bytes));
}

bool
mckd_buf_put_u32(struct mckd_buf *b, uint32_t v)
{
	return mckd_buf_put_u16(b, (uint16_t)(v >> 16)) && mckd_buf_put_u16(b, (uint16_t)v);
}

bool
mckd_buf_end(const struct mckd_buf *b)
{
	return !b->bad && b->left == 0;
}
