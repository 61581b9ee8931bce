/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inside.h"

#include <string.h>

#define BLOCK 16
/* The longest message: a ticket's, A5 with 224 bytes of E. */
#define MESSAGE_MAX 256

static const uint8_t zero_block[BLOCK];

bool
card_cbc(struct card *c, const uint8_t key[static CARD_KEY_LEN], bool encrypt, uint8_t *buf,
    size_t len)
{
	return c->engine->aes_cbc(c->engine->arg, key, zero_block, encrypt, buf, buf, len);
}

static void
cmac_double(uint8_t block[static BLOCK])
{
	uint8_t carry = (uint8_t)(0 - (block[0] >> 7)) & 0x87;

	for (size_t i = 0; i + 1 < BLOCK; i++)
		block[i] = (uint8_t)(block[i] << 1 | block[i + 1] >> 7);
	block[BLOCK - 1] = (uint8_t)(block[BLOCK - 1] << 1) ^ carry;
}

/* SP 800-38B over CBC, which every chip has, where CMAC is rare. */
static bool
cmac(struct card *c, const uint8_t key[static CARD_KEY_LEN], const uint8_t *m, size_t len,
    uint8_t mac[static BLOCK])
{
	uint8_t buf[MESSAGE_MAX], k[BLOCK] = { 0 };
	size_t whole = len == 0 ? BLOCK : (len + BLOCK - 1) / BLOCK * BLOCK;
	bool ok = false;

	if (whole > sizeof(buf) || !card_cbc(c, key, true, k, BLOCK))
		goto out;
	cmac_double(k);
	memset(buf, 0, sizeof(buf));
	memcpy(buf, m, len);
	if (len != whole) {
		buf[len] = 0x80;
		cmac_double(k);
	}
	for (size_t i = 0; i < BLOCK; i++)
		buf[whole - BLOCK + i] ^= k[i];
	ok = card_cbc(c, key, true, buf, whole);
	if (ok)
		memcpy(mac, buf + whole - BLOCK, BLOCK);
out:
	card_wipe(buf, sizeof(buf));
	card_wipe(k, sizeof(k));
	return ok;
}

bool
card_prf(struct card *c, uint8_t dea, const uint8_t key[static CARD_KEY_LEN], const uint8_t *m,
    size_t len, uint8_t mac[static 32])
{
	if (dea == DEA_AES)
		return cmac(c, key, m, len, mac);
	return dea == DEA_HMAC && c->engine->hmac_sha256(c->engine->arg, key, m, len, mac);
}

/* SP 800-108r1, counter mode. */
bool
card_kdf(struct card *c, uint8_t dea, const uint8_t key[static CARD_KEY_LEN],
    const char *label, const uint8_t *context, size_t context_len, uint8_t *out, size_t len)
{
	uint8_t m[64], mac[32];
	size_t n = 4, each = dea == DEA_AES ? 16 : 32;
	bool ok = true;

	while (*label != '\0')
		m[n++] = (uint8_t)*label++;
	m[n++] = 0;
	if (context_len > 0)
		memcpy(m + n, context, context_len);
	n += context_len;
	card_put32(m + n, (uint32_t)len * 8);
	n += 4;
	for (uint32_t i = 1; ok && len > 0; i++) {
		card_put32(m, i);
		ok = card_prf(c, dea, key, m, n, mac);
		if (ok)
			memcpy(out, mac, each);
		out += each;
		len -= each;
	}
	card_wipe(m, sizeof(m));
	card_wipe(mac, sizeof(mac));
	return ok;
}

bool
card_key_ck(struct card *c, const struct base *base, uint8_t *dea, uint8_t ck[static CARD_KEY_LEN])
{
	bool blank = base->life == LIFE_BLANK;
	uint8_t id[CARD_ID_LEN];

	nv_card_id(c, id);
	*dea = blank ? DEA_AES : base->dea[0];
	return card_kdf(c, *dea, blank ? base->transport : base->mk, "MCKD1 CFG", id, sizeof(id), ck,
	    CARD_KEY_LEN);
}

bool
card_key_htk(struct card *c, const struct base *base, const uint8_t host[static 16],
    uint8_t htk[static CARD_KEY_LEN])
{
	uint8_t id[CARD_ID_LEN], tk[CARD_KEY_LEN];
	bool ok;

	nv_card_id(c, id);
	ok = card_kdf(c, base->dea[0], base->mk, "MCKD1 TERM", id, sizeof(id), tk, sizeof(tk)) &&
	    card_kdf(c, base->dea[1], tk, "MCKD1 HOST", host, 16, htk, CARD_KEY_LEN);
	card_wipe(tk, sizeof(tk));
	return ok;
}

/* DK = DEA1(MK, SSN) */
bool
card_key_dk(struct card *c, const struct base *base, uint8_t slot, uint8_t index,
    uint8_t dk[static CARD_KEY_LEN])
{
	uint8_t context[CARD_ID_LEN + 2 + 16];
	bool ok;

	nv_card_id(c, context);
	context[CARD_ID_LEN] = slot;
	context[CARD_ID_LEN + 1] = index;
	nv_sn(c, slot, index, context + CARD_ID_LEN + 2);
	ok = !c->fault && card_kdf(c, base->dea[0], base->mk, "MCKD1 DK", context, sizeof(context),
	    dk, CARD_KEY_LEN);
	card_wipe(context, sizeof(context));
	return ok;
}
