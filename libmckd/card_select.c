/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "card.h"

#include <string.h>

static const uint8_t aid[6] = { 0xf0, 0x4d, 0x43, 0x4b, 0x44, 0x01 };

/*
 * The next BER-TLV: tags of any length are read (unknown ones are to be skipped, and come
 * out as 0), lengths only in their shortest form.
 */
static bool
next_tlv(struct mckd_buf *b, uint8_t *tag, struct mckd_buf *value)
{
	uint8_t more = 0x80, len = 0;

	if (!mckd_buf_get_u8(b, tag))
		return false;
	if ((*tag & 0x1f) == 0x1f) {
		while ((more & 0x80) != 0)
			if (!mckd_buf_get_u8(b, &more))
				return false;
		*tag = 0;
	}
	if (!mckd_buf_get_u8(b, &len))
		return false;
	if (len == 0x81) {
		if (!mckd_buf_get_u8(b, &len) || len < 0x80)
			return false;
	} else if (len > 0x7f) {
		return false;
	}
	*value = mckd_buf_sub(b, len);
	return !value->bad;
}

static bool
read_table(struct mckd_buf *b, struct mckd_card_info *out)
{
	unsigned slots = 0;

	for (out->napps = 0; b->left > 0; out->napps++) {
		if (out->napps == MCKD_APPS_MAX)
			return false;
		mckd_buf_get_u8(b, &out->app[out->napps].slot);
		mckd_buf_get_u8(b, &out->app[out->napps].tries);
		mckd_buf_get_u8(b, &out->app[out->napps].flags);
		if (!mckd_buf_get_u8(b, &out->app[out->napps].mechanism))
			return false;
		if (out->app[out->napps].slot < 1 || out->app[out->napps].slot > MCKD_APPS_MAX ||
		    (slots >> out->app[out->napps].slot & 1) != 0)
			return false;
		slots |= 1u << out->app[out->napps].slot;
	}
	return true;
}

static bool
read_field(uint8_t tag, struct mckd_buf *v, struct mckd_card_info *out)
{
	switch (tag) {
	case 0x80:
		return mckd_buf_get_u16(v, &out->version) && mckd_buf_end(v);
	case 0x81:
		return mckd_buf_get(v, out->card, sizeof(out->card)) && mckd_buf_end(v);
	case 0x82:
		return mckd_buf_get_u8(v, &out->state) && mckd_buf_end(v);
	case 0x83:
		return mckd_buf_get_u8(v, &out->dea1) && mckd_buf_get_u8(v, &out->dea2) &&
		    mckd_buf_end(v);
	case 0x84:
		return read_table(v, out);
	case 0x85:
		return mckd_buf_get_u16(v, &out->epoch) && mckd_buf_end(v);
	case 0x86:
		return mckd_buf_get(v, out->challenge, sizeof(out->challenge)) && mckd_buf_end(v);
	case 0x87:
		return mckd_buf_get(v, out->last_ticket, sizeof(out->last_ticket)) &&
		    mckd_buf_end(v);
	}
	return true;
}

/* Each of 80-87 exactly once. */
static bool
read_fields(struct mckd_buf *b, struct mckd_card_info *out)
{
	unsigned seen = 0;
	struct mckd_buf v;
	uint8_t tag;

	while (b->left > 0) {
		if (!next_tlv(b, &tag, &v) || !read_field(tag, &v, out))
			return false;
		if (tag < 0x80 || tag > 0x87)
			continue;
		if ((seen >> (tag & 7) & 1) != 0)
			return false;
		seen |= 1u << (tag & 7);
	}
	return !b->bad && seen == 0xff;
}

static bool
read_template(struct mckd_buf *b, struct mckd_card_info *out)
{
	bool have_aid = false, have_fields = false;
	struct mckd_buf v;
	uint8_t tag;

	while (b->left > 0) {
		if (!next_tlv(b, &tag, &v))
			return false;
		if (tag == 0x84) {
			if (have_aid || v.left != sizeof(aid) || memcmp(v.at, aid, v.left) != 0)
				return false;
			have_aid = true;
		} else if (tag == 0xa5) {
			if (have_fields || !read_fields(&v, out))
				return false;
			have_fields = true;
		}
	}
	return !b->bad && have_aid && have_fields;
}

enum mckd_err
mckd_card_select(struct mckd_cardlink *l, struct mckd_card_info *out)
{
	uint8_t cmd[5 + sizeof(aid) + 1] = { 0x00, 0xa4, 0x04, 0x00, sizeof(aid) }, rsp[256], tag;
	size_t n = sizeof(rsp);
	struct mckd_buf b, fci;
	uint16_t sw = 0;
	enum mckd_err err;

	memset(out, 0, sizeof(*out));
	memcpy(cmd + 5, aid, sizeof(aid));
	if ((err = mckd_card_transmit(l, cmd, sizeof(cmd), rsp, &n, &sw)) != MCKD_OK)
		return err;
	b = mckd_buf_over(rsp, n);
	if (sw != 0x9000 || !next_tlv(&b, &tag, &fci) || tag != 0x6f || !mckd_buf_end(&b) ||
	    !read_template(&fci, out) || out->version >> 8 != 1 ||
	    (out->state != 0x01 && out->state != 0x07 && out->state != 0xff)) {
		memset(out, 0, sizeof(*out));
		return MCKD_E_CARD_FOREIGN;
	}
	return MCKD_OK;
}
