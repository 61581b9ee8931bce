/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keys.h"

#include <stdlib.h>
#include <string.h>

enum mckd_err
mckd_keys_dk(enum mckd_dea dea1, const uint8_t mk[static MCKD_KEY_LEN],
    const uint8_t card[static MCKD_CARD_ID_LEN], uint8_t slot, uint8_t index,
    const uint8_t ssn[static MCKD_SN_LEN], uint8_t dk[static MCKD_KEY_LEN])
{
	uint8_t context[MCKD_CARD_ID_LEN + 2 + MCKD_SN_LEN];
	enum mckd_err err;

	memcpy(context, card, MCKD_CARD_ID_LEN);
	context[8] = slot;
	context[9] = index;
	memcpy(context + 10, ssn, MCKD_SN_LEN);
	err = mckd_kdf(dea1, mk, "MCKD1 DK", context, sizeof(context), dk, MCKD_KEY_LEN);
	mckd_wipe(context, sizeof(context));
	return err;
}

enum mckd_err
mckd_keys_ck(enum mckd_dea dea1, const uint8_t mk[static MCKD_KEY_LEN],
    const uint8_t card[static MCKD_CARD_ID_LEN], uint8_t ck[static MCKD_KEY_LEN])
{
	return mckd_kdf(dea1, mk, "MCKD1 CFG", card, MCKD_CARD_ID_LEN, ck, MCKD_KEY_LEN);
}

enum mckd_err
mckd_keys_tk(enum mckd_dea dea1, const uint8_t mk[static MCKD_KEY_LEN],
    const uint8_t card[static MCKD_CARD_ID_LEN], uint8_t tk[static MCKD_KEY_LEN])
{
	return mckd_kdf(dea1, mk, "MCKD1 TERM", card, MCKD_CARD_ID_LEN, tk, MCKD_KEY_LEN);
}

enum mckd_err
mckd_keys_host(enum mckd_dea dea2, const uint8_t key[static MCKD_KEY_LEN],
    const uint8_t host[static MCKD_HOST_ID_LEN], uint8_t out[static MCKD_KEY_LEN])
{
	return mckd_kdf(dea2, key, "MCKD1 HOST", host, MCKD_HOST_ID_LEN, out, MCKD_KEY_LEN);
}

enum mckd_err
mckd_keys_ctx(const char *service, const char *user, const char *origin,
    uint8_t out[static MCKD_CTX_LEN])
{
	const char *part[3] = { service, user, origin };
	uint8_t hash[32], *msg, *p;
	size_t len[3], total = 9;
	enum mckd_err err;

	for (int i = 0; i < 3; i++) {
		len[i] = part[i] == NULL ? 0 : strlen(part[i]);
		if (len[i] > 0xffff)
			return MCKD_E_USAGE;
		total += 2 + len[i];
	}
	if ((msg = malloc(total)) == NULL)
		return MCKD_E_NOMEM;
	memcpy(msg, "MCKD1 CTX", 9);
	p = msg + 9;
	for (int i = 0; i < 3; i++) {
		*p++ = (uint8_t)(len[i] >> 8);
		*p++ = (uint8_t)len[i];
		if (len[i] > 0)
			memcpy(p, part[i], len[i]);
		p += len[i];
	}
	if ((err = mckd_sha256(msg, total, hash)) == MCKD_OK)
		memcpy(out, hash, MCKD_CTX_LEN);
	free(msg);
	return err;
}
