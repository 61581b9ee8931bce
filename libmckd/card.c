/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "card.h"

#include <string.h>

#define AUTH_ANSWER_LEN 41
#define SEALED_LEN 28
#define MAC_LEN 16
#define DATA_MAX 242

/* Header, data and Le of a short command; exactly len bytes of answer, or MCKD_E_AUTH. */
static enum mckd_err
command(struct mckd_cardlink *l, const uint8_t head[static 4], const uint8_t *data, size_t lc,
    uint8_t *rsp, size_t len, uint16_t *sw)
{
	uint8_t cmd[5 + DATA_MAX + 1], got[256];
	struct mckd_buf b = mckd_buf_over(cmd, sizeof(cmd));
	size_t n = sizeof(got);
	enum mckd_err err = MCKD_E_INTERNAL;

	mckd_buf_put(&b, head, 4);
	mckd_buf_put_u8(&b, (uint8_t)lc);
	mckd_buf_put(&b, data, lc);
	if (len > 0)
		mckd_buf_put_u8(&b, 0);
	*sw = 0;
	if (b.bad || lc == 0)
		goto out;
	err = mckd_card_transmit(l, cmd, sizeof(cmd) - b.left, got, &n, sw);
	if (err != MCKD_OK || (err = mckd_card_sw_err(*sw)) != MCKD_OK)
		goto out;
	err = MCKD_E_AUTH;
	if (n != len)
		goto out;
	if (len > 0)
		memcpy(rsp, got, len);
	err = MCKD_OK;
out:
	mckd_wipe(cmd, sizeof(cmd));
	mckd_wipe(got, sizeof(got));
	return err;
}

enum mckd_err
mckd_card_verify(struct mckd_cardlink *l, uint8_t slot, const uint8_t pin[static MCKD_PIN_LEN],
    uint16_t *sw)
{
	const uint8_t head[4] = { 0x00, 0x20, 0x00, slot };

	return command(l, head, pin, MCKD_PIN_LEN, NULL, 0, sw);
}

static enum mckd_err
two_blocks(struct mckd_cardlink *l, uint8_t ins, uint8_t slot, const uint8_t *first,
    const uint8_t *second, uint16_t *sw)
{
	const uint8_t head[4] = { 0x00, ins, 0x00, slot };
	uint8_t data[2 * MCKD_PIN_LEN];
	enum mckd_err err;

	memcpy(data, first, MCKD_PIN_LEN);
	memcpy(data + MCKD_PIN_LEN, second, MCKD_PIN_LEN);
	err = command(l, head, data, sizeof(data), NULL, 0, sw);
	mckd_wipe(data, sizeof(data));
	return err;
}

enum mckd_err
mckd_card_change_pin(struct mckd_cardlink *l, uint8_t slot,
    const uint8_t old[static MCKD_PIN_LEN], const uint8_t new[static MCKD_PIN_LEN], uint16_t *sw)
{
	return two_blocks(l, 0x24, slot, old, new, sw);
}

enum mckd_err
mckd_card_unblock(struct mckd_cardlink *l, uint8_t slot, const uint8_t puk[static MCKD_PIN_LEN],
    const uint8_t new[static MCKD_PIN_LEN], uint16_t *sw)
{
	return two_blocks(l, 0x2c, slot, puk, new, sw);
}

/* E || T: the PIN, readable and askable only with the HTK of this host and this challenge. */
static enum mckd_err
seal_pin(enum mckd_dea dea2, const struct mckd_card_request *q,
    uint8_t out[static SEALED_LEN])
{
	uint8_t msg[1 + 8 + MCKD_CARD_ID_LEN + 2 + 4 + MCKD_HOST_ID_LEN + 16 + MCKD_CTX_LEN +
	    MCKD_PIN_LEN], prf[MCKD_PRF_MAX];
	struct mckd_buf b = mckd_buf_over(msg, sizeof(msg));
	enum mckd_err err;

	mckd_buf_put_u8(&b, 0xa7);
	mckd_buf_put(&b, q->challenge, 8);
	mckd_buf_put(&b, q->token, 16);
	mckd_buf_put(&b, q->ctx, MCKD_CTX_LEN);
	if ((err = mckd_prf(dea2, q->htk, msg, sizeof(msg) - b.left, prf)) != MCKD_OK)
		goto out;
	for (int i = 0; i < MCKD_PIN_LEN; i++)
		out[i] = q->pin[i] ^ prf[i];
	b = mckd_buf_over(msg, sizeof(msg));
	mckd_buf_put_u8(&b, 0xa4);
	mckd_buf_put(&b, q->challenge, 8);
	mckd_buf_put(&b, q->card, MCKD_CARD_ID_LEN);
	mckd_buf_put_u8(&b, q->slot);
	mckd_buf_put_u8(&b, q->index);
	mckd_buf_put_u32(&b, q->figure);
	mckd_buf_put(&b, q->host, MCKD_HOST_ID_LEN);
	mckd_buf_put(&b, q->token, 16);
	mckd_buf_put(&b, q->ctx, MCKD_CTX_LEN);
	mckd_buf_put(&b, out, MCKD_PIN_LEN);
	err = MCKD_E_INTERNAL;
	if (!mckd_buf_end(&b))
		goto out;
	if ((err = mckd_prf(dea2, q->htk, msg, sizeof(msg), prf)) == MCKD_OK)
		memcpy(out + MCKD_PIN_LEN, prf, MAC_LEN);
out:
	mckd_wipe(prf, sizeof(prf));
	return err;
}

static enum mckd_err
read_answer(uint8_t *bytes, struct mckd_card_answer *out)
{
	struct mckd_buf b = mckd_buf_over(bytes, AUTH_ANSWER_LEN);

	mckd_buf_get_u8(&b, &out->slot);
	mckd_buf_get_u8(&b, &out->index);
	mckd_buf_get_u16(&b, &out->epoch);
	mckd_buf_get_u32(&b, &out->counter);
	mckd_buf_get_u8(&b, &out->flags);
	mckd_buf_get(&b, out->nonce, sizeof(out->nonce));
	mckd_buf_get(&b, out->result, sizeof(out->result));
	return mckd_buf_end(&b) ? MCKD_OK : MCKD_E_INTERNAL;
}

enum mckd_err
mckd_card_authenticate(struct mckd_cardlink *l, enum mckd_dea dea2,
    const struct mckd_card_request *q, struct mckd_card_answer *out, uint16_t *sw)
{
	const uint8_t head[4] = { 0x80, 0x10, q->slot, q->sealed ? 0x02 : 0x00 };
	uint8_t data[1 + 4 + MCKD_HOST_ID_LEN + 16 + MCKD_CTX_LEN + SEALED_LEN],
	    sealed[SEALED_LEN], answer[AUTH_ANSWER_LEN];
	struct mckd_buf b = mckd_buf_over(data, sizeof(data));
	enum mckd_err err;

	memset(out, 0, sizeof(*out));
	*sw = 0;
	mckd_buf_put_u8(&b, q->index);
	mckd_buf_put_u32(&b, q->figure);
	mckd_buf_put(&b, q->host, MCKD_HOST_ID_LEN);
	mckd_buf_put(&b, q->token, 16);
	mckd_buf_put(&b, q->ctx, MCKD_CTX_LEN);
	if (q->sealed) {
		if ((err = seal_pin(dea2, q, sealed)) != MCKD_OK)
			goto out;
		mckd_buf_put(&b, sealed, sizeof(sealed));
	}
	err = command(l, head, data, sizeof(data) - b.left, answer, sizeof(answer), sw);
	if (err == MCKD_OK)
		err = read_answer(answer, out);
out:
	mckd_wipe(sealed, sizeof(sealed));
	mckd_wipe(data, sizeof(data));
	return err;
}

enum mckd_err
mckd_card_check_result(enum mckd_dea dea2, const uint8_t hdk[static MCKD_KEY_LEN],
    const uint8_t card[static MCKD_CARD_ID_LEN], const struct mckd_card_request *q,
    const struct mckd_card_answer *a)
{
	uint8_t m[1 + MCKD_CARD_ID_LEN + 2 + 2 + 4 + 1 + 4 + 16 + MCKD_CTX_LEN + 16],
	    prf[MCKD_PRF_MAX];
	struct mckd_buf b = mckd_buf_over(m, sizeof(m));
	enum mckd_err err = MCKD_E_INTERNAL;

	mckd_buf_put_u8(&b, 0xa1);
	mckd_buf_put(&b, card, MCKD_CARD_ID_LEN);
	mckd_buf_put_u8(&b, a->slot);
	mckd_buf_put_u8(&b, a->index);
	mckd_buf_put_u16(&b, a->epoch);
	mckd_buf_put_u32(&b, a->counter);
	mckd_buf_put_u8(&b, a->flags);
	mckd_buf_put_u32(&b, q->figure);
	mckd_buf_put(&b, q->token, 16);
	mckd_buf_put(&b, q->ctx, MCKD_CTX_LEN);
	mckd_buf_put(&b, a->nonce, 16);
	if (!mckd_buf_end(&b))
		return err;
	if ((err = mckd_prf(dea2, hdk, m, sizeof(m), prf)) == MCKD_OK)
		err = mckd_equal(prf, a->result, MAC_LEN) ? MCKD_OK : MCKD_E_AUTH;
	mckd_wipe(prf, sizeof(prf));
	return err;
}

enum mckd_err
mckd_card_ticket_keyless(struct mckd_cardlink *l, const struct mckd_ticket *t,
    uint8_t receipt[static MAC_LEN], uint16_t *sw)
{
	const uint8_t head[4] = { 0x80, 0x20, 0x00, 0x00 };

	*sw = 0;
	if (t->len > sizeof(t->body))
		return MCKD_E_USAGE;
	return command(l, head, t->body, t->len, receipt, MAC_LEN, sw);
}

enum mckd_err
mckd_card_ticket(struct mckd_cardlink *l, const struct mckd_ticket *t, uint16_t *sw)
{
	uint8_t receipt[MAC_LEN];
	enum mckd_err err = mckd_card_ticket_keyless(l, t, receipt, sw);

	if (err != MCKD_OK)
		return err;
	return mckd_equal(receipt, t->receipt, sizeof(receipt)) ? MCKD_OK : MCKD_E_AUTH;
}

enum mckd_err
mckd_card_sign(struct mckd_cardlink *l, uint8_t slot, uint8_t index, uint32_t figure,
    const uint8_t digest[static 32], struct mckd_card_signature *out, uint16_t *sw)
{
	const uint8_t head[4] = { 0x80, 0x14, slot, 0x00 };
	uint8_t data[1 + 4 + 32], answer[25];
	struct mckd_buf b = mckd_buf_over(data, sizeof(data));
	enum mckd_err err;

	memset(out, 0, sizeof(*out));
	mckd_buf_put_u8(&b, index);
	mckd_buf_put_u32(&b, figure);
	mckd_buf_put(&b, digest, 32);
	if ((err = command(l, head, data, sizeof(data), answer, sizeof(answer), sw)) != MCKD_OK)
		return err;
	b = mckd_buf_over(answer, sizeof(answer));
	mckd_buf_get_u8(&b, &out->slot);
	mckd_buf_get_u8(&b, &out->index);
	mckd_buf_get_u16(&b, &out->epoch);
	mckd_buf_get_u32(&b, &out->counter);
	mckd_buf_get_u8(&b, &out->flags);
	mckd_buf_get(&b, out->signature, sizeof(out->signature));
	return mckd_buf_end(&b) ? MCKD_OK : MCKD_E_INTERNAL;
}

enum mckd_err
mckd_card_check_signature(enum mckd_dea dea2, const uint8_t dk[static MCKD_KEY_LEN],
    const uint8_t card[static MCKD_CARD_ID_LEN], const uint8_t digest[static 32],
    const struct mckd_card_signature *s)
{
	uint8_t m[1 + MCKD_CARD_ID_LEN + 2 + 2 + 4 + 1 + 32], key[MCKD_KEY_LEN],
	    prf[MCKD_PRF_MAX];
	struct mckd_buf b = mckd_buf_over(m, sizeof(m));
	enum mckd_err err;

	mckd_buf_put_u8(&b, 0xa2);
	mckd_buf_put(&b, card, MCKD_CARD_ID_LEN);
	mckd_buf_put_u8(&b, s->slot);
	mckd_buf_put_u8(&b, s->index);
	mckd_buf_put_u16(&b, s->epoch);
	mckd_buf_put_u32(&b, s->counter);
	mckd_buf_put_u8(&b, s->flags);
	mckd_buf_put(&b, digest, 32);
	if (!mckd_buf_end(&b))
		return MCKD_E_INTERNAL;
	if ((err = mckd_kdf(dea2, dk, "MCKD1 SIGN", NULL, 0, key, sizeof(key))) == MCKD_OK &&
	    (err = mckd_prf(dea2, key, m, sizeof(m), prf)) == MCKD_OK)
		err = mckd_equal(prf, s->signature, MAC_LEN) ? MCKD_OK : MCKD_E_AUTH;
	mckd_wipe(key, sizeof(key));
	mckd_wipe(prf, sizeof(prf));
	return err;
}
