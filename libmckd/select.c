/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "select.h"
#include "buf.h"

#include <string.h>

static uint32_t
date_figure(const struct mckd_app *app, time_t now)
{
	if (app->period == 0 || now < 0)
		return 0;
	return (uint32_t)((uint64_t)now / app->period);
}

static void
figure_bytes(uint32_t figure, uint8_t out[static 4])
{
	struct mckd_buf b = mckd_buf_over(out, 4);

	mckd_buf_put_u32(&b, figure);
}

/* The index of the nth bit that is set, counted from 0; 0 where there is none. */
static uint8_t
nth(uint32_t set, unsigned n)
{
	for (uint8_t i = 0; i < MCKD_SNS_MAX; i++)
		if ((set >> i & 1) != 0 && n-- == 0)
			return (uint8_t)(i + 1);
	return 0;
}

static unsigned
count(uint32_t set)
{
	return (unsigned)__builtin_popcount(set);
}

uint32_t
mckd_select_figure(const struct mckd_app *app, time_t now)
{
	return app->mechanism == MCKD_SEL_DATE ? date_figure(app, now) : 0;
}

enum mckd_err
mckd_select_common(enum mckd_dea dea1, const struct mckd_app *app, const uint8_t *figure,
    size_t len, uint8_t *index)
{
	uint8_t msg[9 + 1 + MCKD_PIN_LEN], v[MCKD_PRF_MAX];
	struct mckd_buf b = mckd_buf_over(msg, sizeof(msg));
	enum mckd_err err = MCKD_E_INTERNAL;
	uint32_t set;

	*index = 0;
	switch (app->mechanism) {
	case MCKD_SEL_DATE:
	case MCKD_SEL_COUNTER:
	case MCKD_SEL_PIN:
		/* The card's set: it does not know what the store holds as compromised. */
		set = app->present & ~app->retired;
		break;
	case MCKD_SEL_HOST_DATE:
		set = mckd_app_active(app);
		break;
	default:
		return MCKD_E_USAGE;
	}
	if (set == 0)
		return MCKD_E_AUTH;
	mckd_buf_put(&b, "MCKD1 SEL", 9);
	mckd_buf_put_u8(&b, app->mechanism == MCKD_SEL_HOST_DATE ? MCKD_SEL_HOST_RANDOM :
	    (uint8_t)app->mechanism);
	if (!mckd_buf_put(&b, figure, len)) {
		err = MCKD_E_USAGE;
		goto out;
	}
	if ((err = mckd_prf(dea1, app->ksel, msg, sizeof(msg) - b.left, v)) != MCKD_OK)
		goto out;
	*index = nth(set, (((unsigned)v[0] & 0x7f) << 8 | v[1]) % count(set));
out:
	mckd_wipe(msg, sizeof(msg));
	mckd_wipe(v, sizeof(v));
	return err;
}

/* Uniform over the set: bytes that would favour the low ones are passed over. */
static enum mckd_err
at_random(uint32_t set, uint8_t *index)
{
	uint8_t bytes[64];
	unsigned n = count(set);
	enum mckd_err err;

	if (n == 0)
		return MCKD_E_AUTH;
	if ((err = mckd_random(bytes, sizeof(bytes))) != MCKD_OK)
		return err;
	for (size_t i = 0; i < sizeof(bytes); i++)
		if (bytes[i] < 256 / n * n) {
			*index = nth(set, bytes[i] % n);
			return MCKD_OK;
		}
	return MCKD_E_CRYPTO;
}

enum mckd_err
mckd_select_host(enum mckd_dea dea1, const struct mckd_app *app, time_t now, uint8_t *index)
{
	uint8_t figure[4];

	*index = 0;
	switch (app->mechanism) {
	case MCKD_SEL_CARD_RANDOM:
	case MCKD_SEL_DATE:
	case MCKD_SEL_COUNTER:
	case MCKD_SEL_PIN:
		return MCKD_OK;
	case MCKD_SEL_HOST_RANDOM:
		return at_random(mckd_app_active(app), index);
	case MCKD_SEL_HOST_DATE:
		figure_bytes(date_figure(app, now), figure);
		return mckd_select_common(dea1, app, figure, sizeof(figure), index);
	}
	return MCKD_E_USAGE;
}

enum mckd_err
mckd_select_check(enum mckd_dea dea1, const struct mckd_app *app, uint8_t sent,
    uint32_t figure, uint32_t counter, const uint8_t *pin, uint8_t index)
{
	uint8_t want = 0, bytes[4];
	enum mckd_err err = MCKD_E_INTERNAL;

	if (index < 1 || index > MCKD_SNS_MAX || (mckd_app_active(app) >> (index - 1) & 1) == 0)
		return MCKD_E_AUTH;
	switch (app->mechanism) {
	case MCKD_SEL_CARD_RANDOM:
		return MCKD_OK;
	case MCKD_SEL_HOST_RANDOM:
	case MCKD_SEL_HOST_DATE:
		return index == sent ? MCKD_OK : MCKD_E_AUTH;
	case MCKD_SEL_DATE:
	case MCKD_SEL_COUNTER:
		figure_bytes(app->mechanism == MCKD_SEL_DATE ? figure : counter, bytes);
		err = mckd_select_common(dea1, app, bytes, sizeof(bytes), &want);
		break;
	case MCKD_SEL_PIN:
		/* Typed at a pad: the host cannot compute it. */
		if (pin == NULL)
			return MCKD_OK;
		err = mckd_select_common(dea1, app, pin, MCKD_PIN_LEN, &want);
		break;
	}
	if (err != MCKD_OK)
		return err;
	return index == want ? MCKD_OK : MCKD_E_AUTH;
}
