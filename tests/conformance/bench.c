/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "select.h"

struct bench bench;
const uint8_t mk[MCKD_KEY_LEN] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18,
	19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31 };
const uint8_t host_id[16] = { 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8b,
	0x8c, 0x8d, 0x8e, 0x8f };
const uint8_t ksel[32] = "`abcdefghijklmnopqrstuvwxyz{|}~\x7f";
const uint8_t pin[12] = "123456\xff\xff\xff\xff\xff\xff";
const uint8_t pin2[12] = "abcd\xff\xff\xff\xff\xff\xff\xff\xff";
const uint8_t pin3[12] = "!~!~!~!~!~!~";
const uint8_t wrong[12] = "000000\xff\xff\xff\xff\xff\xff";
const uint8_t puk[12] = "PUK45678\xff\xff\xff\xff";

static void
done(enum mckd_err err)
{
	if (err != MCKD_OK)
		fail_msg("the suite itself: %s", mckd_err_str(err));
}

unsigned
apdu(const void *cmd, size_t len)
{
	enum mckd_err err;
	uint16_t sw = 0;

	bench.rsp_len = sizeof(bench.rsp);
	err = mckd_card_transmit(bench.link, cmd, len, bench.rsp, &bench.rsp_len, &sw);
	if (err != MCKD_OK)
		fail_msg("no answer that could be used: %s", mckd_err_str(err));
	if (sw != SW_OK && bench.rsp_len != 0)
		fail_msg("%04x came with %zu bytes of data", sw, bench.rsp_len);
	return sw;
}

unsigned
command(uint8_t cla, uint8_t ins, uint8_t p1, uint8_t p2, const void *data, size_t len)
{
	uint8_t cmd[5 + 255 + 1] = { cla, ins, p1, p2, (uint8_t)len };

	assert_in_range(len, 0, 255);
	if (len > 0)
		memcpy(cmd + 5, data, len);
	return apdu(cmd, len > 0 ? 6 + len : 5);
}

void
sel(void)
{
	done(mckd_card_select(bench.link, &bench.info));
}

uint8_t
tries_left(uint8_t slot)
{
	sel();
	for (unsigned i = 0; i < bench.info.napps; i++)
		if (bench.info.app[i].slot == slot)
			return bench.info.app[i].tries;
	fail_msg("slot %u is not in the table", slot);
	return 0;
}

/* The request's plain part, then what seals the PIN to this challenge. */
void
compose(uint8_t slot, uint8_t index, uint32_t figure, const uint8_t *sealed_pin)
{
	uint8_t tk[32], htk[32], m[128] = { 0xa7 }, mac[MCKD_PRF_MAX], *r = bench.request;
	struct mckd_buf b = mckd_buf_over(r, REQUEST_LEN);

	mckd_buf_put_u8(&b, index);
	mckd_buf_put_u32(&b, figure);
	mckd_buf_put(&b, host_id, sizeof(host_id));
	mckd_buf_put(&b, mk, 16);
	done(mckd_keys_ctx("sudo", "alice", "pts/0", r + 37));
	if (sealed_pin == NULL)
		return;
	done(mckd_keys_tk(bench.dea1, mk, bench.info.card, tk));
	done(mckd_keys_host(bench.dea2, tk, r + 5, htk));
	memcpy(m + 1, bench.info.challenge, 8);
	memcpy(m + 9, r + 21, 32);
	done(mckd_prf(bench.dea2, htk, m, 41, mac));
	for (int i = 0; i < 12; i++)
		r[53 + i] = sealed_pin[i] ^ mac[i];
	m[0] = 0xa4;
	memcpy(m + 9, bench.info.card, 8);
	m[17] = slot;
	memcpy(m + 18, r, REQUEST_LEN + 12);
	done(mckd_prf(bench.dea2, htk, m, 18 + REQUEST_LEN + 12, mac));
	memcpy(r + 65, mac, 16);
}

unsigned
authenticate(uint8_t slot, bool sealed)
{
	return command(0x80, 0x10, slot, sealed ? 2 : 0, bench.request, sealed ? REQUEST_LEN + SEALED_LEN : REQUEST_LEN);
}

unsigned
login(uint8_t slot, uint8_t index, uint32_t figure, const uint8_t *sealed_pin)
{
	sel();
	compose(slot, index, figure, sealed_pin);
	return authenticate(slot, sealed_pin != NULL);
}

unsigned
verify(uint8_t slot, const uint8_t p[12])
{
	return command(0x00, 0x20, 0, slot, p, 12);
}

unsigned
verified_login(uint8_t slot, uint8_t index, uint32_t figure, const uint8_t p[12])
{
	unsigned sw = verify(slot, p);

	compose(slot, index, figure, NULL);
	return sw == SW_OK ? authenticate(slot, false) : sw;
}

bool
active(uint8_t slot, uint8_t index)
{
	const struct mckd_app *a = &bench.app[slot];

	return index >= 1 && index <= MCKD_SNS_MAX && ((a->present & ~a->retired) >> (index - 1) & 1) != 0;
}

uint8_t
common_index(uint8_t slot, const void *figure, size_t len)
{
	uint8_t index;

	done(mckd_select_common(bench.dea1, &bench.app[slot], figure, len, &index));
	return index;
}

void
dk_of(uint8_t slot, uint8_t index, uint8_t dk[32])
{
	done(mckd_keys_dk(bench.dea1, mk, bench.info.card, slot, index, bench.app[slot].sn[index - 1], dk));
}

void
hdk_of(uint8_t slot, uint8_t index, uint8_t hdk[32])
{
	uint8_t dk[32];

	dk_of(slot, index, dk);
	done(mckd_keys_host(bench.dea2, dk, bench.request + 5, hdk));
}

struct mckd_card_answer
true_answer(uint8_t slot, uint8_t flags)
{
	struct mckd_buf b = mckd_buf_over(bench.rsp, bench.rsp_len);
	struct mckd_card_request q = { 0 };
	struct mckd_card_answer a;
	uint8_t hdk[32];

	mckd_buf_get_u8(&b, &a.slot);
	mckd_buf_get_u8(&b, &a.index);
	mckd_buf_get_u16(&b, &a.epoch);
	mckd_buf_get_u32(&b, &a.counter);
	mckd_buf_get_u8(&b, &a.flags);
	mckd_buf_get(&b, a.nonce, 16);
	mckd_buf_get(&b, a.result, 16);
	assert_true(mckd_buf_end(&b));
	assert_int_equal(a.slot, slot);
	assert_int_equal(a.flags, flags);
	assert_int_equal(a.epoch, bench.epoch);
	assert_true(active(slot, a.index));
	q.figure = (uint32_t)bench.request[1] << 24 | (uint32_t)bench.request[2] << 16 |
	    (uint32_t)bench.request[3] << 8 | bench.request[4];
	memcpy(q.host, bench.request + 5, 16);
	memcpy(q.token, bench.request + 21, 16);
	memcpy(q.ctx, bench.request + 37, 16);
	hdk_of(slot, a.index, hdk);
	assert_int_equal(mckd_card_check_result(bench.dea2, hdk, bench.info.card, &q, &a), MCKD_OK);
	return a;
}
