/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rig.h"
#include "engine_openssl.h"
#include "issuer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

const uint8_t rig_mk[32] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20,
	21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31 };
const uint8_t rig_id[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
const uint8_t rig_host[16] = { 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8b,
	0x8c, 0x8d, 0x8e, 0x8f };
const uint8_t rig_pin[12] = "123456\xff\xff\xff\xff\xff\xff";
static const uint8_t transport[32] = "a transport key for tests only!";
static struct card_engine real, scripted;
static struct rig *now;

/* What is scripted comes first, then OpenSSL's. */
static bool
scripted_random(void *arg, uint8_t *out, size_t len)
{
	if (now->script_len < len)
		return real.random(arg, out, len);
	memcpy(out, now->script, len);
	now->script_len -= len;
	memmove(now->script, now->script + len, now->script_len);
	return true;
}

static bool
nvm_read(void *arg, size_t at, uint8_t *out, size_t len)
{
	struct rig *r = arg;

	assert_true(at + len <= sizeof(r->nvm));
	memcpy(out, r->nvm + at, len);
	return true;
}

static bool
nvm_write(void *arg, size_t at, const uint8_t *in, size_t len)
{
	struct rig *r = arg;

	assert_true(at + len <= sizeof(r->nvm));
	for (size_t i = 0; i < len; i++) {
		if (r->cut == 0)
			return false;
		if (r->cut > 0)
			r->cut--;
		r->nvm[at + i] = in[i];
		r->wrote++;
	}
	return true;
}

static bool
nvm_sync(void *arg)
{
	(void)arg;
	return true;
}

static struct card_nvm nvm = { nvm_read, nvm_write, nvm_sync, NULL };

void
rig_blank(struct rig *r, int dea1, int dea2)
{
	memset(r, 0, sizeof(*r));
	r->cut = -1;
	r->dea1 = dea1;
	r->dea2 = dea2;
	now = r;
	if (real.arg == NULL)
		assert_true(card_engine_openssl(&real));
	scripted = real;
	scripted.random = scripted_random;
	nvm.arg = r;
	memcpy(r->script, rig_id, 8);
	r->script_len = 8;
	card_init(&r->card, &scripted, &nvm);
	assert_true(card_install(&r->card, transport));
}

unsigned
rig_apdu(struct rig *r, uint8_t cla, uint8_t ins, uint8_t p1, uint8_t p2, const uint8_t *d, size_t len)
{
	uint8_t cmd[5 + 255 + 1] = { cla, ins, p1, p2, (uint8_t)len };

	if (len > 0)
		memcpy(cmd + 5, d, len);
	r->rsp_len = card_apdu(&r->card, cmd, len > 0 ? 6 + len : 5, r->rsp);
	assert_in_range(r->rsp_len, 2, CARD_RSP_MAX);
	return card_get16(r->rsp + r->rsp_len - 2);
}

void
rig_key(struct rig *r, const char *label, uint8_t key[32])
{
	kdf(r->dea1, rig_mk, label, rig_id, 8, key, 32);
}

unsigned
rig_ticket(struct rig *r, const uint8_t *tlv, size_t len)
{
	struct base base;
	uint8_t ck[32], rnd[16] = { 9 };
	int dea = r->dea1;
	unsigned sw;

	nv_base(&r->card, &base);
	if (base.life == LIFE_BLANK) {
		dea = 1;
		kdf(1, transport, "MCKD1 CFG", rig_id, 8, ck, 32);
	} else {
		rig_key(r, "MCKD1 CFG", ck);
	}
	r->tkt_len = ticket(dea, ck, rig_id, (uint16_t)(r->epoch + 1), r->prev, rnd, tlv, len, r->tkt);
	sw = rig_apdu(r, 0x80, 0x20, 0, 0, r->tkt, r->tkt_len);
	if (sw == SW_OK) {
		r->epoch++;
		memcpy(r->prev, r->tkt + r->tkt_len - 16, 16);
	}
	return sw;
}

size_t
rig_order(unsigned which, int dea1, int dea2, uint8_t flags, uint8_t out[256])
{
	static const uint8_t indices[] = { 1, 2, 3, 4, 5, 8 };
	uint8_t *p = out;

	if (which == 1) {
		*p++ = 0x22, *p++ = 12;
		memcpy(p, "PUK45678\xff\xff\xff\xff", 12);
		p += 12;
		*p++ = 0x21, *p++ = 2, *p++ = (uint8_t)dea1, *p++ = (uint8_t)dea2, *p++ = 0x20, *p++ = 32;
		memcpy(p, rig_mk, 32);
		p += 32;
		*p++ = 0x23, *p++ = 0;
		return (size_t)(p - out);
	}
	*p++ = 0x0f, *p++ = 5, *p++ = 1, *p++ = flags, *p++ = 5, *p++ = 'p', *p++ = 'c';
	for (size_t i = 0; i < sizeof(indices); i++) {
		*p++ = 0x04, *p++ = 17, *p++ = indices[i];
		for (int j = 0; j < 16; j++)
			*p++ = (uint8_t)(j + (indices[i] == 3 ? 0x40 : indices[i]));
	}
	*p++ = 0x06, *p++ = 12;
	memcpy(p, rig_pin, 12);
	p += 12;
	*p++ = 0x07, *p++ = 11;
	memcpy(p, "open sesame", 11);
	return (size_t)(p + 11 - out);
}

void
rig_personalised(struct rig *r, int dea1, int dea2, uint8_t flags)
{
	uint8_t t[256];

	rig_blank(r, dea1, dea2);
	for (unsigned i = 0; i < RIG_ORDERS; i++)
		assert_int_equal(rig_ticket(r, t, rig_order(i, dea1, dea2, flags, t)), SW_OK);
}

unsigned
rig_select(struct rig *r)
{
	static const uint8_t aid[] = { 0xf0, 0x4d, 0x43, 0x4b, 0x44, 0x01 };

	return rig_apdu(r, 0, 0xa4, 4, 0, aid, sizeof(aid));
}

void
rig_request(uint8_t request[53], uint8_t index, uint32_t figure)
{
	request[0] = index;
	card_put32(request + 1, figure);
	memcpy(request + 5, rig_host, 16);
	memcpy(request + 21, rig_mk, 16);
	rig_vector("1/1", "ctx", request + 37, 16);
}

unsigned
rig_login(struct rig *r, uint8_t slot, uint8_t index, uint32_t figure, const uint8_t pin[12])
{
	uint8_t request[81], tk[32], htk[32];

	assert_int_equal(rig_select(r), SW_OK);
	rig_request(request, index, figure);
	rig_key(r, "MCKD1 TERM", tk);
	kdf(r->dea2, tk, "MCKD1 HOST", rig_host, 16, htk, 32);
	sealed_pin(r->dea2, htk, r->card.challenge, rig_id, slot, request, pin, request + 53);
	return rig_apdu(r, 0x80, 0x10, slot, 2, request, 81);
}

size_t
rig_vector(const char *section, const char *name, uint8_t *out, size_t room)
{
	const char *path = getenv("MCKD_VECTORS");
	FILE *f = fopen(path != NULL ? path : "tests/vectors/mckd.txt", "r");
	char line[2048], at[64] = "", key[64], value[1024];
	size_t n = 0;
	unsigned byte;

	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		if (sscanf(line, "[%63[^]]]", at) == 1 || strcmp(at, section) != 0 ||
		    sscanf(line, "%63s = %1023[^\n]", key, value) != 2 || strcmp(key, name) != 0)
			continue;
		if (strcmp(name, "select") == 0) {
			unsigned a, b, c;

			assert_int_equal(sscanf(value, "%u %u %u", &a, &b, &c), 3);
			out[0] = (uint8_t)a, out[1] = (uint8_t)b, out[2] = (uint8_t)c;
			n = 3;
			break;
		}
		while (n < room && sscanf(value + 2 * n, "%2x", &byte) == 1)
			out[n++] = (uint8_t)byte;
		break;
	}
	fclose(f);
	assert_true(n > 0);
	return n;
}
