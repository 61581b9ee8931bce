/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inside.h"

#include <string.h>

#define AT(field) offsetof(struct nv_image, field)
#define CHUNK 64

static const uint8_t magic[4] = { 'M', 'C', 'K', '1' };

size_t
card_nvm_size(void)
{
	return sizeof(struct nv_image);
}

void
nv_read(struct card *c, size_t at, void *out, size_t len)
{
	if (!c->nvm->read(c->nvm->arg, at, out, len)) {
		memset(out, 0, len);
		c->fault = true;
	}
}

static void
write_chunk(struct card *c, size_t at, const uint8_t *in, size_t len)
{
	uint8_t old[CHUNK];
	size_t first = 0;

	nv_read(c, at, old, len);
	while (len > 0 && old[len - 1] == in[len - 1])
		len--;
	while (first < len && old[first] == in[first])
		first++;
	/* After one failure nothing more is written: order is what tearing safety rests on. */
	if (!c->fault && first < len &&
	    !c->nvm->write(c->nvm->arg, at + first, in + first, len - first))
		c->fault = true;
	card_wipe(old, sizeof(old));
}

void
nv_write(struct card *c, size_t at, const void *in, size_t len)
{
	const uint8_t *p = in;

	while (len > 0) {
		size_t n = len < CHUNK ? len : CHUNK;

		write_chunk(c, at, p, n);
		at += n;
		p += n;
		len -= n;
	}
}

bool
nv_sync(struct card *c)
{
	if (!c->fault && !c->nvm->sync(c->nvm->arg))
		c->fault = true;
	return !c->fault;
}

static uint8_t
live(struct card *c)
{
	uint8_t row;

	nv_read(c, AT(live), &row, 1);
	return row & 1;
}

static size_t
state_at(uint8_t row, size_t in_state)
{
	return AT(state) + row * sizeof(struct nv_state) + in_state;
}

static size_t
tries_at(uint8_t row, uint8_t slot)
{
	return AT(tries) + row * (size_t)(1 + SLOTS) + slot;
}

static size_t
app_at(uint8_t slot)
{
	return offsetof(struct nv_state, app) + (size_t)(slot - 1) * sizeof(struct nv_app);
}

void
nv_card_id(struct card *c, uint8_t id[static CARD_ID_LEN])
{
	nv_read(c, AT(card_id), id, CARD_ID_LEN);
}

void
nv_base(struct card *c, struct base *base)
{
	nv_read(c, state_at(live(c), 0), base, sizeof(*base));
}

void
nv_app(struct card *c, uint8_t slot, struct app *app)
{
	nv_read(c, state_at(live(c), app_at(slot)), app, sizeof(*app));
}

void
nv_sn(struct card *c, uint8_t slot, uint8_t index, uint8_t sn[static 16])
{
	size_t at = app_at(slot) + offsetof(struct nv_app, sn) + (size_t)(index - 1) * 16;

	nv_read(c, state_at(live(c), at), sn, 16);
}

void
nv_n1(struct card *c, uint8_t slot, uint8_t *n1, size_t len)
{
	nv_read(c, state_at(live(c), app_at(slot) + offsetof(struct nv_app, n1)), n1, len);
}

/* The valid record with the greater value; none valid: exhausted, the safe side. */
static uint32_t
counter_find(struct card *c, uint8_t *row)
{
	uint8_t both[2][8];
	uint32_t value = UINT32_MAX;
	bool found = false;

	*row = 0;
	nv_read(c, AT(counter), both, sizeof(both));
	for (uint8_t i = 0; i < 2 && !c->fault; i++) {
		uint32_t v = card_get32(both[i]);

		if (v != (uint32_t)~card_get32(both[i] + 4) || (found && v < value))
			continue;
		value = v;
		*row = i;
		found = true;
	}
	return value;
}

uint32_t
nv_counter(struct card *c)
{
	uint8_t row;

	return counter_find(c, &row);
}

bool
nv_counter_set(struct card *c, uint32_t value)
{
	uint8_t record[8], row;

	(void)counter_find(c, &row);
	card_put32(record, value);
	card_put32(record + 4, ~value);
	nv_write(c, AT(counter) + (row ^ 1U) * sizeof(record), record, sizeof(record));
	return nv_sync(c);
}

uint8_t
nv_tries(struct card *c, uint8_t slot)
{
	uint8_t tries;

	nv_read(c, tries_at(live(c), slot), &tries, 1);
	return tries;
}

void
nv_tries_set(struct card *c, uint8_t slot, uint8_t tries)
{
	nv_write(c, tries_at(live(c), slot), &tries, 1);
}

static void
set_differ(struct card *c, uint8_t value)
{
	nv_write(c, AT(differ), &value, 1);
}

/*
 * Between changes both copies are the same: no retired secret lingers, and
 * a change costs only the bytes it changes.
 */
void
change_settle(struct card *c)
{
	uint8_t buf[CHUNK], row = live(c), differ;

	nv_read(c, AT(differ), &differ, 1);
	if (differ == 0)
		return;
	for (size_t at = 0; at < sizeof(struct nv_state) && !c->fault; at += CHUNK) {
		size_t n = sizeof(struct nv_state) - at;

		n = n < CHUNK ? n : CHUNK;
		nv_read(c, state_at(row, at), buf, n);
		nv_write(c, state_at(row ^ 1, at), buf, n);
	}
	card_wipe(buf, sizeof(buf));
	set_differ(c, 0);
}

void
change_begin(struct card *c)
{
	uint8_t tries[1 + SLOTS], row = live(c);

	change_settle(c);
	nv_read(c, tries_at(row, 0), tries, sizeof(tries));
	nv_write(c, tries_at(row ^ 1, 0), tries, sizeof(tries));
	set_differ(c, 1);
}

size_t
change_at(struct card *c, size_t in_state)
{
	return state_at(live(c) ^ 1, in_state);
}

void
change_base(struct card *c, const struct base *base)
{
	nv_write(c, change_at(c, 0), base, sizeof(*base));
}

void
change_app(struct card *c, uint8_t slot, const struct app *app)
{
	nv_write(c, change_at(c, app_at(slot)), app, sizeof(*app));
}

void
change_app_read(struct card *c, uint8_t slot, struct app *app)
{
	nv_read(c, change_at(c, app_at(slot)), app, sizeof(*app));
}

void
change_tries(struct card *c, uint8_t slot, uint8_t tries)
{
	nv_write(c, tries_at(live(c) ^ 1, slot), &tries, 1);
}

void
change_wipe(struct card *c, size_t in_state, size_t len)
{
	static const uint8_t zero[CHUNK];

	while (len > 0) {
		size_t n = len < CHUNK ? len : CHUNK;

		nv_write(c, change_at(c, in_state), zero, n);
		in_state += n;
		len -= n;
	}
}

bool
change_commit(struct card *c)
{
	uint8_t row = live(c) ^ 1;

	if (c->fault)
		return false;
	nv_write(c, AT(live), &row, 1);
	change_settle(c);
	return nv_sync(c);
}

void
card_init(struct card *c, const struct card_engine *engine, const struct card_nvm *nvm)
{
	memset(c, 0, sizeof(*c));
	c->engine = engine;
	c->nvm = nvm;
}

bool
card_install(struct card *c, const uint8_t transport_key[static CARD_KEY_LEN])
{
	static const uint8_t zero[CHUNK];
	uint8_t id[CARD_ID_LEN], counter[8] = { 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff };
	struct base base;

	c->fault = false;
	if (!c->engine->random(c->engine->arg, id, sizeof(id)))
		return false;
	for (size_t at = 0; at < sizeof(struct nv_image); at += CHUNK) {
		size_t n = sizeof(struct nv_image) - at;

		nv_write(c, at, zero, n < CHUNK ? n : CHUNK);
	}
	memset(&base, 0, sizeof(base));
	base.life = LIFE_BLANK;
	memcpy(base.transport, transport_key, CARD_KEY_LEN);
	nv_write(c, state_at(0, 0), &base, sizeof(base));
	nv_write(c, state_at(1, 0), &base, sizeof(base));
	card_wipe(&base, sizeof(base));
	nv_write(c, AT(counter[0]), counter, sizeof(counter));
	nv_write(c, AT(counter[1]), counter, sizeof(counter));
	nv_write(c, AT(card_id), id, sizeof(id));
	nv_write(c, AT(magic), magic, sizeof(magic));
	return nv_sync(c) && card_reset(c);
}

bool
card_reset(struct card *c)
{
	uint8_t found[4];

	c->fault = false;
	c->has_challenge = false;
	card_wipe(c->challenge, sizeof(c->challenge));
	card_forget(c);
	nv_read(c, AT(magic), found, sizeof(found));
	if (c->fault || memcmp(found, magic, sizeof(magic)) != 0)
		return false;
	change_settle(c);
	return nv_sync(c);
}
