/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem */
#endif
#include "rig.h"
#include "issuer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define PLAIN (APP_PIN | APP_SIGN)
#define LIVE offsetof(struct nv_image, live)

static const uint8_t wrong_pin[12] = "000000\xff\xff\xff\xff\xff\xff";
static const uint8_t other_pin[12] = "abcd\xff\xff\xff\xff\xff\xff\xff\xff";

static void
expect_vector(const char *section, const char *name, const uint8_t *got, size_t len)
{
	uint8_t want[256];

	assert_int_equal(rig_vector(section, name, want, sizeof(want)), len);
	assert_memory_equal(got, want, len);
}

static void
set_counter(struct rig *r, uint32_t value)
{
	assert_true(nv_counter_set(&r->card, value));
	assert_true(nv_counter_set(&r->card, value));
}

static void
script(struct rig *r)
{
	rig_vector("common", "challenge", r->script, 8);
	rig_vector("common", "nonce", r->script + 8, 16);
	r->script_len = 24;
}

static void
login_vectors(const char *section, int dea1, int dea2, bool all)
{
	struct rig r;

	rig_personalised(&r, dea1, dea2, PLAIN);
	set_counter(&r, 6);
	script(&r);
	assert_int_equal(rig_login(&r, 1, 3, 20000, rig_pin), SW_OK);
	assert_int_equal(r.rsp_len, 43);
	assert_memory_equal(r.rsp, "\x01\x03\x00\x02\x00\x00\x00\x07\x03", 9);
	expect_vector(section, "result", r.rsp + 25, 16);
	if (!all)
		return;
	assert_int_equal(rig_apdu(&r, 0x80, 0x12, 0, 0, NULL, 0), SW_OK);
	expect_vector(section, "secret", r.rsp, r.rsp_len - 2);
	/* The sealed PIN of the vectors themselves, not of the test's own arithmetic. */
	uint8_t request[81];
	script(&r);
	assert_int_equal(rig_select(&r), SW_OK);
	rig_request(request, 3, 20000);
	rig_vector(section, "sealpin", request + 53, 28);
	assert_int_equal(rig_apdu(&r, 0x80, 0x10, 1, 2, request, 81), SW_OK);
	assert_int_equal(rig_apdu(&r, 0x80, 0x10, 1, 2, request, 81), SW_SECURITY);
	uint8_t order[37] = { 3 };
	memcpy(order + 5, rig_mk, 32);
	memset(r.nvm + offsetof(struct nv_image, counter), 0, 16);
	r.nvm[offsetof(struct nv_image, counter) + 3] = 7;
	memset(r.nvm + offsetof(struct nv_image, counter) + 4, 0xff, 4);
	r.nvm[offsetof(struct nv_image, counter) + 7] = 0xf8;
	assert_int_equal(rig_apdu(&r, 0x80, 0x14, 1, 0, order, 37), SW_SECURITY);
	assert_int_equal(rig_apdu(&r, 0, 0x20, 0, 1, rig_pin, 12), SW_OK);
	assert_int_equal(rig_apdu(&r, 0x80, 0x14, 1, 0, order, 37), SW_OK);
	expect_vector(section, "sign", r.rsp + 9, 16);
	assert_int_equal(rig_apdu(&r, 0x80, 0x14, 1, 0, order, 37), SW_SECURITY);
}

static void
test_vectors_login(void **state)
{
	(void)state;
	login_vectors("1/1", 1, 1, true);
	login_vectors("2/2", 2, 2, true);
	login_vectors("1/2", 1, 2, false);
	login_vectors("2/1", 2, 1, false);
}

static void
ticket_vectors(const char *section, int dea)
{
	uint8_t t[256], select[3], tprev[16];
	struct rig r;
	size_t len;

	rig_personalised(&r, dea, dea, PLAIN);
	rig_vector("common", "tprev", tprev, 16);
	for (unsigned i = 0; i < 2; i++)
		memcpy(r.nvm + offsetof(struct nv_image, state) + i * sizeof(struct nv_state) +
		           offsetof(struct base, ticket_t), tprev, 16);
	len = rig_vector(section, "ticket", t, sizeof(t));
	for (int i = 0; i < 2; i++) {
		assert_int_equal(rig_apdu(&r, 0x80, 0x20, 0, 0, t, len), SW_OK);
		expect_vector(section, "receipt", r.rsp, r.rsp_len - 2);
	}
	rig_vector(section, "select", select, 3);
	assert_int_equal(rig_login(&r, 1, 0, 20000, rig_pin), SW_OK);
	assert_int_equal(r.rsp[1], select[0]);
	r.epoch = 3;
	memcpy(r.prev, t + len - 16, 16);
	assert_int_equal(rig_ticket(&r, (const uint8_t *)"\x0e\x01\x01\x01\x01\x04", 6), SW_OK);
	memset(r.nvm + offsetof(struct nv_image, counter), 0, 16);
	set_counter(&r, 7);
	assert_int_equal(rig_login(&r, 1, 0, 0, rig_pin), SW_OK);
	assert_int_equal(r.rsp[1], select[1]);
	assert_int_equal(rig_ticket(&r, (const uint8_t *)"\x0e\x01\x01\x01\x01\x05", 6), SW_OK);
	assert_int_equal(rig_login(&r, 0, 0, 0, rig_pin), SW_OK);
	assert_int_equal(r.rsp[1], select[2]);
	assert_int_equal(rig_ticket(&r, (const uint8_t *)"\x0e\x01\x01\x01\x01\x01", 6), SW_OK);
	for (unsigned seen = 0; seen != 0x9b;) {
		assert_int_equal(rig_login(&r, 1, 0, 0, rig_pin), SW_OK);
		assert_int_not_equal(0x9b >> (r.rsp[1] - 1) & 1, 0);
		seen |= 1U << (r.rsp[1] - 1);
	}
	assert_int_equal(rig_login(&r, 1, 1, 0, rig_pin), SW_DATA);
}

static void
test_vectors_ticket(void **state)
{
	(void)state;
	ticket_vectors("1/1", 1);
	ticket_vectors("2/2", 2);
}

static void
test_order(void **state)
{
	uint8_t request[81] = { 3 };
	struct rig r;

	(void)state;
	rig_blank(&r, 1, 1);
	assert_int_equal(rig_apdu(&r, 0x80, 0x10, 0, 2, request, 81), SW_STATE);
	assert_int_equal(rig_apdu(&r, 0x80, 0x10, 1, 2, request, 81), SW_NOT_FOUND);
	rig_personalised(&r, 1, 1, PLAIN);
	assert_int_equal(rig_apdu(&r, 0x80, 0x10, 9, 1, request, 1), SW_P1P2);
	assert_int_equal(rig_apdu(&r, 0x80, 0x10, 9, 2, request, 80), SW_LENGTH);
	assert_int_equal(rig_apdu(&r, 0x80, 0x10, 9, 2, request, 81), SW_NOT_FOUND);
	assert_int_equal(rig_apdu(&r, 0x80, 0x10, 1, 2, request, 81), SW_SECURITY);
	assert_int_equal(rig_apdu(&r, 0x80, 0x10, 1, 0, request, 53), SW_SECURITY);
	assert_int_equal(rig_login(&r, 1, 7, 0, wrong_pin), SW_TRIES | 4);
	assert_int_equal(rig_login(&r, 1, 7, 0, rig_pin), SW_NOT_FOUND);
	assert_int_equal(nv_tries(&r.card, 1), 5);
	assert_int_equal(rig_apdu(&r, 0x80, 0x12, 0, 0, NULL, 0), SW_SECURITY);
	assert_int_equal(rig_apdu(&r, 0x80, 0x99, 0, 0, NULL, 0), SW_INS);
	assert_int_equal(rig_apdu(&r, 0x90, 0x10, 0, 0, NULL, 0), SW_CLA);
	set_counter(&r, UINT32_MAX);
	assert_int_equal(rig_login(&r, 1, 3, 0, wrong_pin), SW_STATE);
	assert_int_equal(nv_tries(&r.card, 1), 5);
	assert_int_equal(rig_login(&r, 0, 3, 0, rig_pin), SW_STATE);
}

static void
test_pin(void **state)
{
	uint8_t request[53], pair[24];
	struct rig r;

	(void)state;
	rig_personalised(&r, 1, 1, PLAIN);
	rig_request(request, 3, 0);
	assert_int_equal(rig_apdu(&r, 0, 0x20, 0, 0, rig_pin, 12), SW_OK);
	assert_int_equal(rig_apdu(&r, 0x80, 0x10, 0, 0, request, 53), SW_OK);
	assert_int_equal(r.rsp[8], RESULT_PIN);
	assert_int_equal(rig_apdu(&r, 0x80, 0x10, 1, 0, request, 53), SW_SECURITY);
	assert_int_equal(rig_apdu(&r, 0, 0x20, 0, 1, rig_pin, 12), SW_OK);
	assert_int_equal(rig_apdu(&r, 0x80, 0x99, 0, 0, NULL, 0), SW_INS);
	assert_int_equal(rig_apdu(&r, 0x80, 0x10, 1, 0, request, 53), SW_SECURITY);
	memcpy(pair, rig_pin, 12);
	memset(pair + 12, ' ', 12);
	assert_int_equal(rig_apdu(&r, 0, 0x24, 0, 1, pair, 24), SW_DATA);
	memcpy(pair + 12, other_pin, 12);
	assert_int_equal(rig_apdu(&r, 0, 0x24, 0, 1, pair, 24), SW_OK);
	for (unsigned left = 5; left-- > 1;)
		assert_int_equal(rig_apdu(&r, 0, 0x20, 0, 1, rig_pin, 12), SW_TRIES | left);
	assert_int_equal(rig_apdu(&r, 0, 0x20, 0, 0, rig_pin, 12), SW_BLOCKED);
	assert_int_equal(rig_apdu(&r, 0, 0x20, 0, 1, other_pin, 12), SW_BLOCKED);
	memcpy(pair, "PUK4567x\xff\xff\xff\xff", 12);
	assert_int_equal(rig_apdu(&r, 0, 0x2c, 0, 1, pair, 24), SW_TRIES | 9);
	pair[7] = '8';
	assert_int_equal(rig_apdu(&r, 0, 0x2c, 0, 1, pair, 24), SW_OK);
	assert_int_equal(nv_tries(&r.card, 0), 10);
	assert_int_equal(rig_login(&r, 0, 3, 0, other_pin), SW_OK);
	rig_personalised(&r, 1, 1, APP_PIN | APP_SEALED_ONLY);
	assert_int_equal(rig_apdu(&r, 0, 0x20, 0, 1, rig_pin, 12), SW_STATE);
	assert_int_equal(rig_apdu(&r, 0, 0x20, 0, 0, rig_pin, 12), SW_BLOCKED);
	assert_int_equal(rig_login(&r, 0, 3, 0, rig_pin), SW_OK);
}

static void
test_malformed_tlvs(void **state)
{
	static const struct { size_t len; const char *tlv; } bad[] = {
		{ 1, "\x0e" }, { 2, "\x0e\x01" }, { 3, "\x0e\x01\x02" }, { 3, "\x0e\x01\x09" },
		{ 3, "\x01\x01\x03" }, { 6, "\x0e\x01\x01\x01\x01\x06" }, { 6, "\x0e\x01\x01\x01\x01\x03" },
		{ 2, "\x23\x00" }, { 4, "\x21\x02\x01\x01" }, { 2, "\x30\x00" }, { 4, "\x24\x00\x24\x00" },
		{ 7, "\x0f\x05\x01\x00\x08\x61\x62" }, { 7, "\x0f\x05\x02\x00\x08\x70\x63" },
		{ 7, "\x0f\x05\x02\x00\x08\x70\x43" }, { 7, "\x0f\x05\x02\x00\x10\x61\x62" },
		{ 7, "\x0f\x05\x02\x0c\x08\x61\x62" }, { 7, "\x0f\x05\x02\x10\x08\x61\x62" },
		{ 6, "\x0e\x01\x01\x08\x01\x10" }, { 7, "\x0e\x01\x01\x09\x00\x05\x00" },
	};
	uint8_t before[sizeof(((struct rig *)0)->nvm)];
	struct rig r;

	(void)state;
	rig_personalised(&r, 1, 1, PLAIN);
	memcpy(before, r.nvm, sizeof(before));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (rig_ticket(&r, (const uint8_t *)bad[i].tlv, bad[i].len) != SW_DATA)
			fail_msg("TLVs %zu were taken", i);
		/* But for the row of tries that does not count. */
		size_t other = offsetof(struct nv_image, tries) + (r.nvm[LIVE] ^ 1U) * 9;
		memcpy(before + other, r.nvm + other, 9);
		assert_memory_equal(before, r.nvm, sizeof(before));
	}
	assert_int_equal(rig_ticket(&r, (const uint8_t *)"", 0), SW_OK);
}

static void
test_terminated(void **state)
{
	struct rig r;
	uint8_t kept[16];

	(void)state;
	rig_personalised(&r, 1, 1, PLAIN);
	assert_int_equal(rig_ticket(&r, (const uint8_t *)"\x24\x00", 2), SW_OK);
	memcpy(kept, r.rsp, 16);
	assert_int_equal(rig_apdu(&r, 0x80, 0x20, 0, 0, r.tkt, r.tkt_len), SW_OK);
	assert_memory_equal(r.rsp, kept, 16);
	assert_int_equal(rig_ticket(&r, (const uint8_t *)"", 0), SW_STATE);
	assert_null(memmem(r.nvm, sizeof(r.nvm), rig_mk, 32));
	assert_null(memmem(r.nvm, sizeof(r.nvm), "123456", 6));
	assert_int_equal(rig_select(&r), SW_OK);
}

enum torn { TORN_TICKET, TORN_CHANGE, TORN_UNBLOCK, TORN_LOGIN };

static unsigned
torn_command(struct rig *r, enum torn what)
{
	uint8_t pair[24], tlv[60] = "\x0e\x01\x01\x01\x01\x03\x02\x20";

	memset(tlv + 8, 0x66, 32);
	memcpy(tlv + 40, "\x03\x04\x00\x00\x00\x04\x05", 8);
	memcpy(pair, what == TORN_CHANGE ? (const char *)rig_pin : "PUK45678\xff\xff\xff\xff", 12);
	memcpy(pair + 12, other_pin, 12);
	switch (what) {
	case TORN_TICKET:
		return rig_ticket(r, tlv, 48);
	case TORN_CHANGE:
		return rig_apdu(r, 0, 0x24, 0, 1, pair, 24);
	case TORN_UNBLOCK:
		return rig_apdu(r, 0, 0x2c, 0, 1, pair, 24);
	default:
		return rig_login(r, 1, 3, 0, rig_pin);
	}
}

static void
live_state(struct rig *r, uint8_t out[sizeof(struct nv_state) + SLOTS])
{
	memcpy(out, r->nvm + offsetof(struct nv_image, state) + r->nvm[LIVE] * sizeof(struct nv_state),
	    sizeof(struct nv_state));
	memcpy(out + sizeof(struct nv_state), r->nvm + offsetof(struct nv_image, tries) + r->nvm[LIVE] * 9U + 1, SLOTS);
	if (out[sizeof(struct nv_state)] < 4)
		fail_msg("more than one try was spent");
}

static void
tear(enum torn what)
{
	static uint8_t before[sizeof(struct nv_state) + SLOTS], after[sizeof(before)], now[sizeof(before)];
	static struct rig r;
	unsigned cuts = 0, undone = 0, done = 0;
	long whole;

	for (long cut = -1, end = 1; cut < end; cut++) {
		uint32_t counter;

		rig_personalised(&r, 1, 2, PLAIN);
		if (what == TORN_TICKET)
			nv_tries_set(&r.card, 1, 4);
		live_state(&r, before);
		r.wrote = 0;
		r.cut = cut;
		counter = nv_counter(&r.card);
		assert_int_equal(torn_command(&r, what), cut < 0 ? SW_OK : SW_MEMORY);
		whole = r.wrote;
		r.cut = -1;
		assert_true(card_reset(&r.card));
		assert_memory_equal(r.nvm + offsetof(struct nv_image, state),
		    r.nvm + offsetof(struct nv_image, state) + sizeof(struct nv_state), sizeof(struct nv_state));
		live_state(&r, now);
		assert_in_range(nv_counter(&r.card), counter, counter + 1);
		if (cut < 0) {
			end = whole;
			memcpy(after, now, sizeof(after));
			continue;
		}
		cuts++;
		/* Receipts and epochs are in the state: one comparison tells all. */
		if (memcmp(now, after, sizeof(struct nv_state)) == 0)
			done++;
		else if (memcmp(now, before, sizeof(struct nv_state)) == 0)
			undone++;
		else
			fail_msg("torn after %ld bytes: neither before nor after", cut);
		if (what != TORN_TICKET)
			continue;
		/* Tries go with the ticket that fills them, and the same ticket again ends it. */
		assert_true(memcmp(now, after, sizeof(now)) == 0 || memcmp(now, before, sizeof(now)) == 0);
		assert_int_equal(rig_apdu(&r, 0x80, 0x20, 0, 0, r.tkt, r.tkt_len), SW_OK);
		assert_memory_equal(r.rsp, after + offsetof(struct base, receipt), 16);
		live_state(&r, now);
		assert_memory_equal(now, after, sizeof(now));
	}
	assert_true(cuts > 0 && done > 0 && (undone > 0 || what == TORN_LOGIN));
	print_message("%u cut points: %u before, %u after\n", cuts, undone, done);
}

static void
test_torn(void **state)
{
	(void)state;
	for (enum torn t = TORN_TICKET; t <= TORN_LOGIN; t++)
		tear(t);
}

/* The same ticket again brings its receipt, or does what was undone; then the run goes on. */
static bool
provision_torn(struct rig *r, long cut)
{
	uint8_t t[256];
	bool torn = false;

	rig_blank(r, 1, 2);
	r->wrote = 0;
	r->cut = cut;
	for (unsigned i = 0; i < RIG_ORDERS; i++) {
		if (rig_ticket(r, t, rig_order(i, 1, 2, PLAIN, t)) == SW_OK)
			continue;
		assert_int_equal(r->cut, 0);
		torn = true;
		r->cut = -1;
		assert_true(card_reset(&r->card));
		assert_int_equal(rig_apdu(r, 0x80, 0x20, 0, 0, r->tkt, r->tkt_len), SW_OK);
		r->epoch++;
		memcpy(r->prev, r->tkt + r->tkt_len - 16, 16);
	}
	r->cut = -1;
	return torn;
}

static void
test_torn_provisioning(void **state)
{
	static struct rig r;
	long cuts = 0, whole;

	(void)state;
	assert_false(provision_torn(&r, -1));
	whole = r.wrote;
	for (; provision_torn(&r, cuts); cuts++) {
		assert_int_equal(rig_login(&r, 1, 3, 0, rig_pin), SW_OK);
		assert_int_equal(rig_ticket(&r, (const uint8_t *)"\x0e\x01\x01\x05\x00", 5), SW_OK);
	}
	assert_int_equal(cuts, whole);
	print_message("%ld cut points\n", cuts);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors_login), cmocka_unit_test(test_vectors_ticket),
		cmocka_unit_test(test_order), cmocka_unit_test(test_pin),
		cmocka_unit_test(test_malformed_tlvs), cmocka_unit_test(test_terminated),
		cmocka_unit_test(test_torn), cmocka_unit_test(test_torn_provisioning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
