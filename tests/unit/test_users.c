/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth.h"
#include "store_setup.h"
#include "talk.h"

static int passwd_error;
static unsigned lookups;

/* A name service that does not tell case. */
int
getpwnam_r(const char *name, struct passwd *pw, char *buf, size_t len, struct passwd **out)
{
	*out = NULL;
	lookups++;
	if (passwd_error != 0)
		return passwd_error;
	if (strcasecmp(name, "alice") != 0 && strcasecmp(name, "carol") != 0)
		return 0;
	(void)snprintf(buf, len, "%s", strcasecmp(name, "alice") == 0 ? "alice" : "carol");
	*pw = (struct passwd){ .pw_name = buf, .pw_uid = 1000 };
	*out = pw;
	return 0;
}

int
mckd_talk_ask(bool echo, const char *text, char *out, size_t room)
{
	(void)echo, (void)text, (void)out, (void)room;
	return -1;
}

void
mckd_talk_tell(bool error, const char *text)
{
	(void)error, (void)text;
}

static enum mckd_err
ask_in_time(struct setup *t, const char *user, bool evenly, struct mckd_auth *a)
{
	memset(a, 0, sizeof(*a));
	a->store = t->store;
	(void)snprintf(a->user, sizeof(a->user), "%s", user);
	lookups = 0;
	return mckd_users_have_card(a, evenly);
}

static enum mckd_err
ask(struct setup *t, const char *user, struct mckd_auth *a)
{
	return ask_in_time(t, user, false, a);
}

static void
no_spelling_passes_the_card_by(void **state)
{
	struct setup *t = *state;
	struct mckd_auth *a = malloc(sizeof(*a));
	struct mckd_record *r = mckd_record_new();

	assert_non_null(a);
	assert_non_null(r);
	setup_record(r, 1, true);
	assert_int_equal(mckd_store_put(t->store, r, false), MCKD_OK);
	assert_int_equal(mckd_store_assign(t->store, r->block.card, 1, "alice"), MCKD_OK);
	assert_int_equal(ask(t, "alice", a), MCKD_OK);
	assert_int_equal(ask(t, "ALICE", a), MCKD_OK);
	assert_string_equal(a->user, "alice");
	assert_string_equal(a->login.user, "alice");
	assert_int_equal(ask(t, "Carol", a), MCKD_E_STORE_NOT_FOUND);
	assert_string_equal(a->user, "Carol");
	assert_int_equal(ask(t, "carol", a), MCKD_E_STORE_NOT_FOUND);
	assert_int_equal(ask(t, "dave", a), MCKD_E_STORE_NOT_FOUND);
	assert_int_equal(ask(t, "", a), MCKD_E_STORE_NOT_FOUND);
	passwd_error = ENOENT;
	assert_int_equal(ask(t, "ALICE", a), MCKD_E_STORE_NOT_FOUND);
	/* Whose name it is cannot be told: that is no proof of "no card". */
	passwd_error = EIO;
	assert_int_equal(ask(t, "ALICE", a), MCKD_E_STORE_IO);
	assert_int_equal(ask(t, "alice", a), MCKD_OK);
	assert_int_equal(lookups, 0);
	/* From afar: one look-up for anybody, or the time of it tells. */
	assert_int_equal(ask_in_time(t, "alice", true, a), MCKD_OK);
	assert_int_equal(lookups, 1);
	passwd_error = 0;
	assert_int_equal(ask_in_time(t, "dave", true, a), MCKD_E_STORE_NOT_FOUND);
	assert_int_equal(lookups, 1);
	assert_int_equal(ask_in_time(t, "ALICE", true, a), MCKD_OK);
	assert_int_equal(lookups, 1);
	assert_string_equal(a->login.user, "alice");
	mckd_record_free(r);
	free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(no_spelling_passes_the_card_by, setup_make, setup_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
