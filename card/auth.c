/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inside.h"

#include <string.h>

#define HEAD_LEN 9	/* slot, index, epoch, counter, flags */
#define AUTH_LEN 53
#define SEALED_LEN (PIN_LEN + MAC_LEN)

/* The data field of AUTHENTICATE. */
struct request {
	uint8_t index;
	const uint8_t *figure, *host, *token, *ctx, *sealed;
};

/* T is checked on the sealed bytes first: a forged one never reaches the PIN. */
static enum sw
unseal(struct card *c, const struct work *w, const struct request *r, uint8_t pin[static PIN_LEN])
{
	uint8_t htk[CARD_KEY_LEN], m[96], mac[32];
	bool had = c->has_challenge;
	enum sw sw = SW_FAILURE;
	size_t n = 0;

	c->has_challenge = false;
	m[n++] = 0xa4;
	memcpy(m + n, c->challenge, 8);
	nv_card_id(c, m + n + 8);
	n += 8 + CARD_ID_LEN;
	m[n++] = w->slot;
	m[n++] = r->index;
	memcpy(m + n, r->figure, 4 + 16 + 16 + 16);
	n += 4 + 16 + 16 + 16;
	memcpy(m + n, r->sealed, PIN_LEN);
	n += PIN_LEN;
	if (!card_key_htk(c, &w->base, r->host, htk) ||
	    !card_prf(c, w->base.dea[1], htk, m, n, mac))
		goto out;
	sw = SW_SECURITY;
	if (!card_same(mac, r->sealed + PIN_LEN, MAC_LEN) || !had)
		goto out;
	sw = SW_FAILURE;
	m[0] = 0xa7;
	memcpy(m + 9, r->token, 32);
	if (!card_prf(c, w->base.dea[1], htk, m, 9 + 32, mac))
		goto out;
	for (size_t i = 0; i < PIN_LEN; i++)
		pin[i] = r->sealed[i] ^ mac[i];
	sw = SW_OK;
out:
	card_wipe(c->challenge, sizeof(c->challenge));
	card_wipe(htk, sizeof(htk));
	card_wipe(m, sizeof(m));
	card_wipe(mac, sizeof(mac));
	return sw;
}

/*
 * Takes over what VERIFY left, if it is for this command's application, and
 * with slot 0 names the application. left is a copy: the card forgot already.
 */
static enum sw
pin_left(const struct card *left, struct work *w, uint8_t slot)
{
	bool has = left->left == CARD_LEFT_PIN;

	if (has && (slot == 0 || slot == left->left_slot)) {
		w->slot = left->left_slot;
		w->pin_ok = true;
		memcpy(w->pin, left->left_pin, PIN_LEN);
		return SW_OK;
	}
	return slot == 0 || (w->app.flags & APP_PIN) != 0 ? SW_SECURITY : SW_OK;
}

/* With slot 0 the application is known only now; its state is asked after the PIN. */
static enum sw
app_found(struct card *c, struct work *w, uint8_t asked)
{
	if (asked != 0)
		return SW_OK;
	nv_app(c, w->slot, &w->app);
	return app_usable(c, &w->app);
}

static void
put_head(const struct work *w, uint8_t index, uint32_t counter, uint8_t flags,
    uint8_t head[static HEAD_LEN])
{
	head[0] = w->slot;
	head[1] = index;
	memcpy(head + 2, w->base.epoch, 2);
	card_put32(head + 4, counter);
	head[8] = flags;
}

/* DEA2(DK, token): the result, and what GET SECRET may need next. */
static enum sw
login(struct card *c, const struct work *w, const struct request *r, uint8_t flags, struct answer *out)
{
	uint8_t dk[CARD_KEY_LEN], hdk[CARD_KEY_LEN], m[96], mac[32], nonce[16], index = 0;
	uint32_t counter = nv_counter(c) + 1;
	enum sw sw;

	if (!app_select(c, w, r->index, r->figure, counter, &index, &sw))
		goto out;
	sw = SW_FAILURE;
	if (!c->engine->random(c->engine->arg, nonce, sizeof(nonce)) ||
	    !card_key_dk(c, &w->base, w->slot, index, dk) ||
	    !card_kdf(c, w->base.dea[1], dk, "MCKD1 HOST", r->host, 16, hdk, sizeof(hdk)))
		goto out;
	put_head(w, index, counter, flags, out->p);
	m[0] = 0xa1;
	nv_card_id(c, m + 1);
	memcpy(m + 9, out->p, HEAD_LEN);
	memcpy(m + 18, r->figure, 4);
	memcpy(m + 22, r->token, 32);
	memcpy(m + 54, nonce, 16);
	if (!card_prf(c, w->base.dea[1], hdk, m, 70, mac))
		goto out;
	if (!nv_counter_set(c, counter)) {
		sw = SW_MEMORY;
		goto out;
	}
	memcpy(out->p + HEAD_LEN, nonce, 16);
	memcpy(out->p + HEAD_LEN + 16, mac, MAC_LEN);
	out->len = HEAD_LEN + 16 + MAC_LEN;
	c->left = CARD_LEFT_LOGIN;
	c->left_slot = w->slot;
	memcpy(c->left_hdk, hdk, sizeof(hdk));
	memcpy(c->left_token_nonce, r->token, 16);
	memcpy(c->left_token_nonce + 16, nonce, 16);
	sw = SW_OK;
out:
	card_wipe(dk, sizeof(dk));
	card_wipe(hdk, sizeof(hdk));
	card_wipe(m, sizeof(m));
	card_wipe(mac, sizeof(mac));
	return sw;
}

static enum sw
login_pin(struct card *c, const struct card *left, struct work *w, const struct request *r)
{
	unsigned which;
	enum sw sw;

	if (r->sealed == NULL)
		return pin_left(left, w, w->slot);
	if (w->slot != 0 && w->app.pin_count == 0)
		return SW_STATE;
	sw = unseal(c, w, r, w->pin);
	if (sw == SW_OK)
		sw = pin_try(c, w->slot, w->pin, true, &w->slot, &which);
	w->pin_ok = sw == SW_OK;
	return sw;
}

enum sw
card_authenticate(struct card *c, const struct command *cmd, struct answer *out)
{
	const uint8_t *d = cmd->data;
	struct card left = *c;
	struct request r;
	struct work w;
	enum sw sw;

	memset(&w, 0, sizeof(w));
	card_forget(c);
	sw = cmd->p2 != 0x00 && cmd->p2 != 0x02 ? SW_P1P2 : SW_LENGTH;
	if (sw == SW_P1P2 || cmd->data_len != AUTH_LEN + (cmd->p2 == 0x02 ? SEALED_LEN : 0U))
		goto out;
	r = (struct request){ d[0], d + 1, d + 5, d + 21, d + 37, cmd->p2 == 0x02 ? d + 53 : NULL };
	sw = app_open(c, cmd->p1, &w);
	if (sw == SW_OK)
		sw = login_pin(c, &left, &w, &r);
	if (sw == SW_OK)
		sw = app_found(c, &w, cmd->p1);
	if (sw != SW_OK)
		goto out;
	/* With slot 0 the host cannot know whether its index is wanted. */
	if (cmd->p1 == 0 && w.app.mechanism != MECH_HOST)
		r.index = 0;
	sw = login(c, &w, &r,
	    (uint8_t)((w.pin_ok ? RESULT_PIN : 0) | (r.sealed != NULL ? RESULT_HOST : 0)), out);
out:
	card_wipe(&left, sizeof(left));
	card_wipe(&w, sizeof(w));
	return sw;
}

/* EN1 of figure 3. */
enum sw
card_get_secret(struct card *c, const struct command *cmd, struct answer *out)
{
	uint8_t keys[2 * CARD_KEY_LEN], m[1 + N1_MAX + 16] = { 0 }, mac[32];
	struct card left = *c;
	struct work w;
	size_t n;
	enum sw sw;

	memset(&w, 0, sizeof(w));
	card_forget(c);
	sw = cmd->p1 != 0 || cmd->p2 != 0 ? SW_P1P2 : SW_LENGTH;
	if (sw == SW_P1P2 || cmd->data_len != 0 || (sw = app_open(c, 0, &w)) != SW_OK)
		goto out;
	sw = SW_SECURITY;
	if (left.left != CARD_LEFT_LOGIN)
		goto out;
	sw = SW_NOT_FOUND;
	nv_app(c, left.left_slot, &w.app);
	if (w.app.n1_len == 0)
		goto out;
	sw = SW_FAILURE;
	m[0] = 0xa3;
	nv_n1(c, left.left_slot, m + 1, w.app.n1_len);
	m[1 + w.app.n1_len] = 0x80;
	n = w.app.n1_len / 16U * 16U + 16;
	if (!card_kdf(c, w.base.dea[1], left.left_hdk, "MCKD1 SM", left.left_token_nonce, 32, keys,
	        sizeof(keys)) ||
	    !card_cbc(c, keys, true, m + 1, n) ||
	    !card_prf(c, w.base.dea[1], keys + CARD_KEY_LEN, m, 1 + n, mac))
		goto out;
	memcpy(out->p, m + 1, n);
	memcpy(out->p + n, mac, MAC_LEN);
	out->len = n + MAC_LEN;
	sw = SW_OK;
out:
	card_wipe(keys, sizeof(keys));
	card_wipe(m, sizeof(m));
	card_wipe(&left, sizeof(left));
	card_wipe(&w, sizeof(w));
	return sw;
}

static enum sw
sign(struct card *c, const struct work *w, const uint8_t *d, struct answer *out)
{
	uint8_t dk[CARD_KEY_LEN], key[CARD_KEY_LEN], m[1 + CARD_ID_LEN + HEAD_LEN + 32], mac[32];
	uint8_t index = 0;
	uint32_t counter = nv_counter(c) + 1;
	enum sw sw;

	if (!app_select(c, w, d[0], d + 1, counter, &index, &sw))
		goto out;
	sw = SW_FAILURE;
	put_head(w, index, counter, w->pin_ok ? RESULT_PIN : 0, out->p);
	m[0] = 0xa2;
	nv_card_id(c, m + 1);
	memcpy(m + 9, out->p, HEAD_LEN);
	memcpy(m + 18, d + 5, 32);
	if (!card_key_dk(c, &w->base, w->slot, index, dk) ||
	    !card_kdf(c, w->base.dea[1], dk, "MCKD1 SIGN", NULL, 0, key, sizeof(key)) ||
	    !card_prf(c, w->base.dea[1], key, m, sizeof(m), mac))
		goto out;
	sw = SW_MEMORY;
	if (!nv_counter_set(c, counter))
		goto out;
	memcpy(out->p + HEAD_LEN, mac, MAC_LEN);
	out->len = HEAD_LEN + MAC_LEN;
	sw = SW_OK;
out:
	card_wipe(dk, sizeof(dk));
	card_wipe(key, sizeof(key));
	card_wipe(mac, sizeof(mac));
	return sw;
}

enum sw
card_sign(struct card *c, const struct command *cmd, struct answer *out)
{
	uint8_t data[5 + 32];
	struct card left = *c;
	struct work w;
	enum sw sw;

	memset(&w, 0, sizeof(w));
	card_forget(c);
	sw = cmd->p2 != 0 ? SW_P1P2 : SW_LENGTH;
	if (sw == SW_P1P2 || cmd->data_len != sizeof(data))
		goto out;
	memcpy(data, cmd->data, sizeof(data));
	sw = app_open(c, cmd->p1, &w);
	if (sw == SW_OK && cmd->p1 != 0 && (w.app.flags & APP_SIGN) == 0)
		sw = SW_STATE;
	if (sw == SW_OK)
		sw = pin_left(&left, &w, cmd->p1);
	if (sw == SW_OK)
		sw = app_found(c, &w, cmd->p1);
	if (sw == SW_OK && (w.app.flags & APP_SIGN) == 0)
		sw = SW_STATE;
	if (sw != SW_OK)
		goto out;
	if (cmd->p1 == 0 && w.app.mechanism != MECH_HOST)
		data[0] = 0;
	sw = sign(c, &w, data, out);
out:
	card_wipe(&left, sizeof(left));
	card_wipe(&w, sizeof(w));
	return sw;
}
