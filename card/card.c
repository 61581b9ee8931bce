/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inside.h"

#include <string.h>

static const uint8_t aid[] = { 0xf0, 0x4d, 0x43, 0x4b, 0x44, 0x01 };

void
card_wipe(void *p, size_t len)
{
	volatile uint8_t *v = p;

	while (len-- > 0)
		*v++ = 0;
}

/* In constant time. */
bool
card_same(const uint8_t *a, const uint8_t *b, size_t len)
{
	volatile uint8_t diff = 0;

	for (size_t i = 0; i < len; i++)
		diff |= a[i] ^ b[i];
	return diff == 0;
}

void
card_put16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

void
card_put32(uint8_t *p, uint32_t v)
{
	card_put16(p, v >> 16);
	card_put16(p + 2, v);
}

uint32_t
card_get16(const uint8_t *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

uint32_t
card_get32(const uint8_t *p)
{
	return card_get16(p) << 16 | card_get16(p + 2);
}

/* What VERIFY or AUTHENTICATE left behind. */
void
card_forget(struct card *c)
{
	c->left = CARD_LEFT_NOTHING;
	c->left_slot = 0;
	card_wipe(c->left_pin, sizeof(c->left_pin));
	card_wipe(c->left_hdk, sizeof(c->left_hdk));
	card_wipe(c->left_token_nonce, sizeof(c->left_token_nonce));
}

static size_t
put_tlv(uint8_t *p, uint8_t tag, const void *value, size_t len)
{
	p[0] = tag;
	p[1] = (uint8_t)len;
	if (len > 0)
		memcpy(p + 2, value, len);
	return 2 + len;
}

static size_t
put_table(struct card *c, uint8_t *p)
{
	struct app app;
	size_t n = 0;

	for (uint8_t s = 1; s <= SLOTS; s++) {
		nv_app(c, s, &app);
		if (!app.used)
			continue;
		p[n++] = s;
		p[n++] = app.pin_count == 0 ? 0xff : nv_tries(c, s);
		p[n++] = app.flags;
		p[n++] = app.mechanism;
	}
	card_wipe(&app, sizeof(app));
	return n;
}

static enum sw
card_select(struct card *c, const struct command *cmd, struct answer *out)
{
	static const uint8_t version[] = { 0x01, 0x00 };
	uint8_t id[CARD_ID_LEN], table[4 * SLOTS], in[128];
	struct base base;
	size_t n = 0;

	c->has_challenge = false;
	card_wipe(c->challenge, sizeof(c->challenge));
	if (cmd->p1 != 0x04 || cmd->p2 != 0x00)
		return SW_P1P2;
	if (cmd->data_len < 1 || cmd->data_len > 16)
		return SW_LENGTH;
	if (cmd->data_len != sizeof(aid) || memcmp(cmd->data, aid, sizeof(aid)) != 0)
		return SW_NO_FILE;
	if (!c->engine->random(c->engine->arg, c->challenge, sizeof(c->challenge)))
		return SW_FAILURE;
	c->has_challenge = true;
	nv_card_id(c, id);
	nv_base(c, &base);
	n += put_tlv(in + n, 0x80, version, sizeof(version));
	n += put_tlv(in + n, 0x81, id, sizeof(id));
	n += put_tlv(in + n, 0x82, &base.life, 1);
	n += put_tlv(in + n, 0x83, base.dea, 2);
	n += put_tlv(in + n, 0x84, table, put_table(c, table));
	n += put_tlv(in + n, 0x85, base.epoch, 2);
	n += put_tlv(in + n, 0x86, c->challenge, sizeof(c->challenge));
	n += put_tlv(in + n, 0x87, base.ticket_t, MAC_LEN);
	out->len = 2 + put_tlv(out->p + 2, 0x84, aid, sizeof(aid));
	out->len += put_tlv(out->p + out->len, 0xa5, in, n);
	out->p[0] = 0x6f;
	out->p[1] = (uint8_t)(out->len - 2);
	card_wipe(&base, sizeof(base));
	return SW_OK;
}

static const struct {
	uint8_t cla, ins;
	bool keeps;	/* takes over itself what the command before it left */
	enum sw (*run)(struct card *c, const struct command *cmd, struct answer *out);
} commands[] = {
	{ 0x00, 0xa4, false, card_select },
	{ 0x00, 0x20, false, card_verify },
	{ 0x00, 0x24, false, card_change },
	{ 0x00, 0x2c, false, card_unblock },
	{ 0x80, 0x10, true, card_authenticate },
	{ 0x80, 0x12, true, card_get_secret },
	{ 0x80, 0x14, true, card_sign },
	{ 0x80, 0x20, false, card_ticket },
};

static enum sw
dispatch(struct card *c, const uint8_t *cmd, size_t len, struct answer *out)
{
	struct command parsed = { 0 };
	enum sw sw = SW_CLA;

	if (len < 4) {
		card_forget(c);
		return SW_LENGTH;
	}
	parsed.p1 = cmd[2];
	parsed.p2 = cmd[3];
	if (len > 5) {
		parsed.data = cmd + 5;
		parsed.data_len = cmd[4];
		if (cmd[4] == 0 || (len != 5U + cmd[4] && len != 6U + cmd[4]))
			parsed.data_len = NOT_AN_APDU;
	}
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (cmd[0] != commands[i].cla || cmd[1] != commands[i].ins)
			continue;
		if (!commands[i].keeps)
			card_forget(c);
		return commands[i].run(c, &parsed, out);
	}
	if (cmd[0] == 0x00 || cmd[0] == 0x80)
		sw = SW_INS;
	/* GET RESPONSE belongs to the reader's protocol: it ends nothing. */
	if (cmd[0] != 0x00 || cmd[1] != 0xc0)
		card_forget(c);
	return sw;
}

size_t
card_apdu(struct card *c, const uint8_t *cmd, size_t len, uint8_t rsp[static CARD_RSP_MAX])
{
	struct answer out = { rsp, 0 };
	enum sw sw;

	c->fault = false;
	sw = dispatch(c, cmd, len, &out);
	/* Nothing leaves the card that its memory may not remember. */
	if (!nv_sync(c)) {
		card_forget(c);
		sw = SW_MEMORY;
	}
	if (sw != SW_OK) {
		card_wipe(rsp, CARD_RSP_MAX);
		out.len = 0;
	}
	card_put16(rsp + out.len, (uint32_t)sw);
	return out.len + 2;
}
