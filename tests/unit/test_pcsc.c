/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <winscard.h>
#include <reader.h>

#include "pcsc.h"
#include "pcsc_double.h"
#include "pcsc_pad.h"

static struct mckd_pcsc *p;
static struct mckd_cardlink *l;

static void
reset_double(void)
{
	memset(&d, 0, sizeof(d));
	d.protocol = SCARD_PROTOCOL_T1;
	d.rsp_len = 2;
	d.rsp[0] = 0x90;
}

static void
connect_to(DWORD protocol, const void *features, size_t len)
{
	reset_double();
	d.protocol = protocol;
	memcpy(d.features, features, len);
	d.features_len = (DWORD)len;
	assert_int_equal(mckd_pcsc_open(&p), MCKD_OK);
	assert_int_equal(mckd_pcsc_connect(p, "Reader", &l), MCKD_OK);
}

static void
done(void)
{
	l->ops->close(l);
	mckd_pcsc_close(p);
	assert_int_equal(d.disconnects, 1);
	assert_int_equal(d.releases, 1);
}

static void
test_no_service(void **state)
{
	(void)state;
	reset_double();
	d.establish = SCARD_E_NO_SERVICE;
	assert_int_equal(mckd_pcsc_open(&p), MCKD_E_NO_SERVICE);
	assert_null(p);
	d.establish = SCARD_F_INTERNAL_ERROR;
	assert_int_equal(mckd_pcsc_open(&p), MCKD_E_NO_SERVICE);
	mckd_pcsc_close(NULL);
}

static void
test_readers(void **state)
{
	static const char names[] = "ACS 00 00\0Pad 01 00\0";
	struct mckd_reader r[MCKD_READERS_MAX];
	size_t n = MCKD_READERS_MAX;

	(void)state;
	reset_double();
	assert_int_equal(mckd_pcsc_open(&p), MCKD_OK);
	assert_int_equal(mckd_pcsc_readers(p, NULL, r, &n), MCKD_OK);
	assert_int_equal(n, 0);
	d.names = names;
	d.names_len = sizeof(names);
	d.state[1] = SCARD_STATE_PRESENT | SCARD_STATE_CHANGED | 5u << 16;
	n = MCKD_READERS_MAX;
	assert_int_equal(mckd_pcsc_readers(p, NULL, r, &n), MCKD_OK);
	assert_int_equal(n, 2);
	assert_string_equal(r[0].name, "ACS 00 00");
	assert_false(r[0].present);
	assert_true(r[1].present);
	assert_int_equal(r[1].seen, 5);
	n = MCKD_READERS_MAX;
	assert_int_equal(mckd_pcsc_readers(p, "Pad*", r, &n), MCKD_OK);
	assert_int_equal(n, 1);
	assert_string_equal(r[0].name, "Pad 01 00");
	n = 1;
	assert_int_equal(mckd_pcsc_readers(p, NULL, r, &n), MCKD_OK);
	assert_int_equal(n, 1);
	n = 1;
	d.list = SCARD_E_NO_SERVICE;
	assert_int_equal(mckd_pcsc_readers(p, NULL, r, &n), MCKD_E_NO_SERVICE);
	assert_int_equal(n, 0);
	mckd_pcsc_close(p);
}

static void
test_wait(void **state)
{
	static const char names[] = "A\0B\0";
	struct mckd_reader r[2];
	size_t n = 2;

	(void)state;
	reset_double();
	assert_int_equal(mckd_pcsc_open(&p), MCKD_OK);
	assert_int_equal(mckd_pcsc_wait(p, 5), MCKD_OK);	/* never looked yet */
	d.names = names;
	d.names_len = sizeof(names);
	assert_int_equal(mckd_pcsc_readers(p, NULL, r, &n), MCKD_OK);
	assert_int_equal(mckd_pcsc_wait(p, 77), MCKD_OK);
	assert_int_equal(d.timeout, 77);
	assert_int_equal(d.watched, 3);
	assert_string_equal(d.pnp, "\\\\?PnP?\\Notification");
	assert_int_equal(d.pnp_state, 2u << 16);
	d.status = SCARD_E_TIMEOUT;
	assert_int_equal(mckd_pcsc_wait(p, -1), MCKD_E_TIMEOUT);
	assert_int_equal(d.timeout, INFINITE);
	d.status = SCARD_E_NO_SERVICE;
	assert_int_equal(mckd_pcsc_wait(p, -1), MCKD_E_NO_SERVICE);
	d.status = SCARD_E_UNKNOWN_READER;
	assert_int_equal(mckd_pcsc_wait(p, -1), MCKD_OK);
	d.status = SCARD_S_SUCCESS;
	/* A reader came between looking and waiting: no wait. */
	d.watched = 0;
	d.names = NULL;
	assert_int_equal(mckd_pcsc_wait(p, -1), MCKD_OK);
	assert_int_equal(d.watched, 0);
	mckd_pcsc_close(p);
}

static void
test_connect(void **state)
{
	(void)state;
	reset_double();
	assert_int_equal(mckd_pcsc_open(&p), MCKD_OK);
	d.connect = SCARD_E_NO_SMARTCARD;
	assert_int_equal(mckd_pcsc_connect(p, "A", &l), MCKD_E_NO_CARD);
	assert_null(l);
	d.connect = SCARD_E_UNKNOWN_READER;
	assert_int_equal(mckd_pcsc_connect(p, "A", &l), MCKD_E_NO_READER);
	d.connect = SCARD_W_UNRESPONSIVE_CARD;
	assert_int_equal(mckd_pcsc_connect(p, "A", &l), MCKD_E_CARD_IO);
	mckd_pcsc_close(p);
}

static void
test_transmit(void **state)
{
	static const uint8_t case4[] = { 0x80, 0x10, 1, 2, 2, 7, 7, 0 }, case3[] = { 0, 0x20, 0, 1, 2, 7, 7 },
	    case2[] = { 0x80, 0x12, 0, 0, 0 };
	uint8_t rsp[258];
	size_t n = sizeof(rsp);

	(void)state;
	connect_to(SCARD_PROTOCOL_T0, "", 0);
	assert_null(l->ops->verify_on_pad);
	assert_int_equal(l->ops->transmit(l, case4, sizeof(case4), rsp, &n), MCKD_OK);
	assert_int_equal(n, 2);
	assert_ptr_equal(d.pci, SCARD_PCI_T0);
	assert_int_equal(d.cmd_len, sizeof(case4) - 1);
	n = sizeof(rsp);
	assert_int_equal(l->ops->transmit(l, case3, sizeof(case3), rsp, &n), MCKD_OK);
	assert_int_equal(d.cmd_len, sizeof(case3));
	n = sizeof(rsp);
	assert_int_equal(l->ops->transmit(l, case2, sizeof(case2), rsp, &n), MCKD_OK);
	assert_int_equal(d.cmd_len, sizeof(case2));
	done();
	connect_to(SCARD_PROTOCOL_T1, "", 0);
	n = sizeof(rsp);
	assert_int_equal(l->ops->transmit(l, case4, sizeof(case4), rsp, &n), MCKD_OK);
	assert_ptr_equal(d.pci, SCARD_PCI_T1);
	assert_int_equal(d.cmd_len, sizeof(case4));
	n = sizeof(rsp);
	d.rsp_len = 1;
	assert_int_equal(l->ops->transmit(l, case4, sizeof(case4), rsp, &n), MCKD_E_CARD_IO);
	const LONG gone[] = { SCARD_W_REMOVED_CARD, SCARD_E_NO_SMARTCARD, SCARD_W_RESET_CARD,
		SCARD_E_READER_UNAVAILABLE };
	for (int i = 0; i < 4; i++) {
		d.transmit = gone[i];
		n = sizeof(rsp);
		assert_int_equal(l->ops->transmit(l, case4, sizeof(case4), rsp, &n), MCKD_E_CARD_GONE);
		assert_int_equal(n, 0);
	}
	done();
}

static void
test_begin(void **state)
{
	int reset = 7;

	(void)state;
	connect_to(SCARD_PROTOCOL_T1, "", 0);
	assert_int_equal(l->ops->begin(l, &reset), MCKD_OK);
	assert_int_equal(reset, 0);
	l->ops->end(l);
	assert_int_equal(d.ends, 1);
	d.begins = 0;
	d.begin[0] = SCARD_W_RESET_CARD;
	assert_int_equal(l->ops->begin(l, &reset), MCKD_OK);
	assert_int_equal(reset, 1);
	assert_int_equal(d.reconnects, 1);
	d.begins = 0;
	d.begin[0] = SCARD_W_REMOVED_CARD;
	assert_int_equal(l->ops->begin(l, &reset), MCKD_E_CARD_GONE);
	/* Reset for ever: it ends. */
	d.begins = 0;
	d.begin[0] = d.begin[1] = d.begin[2] = d.begin[3] = SCARD_W_RESET_CARD;
	assert_int_equal(l->ops->begin(l, &reset), MCKD_E_CARD_GONE);
	assert_int_equal(d.begins, 3);
	done();
}

static void
test_pad(void **state)
{
	static const uint8_t features[] = { 0x0a, 4, 0x42, 0x33, 0, 0x0a, 0x06, 4, 0x42, 0x33, 0, 6 };
	static const uint8_t apdu[] = { 0, 0x20, 0, 3, 12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff };
	PIN_VERIFY_STRUCTURE v;
	uint16_t sw;

	(void)state;
	connect_to(SCARD_PROTOCOL_T1, features, sizeof(features));
	assert_non_null(l->ops->verify_on_pad);
	d.rsp[0] = 0x63;
	d.rsp[1] = 0xc2;
	assert_int_equal(l->ops->verify_on_pad(l, 3, &sw), MCKD_OK);
	assert_int_equal(sw, 0x63c2);
	assert_int_equal(d.code, 0x42330006);
	assert_int_equal(d.block_len, sizeof(v) + sizeof(apdu));
	memcpy(&v, d.block, sizeof(v));
	assert_int_equal(v.bmFormatString, 0x82);
	assert_int_equal(v.bmPINBlockString, 12);
	assert_int_equal(v.bmPINLengthFormat, 0);
	assert_int_equal(v.wPINMaxExtraDigit, 0x040c);
	assert_int_equal(v.ulDataLength, sizeof(apdu));
	assert_memory_equal(d.block + sizeof(v), apdu, sizeof(apdu));
	d.rsp[0] = 0x64;
	d.rsp[1] = 0x01;
	assert_int_equal(l->ops->verify_on_pad(l, 3, &sw), MCKD_E_TIMEOUT);
	d.rsp[1] = 0x03;
	assert_int_equal(l->ops->verify_on_pad(l, 3, &sw), MCKD_E_PIN_FORMAT);
	d.rsp_len = 3;
	assert_int_equal(l->ops->verify_on_pad(l, 3, &sw), MCKD_E_CARD_IO);
	d.control = SCARD_W_REMOVED_CARD;
	assert_int_equal(l->ops->verify_on_pad(l, 3, &sw), MCKD_E_CARD_GONE);
	assert_int_equal(sw, 0);
	done();
	/* A list cut short, or of another shape, is no pad. */
	for (size_t n = 1; n < sizeof(features); n++) {
		uint8_t copy[sizeof(features)];

		memcpy(copy, features, sizeof(features));
		assert_int_equal(mckd_pad_feature(copy, n), 0);
	}
}

/* Only what needs nothing of before the reset is sent again, and not for ever. */
static void
test_reset_by_another(void **state)
{
	static const uint8_t select[] = { 0, 0xa4, 4, 0, 1, 7, 0 }, ticket[] = { 0x80, 0x20, 0, 0, 1, 7 };
	uint8_t rsp[258];
	size_t n = sizeof(rsp);

	(void)state;
	connect_to(SCARD_PROTOCOL_T1, "", 0);
	d.transmit = SCARD_W_RESET_CARD;
	assert_int_equal(l->ops->transmit(l, ticket, sizeof(ticket), rsp, &n), MCKD_E_CARD_GONE);
	assert_int_equal(d.reconnects, 0);
	n = sizeof(rsp);
	assert_int_equal(l->ops->transmit(l, select, sizeof(select), rsp, &n), MCKD_E_CARD_GONE);
	assert_int_equal(d.reconnects, 2);
	d.transmit = SCARD_S_SUCCESS;
	done();
}

/* What VERIFY opened serves the next command, which may be another program's. */
static void
test_verified_is_not_left(void **state)
{
	static const uint8_t features[] = { 0x06, 4, 0x42, 0x33, 0, 6 };
	static const uint8_t verify[] = { 0, 0x20, 0, 1, 1, 7 }, ticket[] = { 0x80, 0x20, 0, 0, 1, 7 };
	uint8_t rsp[258];
	size_t n = sizeof(rsp);
	uint16_t sw;

	(void)state;
	connect_to(SCARD_PROTOCOL_T1, features, sizeof(features));
	assert_int_equal(l->ops->transmit(l, verify, sizeof(verify), rsp, &n), MCKD_OK);
	l->ops->end(l);
	assert_int_equal(d.disposition, SCARD_RESET_CARD);
	l->ops->end(l);
	assert_int_equal(d.disposition, SCARD_LEAVE_CARD);
	assert_int_equal(l->ops->verify_on_pad(l, 1, &sw), MCKD_OK);
	l->ops->end(l);
	assert_int_equal(d.disposition, SCARD_RESET_CARD);
	n = sizeof(rsp);
	assert_int_equal(l->ops->transmit(l, verify, sizeof(verify), rsp, &n), MCKD_OK);
	n = sizeof(rsp);
	assert_int_equal(l->ops->transmit(l, ticket, sizeof(ticket), rsp, &n), MCKD_OK);
	l->ops->end(l);
	assert_int_equal(d.disposition, SCARD_LEAVE_CARD);
	/* A command that may not have reached the card has used nothing up. */
	n = sizeof(rsp);
	assert_int_equal(l->ops->transmit(l, verify, sizeof(verify), rsp, &n), MCKD_OK);
	d.transmit = SCARD_E_NO_MEMORY;
	n = sizeof(rsp);
	assert_int_equal(l->ops->transmit(l, ticket, sizeof(ticket), rsp, &n), MCKD_E_NOMEM);
	l->ops->end(l);
	assert_int_equal(d.disposition, SCARD_RESET_CARD);
	d.transmit = SCARD_S_SUCCESS;
	done();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_service), cmocka_unit_test(test_readers),
		cmocka_unit_test(test_wait), cmocka_unit_test(test_connect),
		cmocka_unit_test(test_transmit), cmocka_unit_test(test_begin),
		cmocka_unit_test(test_reset_by_another),
		cmocka_unit_test(test_pad), cmocka_unit_test(test_verified_is_not_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
