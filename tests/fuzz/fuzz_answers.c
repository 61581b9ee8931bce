/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a card says, to all that reads it. The first byte picks the command; then come the
 * answers, each a length and its bytes. A pad's features are bytes alone.
 */
#include "fuzz.h"

#include "card.h"
#include "pcsc_pad.h"

struct tape {
	struct mckd_cardlink link;
	const uint8_t *at;
	size_t left;
	unsigned exchanges;
	bool true_mac;		/* the answer is sealed as GET SECRET's true one would be */
};

static const uint8_t hdk[MCKD_KEY_LEN], token[16], nonce[16];

/* E || T of any E: what is behind the MAC must stand as well. */
static void
seal(uint8_t *rsp, size_t *n)
{
	uint8_t context[32] = { 0 }, keys[64], m[1 + 240] = { 0xa3 }, mac[MCKD_PRF_MAX];
	size_t e = (*n > 160 ? 160 : *n) / 16 * 16;

	memcpy(m + 1, rsp, e);
	MUST(mckd_kdf(MCKD_DEA_AES, hdk, "MCKD1 SM", context, sizeof(context), keys, sizeof(keys)) == MCKD_OK);
	MUST(mckd_prf(MCKD_DEA_AES, keys + 32, m, 1 + e, mac) == MCKD_OK);
	memcpy(rsp + e, mac, 16);
	memcpy(rsp + e + 16, "\x90\x00", 2);
	*n = e + 18;
}

static enum mckd_err
transmit(struct mckd_cardlink *l, const uint8_t *cmd, size_t len, uint8_t *rsp, size_t *rsp_len)
{
	struct tape *t = (struct tape *)l;
	size_t n;

	(void)cmd;
	MUST(len >= 4 && len <= 261);
	MUST(++t->exchanges <= 4);
	if (t->left < 1)
		return MCKD_E_CARD_GONE;
	n = t->at[0];
	t->at++;
	t->left--;
	n = n > t->left ? t->left : n;
	n = n > *rsp_len ? *rsp_len : n;
	memcpy(rsp, t->at, n);
	t->at += n;
	t->left -= n;
	if (t->true_mac && *rsp_len >= 178)
		seal(rsp, &n);
	*rsp_len = n;
	return MCKD_OK;
}

static void
login(struct tape *t)
{
	struct mckd_card_request q = { .slot = 1, .index = 1 };
	struct mckd_card_answer a;
	uint16_t sw = 0;

	if (mckd_card_authenticate(&t->link, MCKD_DEA_AES, &q, &a, &sw) == MCKD_OK) {
		MUST(sw == 0x9000);
		(void)mckd_card_check_result(MCKD_DEA_AES, hdk, q.card, &q, &a);
	}
}

static void
secret(struct tape *t)
{
	uint8_t n1[128];
	size_t n = sizeof(n1);
	uint16_t sw = 0;

	if (mckd_card_get_secret(&t->link, MCKD_DEA_AES, hdk, token, nonce, n1, &n, &sw) == MCKD_OK)
		MUST(n <= sizeof(n1));
	else
		MUST(n == 0);
}

static void
others(struct tape *t, uint8_t what)
{
	struct mckd_ticket ticket = { .epoch = 1, .len = 50 };
	struct mckd_card_signature s;
	uint8_t pin[MCKD_PIN_LEN] = "1234", receipt[16];
	uint16_t sw = 0;

	if (what == 0)
		(void)mckd_card_verify(&t->link, 1, pin, &sw);
	else if (what == 1)
		(void)mckd_card_ticket(&t->link, &ticket, &sw);
	else if (what == 2)
		(void)mckd_card_ticket_keyless(&t->link, &ticket, receipt, &sw);
	else if (mckd_card_sign(&t->link, 1, 1, 0, hdk, &s, &sw) == MCKD_OK)
		(void)mckd_card_check_signature(MCKD_DEA_AES, hdk, token, hdk, &s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct mckd_cardlink_ops ops = { .transmit = transmit };
	struct tape t = { .link = { &ops }, .at = data + 1, .left = len - 1 };
	struct mckd_card_info info;
	uint8_t features[256];

	if (len < 1)
		return 0;
	switch (data[0] & 7) {
	case 0:
		if (mckd_card_select(&t.link, &info) == MCKD_OK)
			MUST(info.napps <= MCKD_APPS_MAX);
		break;
	case 1:
		login(&t);
		break;
	case 2:
		t.true_mac = (data[0] & 8) != 0;
		secret(&t);
		break;
	case 3:
		t.left = t.left > sizeof(features) ? sizeof(features) : t.left;
		memcpy(features, t.at, t.left);
		(void)mckd_pad_feature(features, t.left);
		break;
	default:
		others(&t, data[0] & 3);
		break;
	}
	return 0;
}
