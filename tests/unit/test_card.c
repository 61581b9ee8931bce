/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "card_script.h"
#include "keys.h"
#include "vectors.h"

static struct mckd_card_request q;
static uint8_t hdk[32], dk[32], card[8], nonce[16];

static void
load(const char *section)
{
	memset(&q, 0, sizeof(q));
	vector("common", "card", card, 8);
	memcpy(q.card, card, 8);
	vector("common", "host", q.host, 16);
	vector("common", "token", q.token, 16);
	vector("common", "nonce", nonce, 16);
	vector("common", "challenge", q.challenge, 8);
	vector(section, "ctx", q.ctx, 16);
	vector(section, "htk", q.htk, 32);
	vector(section, "hdk", hdk, 32);
	vector(section, "dk", dk, 32);
	q.slot = 1;
	q.index = 3;
	q.figure = 20000;
	q.sealed = true;
	assert_int_equal(mckd_pin_block("123456", 6, 4, q.pin), MCKD_OK);
}

static void
answer_of(const char *section, uint8_t out[static 41])
{
	static const uint8_t head[9] = { 1, 3, 0, 2, 0, 0, 0, 7, 3 };

	memcpy(out, head, 9);
	memcpy(out + 9, nonce, 16);
	vector(section, "result", out + 25, 16);
}

static void
authenticate(const char *section, enum mckd_dea dea)
{
	static const uint8_t head[] = { 0x80, 0x10, 1, 2, 81, 3, 0, 0, 0x4e, 0x20 };
	struct mckd_card_answer a;
	uint8_t bytes[41], sealed[28];
	uint16_t sw;

	load(section);
	answer_of(section, bytes);
	vector(section, "sealpin", sealed, sizeof(sealed));
	script(bytes, sizeof(bytes), 0x9000);
	assert_int_equal(mckd_card_authenticate(&s.link, dea, &q, &a, &sw), MCKD_OK);
	assert_int_equal(sw, 0x9000);
	assert_int_equal(s.n, 1);
	assert_int_equal(s.cmd_len[0], 5 + 81 + 1);
	assert_memory_equal(s.cmd[0], head, sizeof(head));
	assert_memory_equal(s.cmd[0] + 10, q.host, 16);
	assert_memory_equal(s.cmd[0] + 26, q.token, 16);
	assert_memory_equal(s.cmd[0] + 42, q.ctx, 16);
	assert_memory_equal(s.cmd[0] + 58, sealed, 28);
	assert_int_equal(s.cmd[0][86], 0);
	assert_int_equal(a.counter, 7);
	assert_int_equal(a.epoch, 2);
	assert_int_equal(mckd_card_check_result(dea, hdk, card, &q, &a), MCKD_OK);
	for (size_t bit = 0; bit < 8 * sizeof(bytes); bit++) {
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		script(bytes, sizeof(bytes), 0x9000);
		assert_int_equal(mckd_card_authenticate(&s.link, dea, &q, &a, &sw), MCKD_OK);
		assert_int_equal(mckd_card_check_result(dea, hdk, card, &q, &a), MCKD_E_AUTH);
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

static void
test_authenticate(void **state)
{
	(void)state;
	authenticate("1/1", MCKD_DEA_AES);
	authenticate("2/2", MCKD_DEA_HMAC);
}

static void
test_not_sealed(void **state)
{
	struct mckd_card_answer a;
	uint8_t bytes[41];
	uint16_t sw;

	(void)state;
	load("1/1");
	answer_of("1/1", bytes);
	q.sealed = false;
	script(bytes, sizeof(bytes), 0x9000);
	assert_int_equal(mckd_card_authenticate(&s.link, MCKD_DEA_AES, &q, &a, &sw), MCKD_OK);
	assert_int_equal(s.cmd_len[0], 5 + 53 + 1);
	assert_int_equal(s.cmd[0][3], 0);
	script(bytes, sizeof(bytes), 0x9000);
	q.sealed = true;
	assert_int_equal(mckd_card_authenticate(&s.link, (enum mckd_dea)3, &q, &a, &sw), MCKD_E_CRYPTO);
	assert_int_equal(s.n, 0);
}

static void
test_every_length(void **state)
{
	uint8_t bytes[300], n1[128];
	struct mckd_card_answer a, zero = { 0 };
	struct mckd_card_signature sig;
	struct mckd_card_info info;
	struct mckd_ticket t = { .len = 66 };
	size_t n;
	uint16_t sw;

	(void)state;
	load("1/1");
	memset(bytes, 0x41, sizeof(bytes));
	answer_of("1/1", bytes);
	for (size_t len = 0; len <= 258; len++) {
		clear();
		memcpy(s.answer[0], bytes, len);
		if (len >= 2)
			memcpy(s.answer[0] + len - 2, "\x90\x00", 2);
		s.len[0] = len;
		s.answers = 1;
		enum mckd_err err = mckd_card_authenticate(&s.link, MCKD_DEA_AES, &q, &a, &sw);
		assert_int_equal(err, len == 43 ? MCKD_OK : len < 2 ? MCKD_E_CARD_IO : MCKD_E_AUTH);
		if (len != 43)
			assert_memory_equal(&a, &zero, sizeof(a));
		err = mckd_card_sign(&s.link, 1, 0, 0, hdk, &sig, &sw);
		assert_int_equal(err, len == 27 ? MCKD_OK : len < 2 ? MCKD_E_CARD_IO : MCKD_E_AUTH);
		assert_int_not_equal(mckd_card_ticket(&s.link, &t, &sw), MCKD_OK);
		assert_int_not_equal(mckd_card_select(&s.link, &info), MCKD_OK);
		assert_int_not_equal(mckd_card_get_secret(&s.link, MCKD_DEA_AES, hdk, q.token, nonce,
		    n1, &n, &sw), MCKD_OK);
		assert_int_equal(n, 0);
		err = mckd_card_verify(&s.link, 1, q.pin, &sw);
		assert_int_equal(err == MCKD_OK, len == 2);
	}
}

static enum mckd_err
want_of(unsigned sw)
{
	if (sw >> 8 == 0x61 || sw >> 8 == 0x6c)
		return MCKD_E_CARD_IO;
	if (sw == 0x6983)
		return MCKD_E_PIN_BLOCKED;
	return sw >= 0x63c0 && sw <= 0x63cf ? MCKD_E_PIN_WRONG : MCKD_E_CARD_REFUSED;
}

static void
test_every_status_word(void **state)
{
	struct mckd_card_answer a;
	struct mckd_card_info info;
	uint8_t bytes[41], n1[128];
	size_t n;
	uint16_t got;

	(void)state;
	load("1/1");
	answer_of("1/1", bytes);
	for (unsigned sw = 0; sw <= 0xffff; sw++) {
		if (sw == 0x9000)
			continue;
		script(bytes, sizeof(bytes), sw);
		assert_int_equal(mckd_card_authenticate(&s.link, MCKD_DEA_AES, &q, &a, &got), want_of(sw));
		assert_in_range(s.n, 1, 4);
		assert_int_equal(got, want_of(sw) == MCKD_E_CARD_IO ? 0 : sw);
		s.n = 0;
		enum mckd_err err = mckd_card_verify(&s.link, 1, q.pin, &got);
		if (sw >> 8 == 0x6c) {
			/* No Le to correct: a VERIFY is never repeated. */
			assert_int_equal(s.n, 1);
			assert_int_equal(err, MCKD_E_CARD_REFUSED);
		} else {
			assert_int_equal(err, want_of(sw));
		}
		s.n = 0;
		err = mckd_card_get_secret(&s.link, MCKD_DEA_AES, hdk, q.token, nonce, n1, &n, &got);
		assert_int_equal(err, sw == 0x6a88 ? MCKD_E_STORE_NOT_FOUND : want_of(sw));
		s.n = 0;
		err = mckd_card_select(&s.link, &info);
		assert_int_equal(err, want_of(sw) == MCKD_E_CARD_IO ? MCKD_E_CARD_IO : MCKD_E_CARD_FOREIGN);
		assert_in_range(s.n, 1, 4);
	}
}

static void
test_t0(void **state)
{
	static const uint8_t get_response[5] = { 0x00, 0xc0, 0, 0, 41 };
	struct mckd_card_answer a;
	uint8_t bytes[41], rsp[10], cmd[] = { 0, 1, 2, 3, 0 };
	size_t n = sizeof(rsp);
	uint16_t sw;

	(void)state;
	load("1/1");
	answer_of("1/1", bytes);
	script(NULL, 0, 0x6129);
	then(bytes, 41, 0x9000);
	assert_int_equal(mckd_card_authenticate(&s.link, MCKD_DEA_AES, &q, &a, &sw), MCKD_OK);
	assert_int_equal(s.n, 2);
	assert_memory_equal(s.cmd[1], get_response, 5);
	assert_int_equal(mckd_card_check_result(MCKD_DEA_AES, hdk, card, &q, &a), MCKD_OK);
	/* In two parts, the second asked for with the wrong length. */
	script(NULL, 0, 0x6114);
	then(bytes, 20, 0x6100);
	then(NULL, 0, 0x6c15);
	then(bytes + 20, 21, 0x9000);
	assert_int_equal(mckd_card_authenticate(&s.link, MCKD_DEA_AES, &q, &a, &sw), MCKD_OK);
	assert_int_equal(s.cmd[3][4], 0x15);
	assert_int_equal(mckd_card_check_result(MCKD_DEA_AES, hdk, card, &q, &a), MCKD_OK);
	/* 6Cxx: the same command, with that Le. */
	script(NULL, 0, 0x6c04);
	then(bytes, 4, 0x9000);
	assert_int_equal(mckd_card_transmit(&s.link, cmd, sizeof(cmd), rsp, &n, &sw), MCKD_OK);
	assert_int_equal(n, 4);
	assert_memory_equal(s.cmd[1], "\x00\x01\x02\x03\x04", 5);
	/* More than there is room for. */
	n = 3;
	script(bytes, 4, 0x9000);
	assert_int_equal(mckd_card_transmit(&s.link, cmd, sizeof(cmd), rsp, &n, &sw), MCKD_E_CARD_IO);
	assert_int_equal(n, 0);
	s.fail = MCKD_E_CARD_GONE;
	assert_int_equal(mckd_card_authenticate(&s.link, MCKD_DEA_AES, &q, &a, &sw), MCKD_E_CARD_GONE);
	/* No command at all, and VERIFY with Lc = 0. */
	clear();
	n = 3;
	assert_int_equal(mckd_card_transmit(&s.link, cmd, 3, rsp, &n, &sw), MCKD_E_USAGE);
	memcpy(cmd, "\x00\x20\x00\x01\x09", 5);
	assert_int_equal(mckd_card_transmit(&s.link, (const uint8_t[]){ 0, 0x20, 0, 1, 0, 0 }, 6, rsp,
	    &n, &sw), MCKD_E_USAGE);
	assert_int_equal(s.n, 0);
}

static void
secret(const char *section, enum mckd_dea dea)
{
	uint8_t en1[160], n1[128];
	size_t len = vector(section, "secret", en1, sizeof(en1)), n = 0;
	uint16_t sw;

	load(section);
	script(en1, len, 0x9000);
	assert_int_equal(mckd_card_get_secret(&s.link, dea, hdk, q.token, nonce, n1, &n, &sw), MCKD_OK);
	assert_memory_equal(s.cmd[0], "\x80\x12\x00\x00\x00", 5);
	assert_int_equal(n, 11);
	assert_memory_equal(n1, "open sesame", 11);
	for (size_t bit = 0; bit < 8 * len; bit++) {
		en1[bit / 8] ^= (uint8_t)(1 << bit % 8);
		script(en1, len, 0x9000);
		assert_int_equal(mckd_card_get_secret(&s.link, dea, hdk, q.token, nonce, n1, &n, &sw),
		    MCKD_E_AUTH);
		assert_int_equal(n, 0);
		en1[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

static void
test_secret(void **state)
{
	(void)state;
	secret("1/1", MCKD_DEA_AES);
	secret("2/2", MCKD_DEA_HMAC);
}

static void
sign(const char *section, enum mckd_dea dea)
{
	uint8_t digest[32], bytes[25] = { 1, 3, 0, 2, 0, 0, 0, 8, 1 };
	struct mckd_card_signature sig;
	uint16_t sw;

	load(section);
	for (uint8_t i = 0; i < 32; i++)
		digest[i] = i;
	vector(section, "sign", bytes + 9, 16);
	for (size_t bit = 0; bit <= 8 * sizeof(bytes); bit++) {
		if (bit > 0)
			bytes[(bit - 1) / 8] ^= (uint8_t)(1 << (bit - 1) % 8);
		script(bytes, sizeof(bytes), 0x9000);
		assert_int_equal(mckd_card_sign(&s.link, 1, 3, 0, digest, &sig, &sw), MCKD_OK);
		assert_int_equal(mckd_card_check_signature(dea, dk, card, digest, &sig),
		    bit == 0 ? MCKD_OK : MCKD_E_AUTH);
		if (bit > 0)
			bytes[(bit - 1) / 8] ^= (uint8_t)(1 << (bit - 1) % 8);
	}
	assert_int_equal(s.cmd_len[0], 5 + 37 + 1);
	assert_memory_equal(s.cmd[0], "\x80\x14\x01\x00\x25\x03\x00\x00\x00\x00", 10);
	assert_memory_equal(s.cmd[0] + 10, digest, 32);
}

static void
test_sign(void **state)
{
	(void)state;
	sign("1/1", MCKD_DEA_AES);
	sign("2/2", MCKD_DEA_HMAC);
}

static void
test_ticket(void **state)
{
	struct mckd_ticket t = { .epoch = 3 };
	uint16_t sw;

	(void)state;
	t.len = (uint8_t)vector("1/1", "ticket", t.body, sizeof(t.body));
	vector("1/1", "receipt", t.receipt, 16);
	script(t.receipt, 16, 0x9000);
	assert_int_equal(mckd_card_ticket(&s.link, &t, &sw), MCKD_OK);
	assert_int_equal(s.cmd_len[0], 5u + t.len + 1u);
	assert_memory_equal(s.cmd[0], "\x80\x20\x00\x00", 4);
	assert_memory_equal(s.cmd[0] + 5, t.body, t.len);
	for (size_t bit = 0; bit < 128; bit++) {
		script(t.receipt, 16, 0x9000);
		s.answer[0][bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(mckd_card_ticket(&s.link, &t, &sw), MCKD_E_AUTH);
	}
	script(NULL, 0, 0x6985);
	assert_int_equal(mckd_card_ticket(&s.link, &t, &sw), MCKD_E_CARD_REFUSED);
	assert_int_equal(sw, 0x6985);
	clear();
	t.len = 0;
	assert_int_not_equal(mckd_card_ticket(&s.link, &t, &sw), MCKD_OK);
	assert_int_equal(s.n, 0);
}

static void
test_pins(void **state)
{
	uint8_t old[12], new[12];
	uint16_t sw;

	(void)state;
	memset(old, '1', 12);
	memset(new, '2', 12);
	script(NULL, 0, 0x9000);
	assert_int_equal(mckd_card_verify(&s.link, 2, old, &sw), MCKD_OK);
	assert_memory_equal(s.cmd[0], "\x00\x20\x00\x02\x0c" "111111111111", 17);
	assert_int_equal(mckd_card_change_pin(&s.link, 2, old, new, &sw), MCKD_OK);
	assert_memory_equal(s.cmd[1], "\x00\x24\x00\x02\x18" "111111111111222222222222", 29);
	assert_int_equal(mckd_card_unblock(&s.link, 3, old, new, &sw), MCKD_OK);
	assert_memory_equal(s.cmd[2], "\x00\x2c\x00\x03\x18" "111111111111222222222222", 29);
	assert_int_equal(s.cmd_len[0], 17);
	assert_int_equal(s.cmd_len[2], 29);
	script(NULL, 0, 0x63c2);
	assert_int_equal(mckd_card_verify(&s.link, 2, old, &sw), MCKD_E_PIN_WRONG);
	assert_int_equal(sw & 0xf, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_authenticate), cmocka_unit_test(test_not_sealed),
		cmocka_unit_test(test_every_length), cmocka_unit_test(test_every_status_word),
		cmocka_unit_test(test_t0), cmocka_unit_test(test_secret), cmocka_unit_test(test_sign),
		cmocka_unit_test(test_ticket), cmocka_unit_test(test_pins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
