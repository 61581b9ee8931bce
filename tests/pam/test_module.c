/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The module through libpam, with a mckd-auth that says what it is told to say. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "host.h"

/* One call, and nothing left of it: no file, no child. */
/* A process under ASan takes a tenth of a second to begin: there, some of the 256 codes. */
#ifdef __SANITIZE_ADDRESS__
#define VERDICT_STEP 9
#else
#define VERDICT_STEP 1
#endif

static int
run(struct host *h, enum call call, const char *options)
{
	unsigned before = host_fds();
	int rc = host_call(h, call, options);

	assert_int_equal(host_fds(), before);
	assert_false(host_has_child());
	return rc;
}

static void
test_right_pin_logs_in(void **state)
{
	struct host h = { .user = "alice", .answer = "246810" };

	(void)state;
	assert_int_equal(run(&h, AUTH, "ask=1 want=246810 mode=a C=3F2A P=login"), PAM_SUCCESS);
	assert_int_equal(h.asked, 1);
	assert_string_equal(h.prompt, "PIN: ");
	assert_string_equal(h.got_card, "3F2A");
	h.answer = "246811";
	assert_int_equal(run(&h, AUTH, "ask=1 want=246810"), PAM_MAXTRIES);
}

static int
one_of(int rc, const int *codes, size_t n)
{
	while (n-- > 0)
		if (codes[n] == rc)
			return 1;
	return 0;
}

static void
every_verdict(enum call call, const char *more, const int *codes, size_t n)
{
	struct host h = { .user = "alice" };
	char options[64];
	int v;

	for (v = 0; v < 256; v += VERDICT_STEP) {
		(void)snprintf(options, sizeof(options), "verdict=%d %s", v, more);
		assert_int_equal(run(&h, call, options),
		    one_of(v, codes, n) ? v : PAM_SERVICE_ERR);
	}
}

static void
test_every_verdict_byte(void **state)
{
	static const int auth[] = { PAM_IGNORE, PAM_SUCCESS, PAM_AUTH_ERR, PAM_AUTHINFO_UNAVAIL,
		PAM_USER_UNKNOWN, PAM_MAXTRIES, PAM_PERM_DENIED, PAM_SERVICE_ERR, PAM_SYSTEM_ERR,
		PAM_CONV_ERR, PAM_BUF_ERR, PAM_ABORT };
	static const int acct[] = { PAM_IGNORE, PAM_SUCCESS, PAM_NEW_AUTHTOK_REQD, PAM_PERM_DENIED,
		PAM_AUTHINFO_UNAVAIL, PAM_USER_UNKNOWN, PAM_SERVICE_ERR, PAM_SYSTEM_ERR, PAM_BUF_ERR,
		PAM_ABORT };
	static const int pass[] = { PAM_IGNORE, PAM_SUCCESS, PAM_AUTH_ERR, PAM_AUTHINFO_UNAVAIL,
		PAM_USER_UNKNOWN, PAM_MAXTRIES, PAM_PERM_DENIED, PAM_SERVICE_ERR, PAM_SYSTEM_ERR,
		PAM_CONV_ERR, PAM_BUF_ERR, PAM_ABORT, PAM_AUTHTOK_ERR, PAM_AUTHTOK_RECOVERY_ERR,
		PAM_AUTHTOK_LOCK_BUSY, PAM_TRY_AGAIN };

	(void)state;
	every_verdict(AUTH, "nullok", auth, sizeof(auth) / sizeof(auth[0]));
	every_verdict(AUTH, "", auth + 1, sizeof(auth) / sizeof(auth[0]) - 1);
	every_verdict(ACCT, "", acct, sizeof(acct) / sizeof(acct[0]));
	every_verdict(CHAUTHTOK, "nullok", pass, sizeof(pass) / sizeof(pass[0]));
	every_verdict(CHAUTHTOK, "", pass + 1, sizeof(pass) / sizeof(pass[0]) - 1);
}

static void
test_garbage_is_an_error(void **state)
{
	static const char *const what[] = { "huge", "cut", "noise", "empty", "twice", "half", "field",
		"ask", "nul", "echo", "pad", "pads" };
	struct host h = { .user = "alice", .answer = "246810" };
	char options[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(what) / sizeof(what[0]); i++) {
		(void)snprintf(options, sizeof(options), "nullok do=%s", what[i]);
		assert_int_equal(run(&h, AUTH, options), PAM_SERVICE_ERR);
		assert_int_equal(run(&h, ACCT, options), PAM_SERVICE_ERR);
		assert_int_equal(h.asked, 0);
	}
}

static void
test_helper_that_dies(void **state)
{
	struct host h = { .user = "alice", .answer = "246810" };

	(void)state;
	assert_int_equal(run(&h, AUTH, "nullok do=eof"), PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(run(&h, AUTH, "nullok ask=1 then=eof"), PAM_AUTH_ERR);
	assert_int_equal(h.asked, 1);
	/* A PIN typed at a reader was given, too. */
	assert_int_equal(run(&h, AUTH, "nullok pad=1 then=eof"), PAM_AUTH_ERR);
	assert_int_equal(run(&h, AUTH, "nullok pad=1"), PAM_SUCCESS);
	assert_int_equal(h.asked, 0);
}

static void
test_helper_that_hangs(void **state)
{
	struct host h = { .user = "alice", .answer = "246810" };
	time_t before = time(NULL);

	(void)state;
	assert_int_equal(run(&h, AUTH, "nullok deadline=0 wait=0 do=hang"), PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(run(&h, AUTH, "nullok deadline=0 wait=0 ask=1 then=hang"), PAM_AUTH_ERR);
	assert_true(time(NULL) - before < 12);
}

static void
test_helper_dies_at_prompt(void **state)
{
	struct host h = { .user = "alice", .answer = "246810" };
	char options[128], once[64];

	(void)state;
	(void)snprintf(once, sizeof(once), "%s/once", host_dir);
	(void)unlink(once);
	(void)snprintf(options, sizeof(options), "ask=1 want=246810 once=%s", once);
	assert_int_equal(run(&h, AUTH, options), PAM_SUCCESS);
	assert_int_equal(access(once, F_OK), 0);
	assert_int_equal(h.asked, 1);
	/* Started again only once: this one hangs up at every prompt. */
	assert_int_equal(run(&h, AUTH, "nullok ask=1 do=leave"), PAM_AUTH_ERR);
	assert_int_equal(h.asked, 1);
	(void)unlink(once);
}

static void
test_first_pass_is_not_tried_twice(void **state)
{
	struct host h = { .user = "alice", .answer = "111111" };
	char second[160], once[64];

	(void)state;
	(void)snprintf(once, sizeof(once), "%s/once", host_dir);
	(void)unlink(once);
	(void)snprintf(second, sizeof(second), "try_first_pass ask=1 want=111111 once=%s", once);
	h.second = second;
	assert_int_equal(run(&h, AUTH, "K=246810"), PAM_SUCCESS);
	(void)unlink(once);
}

static void
test_floods_are_bounded(void **state)
{
	struct host h = { .user = "alice", .answer = "246810" };

	(void)state;
	assert_int_equal(run(&h, AUTH, "ask=64"), PAM_SUCCESS);
	assert_int_equal(run(&h, AUTH, "ask=65"), PAM_SERVICE_ERR);
	assert_int_equal(h.asked, 64);
	assert_int_equal(run(&h, AUTH, "tell=256"), PAM_SUCCESS);
	assert_int_equal(run(&h, AUTH, "tell=100000"), PAM_SERVICE_ERR);
	assert_int_equal(h.told, 256);
}

static void
test_bad_conversations(void **state)
{
	static char big[70000];
	struct host h = { .user = "alice", .answer = big };
	int rc;

	(void)state;
	memset(big, '1', 1023);
	assert_int_equal(run(&h, AUTH, "ask=1"), PAM_SUCCESS);
	big[1023] = '1';
	assert_int_equal(run(&h, AUTH, "ask=1"), PAM_AUTH_ERR);
	memset(big, '1', sizeof(big) - 1);
	assert_int_equal(run(&h, AUTH, "ask=1"), PAM_AUTH_ERR);
	h.answer = NULL;
	assert_int_equal(run(&h, AUTH, "ask=1"), PAM_CONV_ERR);
	h.null_resp = 1;
	assert_int_equal(run(&h, AUTH, "ask=1"), PAM_CONV_ERR);
	h.null_resp = 0;
	h.answer = "246810";
	for (rc = 1; rc < 40; rc++) {
		h.conv_rc = rc;
		assert_int_equal(run(&h, AUTH, "nullok ask=1"), PAM_CONV_ERR);
		assert_int_equal(run(&h, CHAUTHTOK, "nullok ask=1"), PAM_CONV_ERR);
	}
	h.conv_rc = PAM_SUCCESS;
	h.answer = "";
	assert_int_equal(run(&h, AUTH, "ask=1 want=246810"), PAM_MAXTRIES);
}

static void
test_info_texts_are_not_needed(void **state)
{
	struct host h = { .user = "alice", .answer = "246810", .fail_tell = 1 };

	(void)state;
	assert_int_equal(run(&h, AUTH, "tell=3 ask=1 want=246810"), PAM_SUCCESS);
	assert_int_equal(h.told, 3);
	assert_int_equal(run(&h, AUTH, "quiet tell=3 ask=1 want=246810"), PAM_SUCCESS);
	assert_int_equal(h.told, 0);
	h.flags = (int)PAM_SILENT;
	assert_int_equal(run(&h, AUTH, "tell=3 ask=1 want=246810"), PAM_SUCCESS);
	assert_int_equal(h.told, 0);
	assert_int_equal(h.asked, 1);
}

static void
test_card_names_the_user(void **state)
{
	struct host h = { .user = NULL };

	(void)state;
	assert_int_equal(run(&h, AUTH, "U=alice"), PAM_SUCCESS);
	assert_string_equal(h.got_user, "alice");
	assert_int_equal(run(&h, AUTH, ""), PAM_AUTH_ERR);
	assert_int_equal(run(&h, AUTH, "U=alice verdict=7"), PAM_AUTH_ERR);
	assert_string_equal(h.got_user, "");
	h.user = "alice";
	assert_int_equal(run(&h, AUTH, "U=alice"), PAM_SUCCESS);
	assert_int_equal(run(&h, AUTH, "U=mallory"), PAM_AUTH_ERR);
	assert_int_equal(run(&h, AUTH, "U=alic"), PAM_AUTH_ERR);
	assert_string_equal(h.got_user, "alice");
}

static void
test_environment_is_clean_text(void **state)
{
	struct host h = { .user = "alice" };

	(void)state;
	assert_int_equal(run(&h, AUTH, "C=3F=2A"), PAM_AUTH_ERR);
	assert_int_equal(run(&h, AUTH, "C="), PAM_AUTH_ERR);
	assert_int_equal(run(&h, AUTH, "C=3F2A verdict=7"), PAM_AUTH_ERR);
	assert_string_equal(h.got_card, "");
}

static void
test_authtok_handed_on(void **state)
{
	struct host h = { .user = "alice", .second = "use_first_pass want=246810" };

	(void)state;
	assert_int_equal(run(&h, AUTH, "K=246810"), PAM_SUCCESS);
	assert_int_equal(run(&h, AUTH, "K=246811"), PAM_MAXTRIES);
	assert_int_equal(run(&h, CHAUTHTOK, "K=246810"), PAM_SUCCESS);
	h.second = "want=246810";
	assert_int_equal(run(&h, AUTH, "K=246810"), PAM_MAXTRIES);
}

static void
test_modes(void **state)
{
	struct host h = { .user = "alice" };

	(void)state;
	assert_int_equal(run(&h, ACCT, "mode=c"), PAM_SUCCESS);
	assert_int_equal(run(&h, ACCT, "mode=a"), PAM_ABORT);
	assert_int_equal(run(&h, CHAUTHTOK, "mode=c"), PAM_ABORT);
	assert_int_equal(run(&h, SETCRED, "do=hang"), PAM_SUCCESS);
	assert_int_equal(run(&h, OPEN, "do=hang"), PAM_IGNORE);
	assert_int_equal(run(&h, CLOSE, "do=hang"), PAM_IGNORE);
}

/* The host's own locale before what its environment asks for; nothing that cannot be a name. */
static void
test_language_of_the_host(void **state)
{
	struct host h = { .user = "alice" };
	char long_name[42];

	(void)state;
	assert_int_equal(setenv("LC_ALL", "", 1) | unsetenv("LC_MESSAGES") | unsetenv("LANG"), 0);
	assert_int_equal(run(&h, AUTH, "language="), PAM_SUCCESS);
	assert_int_equal(setenv("LANG", "fr_FR.UTF-8", 1), 0);
	assert_int_equal(run(&h, AUTH, "language=fr_FR.UTF-8"), PAM_SUCCESS);
	assert_int_equal(run(&h, AUTH, "language=de_DE.UTF-8"), PAM_ABORT);
	assert_int_equal(setenv("LC_MESSAGES", "de_DE.UTF-8", 1), 0);
	assert_int_equal(run(&h, AUTH, "language=de_DE.UTF-8"), PAM_SUCCESS);
	assert_non_null(setlocale(LC_MESSAGES, "C.UTF-8"));
	assert_int_equal(run(&h, AUTH, "language=C.UTF-8"), PAM_SUCCESS);
	assert_non_null(setlocale(LC_MESSAGES, "C"));
	memset(long_name, 'x', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = '\0';
	assert_int_equal(setenv("LC_ALL", long_name, 1), 0);
	assert_int_equal(run(&h, AUTH, "language="), PAM_SUCCESS);
	assert_int_equal(unsetenv("LC_ALL") | unsetenv("LC_MESSAGES") | unsetenv("LANG"), 0);
}

static void
test_options_too_long(void **state)
{
	static char options[6000];
	struct host h = { .user = "alice" };
	size_t at = 0;

	(void)state;
	while (at < 900)
		at += (size_t)snprintf(options + at, sizeof(options) - at, "x=%0100d ", 0);
	assert_int_equal(run(&h, AUTH, options), PAM_SUCCESS);
	h.user = options;
	memset(options, 'u', sizeof(options) - 1);
	assert_int_equal(run(&h, AUTH, ""), PAM_SERVICE_ERR);
}

/* The module as it is installed needs no mckd-auth for these. */
static void
test_built_module(void **state)
{
	const char *so = getenv("MCKD_PAM_SO");
	struct host h = { .user = "alice", .so = so != NULL ? so : MCKD_BUILT_SO };

	(void)state;
	assert_int_equal(run(&h, SETCRED, ""), PAM_SUCCESS);
	assert_int_equal(run(&h, OPEN, ""), PAM_IGNORE);
	assert_int_equal(run(&h, CLOSE, ""), PAM_IGNORE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_right_pin_logs_in),
		cmocka_unit_test(test_every_verdict_byte),
		cmocka_unit_test(test_garbage_is_an_error),
		cmocka_unit_test(test_helper_that_dies),
		cmocka_unit_test(test_helper_that_hangs),
		cmocka_unit_test(test_helper_dies_at_prompt),
		cmocka_unit_test(test_first_pass_is_not_tried_twice),
		cmocka_unit_test(test_floods_are_bounded),
		cmocka_unit_test(test_bad_conversations),
		cmocka_unit_test(test_info_texts_are_not_needed),
		cmocka_unit_test(test_card_names_the_user),
		cmocka_unit_test(test_environment_is_clean_text),
		cmocka_unit_test(test_authtok_handed_on),
		cmocka_unit_test(test_modes),
		cmocka_unit_test(test_language_of_the_host),
		cmocka_unit_test(test_options_too_long),
		cmocka_unit_test(test_built_module),
	};
	int failed;

	host_setup();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	host_teardown();
	return failed;
}
