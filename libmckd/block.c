/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "block.h"

#include <string.h>

static const struct {
	enum mckd_mechanism id;
	const char *name;
} mechanisms[] = {
	{ MCKD_SEL_CARD_RANDOM, "card-random" }, { MCKD_SEL_HOST_RANDOM, "host-random" },
	{ MCKD_SEL_HOST_DATE, "host-date" }, { MCKD_SEL_DATE, "date" },
	{ MCKD_SEL_COUNTER, "counter" }, { MCKD_SEL_PIN, "pin" },
};
#define N_MECHANISMS (sizeof(mechanisms) / sizeof(mechanisms[0]))

struct mckd_app *
mckd_block_app(struct mckd_block *b, uint8_t slot)
{
	for (unsigned i = 0; i < b->napps; i++)
		if (b->app[i].slot == slot)
			return &b->app[i];
	return NULL;
}

struct mckd_app *
mckd_block_app_named(struct mckd_block *b, const char *name)
{
	for (unsigned i = 0; i < b->napps; i++)
		if (strcmp(b->app[i].name, name) == 0)
			return &b->app[i];
	return NULL;
}

uint32_t
mckd_app_active(const struct mckd_app *app)
{
	return app->present & ~app->retired & ~app->compromised;
}

enum mckd_err
mckd_block_hdk(const struct mckd_block *b, const struct mckd_app *app, uint8_t index,
    const uint8_t host[static MCKD_HOST_ID_LEN], uint8_t out[static MCKD_KEY_LEN])
{
	uint8_t dk[MCKD_KEY_LEN];
	enum mckd_err err;

	if (index < 1 || index > MCKD_SNS_MAX || (app->present >> (index - 1) & 1) == 0)
		return MCKD_E_AUTH;
	if (!b->full) {
		memcpy(out, app->hdk[index - 1], MCKD_KEY_LEN);
		return MCKD_OK;
	}
	err = mckd_keys_dk(b->dea1, b->mk, b->card, app->slot, index, app->sn[index - 1], dk);
	if (err == MCKD_OK)
		err = mckd_keys_host(b->dea2, dk, host, out);
	mckd_wipe(dk, sizeof(dk));
	return err;
}

enum mckd_err
mckd_block_htk(const struct mckd_block *b, const uint8_t host[static MCKD_HOST_ID_LEN],
    uint8_t out[static MCKD_KEY_LEN])
{
	uint8_t tk[MCKD_KEY_LEN];
	enum mckd_err err;

	if (!b->full) {
		memcpy(out, b->htk, MCKD_KEY_LEN);
		return MCKD_OK;
	}
	if ((err = mckd_keys_tk(b->dea1, b->mk, b->card, tk)) == MCKD_OK)
		err = mckd_keys_host(b->dea2, tk, host, out);
	mckd_wipe(tk, sizeof(tk));
	return err;
}

static enum mckd_err
app_for_host(const struct mckd_block *b, const struct mckd_app *app, bool keys, const uint8_t *host,
    struct mckd_app *out)
{
	enum mckd_err err = MCKD_OK;

	*out = *app;
	mckd_wipe(out->sn, sizeof(out->sn));
	out->present = keys ? mckd_app_active(app) : 0;
	for (uint8_t i = 0; i < MCKD_SNS_MAX && err == MCKD_OK; i++)
		if ((out->present >> i & 1) != 0)
			err = mckd_block_hdk(b, app, (uint8_t)(i + 1), host, out->hdk[i]);
	return err;
}

enum mckd_err
mckd_block_for_host(const struct mckd_block *b, uint16_t slots, bool keys,
    const uint8_t host[static MCKD_HOST_ID_LEN], struct mckd_block *out)
{
	enum mckd_err err = MCKD_E_USAGE;

	mckd_wipe(out, sizeof(*out));
	if (!b->full)
		return err;
	memcpy(out->card, b->card, sizeof(out->card));
	out->dea1 = b->dea1;
	out->dea2 = b->dea2;
	out->epoch = b->epoch;
	out->have_last = b->have_last;
	memcpy(out->last_ticket, b->last_ticket, sizeof(out->last_ticket));
	err = mckd_block_htk(b, host, out->htk);
	for (unsigned i = 0; i < b->napps && err == MCKD_OK; i++)
		if ((slots >> (b->app[i].slot - 1) & 1) != 0)
			err = app_for_host(b, &b->app[i], keys, host, &out->app[out->napps++]);
	if (err != MCKD_OK)
		mckd_block_wipe(out);
	return err;
}

bool
mckd_app_name_valid(const char *name)
{
	size_t len = strlen(name);

	return len >= 1 && len <= MCKD_NAME_MAX &&
	    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-") == len;
}

enum mckd_err
mckd_pin_block(const char *text, size_t len, size_t min, uint8_t out[static MCKD_PIN_LEN])
{
	if (len < min || len > MCKD_PIN_LEN)
		return MCKD_E_PIN_FORMAT;
	for (size_t i = 0; i < len; i++)
		if (text[i] < 0x21 || text[i] > 0x7e)
			return MCKD_E_PIN_FORMAT;
	memset(out, 0xff, MCKD_PIN_LEN);
	memcpy(out, text, len);
	return MCKD_OK;
}

const char *
mckd_mechanism_name(enum mckd_mechanism m)
{
	for (size_t i = 0; i < N_MECHANISMS; i++)
		if (mechanisms[i].id == m)
			return mechanisms[i].name;
	return NULL;
}

bool
mckd_mechanism_has_period(enum mckd_mechanism m)
{
	return m == MCKD_SEL_DATE || m == MCKD_SEL_HOST_DATE;
}

const struct mckd_app *
mckd_apps_odd_period(const struct mckd_app *app, unsigned n)
{
	const struct mckd_app *first = NULL;

	for (unsigned i = 0; i < n; i++) {
		if (app[i].mechanism != MCKD_SEL_DATE || (app[i].flags & MCKD_APP_NEEDS_PIN) == 0)
			continue;
		if (first == NULL)
			first = &app[i];
		else if (app[i].period != first->period)
			return &app[i];
	}
	return NULL;
}

bool
mckd_mechanism_parse(const char *name, enum mckd_mechanism *out)
{
	for (size_t i = 0; i < N_MECHANISMS; i++)
		if (strcmp(mechanisms[i].name, name) == 0) {
			*out = mechanisms[i].id;
			return true;
		}
	return false;
}

void
mckd_block_wipe(struct mckd_block *b)
{
	mckd_wipe(b, sizeof(*b));
}
