/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store_priv.h"

#include <string.h>

/* Sealed to its place: table, card, slot, column. A value moved elsewhere does not open. */
static size_t
place(const struct mckd_sealed_at *at, uint8_t *aad, size_t room)
{
	struct mckd_buf b = mckd_buf_over(aad, room);

	mckd_buf_put(&b, at->table, strlen(at->table) + 1);
	mckd_buf_put(&b, at->card, MCKD_CARD_ID_LEN);
	mckd_buf_put_u16(&b, (uint16_t)at->number);
	mckd_buf_put(&b, at->column, strlen(at->column) + 1);
	return b.bad ? 0 : room - b.left;
}

/* Not before it is needed: a login opens its store while OpenSSL is getting ready. */
static enum mckd_err
get_ready(struct mckd_store *s)
{
	if (s->sealer == NULL)
		s->sealer = mckd_sealer_new(s->key);
	return s->sealer == NULL ? MCKD_E_CRYPTO : MCKD_OK;
}

enum mckd_err
mckd_store_seal(struct mckd_store *s, const struct mckd_sealed_at *at, const uint8_t *in, size_t len,
    uint8_t *out)
{
	uint8_t aad[64];
	size_t n = place(at, aad, sizeof(aad));
	enum mckd_err e = n == 0 ? MCKD_E_INTERNAL : get_ready(s);

	if (e == MCKD_OK)
		e = mckd_seal(s->sealer, aad, n, in, len, out);
	return e == MCKD_OK ? e : mckd_store_fail(s, e, "%s.%s cannot be sealed", at->table, at->column);
}

enum mckd_err
mckd_store_unseal(struct mckd_store *s, const struct mckd_sealed_at *at, const uint8_t *in, size_t len,
    uint8_t *out)
{
	uint8_t aad[64];
	size_t n = place(at, aad, sizeof(aad));
	enum mckd_err e = MCKD_E_STORE_UNTRUSTED;

	if (n == 0)
		e = MCKD_E_INTERNAL;
	else if (in != NULL && len >= MCKD_SEAL_OVERHEAD && (e = get_ready(s)) == MCKD_OK)
		e = mckd_unseal(s->sealer, aad, n, in, len, out);
	return e == MCKD_OK ? e :
	    mckd_store_fail(s, e, "%s.%s does not open: changed, moved, or of another key",
	    at->table, at->column);
}
