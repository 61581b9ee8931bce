/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf.h"
#include "store.h"

static char dir[64], file[96], drop[96], why[MCKD_WHY];
static struct mckd_conf conf;

static void
put(const char *path, const char *text, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), (ssize_t)len);
	(void)close(fd);
}

static enum mckd_err
read_conf(void)
{
	why[0] = '\0';
	mckd_conf_default(&conf);
	return mckd_conf_read(&conf, file, why);
}

static enum mckd_err
read_text(const char *text)
{
	put(file, text, strlen(text));
	return read_conf();
}

static int
set_up(void **state)
{
	(void)state;
	(void)umask(022);
	(void)snprintf(dir, sizeof(dir), "/tmp/test_conf.XXXXXX");
	if (mkdtemp(dir) == NULL)
		return -1;
	(void)snprintf(file, sizeof(file), "%s/mckd.conf", dir);
	(void)snprintf(drop, sizeof(drop), "%s/mckd.conf.d", dir);
	return 0;
}

static int
tear_down(void **state)
{
	char path[128];

	(void)state;
	for (int i = 0; i < 4; i++) {
		(void)snprintf(path, sizeof(path), "%s/%d.conf", drop, i);
		(void)unlink(path);
	}
	(void)unlink(drop);
	(void)rmdir(drop);
	(void)unlink(file);
	(void)rmdir(file);
	return rmdir(dir);
}

static void
absent_is_the_default(void **state)
{
	(void)state;
	assert_int_equal(read_conf(), MCKD_OK);
	assert_string_equal(conf.application, "auto");
	assert_int_equal(conf.max_tries, 1);
	assert_int_equal(conf.keep_tries, 2);
	assert_int_equal(conf.wait, 0);
	assert_string_equal(conf.store, MCKD_STATEDIR);
	assert_int_equal(conf.remote, MCKD_REMOTE_NO);
	assert_int_equal(conf.store_unwritable, MCKD_UNWRITABLE_ROOT);
}

static void
every_key_is_read(void **state)
{
	(void)state;
	assert_int_equal(read_text("# comment\n\napplication = login\nreader=ACS*\nprompt = Card PIN\n"
	    "cue=Card, please\nstore=/s\nkey=/k\nwait = 10\nmax_tries=3\nkeep_tries=0\ndeadline=7\n"
	    "remote=local-reader\nstore_unwritable=deny\nauthtok=secret\nstrict_epoch=yes\n"
	    "duress_unit=panic@a\\x2d1.service\ndebug=yes\nquiet=yes\naccount_ids=5000-6000\nevents_max=5\nevents_days=7\naccount_home=/srv\naccount_shell=/bin/sh\n"), MCKD_OK);
	assert_string_equal(conf.application, "login");
	assert_string_equal(conf.reader, "ACS*");
	assert_string_equal(conf.prompt, "Card PIN");
	assert_string_equal(conf.cue, "Card, please");
	assert_string_equal(conf.store, "/s");
	assert_string_equal(conf.key, "/k");
	assert_string_equal(conf.duress_unit, "panic@a\\x2d1.service");
	assert_int_equal(conf.wait, 10);
	assert_int_equal(conf.max_tries, 3);
	assert_int_equal(conf.keep_tries, 0);
	assert_int_equal(conf.deadline, 7);
	assert_int_equal(conf.remote, MCKD_REMOTE_LOCAL_READER);
	assert_int_equal(conf.store_unwritable, MCKD_UNWRITABLE_DENY);
	assert_int_equal(conf.authtok, MCKD_AUTHTOK_SECRET);
	assert_int_equal(conf.account_ids[0], 5000);
	assert_int_equal(conf.account_ids[1], 6000);
	assert_int_equal(conf.events_max, 5);
	assert_int_equal(conf.events_days, 7);
	assert_string_equal(conf.account_home, "/srv");
	assert_string_equal(conf.account_shell, "/bin/sh");
	assert_true(conf.strict_epoch && conf.debug && conf.quiet);
}

static void
what_is_wrong_is_an_error_with_its_place(void **state)
{
	static const struct {
		const char *text, *place;
	} bad[] = {
		{ "wait=20x\n", ":1:" }, { "\nwait=-5\n", ":2:" }, { "wait=601\n", ":1:" },
		{ "wait=\n", "" }, { "wait\n", "" }, { "wait= 1 2\n", ":1:" }, { "max_tries=0\n", ":1:" },
		{ "max_tries=16\n", ":1:" }, { "wait=4294967297\n", ":1:" }, { "wait=0x10\n", ":1:" },
		{ "wait=+1\n", ":1:" }, { "wayt=1\n", ":1:" }, { "Wait=1\n", ":1:" },
		{ "wait=1\nwait=2\n", ":2:" }, { "wait=1\n\n wait =1\n", ":3:" }, { "[mckd]\nwait=1\n", "" },
		{ "remote=yes\n", ":1:" }, { "debug=1\n", ":1:" }, { "debug=true\n", ":1:" },
		{ "application=No Such\n", ":1:" }, { "store=relative\n", ":1:" },
		{ "nullok=yes\n", ":1:" }, { "use_first_pass=yes\n", ":1:" },
		{ "account_ids=999-2000\n", ":1:" }, { "account_ids=2000\n", ":1:" },
		{ "account_ids=2000-1000\n", ":1:" }, { "account_ids=1000-2000-3000\n", ":1:" },
		{ "account_ids=1000-\n", ":1:" }, { "account_shell=sh\n", ":1:" },
		{ "duress_unit=panic\n", ":1:" }, { "duress_unit=-H.service\n", ":1:" },
		{ "duress_unit=panic.\n", ":1:" }, { "duress_unit=../a.service\n", ":1:" },
		{ "duress_unit=a;b.service\n", ":1:" }, { "duress_unit=$(a).service\n", ":1:" },
		{ "prompt=a\n b\n", "" }, { "prompt=\x01\n", ":1:" }, { "=1\n", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (read_text(bad[i].text) != MCKD_E_CONFIG)
			fail_msg("taken for good: %s", bad[i].text);
		if (strstr(why, file) == NULL || strstr(why, bad[i].place) == NULL)
			fail_msg("no place in \"%s\" for: %s", why, bad[i].text);
		assert_int_equal(conf.wait, 0);
	}
	assert_int_equal(read_text("wait=5\n"), MCKD_OK);
	put(file, "wait=5\n\0wait=6\n", 15);
	assert_int_equal(read_conf(), MCKD_E_CONFIG);
}

static void
drop_ins_override_in_order(void **state)
{
	char path[128];

	(void)state;
	assert_int_equal(mkdir(drop, 0755), 0);
	put(file, "wait=1\nmax_tries=3\n", 19);
	for (int i = 0; i < 3; i++) {
		char text[16];

		(void)snprintf(path, sizeof(path), "%s/%d.conf", drop, 2 - i);
		(void)snprintf(text, sizeof(text), "wait=%d\n", 12 - i);
		put(path, text, strlen(text));
	}
	assert_int_equal(read_conf(), MCKD_OK);
	assert_int_equal(conf.wait, 12);
	assert_int_equal(conf.max_tries, 3);
	(void)snprintf(path, sizeof(path), "%s/3.conf", drop);
	assert_int_equal(symlink("/nonexistent", path), 0);
	assert_int_equal(read_conf(), MCKD_E_CONFIG);
	assert_non_null(strstr(why, "3.conf"));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(read_conf(), MCKD_E_CONFIG);
}

static void
only_a_file_of_root_is_read(void **state)
{
	(void)state;
	assert_int_equal(read_text("wait=1\n"), MCKD_OK);
	assert_int_equal(chmod(file, 0620), 0);
	assert_int_equal(read_conf(), MCKD_E_CONFIG);
	assert_int_equal(chmod(file, 0602), 0);
	assert_int_equal(read_conf(), MCKD_E_CONFIG);
	assert_int_equal(chmod(file, 0600), 0);
	assert_int_equal(read_conf(), MCKD_OK);
	assert_int_equal(chmod(dir, 0777), 0);
	assert_int_equal(read_conf(), MCKD_E_CONFIG);
	assert_int_equal(chmod(dir, 0700), 0);
	if (geteuid() == 0) {
		assert_int_equal(chown(file, 1, 0), 0);
		assert_int_equal(read_conf(), MCKD_E_CONFIG);
	}
	assert_int_equal(unlink(file), 0);
	assert_int_equal(symlink("/dev/null", file), 0);
	assert_int_equal(read_conf(), MCKD_E_CONFIG);
	assert_int_equal(unlink(file), 0);
	assert_int_equal(mkfifo(file, 0600), 0);
	assert_int_equal(read_conf(), MCKD_E_CONFIG);
	assert_int_equal(unlink(file), 0);
	assert_int_equal(mkdir(file, 0700), 0);
	assert_int_equal(read_conf(), MCKD_E_CONFIG);
}

static void
too_much_is_an_error(void **state)
{
	static char big[70000];

	(void)state;
	memset(big, '#', sizeof(big));
	put(file, big, 400);
	assert_int_equal(read_conf(), MCKD_OK);
	put(file, big, 600);
	assert_int_equal(read_conf(), MCKD_E_CONFIG);
	for (size_t i = 99; i < sizeof(big); i += 100)
		big[i] = '\n';
	put(file, big, sizeof(big));
	assert_int_equal(read_conf(), MCKD_E_CONFIG);
}

static void
options_are_exact(void **state)
{
	static const char *const bad[] = { "", "=", "wait", "wait=", "wait=1x", "waitt=1", "wai=1",
		"nullokay", "nullok=maybe", "null", "application=", "debug ", " debug", "remote=all" };

	(void)state;
	mckd_conf_default(&conf);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (mckd_conf_option(&conf, bad[i], why) != MCKD_E_CONFIG)
			fail_msg("taken for good: \"%s\"", bad[i]);
	assert_int_equal(mckd_conf_option(&conf, "nullok", why), MCKD_OK);
	assert_int_equal(mckd_conf_option(&conf, "try_first_pass", why), MCKD_OK);
	assert_int_equal(mckd_conf_option(&conf, "use_first_pass", why), MCKD_OK);
	assert_int_equal(mckd_conf_option(&conf, "wait=600", why), MCKD_OK);
	assert_int_equal(mckd_conf_option(&conf, "authtok=pin", why), MCKD_OK);
	assert_true(conf.nullok && conf.try_first_pass && conf.use_first_pass);
	assert_int_equal(conf.wait, 600);
	assert_int_equal(conf.authtok, MCKD_AUTHTOK_PIN);
}

/* The parser would take "Omni" of it, and the reader meant is another one. */
static void
a_value_is_not_cut_at_a_comment(void **state)
{
	static const char *const cut[] = { "reader = Omni #2\n", "reader = \"Omni #2\"\n",
		"reader = Omni#2", "strict_epoch = no # for now\n", "reader=#2\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(cut) / sizeof(cut[0]); i++) {
		assert_int_equal(read_text(cut[i]), MCKD_E_CONFIG);
		assert_non_null(strstr(why, ":1: a comment"));
	}
	assert_int_equal(read_text(" \t# reader = Omni #2\nreader = Omni 2\n"), MCKD_OK);
	assert_string_equal(conf.reader, "Omni 2");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(absent_is_the_default, set_up, tear_down),
		cmocka_unit_test_setup_teardown(every_key_is_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_wrong_is_an_error_with_its_place, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_value_is_not_cut_at_a_comment, set_up, tear_down),
		cmocka_unit_test_setup_teardown(drop_ins_override_in_order, set_up, tear_down),
		cmocka_unit_test_setup_teardown(only_a_file_of_root_is_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(too_much_is_an_error, set_up, tear_down),
		cmocka_unit_test(options_are_exact),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
