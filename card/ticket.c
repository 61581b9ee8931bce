/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inside.h"

#include <string.h>

#define LEAST 50
#define RANDOM_LEN 16
#define BODY_MAX 224

struct ticket {
	uint32_t epoch;
	const uint8_t *epoch_bytes, *e, *t;
	size_t e_len;
};

/* A5 or A6 over cardID, epoch and the rest. */
static bool
ticket_mac(struct card *c, uint8_t dea, const uint8_t *kmac, uint8_t what, const struct ticket *t,
    const uint8_t *rest, size_t rest_len, const uint8_t *more, size_t more_len, uint8_t mac[static 32])
{
	uint8_t m[1 + CARD_ID_LEN + 2 + MAC_LEN + BODY_MAX];
	size_t n = 1 + CARD_ID_LEN + 2;

	m[0] = what;
	nv_card_id(c, m + 1);
	memcpy(m + 1 + CARD_ID_LEN, t->epoch_bytes, 2);
	memcpy(m + n, rest, rest_len);
	n += rest_len;
	if (more_len > 0)
		memcpy(m + n, more, more_len);
	return !c->fault && card_prf(c, dea, kmac, m, n + more_len, mac);
}

/* ISO 9797-1 method 2; 0: none found. */
static size_t
unpad(const uint8_t *p, size_t len)
{
	while (len > 0 && p[len - 1] == 0)
		len--;
	return len > 0 && p[len - 1] == 0x80 ? len - 1 : 0;
}

/* All or nothing: what is applied goes into the other copy until the flip. */
static enum sw
ticket_apply(struct card *c, struct base *base, const struct ticket *t, const uint8_t *tlv,
    size_t len, const uint8_t receipt[static MAC_LEN])
{
	enum sw sw;

	change_begin(c);
	sw = tlv_apply(c, base, tlv, len);
	if (sw == SW_OK) {
		memcpy(base->epoch, t->epoch_bytes, 2);
		memcpy(base->ticket_t, t->t, MAC_LEN);
		memcpy(base->receipt, receipt, MAC_LEN);
		change_base(c, base);
		return change_commit(c) ? SW_OK : SW_MEMORY;
	}
	change_settle(c);
	return sw;
}

static enum sw
ticket_open(struct card *c, struct base *base, const struct ticket *t, struct answer *out)
{
	uint8_t ck[CARD_KEY_LEN], keys[2 * CARD_KEY_LEN], mac[32], body[BODY_MAX], dea;
	enum sw sw = SW_FAILURE;
	size_t len;

	if (!card_key_ck(c, base, &dea, ck) ||
	    !card_kdf(c, dea, ck, "MCKD1 TKT", t->epoch_bytes, 2, keys, sizeof(keys)) ||
	    !ticket_mac(c, dea, keys + CARD_KEY_LEN, 0xa5, t, base->ticket_t, MAC_LEN, t->e, t->e_len,
	        mac))
		goto out;
	sw = SW_SECURITY;
	if (!card_same(mac, t->t, MAC_LEN))
		goto out;
	sw = SW_STATE;
	if (t->epoch != card_get16(base->epoch) + 1)
		goto out;
	sw = SW_FAILURE;
	memcpy(body, t->e, t->e_len);
	if (!card_cbc(c, keys, false, body, t->e_len) ||
	    !ticket_mac(c, dea, keys + CARD_KEY_LEN, 0xa6, t, t->t, MAC_LEN, NULL, 0, mac))
		goto out;
	sw = SW_DATA;
	len = unpad(body, t->e_len);
	if (len < RANDOM_LEN)
		goto out;
	sw = ticket_apply(c, base, t, body + RANDOM_LEN, len - RANDOM_LEN, mac);
	if (sw != SW_OK)
		goto out;
	memcpy(out->p, mac, MAC_LEN);
	out->len = MAC_LEN;
out:
	card_wipe(ck, sizeof(ck));
	card_wipe(keys, sizeof(keys));
	card_wipe(mac, sizeof(mac));
	card_wipe(body, sizeof(body));
	return sw;
}

enum sw
card_ticket(struct card *c, const struct command *cmd, struct answer *out)
{
	struct ticket t;
	struct base base;
	enum sw sw;

	if (cmd->p1 != 0 || cmd->p2 != 0)
		return SW_P1P2;
	if (cmd->data_len == NOT_AN_APDU || cmd->data_len < LEAST || cmd->data_len % 16 != 2)
		return SW_LENGTH;
	t.epoch_bytes = cmd->data;
	t.epoch = card_get16(cmd->data);
	t.e = cmd->data + 2;
	t.e_len = cmd->data_len - 2 - MAC_LEN;
	t.t = t.e + t.e_len;
	nv_base(c, &base);
	if (t.epoch != 0 && t.epoch == card_get16(base.epoch) && card_same(t.t, base.ticket_t, MAC_LEN)) {
		memcpy(out->p, base.receipt, MAC_LEN);
		out->len = MAC_LEN;
		sw = SW_OK;
	} else if (base.life == LIFE_TERMINATED) {
		sw = SW_STATE;
	} else {
		sw = ticket_open(c, &base, &t, out);
	}
	card_wipe(&base, sizeof(base));
	return sw;
}
