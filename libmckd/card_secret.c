/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "card.h"

#include <string.h>

#define MAC_LEN 16
#define N1_MAX 128
#define E_MAX 144

/* EN1 = E || PRF(Kmac, A3 || E)[16], under keys that only this one login has. */
static enum mckd_err
open_secret(enum mckd_dea dea2, const uint8_t *hdk, const uint8_t *token, const uint8_t *nonce,
    const uint8_t *en1, size_t elen, uint8_t *n1, size_t *len)
{
	uint8_t context[32], keys[2 * MCKD_KEY_LEN], msg[1 + E_MAX], prf[MCKD_PRF_MAX],
	    clear[E_MAX];
	size_t n = sizeof(clear);
	enum mckd_err err;

	memcpy(context, token, 16);
	memcpy(context + 16, nonce, 16);
	msg[0] = 0xa3;
	memcpy(msg + 1, en1, elen);
	if ((err = mckd_kdf(dea2, hdk, "MCKD1 SM", context, sizeof(context), keys,
	    sizeof(keys))) != MCKD_OK ||
	    (err = mckd_prf(dea2, keys + MCKD_KEY_LEN, msg, 1 + elen, prf)) != MCKD_OK)
		goto out;
	err = MCKD_E_AUTH;
	if (!mckd_equal(prf, en1 + elen, MAC_LEN))
		goto out;
	if ((err = mckd_cbc_decrypt(keys, en1, elen, clear, &n)) != MCKD_OK)
		goto out;
	err = MCKD_E_AUTH;
	if (n > N1_MAX)
		goto out;
	memcpy(n1, clear, n);
	*len = n;
	err = MCKD_OK;
out:
	mckd_wipe(keys, sizeof(keys));
	mckd_wipe(clear, sizeof(clear));
	mckd_wipe(prf, sizeof(prf));
	return err;
}

enum mckd_err
mckd_card_get_secret(struct mckd_cardlink *l, enum mckd_dea dea2,
    const uint8_t hdk[static MCKD_KEY_LEN], const uint8_t token[static 16],
    const uint8_t nonce[static 16], uint8_t *n1, size_t *len, uint16_t *sw)
{
	const uint8_t cmd[5] = { 0x80, 0x12, 0x00, 0x00, 0x00 };
	uint8_t en1[E_MAX + MAC_LEN];
	size_t n = sizeof(en1);
	enum mckd_err err;

	*len = 0;
	if ((err = mckd_card_transmit(l, cmd, sizeof(cmd), en1, &n, sw)) != MCKD_OK)
		return err;
	if (*sw == 0x6a88)
		return MCKD_E_STORE_NOT_FOUND;
	if ((err = mckd_card_sw_err(*sw)) != MCKD_OK)
		return err;
	if (n < 16 + MAC_LEN || n % 16 != 0)
		return MCKD_E_AUTH;
	return open_secret(dea2, hdk, token, nonce, en1, n - MAC_LEN, n1, len);
}
