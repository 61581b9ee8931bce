/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static uint8_t entered;

static void
done(enum mckd_err err)
{
	if (err != MCKD_OK)
		fail_msg("the suite itself: %s", mckd_err_str(err));
}

void
tlv(uint8_t tag, const void *value, size_t len)
{
	assert_in_range(bench.tlv_len + 2 + len, 0, sizeof(bench.tlv));
	bench.tlv[bench.tlv_len++] = tag;
	bench.tlv[bench.tlv_len++] = (uint8_t)len;
	if (len > 0)
		memcpy(bench.tlv + bench.tlv_len, value, len);
	bench.tlv_len += len;
}

void
enter(uint8_t slot)
{
	entered = slot;
	tlv(0x0e, &slot, 1);
}

void
create(uint8_t slot, uint8_t flags, uint8_t tries)
{
	const uint8_t v[5] = { slot, flags, tries, 'a', (uint8_t)('0' + slot) };

	entered = slot;
	memset(&bench.app[slot], 0, sizeof(bench.app[slot]));
	bench.app[slot].mechanism = MCKD_SEL_HOST_RANDOM;
	memcpy(bench.app[slot].ksel, ksel, sizeof(ksel));
	tlv(0x0f, v, sizeof(v));
}

void
set_mechanism(uint8_t mechanism)
{
	bench.app[entered].mechanism = mechanism;
	tlv(0x01, &mechanism, 1);
	tlv(0x02, ksel, sizeof(ksel));
}

void
set_retired(uint32_t bits)
{
	const uint8_t v[4] = { (uint8_t)(bits >> 24), (uint8_t)(bits >> 16), (uint8_t)(bits >> 8), (uint8_t)bits };

	bench.app[entered].retired = bits;
	tlv(0x03, v, sizeof(v));
}

void
set_sn(uint8_t index, uint8_t fill)
{
	uint8_t v[17] = { index };

	for (uint8_t i = 0; i < 16; i++)
		v[1 + i] = (uint8_t)(fill + i);
	memcpy(bench.app[entered].sn[index - 1], v + 1, 16);
	bench.app[entered].present |= 1u << (index - 1);
	tlv(0x04, v, sizeof(v));
}

/* E covers plain as it is: CBC under a padding of its own begins with the same blocks. */
void
seal_ticket(uint16_t epoch, const uint8_t tprev[16], const uint8_t *plain, size_t len)
{
	enum mckd_dea dea = bench.blank ? MCKD_DEA_AES : bench.dea1;
	uint8_t ck[32], keys[64], m[1 + 8 + 2 + 16 + 240 + 16], mac[MCKD_PRF_MAX];
	size_t room = sizeof(m) - 27;
	struct mckd_ticket *t = &bench.ticket;

	assert_true(len % 16 == 0 && len <= 240);
	done(mckd_keys_ck(dea, bench.blank ? bench.transport : mk, bench.info.card, ck));
	t->epoch = epoch;
	t->body[0] = (uint8_t)(epoch >> 8);
	t->body[1] = (uint8_t)epoch;
	done(mckd_kdf(dea, ck, "MCKD1 TKT", t->body, 2, keys, sizeof(keys)));
	m[0] = 0xa5;
	memcpy(m + 1, bench.info.card, 8);
	memcpy(m + 9, t->body, 2);
	memcpy(m + 11, tprev, 16);
	done(mckd_cbc_encrypt(keys, plain, len, m + 27, &room));
	done(mckd_prf(dea, keys + 32, m, 27 + len, mac));
	memcpy(t->body + 2, m + 27, len);
	memcpy(t->body + 2 + len, mac, 16);
	memcpy(t->t, mac, 16);
	t->len = (uint8_t)(2 + len + 16);
	m[0] = 0xa6;
	memcpy(m + 11, mac, 16);
	done(mckd_prf(dea, keys + 32, m, 27, mac));
	memcpy(t->receipt, mac, 16);
}

unsigned
send_ticket(void)
{
	unsigned sw = command(0x80, 0x20, 0, 0, bench.ticket.body, bench.ticket.len);

	if (sw != SW_OK)
		return sw;
	assert_int_equal(bench.rsp_len, 16);
	assert_memory_equal(bench.rsp, bench.ticket.receipt, 16);
	return sw;
}

unsigned
order(void)
{
	uint8_t plain[240] = "random and fresh", n = 16;
	unsigned sw;

	assert_in_range(bench.tlv_len, 0, MCKD_TICKET_TLV_MAX);
	done(mckd_random(plain, 16));
	memcpy(plain + n, bench.tlv, bench.tlv_len);
	plain[n + bench.tlv_len] = 0x80;
	seal_ticket((uint16_t)(bench.epoch + 1), bench.tprev, plain, (n + bench.tlv_len) / 16 * 16 + 16);
	bench.tlv_len = 0;
	if ((sw = send_ticket()) != SW_OK)
		return sw;
	bench.epoch++;
	memcpy(bench.tprev, bench.ticket.t, 16);
	return sw;
}

int
fresh(void **state)
{
	static const uint8_t indices[] = { 1, 2, 3, 4, 5, 8 };

	(void)state;
	bench.tlv_len = 0;
	sel();
	for (unsigned i = 0; i < bench.info.napps; i++) {
		enter(bench.info.app[i].slot);
		tlv(0x09, NULL, 0);
	}
	assert_int_equal(order(), SW_OK);
	memset(bench.app, 0, sizeof(bench.app));
	create(1, NEEDS_PIN | MAY_SIGN, 5);
	for (size_t i = 0; i < sizeof(indices); i++)
		set_sn(indices[i], indices[i] == 3 ? 0x40 : indices[i]);
	set_retired(1u << 2);
	tlv(0x06, pin, 12);
	tlv(0x07, "open sesame", 11);
	tlv(0x22, puk, 12);
	assert_int_equal(order(), SW_OK);
	sel();
	return 0;
}
