/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inside.h"

#include <string.h>

uint32_t
app_active(const struct app *app)
{
	return card_get32(app->present) & ~card_get32(app->retired);
}

enum sw
app_usable(struct card *c, const struct app *app)
{
	return app_active(app) == 0 || nv_counter(c) == UINT32_MAX ? SW_STATE : SW_OK;
}

enum sw
app_open(struct card *c, uint8_t slot, struct work *w)
{
	memset(w, 0, sizeof(*w));
	nv_base(c, &w->base);
	if (slot > SLOTS)
		return SW_NOT_FOUND;
	w->slot = slot;
	if (slot != 0) {
		nv_app(c, slot, &w->app);
		if (!w->app.used)
			return SW_NOT_FOUND;
	}
	if (w->base.life != LIFE_PERSONALISED)
		return SW_STATE;
	return slot == 0 ? SW_OK : app_usable(c, &w->app);
}

/* The index of the (v mod |A|)th active one. */
static uint8_t
nth_active(uint32_t active, const uint8_t v[static 2])
{
	uint32_t count = 0, n;
	uint8_t index = 0;

	for (uint32_t a = active; a != 0; a &= a - 1)
		count++;
	n = ((uint32_t)(v[0] & 0x7f) << 8 | v[1]) % count;
	for (uint8_t i = 0; i < INDICES; i++) {
		if ((active >> i & 1) != 0 && n-- == 0)
			index = i + 1;
	}
	return index;
}

static bool
select_common(struct card *c, const struct work *w, const uint8_t figure[static 4],
    uint32_t counter, uint8_t *index)
{
	uint8_t m[10 + PIN_LEN], v[32];
	size_t n = 4;
	bool ok;

	memcpy(m, "MCKD1 SEL", 9);
	m[9] = w->app.mechanism;
	if (w->app.mechanism == MECH_DATE) {
		memcpy(m + 10, figure, 4);
	} else if (w->app.mechanism == MECH_COUNTER) {
		card_put32(m + 10, counter);
	} else {
		memcpy(m + 10, w->pin, PIN_LEN);
		n = PIN_LEN;
	}
	ok = card_prf(c, w->base.dea[0], w->app.ksel, m, 10 + n, v);
	if (ok)
		*index = nth_active(app_active(&w->app), v);
	card_wipe(m, sizeof(m));
	card_wipe(v, sizeof(v));
	return ok;
}

/* The SSN's index. w->slot is the application found; false leaves *sw to answer. */
bool
app_select(struct card *c, const struct work *w, uint8_t given, const uint8_t figure[static 4],
    uint32_t counter, uint8_t *index, enum sw *sw)
{
	uint32_t active = app_active(&w->app);
	uint8_t v[2];

	if (w->app.mechanism == MECH_HOST) {
		*index = given;
		*sw = SW_NOT_FOUND;
		return given >= 1 && given <= INDICES && (active >> (given - 1) & 1) != 0;
	}
	*sw = SW_DATA;
	if (given != 0)
		return false;
	*sw = SW_FAILURE;
	if (w->app.mechanism != MECH_CARD)
		return select_common(c, w, figure, counter, index);
	if (!c->engine->random(c->engine->arg, v, sizeof(v)))
		return false;
	*index = nth_active(active, v);
	return true;
}
