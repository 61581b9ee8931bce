/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inside.h"

#include <string.h>

bool
pin_well_formed(const uint8_t pin[static PIN_LEN], size_t least)
{
	size_t n = 0;

	while (n < PIN_LEN && pin[n] >= 0x21 && pin[n] <= 0x7e)
		n++;
	if (n < least)
		return false;
	while (n < PIN_LEN && pin[n] == 0xff)
		n++;
	return n == PIN_LEN;
}

/* All of them are always compared: time tells nothing about which came near. */
static bool
pin_matches(const struct app *app, const uint8_t pin[static PIN_LEN], unsigned *which)
{
	bool found = false;

	for (unsigned i = 0; i < PINS_MAX; i++) {
		bool same = card_same(app->pin[i], pin, PIN_LEN) && i < app->pin_count;

		if (same && !found)
			*which = i;
		found |= same;
	}
	return found;
}

/* Spends one try of each application that the PIN is about to be compared with. */
static unsigned
pin_spend(struct card *c, uint8_t slot, bool sealed, uint8_t left[static 1 + SLOTS])
{
	unsigned tried = 0;
	struct app app;

	for (uint8_t s = 1; s <= SLOTS; s++) {
		left[s] = 0;
		if (slot != 0 && s != slot)
			continue;
		nv_app(c, s, &app);
		if (!app.used || app.pin_count == 0 || (!sealed && (app.flags & APP_SEALED_ONLY) != 0))
			continue;
		left[s] = nv_tries(c, s);
		if (left[s] == 0)
			continue;
		nv_tries_set(c, s, --left[s]);
		tried |= 1U << s;
	}
	card_wipe(&app, sizeof(app));
	return tried;
}

enum sw
pin_try(struct card *c, uint8_t slot, const uint8_t pin[static PIN_LEN], bool sealed,
    uint8_t *found, unsigned *which)
{
	uint8_t left[1 + SLOTS], most = 0, full = 0;
	unsigned tried = pin_spend(c, slot, sealed, left), at = 0;
	struct app app;

	*found = 0;
	if (tried == 0)
		return SW_BLOCKED;
	/* Durable before the comparison: pulling the card saves no try. */
	if (!nv_sync(c))
		return SW_MEMORY;
	for (uint8_t s = 1; s <= SLOTS; s++) {
		if ((tried & 1U << s) == 0)
			continue;
		nv_app(c, s, &app);
		if (pin_matches(&app, pin, &at) && *found == 0) {
			*found = s;
			*which = at;
			full = app.tries;
		}
		most = left[s] > most ? left[s] : most;
	}
	card_wipe(&app, sizeof(app));
	if (c->fault)
		return SW_MEMORY;
	if (*found == 0)
		return most == 0 ? SW_BLOCKED : (enum sw)(SW_TRIES | most);
	for (uint8_t s = 1; s <= SLOTS; s++) {
		if ((tried & 1U << s) != 0)
			nv_tries_set(c, s, s == *found ? full : (uint8_t)(left[s] + 1));
	}
	return SW_OK;
}

/* What VERIFY, CHANGE REFERENCE DATA and RESET RETRY COUNTER ask before any PIN. */
static enum sw
pin_open(struct card *c, const struct command *cmd, size_t len, struct work *w)
{
	enum sw sw;

	if (cmd->p1 != 0)
		return SW_P1P2;
	if (cmd->data_len != len)
		return SW_LENGTH;
	sw = app_open(c, cmd->p2, w);
	if (sw == SW_OK && w->slot != 0 && (w->app.flags & APP_SEALED_ONLY) != 0)
		sw = SW_STATE;
	return sw;
}

enum sw
card_verify(struct card *c, const struct command *cmd, struct answer *out)
{
	struct work w;
	uint8_t found;
	unsigned which;
	enum sw sw;

	(void)out;
	sw = pin_open(c, cmd, PIN_LEN, &w);
	if (sw != SW_OK)
		goto out;
	sw = pin_try(c, w.slot, cmd->data, false, &found, &which);
	if (sw != SW_OK)
		goto out;
	if (w.slot == 0) {
		nv_app(c, found, &w.app);
		sw = app_usable(c, &w.app);
	}
	if (sw == SW_OK) {
		c->left = CARD_LEFT_PIN;
		c->left_slot = found;
		memcpy(c->left_pin, cmd->data, PIN_LEN);
	}
out:
	card_wipe(&w, sizeof(w));
	return sw;
}

enum sw
card_change(struct card *c, const struct command *cmd, struct answer *out)
{
	struct work w;
	uint8_t found;
	unsigned which = 0;
	enum sw sw;

	(void)out;
	sw = pin_open(c, cmd, 2 * PIN_LEN, &w);
	if (sw != SW_OK)
		goto out;
	if (!pin_well_formed(cmd->data + PIN_LEN, 4)) {
		sw = SW_DATA;
		goto out;
	}
	sw = pin_try(c, w.slot, cmd->data, false, &found, &which);
	if (sw != SW_OK)
		goto out;
	nv_app(c, found, &w.app);
	if (w.slot == 0 && (sw = app_usable(c, &w.app)) != SW_OK)
		goto out;
	memcpy(w.app.pin[which], cmd->data + PIN_LEN, PIN_LEN);
	change_begin(c);
	change_app(c, found, &w.app);
	sw = change_commit(c) ? SW_OK : SW_MEMORY;
out:
	card_wipe(&w, sizeof(w));
	return sw;
}

static enum sw
puk_try(struct card *c, const struct base *base, const uint8_t puk[static PIN_LEN])
{
	uint8_t left = nv_tries(c, 0);

	if (!base->has_puk || left == 0)
		return SW_BLOCKED;
	nv_tries_set(c, 0, --left);
	if (!nv_sync(c))
		return SW_MEMORY;
	if (!card_same(base->puk, puk, PIN_LEN))
		return left == 0 ? SW_BLOCKED : (enum sw)(SW_TRIES | left);
	nv_tries_set(c, 0, PUK_TRIES);
	return SW_OK;
}

/* RESET RETRY COUNTER */
enum sw
card_unblock(struct card *c, const struct command *cmd, struct answer *out)
{
	struct work w;
	enum sw sw;

	(void)out;
	sw = pin_open(c, cmd, 2 * PIN_LEN, &w);
	/* The PUK is the card's: it cannot say which application slot 0 would mean. */
	if (cmd->p1 == 0 && cmd->data_len == 2 * PIN_LEN && cmd->p2 == 0)
		sw = SW_NOT_FOUND;
	if (sw != SW_OK)
		goto out;
	if (!pin_well_formed(cmd->data + PIN_LEN, 4)) {
		sw = SW_DATA;
		goto out;
	}
	sw = puk_try(c, &w.base, cmd->data);
	if (sw != SW_OK)
		goto out;
	memset(w.app.pin, 0, sizeof(w.app.pin));
	memcpy(w.app.pin[0], cmd->data + PIN_LEN, PIN_LEN);
	w.app.pin_count = 1;
	change_begin(c);
	change_app(c, w.slot, &w.app);
	change_tries(c, w.slot, w.app.tries);
	sw = change_commit(c) ? SW_OK : SW_MEMORY;
out:
	card_wipe(&w, sizeof(w));
	return sw;
}
