/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "store_setup.h"

#define DAY 86400

static void
put(struct mckd_store *s, int64_t when, const char *user)
{
	const struct mckd_event e = { .when = when, .kind = "login", .user = user };

	assert_int_equal(mckd_store_event(s, &e), MCKD_OK);
}

static enum mckd_err
print(void *arg, const struct mckd_event *e)
{
	char *out = arg;

	sprintf(out + strlen(out), "%s ", e->user);
	return MCKD_OK;
}

static void
holds(struct mckd_store *s, const char *text)
{
	char out[4096] = "";

	assert_int_equal(mckd_store_events(s, 0, print, out), MCKD_OK);
	assert_string_equal(out, text);
}

static void
test_all_are_kept_by_default(void **state)
{
	struct mckd_store *s = ((struct setup *)*state)->store;

	put(s, 1, "a");
	put(s, 2, "b");
	put(s, 0, "c");
	holds(s, "a b c ");
}

static void
test_no_more_than_so_many(void **state)
{
	struct mckd_store *s = ((struct setup *)*state)->store;
	char name[16], out[4096] = "";

	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "%02d", i);
		put(s, 0, name);
	}
	mckd_store_keep_events(s, 3, 0);
	/* Not all at once: nobody's login pays for what others left. */
	put(s, 0, "x");
	assert_int_equal(mckd_store_events(s, 0, print, out), MCKD_OK);
	assert_int_equal(strlen(out), 3 * 32 + 2);
	assert_memory_equal(out, "08 09 ", 6);
	for (int i = 0; i < 8; i++) {
		snprintf(name, sizeof(name), "y%d", i);
		put(s, 0, name);
	}
	holds(s, "y5 y6 y7 ");
}

static void
test_not_older_than_so_many_days(void **state)
{
	struct mckd_store *s = ((struct setup *)*state)->store;
	int64_t now = time(NULL);

	put(s, now - 31 * DAY, "old");
	put(s, now - 29 * DAY, "young");
	mckd_store_keep_events(s, 0, 30);
	put(s, now, "new");
	holds(s, "young new ");
	mckd_store_keep_events(s, 100, 10);
	put(s, now, "newer");
	holds(s, "new newer ");
	/* An event that is too old itself: the store may be empty, and goes on. */
	mckd_store_keep_events(s, 0, 1);
	put(s, 5, "antique");
	holds(s, "new newer ");
}

static void
test_user_comes_later(void **state)
{
	const struct mckd_event e = { .kind = "login", .user = "carol", .verdict = "success", .reason = "" };
	struct mckd_store *s = ((struct setup *)*state)->store;

	put(s, 0, "");
	put(s, 0, "other");
	s->accepted = 1;
	assert_int_equal(mckd_store_event_name(s, &e), MCKD_OK);
	holds(s, "carol other ");
	/* It has been pruned meanwhile. */
	mckd_store_keep_events(s, 1, 0);
	put(s, 0, "third");
	holds(s, "third ");
	assert_int_equal(mckd_store_event_name(s, &e), MCKD_OK);
	holds(s, "carol ");
}

static enum mckd_err
keep_mechanism(void *arg, const struct mckd_event *e)
{
	snprintf(arg, 16, "%s", e->mechanism);
	return MCKD_OK;
}

/* An event has its mechanism back; one from before the store kept it has none. */
static void
test_mechanism(void **state)
{
	const struct mckd_event e = { .kind = "login", .mechanism = "host-random" };
	struct setup *t = *state;
	char got[16] = "";

	assert_int_equal(mckd_store_event(t->store, &e), MCKD_OK);
	assert_int_equal(mckd_store_events(t->store, 0, keep_mechanism, got), MCKD_OK);
	assert_string_equal(got, "host-random");
	setup_sql(t, "ALTER TABLE event DROP COLUMN mechanism; PRAGMA user_version = 5");
	assert_int_equal(setup_open(t, MCKD_STORE_WRITE), MCKD_OK);
	assert_int_equal(mckd_store_events(t->store, 0, keep_mechanism, got), MCKD_OK);
	assert_string_equal(got, "");
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup_make, setup_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_all_are_kept_by_default), T(test_no_more_than_so_many), T(test_not_older_than_so_many_days),
		T(test_user_comes_later), T(test_mechanism),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
