/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "login_inside.h"

#include <string.h>

enum { SW_OK = 0x9000 };

struct signing {
	const uint8_t *digest;
	struct mckd_card_signature *out;
};

/* VERIFY: SIGN does not count the sealed PIN. */
static enum mckd_err
verify_and_sign(struct mckd_login *l, struct mckd_exchange *x)
{
	const struct signing *s = x->arg;
	enum mckd_err err = mckd_card_verify(l->link, x->a.slot, x->pin, &x->then_sw);

	if (err != MCKD_OK)
		return err;
	return mckd_card_sign(l->link, x->a.slot, x->q.index, x->q.figure, s->digest, s->out, &x->then_sw);
}

enum mckd_err
mckd_login_sign(struct mckd_login *l, const uint8_t pin[static MCKD_PIN_LEN],
    const uint8_t digest[static 32], struct mckd_card_signature *out, uint16_t *sw)
{
	struct signing s = { digest, out };
	struct mckd_exchange x = { .have_pin = true, .then = verify_and_sign, .arg = &s };
	enum mckd_err err;

	*sw = 0;
	if (l->link == NULL || l->record == NULL || mckd_block_app(&l->record->block, l->slot) == NULL)
		return MCKD_E_USAGE;
	memcpy(x.pin, pin, sizeof(x.pin));
	l->spent = true;
	err = mckd_login_exchange(l, &x);
	*sw = x.sw == SW_OK ? x.then_sw : x.sw;
	mckd_wipe(&x, sizeof(x));
	return err;
}
