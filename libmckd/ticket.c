/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ticket.h"

#include <string.h>

#define MAC_LEN 16

/* PRF(Kmac, tag || cardID || epoch || what)[16]: T and the receipt. */
static enum mckd_err
mac(enum mckd_dea dea1, const uint8_t *kmac, uint8_t tag, const uint8_t *card, uint16_t epoch,
    const uint8_t *what, size_t len, uint8_t out[static MAC_LEN])
{
	uint8_t msg[1 + MCKD_CARD_ID_LEN + 2 + MAC_LEN + MCKD_TICKET_MAX], full[MCKD_PRF_MAX];
	struct mckd_buf b = mckd_buf_over(msg, sizeof(msg));
	enum mckd_err err;

	mckd_buf_put_u8(&b, tag);
	mckd_buf_put(&b, card, MCKD_CARD_ID_LEN);
	mckd_buf_put_u16(&b, epoch);
	if (!mckd_buf_put(&b, what, len))
		return MCKD_E_INTERNAL;
	if ((err = mckd_prf(dea1, kmac, msg, sizeof(msg) - b.left, full)) == MCKD_OK)
		memcpy(out, full, MAC_LEN);
	mckd_wipe(full, sizeof(full));
	return err;
}

enum mckd_err
mckd_ticket_make_with(const uint8_t random[static 16], enum mckd_dea dea1,
    const uint8_t ck[static MCKD_KEY_LEN], const uint8_t card[static MCKD_CARD_ID_LEN],
    uint16_t epoch, const uint8_t tprev[static 16], const uint8_t *plain, size_t len,
    struct mckd_ticket *out)
{
	const uint8_t epoch_bytes[2] = { (uint8_t)(epoch >> 8), (uint8_t)epoch };
	uint8_t keys[2 * MCKD_KEY_LEN], clear[16 + MCKD_TICKET_TLV_MAX],
	    chained[MAC_LEN + MCKD_TICKET_MAX];
	size_t elen = MCKD_TICKET_MAX - 2 - MAC_LEN;
	enum mckd_err err = MCKD_E_INTERNAL;

	memset(out, 0, sizeof(*out));
	if (epoch == 0 || len > MCKD_TICKET_TLV_MAX)
		return MCKD_E_USAGE;
	memcpy(clear, random, 16);
	if (len > 0)
		memcpy(clear + 16, plain, len);
	if ((err = mckd_kdf(dea1, ck, "MCKD1 TKT", epoch_bytes, 2, keys, sizeof(keys))) != MCKD_OK)
		goto out;
	memcpy(out->body, epoch_bytes, 2);
	if ((err = mckd_cbc_encrypt(keys, clear, 16 + len, out->body + 2, &elen)) != MCKD_OK)
		goto out;
	memcpy(chained, tprev, MAC_LEN);
	memcpy(chained + MAC_LEN, out->body + 2, elen);
	err = mac(dea1, keys + MCKD_KEY_LEN, 0xa5, card, epoch, chained, MAC_LEN + elen, out->t);
	if (err != MCKD_OK)
		goto out;
	err = mac(dea1, keys + MCKD_KEY_LEN, 0xa6, card, epoch, out->t, MAC_LEN, out->receipt);
	if (err != MCKD_OK)
		goto out;
	memcpy(out->body + 2 + elen, out->t, MAC_LEN);
	out->len = (uint8_t)(2 + elen + MAC_LEN);
	out->epoch = epoch;
out:
	if (err != MCKD_OK)
		mckd_wipe(out, sizeof(*out));
	mckd_wipe(keys, sizeof(keys));
	mckd_wipe(clear, sizeof(clear));
	return err;
}

enum mckd_err
mckd_ticket_make(enum mckd_dea dea1, const uint8_t ck[static MCKD_KEY_LEN],
    const uint8_t card[static MCKD_CARD_ID_LEN], uint16_t epoch, const uint8_t tprev[static 16],
    const uint8_t *plain, size_t len, struct mckd_ticket *out)
{
	uint8_t random[16];
	enum mckd_err err = mckd_random(random, sizeof(random));

	if (err != MCKD_OK) {
		memset(out, 0, sizeof(*out));
		return err;
	}
	err = mckd_ticket_make_with(random, dea1, ck, card, epoch, tprev, plain, len, out);
	mckd_wipe(random, sizeof(random));
	return err;
}

void
mckd_tlv(struct mckd_buf *b, uint8_t tag, const void *value, size_t len)
{
	if (len > 0xff) {
		b->bad = true;
		return;
	}
	mckd_buf_put_u8(b, tag);
	mckd_buf_put_u8(b, (uint8_t)len);
	mckd_buf_put(b, value, len);
}

void
mckd_tlv_create(struct mckd_buf *b, const struct mckd_app *app, uint8_t tries)
{
	uint8_t value[3 + MCKD_NAME_MAX];
	size_t len = strnlen(app->name, MCKD_NAME_MAX);

	value[0] = app->slot;
	value[1] = app->flags;
	value[2] = tries;
	memcpy(value + 3, app->name, len);
	mckd_tlv(b, 0x0f, value, 3 + len);
}

void
mckd_tlv_enter(struct mckd_buf *b, uint8_t slot)
{
	mckd_tlv(b, 0x0e, &slot, 1);
}

void
mckd_tlv_algorithm(struct mckd_buf *b, const struct mckd_app *app)
{
	bool host_date = app->mechanism == MCKD_SEL_HOST_DATE;
	uint8_t mechanism = host_date ? MCKD_SEL_HOST_RANDOM : (uint8_t)app->mechanism, retired[4];
	struct mckd_buf r = mckd_buf_over(retired, sizeof(retired));

	mckd_buf_put_u32(&r, app->retired);
	mckd_tlv(b, 0x01, &mechanism, 1);
	/* The Ksel of host-date stays on the host. */
	if (mechanism == MCKD_SEL_DATE || mechanism == MCKD_SEL_COUNTER || mechanism == MCKD_SEL_PIN)
		mckd_tlv(b, 0x02, app->ksel, MCKD_KEY_LEN);
	mckd_tlv(b, 0x03, retired, sizeof(retired));
}

void
mckd_tlv_sn(struct mckd_buf *b, uint8_t index, const uint8_t sn[static MCKD_SN_LEN])
{
	uint8_t value[1 + MCKD_SN_LEN];

	value[0] = index;
	memcpy(value + 1, sn, MCKD_SN_LEN);
	mckd_tlv(b, 0x04, value, sizeof(value));
	mckd_wipe(value, sizeof(value));
}
