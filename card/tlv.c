/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inside.h"

#include <string.h>

/* The application the TLVs speak of is held here, and written when another is entered. */
struct run {
	struct card *c;
	struct base *base;
	struct app app;
	uint8_t slot;
	bool over;	/* after 23 or 24 */
};

static size_t
in_app(uint8_t slot, size_t field)
{
	return offsetof(struct nv_state, app) + (size_t)(slot - 1) * sizeof(struct nv_app) + field;
}

static void
leave(struct run *r)
{
	if (r->slot != 0)
		change_app(r->c, r->slot, &r->app);
	r->slot = 0;
}

static bool
flags_ok(uint8_t flags)
{
	return (flags & ~APP_FLAGS) == 0 && (flags & (APP_SEALED_ONLY | APP_SIGN)) != (APP_SEALED_ONLY | APP_SIGN);
}

static bool
name_ok(struct run *r, const uint8_t *name, size_t len)
{
	struct app other;
	bool ok = len >= 1 && len <= NAME_MAX_LEN;

	for (size_t i = 0; ok && i < len; i++)
		ok = (name[i] >= 'a' && name[i] <= 'z') || (name[i] >= '0' && name[i] <= '9') ||
		    name[i] == '.' || name[i] == '_' || name[i] == '-';
	for (uint8_t s = 1; ok && s <= SLOTS; s++) {
		change_app_read(r->c, s, &other);
		ok = !other.used || other.name_len != len || memcmp(other.name, name, len) != 0;
	}
	card_wipe(&other, sizeof(other));
	return ok;
}

static bool
app_create(struct run *r, const uint8_t *v, size_t len)
{
	leave(r);
	if (len < 4 || v[0] < 1 || v[0] > SLOTS || !flags_ok(v[1]) || v[2] < 1 || v[2] > 15 ||
	    !name_ok(r, v + 3, len - 3))
		return false;
	change_app_read(r->c, v[0], &r->app);
	if (r->app.used)
		return false;
	memset(&r->app, 0, sizeof(r->app));
	r->app.used = 1;
	r->app.flags = v[1] & (uint8_t)~APP_N1;
	r->app.tries = v[2];
	r->app.mechanism = MECH_HOST;
	r->app.name_len = (uint8_t)(len - 3);
	memcpy(r->app.name, v + 3, len - 3);
	r->slot = v[0];
	change_tries(r->c, r->slot, r->app.tries);
	return true;
}

static bool
app_enter(struct run *r, const uint8_t *v, size_t len)
{
	leave(r);
	if (len != 1 || v[0] < 1 || v[0] > SLOTS)
		return false;
	change_app_read(r->c, v[0], &r->app);
	r->slot = r->app.used ? v[0] : 0;
	return r->slot != 0;
}

static bool
app_delete(struct run *r, size_t len)
{
	if (len != 0)
		return false;
	change_wipe(r->c, in_app(r->slot, 0), sizeof(struct nv_app));
	change_tries(r->c, r->slot, 0);
	r->slot = 0;
	return true;
}

static bool
set_sn(struct run *r, const uint8_t *v, size_t len)
{
	if (len != 17 || v[0] < 1 || v[0] > INDICES)
		return false;
	nv_write(r->c, change_at(r->c, in_app(r->slot, offsetof(struct nv_app, sn)) + (size_t)(v[0] - 1) * 16),
	    v + 1, 16);
	card_put32(r->app.present, card_get32(r->app.present) | 1U << (v[0] - 1));
	return true;
}

static bool
set_pins(struct run *r, const uint8_t *v, size_t len)
{
	if (len == 0 || len % PIN_LEN != 0 || len > sizeof(r->app.pin))
		return false;
	for (size_t i = 0; i < len; i += PIN_LEN) {
		if (!pin_well_formed(v + i, 4))
			return false;
	}
	memset(r->app.pin, 0, sizeof(r->app.pin));
	memcpy(r->app.pin, v, len);
	r->app.pin_count = (uint8_t)(len / PIN_LEN);
	return true;
}

static bool
set_n1(struct run *r, const uint8_t *v, size_t len)
{
	size_t at = in_app(r->slot, offsetof(struct nv_app, n1));

	if (len > N1_MAX)
		return false;
	change_wipe(r->c, at, N1_MAX);
	nv_write(r->c, change_at(r->c, at), v, len);
	r->app.n1_len = (uint8_t)len;
	r->app.flags = (uint8_t)((r->app.flags & ~APP_N1) | (len > 0 ? APP_N1 : 0));
	return true;
}

static bool
set_flags(struct run *r, const uint8_t *v, size_t len)
{
	if (len != 1 || !flags_ok(v[0]))
		return false;
	r->app.flags = (uint8_t)((v[0] & ~APP_N1) | (r->app.flags & APP_N1));
	return true;
}

static bool
app_tlv(struct run *r, uint8_t tag, const uint8_t *v, size_t len)
{
	if (r->slot == 0)
		return false;
	switch (tag) {
	case 0x01:
		if (len != 1 || v[0] < MECH_CARD || v[0] > MECH_PIN)
			return false;
		r->app.mechanism = v[0];
		return true;
	case 0x02:
		if (len != CARD_KEY_LEN)
			return false;
		memcpy(r->app.ksel, v, CARD_KEY_LEN);
		r->app.has_ksel = 1;
		return true;
	case 0x03:
		if (len != 4)
			return false;
		memcpy(r->app.retired, v, 4);
		return true;
	case 0x04:
		return set_sn(r, v, len);
	case 0x05:
		change_tries(r->c, r->slot, r->app.tries);
		return len == 0;
	case 0x06:
		return set_pins(r, v, len);
	case 0x07:
		return set_n1(r, v, len);
	case 0x08:
		return set_flags(r, v, len);
	default:
		return app_delete(r, len);
	}
}

static bool
set_mk(struct run *r, const uint8_t *v, size_t len)
{
	if (len != CARD_KEY_LEN || r->base->life != LIFE_BLANK || r->base->has_mk)
		return false;
	memcpy(r->base->mk, v, CARD_KEY_LEN);
	r->base->has_mk = 1;
	return true;
}

static bool
set_deas(struct run *r, const uint8_t *v, size_t len)
{
	if (len != 2 || r->base->life != LIFE_BLANK || r->base->dea[0] != 0 || v[0] < DEA_AES ||
	    v[0] > DEA_HMAC || v[1] < DEA_AES || v[1] > DEA_HMAC)
		return false;
	memcpy(r->base->dea, v, 2);
	return true;
}

static bool
set_puk(struct run *r, const uint8_t *v, size_t len)
{
	if (len != PIN_LEN || !pin_well_formed(v, 8))
		return false;
	memcpy(r->base->puk, v, PIN_LEN);
	r->base->has_puk = 1;
	change_tries(r->c, 0, PUK_TRIES);
	return true;
}

static bool
activate(struct run *r, size_t len)
{
	if (len != 0 || r->base->life != LIFE_BLANK || !r->base->has_mk || r->base->dea[0] == 0)
		return false;
	memset(r->base->transport, 0, CARD_KEY_LEN);
	r->base->life = LIFE_PERSONALISED;
	r->over = true;
	return true;
}

/* Epoch, T and receipt outlive it: the ticket sent again still brings its receipt. */
static bool
terminate(struct run *r, size_t len)
{
	uint8_t dea[2];

	if (len != 0)
		return false;
	r->slot = 0;
	memcpy(dea, r->base->dea, 2);
	memset(r->base, 0, sizeof(*r->base));
	memcpy(r->base->dea, dea, 2);
	r->base->life = LIFE_TERMINATED;
	change_wipe(r->c, 0, sizeof(struct nv_state));
	for (uint8_t s = 0; s <= SLOTS; s++)
		change_tries(r->c, s, 0);
	r->over = true;
	return true;
}

static bool
one_tlv(struct run *r, uint8_t tag, const uint8_t *v, size_t len)
{
	if (r->over)
		return false;
	if (tag >= 0x01 && tag <= 0x09)
		return app_tlv(r, tag, v, len);
	switch (tag) {
	case 0x0e:
		return app_enter(r, v, len);
	case 0x0f:
		return app_create(r, v, len);
	case 0x20:
		return set_mk(r, v, len);
	case 0x21:
		return set_deas(r, v, len);
	case 0x22:
		return set_puk(r, v, len);
	case 0x23:
		return activate(r, len);
	case 0x24:
		return terminate(r, len);
	default:
		return false;
	}
}

/* What a ticket must not leave behind. */
static bool
left_whole(struct run *r)
{
	bool ok = true;

	leave(r);
	for (uint8_t s = 1; ok && s <= SLOTS; s++) {
		change_app_read(r->c, s, &r->app);
		if (!r->app.used)
			continue;
		ok = (r->app.mechanism < MECH_DATE || r->app.has_ksel) &&
		    (r->app.mechanism != MECH_PIN || (r->app.flags & APP_PIN) != 0);
	}
	return ok;
}

enum sw
tlv_apply(struct card *c, struct base *base, const uint8_t *p, size_t len)
{
	struct run r;
	bool ok = true;

	memset(&r, 0, sizeof(r));
	r.c = c;
	r.base = base;
	while (ok && len > 0) {
		ok = len >= 2 && p[1] <= len - 2 && one_tlv(&r, p[0], p + 2, p[1]);
		if (ok) {
			len -= 2U + p[1];
			p += 2U + p[1];
		}
	}
	ok = ok && left_whole(&r);
	card_wipe(&r, sizeof(r));
	return ok ? SW_OK : SW_DATA;
}
