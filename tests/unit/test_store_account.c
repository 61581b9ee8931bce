/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "store_account.h"
#include "store_setup.h"

static struct mckd_record rec;

static struct mckd_account
account(const char *name, uint32_t uid)
{
	return (struct mckd_account){ .name = name, .uid = uid, .gid = uid, .home = "/home/x", .shell = "/bin/sh" };
}

static enum mckd_err
print_account(void *arg, const struct mckd_account *a)
{
	char *out = arg;

	sprintf(out + strlen(out), "%s:%u:%s:%s:%s%s ", a->name, a->uid, a->gecos, a->home, a->shell,
	    a->locked ? ":locked" : "");
	return MCKD_OK;
}

static enum mckd_err
print_named(void *arg, const char *name, uint32_t id)
{
	char *out = arg;

	sprintf(out + strlen(out), "%s:%u ", name, id);
	return MCKD_OK;
}

#define PRINTS(text, call) do { char out[512] = ""; assert_int_equal(call, MCKD_OK); \
	assert_string_equal(out, text); } while (0)

static void
test_numbers_come_once(void **state)
{
	struct mckd_store *s = ((struct setup *)*state)->store;
	struct mckd_account a = account("dora", 2000), b = account("dora", 2001), low = account("low", 999);
	uint32_t n = 0;

	assert_int_equal(mckd_store_account_number(s, 2000, 2002, &n), MCKD_OK);
	assert_int_equal(n, 2000);
	assert_int_equal(mckd_store_account_add(s, &low), MCKD_E_USAGE);
	assert_int_equal(mckd_store_account_add(s, &a), MCKD_OK);
	assert_int_equal(mckd_store_account_add(s, &b), MCKD_E_STORE_EXISTS);
	assert_int_equal(mckd_store_account_withdraw(s, "dora"), MCKD_OK);
	assert_int_equal(mckd_store_account_withdraw(s, "dora"), MCKD_E_STORE_NOT_FOUND);
	assert_int_equal(mckd_store_account_uid(s, "dora", &n), MCKD_E_STORE_NOT_FOUND);
	/* Its number is as taken as before, by an order for it too. */
	assert_int_equal(mckd_store_account_add(s, &a), MCKD_E_STORE_EXISTS);
	assert_int_equal(mckd_store_account_number(s, 2000, 2002, &n), MCKD_OK);
	assert_int_equal(n, 2001);
	assert_int_equal(mckd_store_account_add(s, &b), MCKD_OK);
	assert_int_equal(mckd_store_group_add(s, "cards", 2002), MCKD_OK);
	assert_int_equal(mckd_store_account_number(s, 2000, 2002, &n), MCKD_E_STORE_NOT_FOUND);
	assert_non_null(strstr(mckd_store_why(s), "none is given twice"));
	/* nobody's is none of them */
	assert_int_equal(mckd_store_account_number(s, 65534, 65536, &n), MCKD_OK);
	assert_int_equal(n, 65536);
	PRINTS("dora:2001::/home/x:/bin/sh:locked ", mckd_store_accounts(s, print_account, out));
}

static void
test_locked_without_a_card(void **state)
{
	struct mckd_store *s = ((struct setup *)*state)->store;
	struct mckd_account a = account("dora", 2000);
	uint8_t first[MCKD_CARD_ID_LEN], second[MCKD_CARD_ID_LEN];

	assert_int_equal(mckd_store_account_add(s, &a), MCKD_OK);
	setup_record(&rec, 1, true);
	memcpy(first, rec.block.card, sizeof(first));
	assert_int_equal(mckd_store_put(s, &rec, false), MCKD_OK);
	assert_int_equal(mckd_store_assign(s, first, rec.block.app[0].slot, "dora"), MCKD_OK);
	setup_record(&rec, 2, true);
	memcpy(second, rec.block.card, sizeof(second));
	assert_int_equal(mckd_store_put(s, &rec, false), MCKD_OK);
	assert_int_equal(mckd_store_assign(s, second, rec.block.app[0].slot, "dora"), MCKD_OK);
	PRINTS("dora:2000::/home/x:/bin/sh ", mckd_store_accounts(s, print_account, out));
	assert_int_equal(mckd_store_set_status(s, first, MCKD_CARD_REVOKED, ""), MCKD_OK);
	assert_int_equal(mckd_store_set_status(s, second, MCKD_CARD_SUSPENDED, ""), MCKD_OK);
	PRINTS("dora:2000::/home/x:/bin/sh ", mckd_store_accounts(s, print_account, out));
	assert_int_equal(mckd_store_set_status(s, second, MCKD_CARD_REVOKED, ""), MCKD_OK);
	PRINTS("dora:2000::/home/x:/bin/sh:locked ", mckd_store_accounts(s, print_account, out));
}

static void
test_changes_and_groups(void **state)
{
	struct mckd_store *s = ((struct setup *)*state)->store;
	struct mckd_account a = account("dora", 2000), b = account("erin", 2001);
	const uint32_t both[] = { 3000, 3001 };

	assert_int_equal(mckd_store_account_add(s, &a), MCKD_OK);
	assert_int_equal(mckd_store_account_add(s, &b), MCKD_OK);
	assert_int_equal(mckd_store_account_change(s, "dora", "D", NULL, "/bin/dash"), MCKD_OK);
	assert_int_equal(mckd_store_account_change(s, "dora", "D:", NULL, NULL), MCKD_E_USAGE);
	assert_int_equal(mckd_store_account_change(s, "fay", "F", NULL, NULL), MCKD_E_STORE_NOT_FOUND);
	assert_int_equal(mckd_store_group_add(s, "cards", 3000), MCKD_OK);
	assert_int_equal(mckd_store_group_add(s, "cards", 3001), MCKD_E_STORE_EXISTS);
	assert_int_equal(mckd_store_group_add(s, "lab", 3001), MCKD_OK);
	assert_int_equal(mckd_store_groups_of(s, 2000, both, 2), MCKD_OK);
	assert_int_equal(mckd_store_groups_of(s, 2001, both, 2), MCKD_OK);
	assert_int_equal(mckd_store_groups_of(s, 2001, both + 1, 1), MCKD_OK);
	PRINTS("cards:3000 lab:3001 ", mckd_store_groups(s, print_named, out));
	PRINTS("dora:2000 ", mckd_store_members(s, 3000, print_named, out));
	PRINTS("dora:2000 erin:2001 ", mckd_store_members(s, 3001, print_named, out));
	assert_int_equal(mckd_store_account_withdraw(s, "dora"), MCKD_OK);
	PRINTS("erin:2001 ", mckd_store_members(s, 3001, print_named, out));
	PRINTS("erin:2001::/home/x:/bin/sh:locked ", mckd_store_accounts(s, print_account, out));
}

static void
test_settings(void **state)
{
	struct mckd_store *s = ((struct setup *)*state)->store;
	char text[8] = "";

	assert_int_equal(mckd_store_setting_get(s, "publish", text, sizeof(text)), MCKD_E_STORE_NOT_FOUND);
	assert_int_equal(mckd_store_setting_put(s, "publish", "nss"), MCKD_OK);
	assert_int_equal(mckd_store_setting_put(s, "publish", "userdb"), MCKD_OK);
	assert_int_equal(mckd_store_setting_get(s, "publish", text, sizeof(text)), MCKD_OK);
	assert_string_equal(text, "userdb");
	/* The store's own are no texts. */
	assert_int_equal(mckd_store_setting_get(s, "host", text, sizeof(text)), MCKD_E_STORE_UNTRUSTED);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup_make, setup_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_numbers_come_once), T(test_locked_without_a_card), T(test_changes_and_groups), T(test_settings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
