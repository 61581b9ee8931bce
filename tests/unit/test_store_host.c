/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "store_host.h"
#include "store_setup.h"

static struct mckd_record rec, got;

static struct mckd_host
host_named(const char *name)
{
	struct mckd_host h = { .serial = 7, .exported = 1234 };

	snprintf(h.name, sizeof(h.name), "%s", name);
	memset(h.id, name[0], sizeof(h.id));
	snprintf(h.applications, sizeof(h.applications), "login,vault");
	return h;
}

static enum mckd_err
join(void *arg, const struct mckd_host *h)
{
	strcat(arg, h->name);
	return MCKD_OK;
}

static void
test_hosts(void **state)
{
	struct setup *t = *state;
	struct mckd_host a = host_named("a"), b = host_named("b"), out;
	char names[64] = "";

	assert_int_equal(mckd_store_host_get(t->store, "a", &out), MCKD_E_STORE_NOT_FOUND);
	assert_int_equal(mckd_store_host_put(t->store, &b), MCKD_OK);
	assert_int_equal(mckd_store_host_put(t->store, &a), MCKD_OK);
	assert_int_equal(mckd_store_host_get(t->store, "a", &out), MCKD_OK);
	assert_memory_equal(&out, &a, sizeof(out));
	a.serial++;
	assert_int_equal(mckd_store_host_put(t->store, &a), MCKD_OK);
	assert_int_equal(mckd_store_host_get(t->store, "a", &out), MCKD_OK);
	assert_int_equal(out.serial, 8);
	assert_int_equal(mckd_store_hosts(t->store, join, names), MCKD_OK);
	assert_string_equal(names, "ab");
	a.name[0] = '/';
	assert_int_equal(mckd_store_host_put(t->store, &a), MCKD_E_USAGE);
	/* One host's ID does not open as another's. */
	setup_sql(t, "UPDATE host SET id = (SELECT id FROM host WHERE name = 'b') WHERE name = 'a'");
	assert_int_equal(mckd_store_host_get(t->store, "a", &out), MCKD_E_STORE_UNTRUSTED);
}

static void
test_becoming_a_host(void **state)
{
	struct setup *t = *state;
	struct mckd_host a = host_named("a");
	char name[MCKD_HOST_NAME_MAX + 1] = "x";
	uint8_t id[MCKD_HOST_ID_LEN];
	uint32_t serial = 9;

	assert_int_equal(mckd_store_is_host(t->store, name, &serial), MCKD_OK);
	assert_string_equal(name, "");
	assert_int_equal(serial, 0);
	assert_int_equal(mckd_store_become_host(t->store, &a), MCKD_OK);
	assert_int_equal(setup_open(t, MCKD_STORE_READ), MCKD_OK);
	assert_int_equal(mckd_store_is_host(t->store, name, &serial), MCKD_OK);
	assert_string_equal(name, "a");
	assert_int_equal(serial, 7);
	assert_int_equal(mckd_store_host_id(t->store, id), MCKD_OK);
	assert_memory_equal(id, a.id, sizeof(id));
}

static enum mckd_err
keep_receipt(void *arg, const struct mckd_receipt *r)
{
	*(struct mckd_receipt *)arg = *r;
	return MCKD_OK;
}

static void
test_settling(void **state)
{
	struct setup *t = *state;
	struct mckd_ticket ticket = { .len = 50 };
	struct mckd_receipt r = { .epoch = 0 }, out = { .epoch = 0 };
	struct mckd_record *now = NULL;

	setup_record(&rec, 1, false);
	rec.epoch_seen = 3;
	assert_int_equal(mckd_store_put(t->store, &rec, false), MCKD_OK);
	for (ticket.epoch = 4; ticket.epoch <= 6; ticket.epoch++)
		assert_int_equal(mckd_store_ticket_add(t->store, rec.block.card, &ticket), MCKD_OK);
	memcpy(r.card, rec.block.card, sizeof(r.card));
	r.epoch = 5;
	memset(r.receipt, 0xab, sizeof(r.receipt));
	assert_int_equal(mckd_store_host_settle(t->store, r.card, 5, &r), MCKD_OK);
	assert_int_equal(mckd_store_ticket_next(t->store, r.card, 0, &ticket), MCKD_OK);
	assert_int_equal(ticket.epoch, 6);
	assert_int_equal(mckd_store_receipts(t->store, keep_receipt, &out), MCKD_OK);
	assert_memory_equal(&out, &r, sizeof(r));
	/* That is the counter rule's to say. */
	assert_int_equal(mckd_store_get(t->store, r.card, &now), MCKD_OK);
	assert_int_equal(now->epoch_seen, 3);
	mckd_record_free(now);
	assert_int_equal(mckd_store_receipt_has(t->store, r.card), MCKD_OK);
	assert_int_equal(mckd_store_receipt_drop(t->store, r.card), MCKD_OK);
	assert_int_equal(mckd_store_receipt_has(t->store, r.card), MCKD_E_STORE_NOT_FOUND);
	out.epoch = 0;
	assert_int_equal(mckd_store_receipts(t->store, keep_receipt, &out), MCKD_OK);
	assert_int_equal(out.epoch, 0);
}

static void
test_host_block(void **state)
{
	static const uint8_t host[MCKD_HOST_ID_LEN] = { 0x80 }, other[MCKD_HOST_ID_LEN] = { 0x81 };
	static struct mckd_block h, o;
	struct mckd_app *app;
	uint8_t key[MCKD_KEY_LEN], none[MCKD_SNS_MAX * MCKD_KEY_LEN] = { 0 };

	(void)state;
	setup_record(&rec, 1, true);
	app = &rec.block.app[0];
	app->present = 0x0f;
	app->retired = 0x02;
	app->compromised = 0x04;
	assert_int_equal(mckd_block_for_host(&rec.block, 0xff, true, host, &h), MCKD_OK);
	assert_int_equal(h.napps, rec.block.napps);
	assert_false(h.full);
	assert_memory_equal(h.mk, none, sizeof(h.mk));
	assert_int_equal(h.app[0].present, 0x09);
	assert_int_equal(h.app[0].retired, 0x02);
	assert_int_equal(h.app[0].compromised, 0x04);
	for (unsigned i = 0; i < h.napps; i++)
		assert_memory_equal(h.app[i].sn, none, sizeof(h.app[i].sn));
	for (uint8_t i = 1; i <= 4; i++) {
		if (i == 1 || i == 4) {
			assert_int_equal(mckd_block_hdk(&rec.block, app, i, host, key), MCKD_OK);
			assert_memory_equal(h.app[0].hdk[i - 1], key, sizeof(key));
		} else {
			assert_memory_equal(h.app[0].hdk[i - 1], none, sizeof(key));
			assert_int_equal(mckd_block_hdk(&h, &h.app[0], i, host, key), MCKD_E_AUTH);
		}
	}
	assert_int_equal(mckd_block_htk(&rec.block, host, key), MCKD_OK);
	assert_memory_equal(h.htk, key, sizeof(key));
	/* Nothing that another host has. */
	assert_int_equal(mckd_block_for_host(&rec.block, 0xff, true, other, &o), MCKD_OK);
	assert_memory_not_equal(h.htk, o.htk, sizeof(h.htk));
	assert_memory_not_equal(h.app[0].hdk[0], o.app[0].hdk[0], MCKD_KEY_LEN);
	/* Chosen slots; without keys; a host block has nothing to give. */
	assert_int_equal(mckd_block_for_host(&rec.block, 0, true, host, &o), MCKD_OK);
	assert_int_equal(o.napps, 0);
	assert_int_equal(mckd_block_for_host(&rec.block, 1, false, host, &o), MCKD_OK);
	assert_int_equal(o.napps, 1);
	assert_int_equal(o.app[0].present, 0);
	assert_memory_equal(o.app[0].hdk, none, sizeof(none));
	assert_int_equal(mckd_block_for_host(&h, 0xff, true, host, &o), MCKD_E_USAGE);
}

/* Every byte of the file, its length, and the MAC itself */
static void
test_mac(void **state)
{
	struct setup *t = *state;
	char why[MCKD_WHY], mac[128];
	struct stat st;
	uint8_t byte;
	int fd;

	snprintf(mac, sizeof(mac), "%s/store.mac", t->dir);
	assert_int_equal(mckd_store_mac_check(t->dir, t->key, why), MCKD_E_STORE_UNTRUSTED);
	mckd_store_close(t->store);
	t->store = NULL;
	assert_int_equal(mckd_store_mac_write(t->dir, t->key, why), MCKD_OK);
	assert_int_equal(mckd_store_mac_check(t->dir, t->key, why), MCKD_OK);
	assert_int_not_equal(mckd_store_mac_write(t->dir, t->key, why), MCKD_OK);
	assert_int_equal(stat(t->db, &st), 0);
	assert_true((fd = open(t->db, O_RDWR)) >= 0);
	for (off_t at = 0; at < st.st_size; at += 61) {
		assert_int_equal(pread(fd, &byte, 1, at), 1);
		byte ^= 0x10;
		assert_int_equal(pwrite(fd, &byte, 1, at), 1);
		assert_int_equal(mckd_store_mac_check(t->dir, t->key, why), MCKD_E_STORE_UNTRUSTED);
		byte ^= 0x10;
		assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	}
	assert_int_equal(mckd_store_mac_check(t->dir, t->key, why), MCKD_OK);
	assert_int_equal(ftruncate(fd, st.st_size + 1), 0);
	assert_int_equal(mckd_store_mac_check(t->dir, t->key, why), MCKD_E_STORE_UNTRUSTED);
	assert_int_equal(ftruncate(fd, st.st_size), 0);
	close(fd);
	assert_int_equal(truncate(mac, 16), 0);
	assert_int_equal(mckd_store_mac_check(t->dir, t->key, why), MCKD_E_STORE_UNTRUSTED);
}

/* A store of version 2 keeps its cards, and learns of hosts. */
static void
test_store_of_version_2(void **state)
{
	struct setup *t = *state;
	struct mckd_host a = host_named("a");
	struct mckd_record *r = NULL;

	setup_record(&rec, 1, true);
	assert_int_equal(mckd_store_put(t->store, &rec, false), MCKD_OK);
	setup_sql(t, "DROP TABLE member; DROP TABLE account_group; DROP TABLE account; "
	    "DROP TABLE host; DROP TABLE self; DROP TABLE receipt; "
	    "ALTER TABLE application DROP COLUMN retired_at; ALTER TABLE event DROP COLUMN mechanism; "
	    "PRAGMA user_version = 2");
	assert_int_equal(setup_open(t, MCKD_STORE_WRITE), MCKD_OK);
	assert_int_equal(mckd_store_get(t->store, rec.block.card, &r), MCKD_OK);
	got = *r;
	/* Not known by then. */
	for (unsigned i = 0; i < rec.block.napps; i++)
		memset(rec.block.app[i].retired_at, 0, sizeof(rec.block.app[i].retired_at));
	assert_memory_equal(&got, &rec, sizeof(rec));
	mckd_record_free(r);
	assert_int_equal(mckd_store_host_put(t->store, &a), MCKD_OK);
	assert_int_equal(setup_open(t, MCKD_STORE_READ), MCKD_OK);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup_make, setup_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_hosts), T(test_becoming_a_host), T(test_settling), T(test_host_block), T(test_mac),
		T(test_store_of_version_2),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
