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
