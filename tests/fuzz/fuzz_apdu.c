/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a host, or anyone, says to the card. The bytes are steps, each a kind, a length and that
 * many bytes: an APDU as it is; TLVs that go sealed into the next ticket, so that what is behind
 * the MAC is reached; a request whose PIN is sealed; a reset; an APDU that power fails in.
 */
#include "fuzz.h"

#include "ticket.h"

#include "../unit/soft_card.h"

struct host {
	struct soft_card *card;
	uint8_t id[8], challenge[8], tprev[16], rsp[258];
	uint8_t key[32], state;
	uint16_t epoch;
	uint32_t counter;
	uint32_t unseen;	/* results at most that nobody saw, and that may have counted */
	enum mckd_dea dea1, dea2;
	size_t n;
};

static unsigned
send(struct host *h, const uint8_t *cmd, size_t len)
{
	unsigned sw;

	h->n = soft_card_apdu(h->card, cmd, len, h->rsp);
	MUST(h->n >= 2 && h->n <= sizeof(h->rsp));
	sw = (unsigned)h->rsp[h->n - 2] << 8 | h->rsp[h->n - 1];
	MUST(sw == 0x9000 || h->n == 2);
	/* An answer to a login or a signature: the counter goes on. */
	if (sw == 0x9000 && len > 1 && cmd[0] == 0x80 && (cmd[1] == 0x10 || cmd[1] == 0x14)) {
		uint32_t now = (uint32_t)h->rsp[4] << 24 | (uint32_t)h->rsp[5] << 16 | (uint32_t)h->rsp[6] << 8 | h->rsp[7];

		MUST(now > h->counter && now <= h->counter + 1 + h->unseen);
		h->unseen = 0;
		h->counter = now;
	}
	return sw;
}

/* All that is public, from SELECT; epochs never go back. */
static void
sel(struct host *h)
{
	static const uint8_t cmd[] = { 0x00, 0xa4, 4, 0, 6, 0xf0, 0x4d, 0x43, 0x4b, 0x44, 0x01, 0 };
	const uint8_t *end, *p;
	uint16_t epoch = h->epoch;

	MUST(send(h, cmd, sizeof(cmd)) == 0x9000);
	end = h->rsp + h->n - 2;
	MUST(h->n > 14 && h->rsp[0] == 0x6f && h->rsp[10] == 0xa5);
	for (p = h->rsp + 12; p < end; p += 2 + p[1]) {
		MUST(p + 2 + p[1] <= end);
		if (p[0] == 0x81)
			memcpy(h->id, p + 2, 8);
		else if (p[0] == 0x82)
			h->state = p[2];
		else if (p[0] == 0x83)
			h->dea1 = (enum mckd_dea)p[2], h->dea2 = (enum mckd_dea)p[3];
		else if (p[0] == 0x85)
			h->epoch = (uint16_t)(p[2] << 8 | p[3]);
		else if (p[0] == 0x86)
			memcpy(h->challenge, p + 2, 8);
		else if (p[0] == 0x87)
			memcpy(h->tprev, p + 2, 16);
	}
	MUST(h->epoch >= epoch);
}

/* MK is the transport key as well, so that one key serves in either state. */
static void
same_mk(const struct host *h, uint8_t *tlv, size_t len)
{
	for (; len >= 2 && tlv[1] <= len - 2; len -= 2u + tlv[1], tlv += 2 + tlv[1])
		if (tlv[0] == 0x20 && tlv[1] == sizeof(h->key))
			memcpy(tlv + 2, h->key, sizeof(h->key));
}

static void
order(struct host *h, const uint8_t *in, size_t len)
{
	uint8_t tlv[MCKD_TICKET_TLV_MAX];
	enum mckd_dea dea = h->state == 0x01 ? MCKD_DEA_AES : h->dea1;
	uint8_t cmd[5 + MCKD_TICKET_MAX] = { 0x80, 0x20 }, ck[32];
	struct mckd_ticket t;

	if (len > MCKD_TICKET_TLV_MAX || h->epoch == 0xffff || h->state == 0xff)
		return;
	memcpy(tlv, in, len);
	same_mk(h, tlv, len);
	MUST(mckd_keys_ck(dea, h->key, h->id, ck) == MCKD_OK);
	MUST(mckd_ticket_make(dea, ck, h->id, (uint16_t)(h->epoch + 1), h->tprev, tlv, len, &t) == MCKD_OK);
	cmd[4] = t.len;
	memcpy(cmd + 5, t.body, t.len);
	if (send(h, cmd, 5u + t.len) == 0x9000)
		MUST(h->n == 18 && memcmp(h->rsp, t.receipt, 16) == 0);
	sel(h);
}

static void
seal(struct host *h, const uint8_t *in, size_t len)
{
	uint8_t cmd[5 + 81] = { 0x80, 0x10, 0, 2, 81 }, tk[32], htk[32], m[128] = { 0xa7 }, mac[32];

	if (len < 1 + 5 + 12 || h->state != 0x07)
		return;
	sel(h);
	cmd[2] = in[0];
	memcpy(cmd + 5, in + 1, 5);
	MUST(mckd_keys_tk(h->dea1, h->key, h->id, tk) == MCKD_OK);
	MUST(mckd_keys_host(h->dea2, tk, cmd + 10, htk) == MCKD_OK);
	memcpy(m + 1, h->challenge, 8);
	memcpy(m + 9, cmd + 26, 32);
	MUST(mckd_prf(h->dea2, htk, m, 41, mac) == MCKD_OK);
	for (int i = 0; i < 12; i++)
		cmd[58 + i] = in[6 + i] ^ mac[i];
	m[0] = 0xa4;
	memcpy(m + 9, h->id, 8);
	m[17] = cmd[2];
	memcpy(m + 18, cmd + 5, 65);
	MUST(mckd_prf(h->dea2, htk, m, 83, mac) == MCKD_OK);
	memcpy(cmd + 70, mac, 16);
	MUST(send(h, cmd, sizeof(cmd)) != 0x6982);
}

/* Power fails somewhere: the next SELECT finds a card that is whole. */
static void
torn(struct host *h, const uint8_t *in, size_t len)
{
	if (len < 2)
		return;
	soft_card_cut(h->card, in[0]);
	(void)soft_card_apdu(h->card, in + 1, len - 1, h->rsp);
	soft_card_cut(h->card, -1);
	soft_card_reset(h->card);
	sel(h);
	h->unseen++;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct soft_card *card;
	struct host h = { .key = "a key that is for fuzzing alone" };

	if (card == NULL)
		card = soft_card_new(h.key);
	soft_card_again(card, h.key);
	h.card = card;
	sel(&h);
	while (len >= 2) {
		size_t n = data[1] > len - 2 ? len - 2 : data[1];
		const uint8_t *in = data + 2;

		switch (data[0] % 5) {
		case 0: (void)send(&h, in, n); break;
		case 1: order(&h, in, n); break;
		case 2: seal(&h, in, n); break;
		case 3: soft_card_reset(h.card), sel(&h); break;
		default: torn(&h, in, n); break;
		}
		data += 2 + n;
		len -= 2 + n;
	}
	return 0;
}
