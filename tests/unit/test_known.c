/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "known.h"

static char base[64], path[MCKD_KNOWN_PATH];
static const uint8_t one[MCKD_HOST_ID_LEN] = { 1 }, two[MCKD_HOST_ID_LEN] = { 2, 0xff };

static int
make(void **state)
{
	(void)state;
	(void)snprintf(base, sizeof(base), "/tmp/mckd-known-XXXXXX");
	assert_non_null(mkdtemp(base));
	assert_int_equal(setenv("HOME", base, 1), 0);
	assert_int_equal(mckd_known_path(path), MCKD_OK);
	return 0;
}

static int
drop(const char *p, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(p);
}

static int
clear(void **state)
{
	(void)state;
	return nftw(base, drop, 16, FTW_DEPTH | FTW_PHYS);
}

static enum mckd_err
pin(const char *name, const uint8_t host[static MCKD_HOST_ID_LEN])
{
	char why[MCKD_KNOWN_WHY] = "";
	enum mckd_err err = mckd_known_pin(path, name, host, why);

	assert_true(err == MCKD_OK || why[0] != '\0');
	return err;
}

static enum mckd_err
find(const char *name, uint8_t host[static MCKD_HOST_ID_LEN])
{
	char why[MCKD_KNOWN_WHY] = "";
	enum mckd_err err = mckd_known_find(path, name, host, why);

	assert_true(err == MCKD_OK || why[0] != '\0');
	return err;
}

static void
put(const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, 0600), 0);
}

static void
pinned_is_found(void **state)
{
	uint8_t host[MCKD_HOST_ID_LEN];
	struct stat st;

	(void)state;
	assert_int_equal(find("web1", host), MCKD_E_STORE_NOT_FOUND);
	assert_int_equal(pin("web1", one), MCKD_OK);
	assert_int_equal(pin("web2", two), MCKD_OK);
	assert_int_equal(find("web1", host), MCKD_OK);
	assert_memory_equal(host, one, sizeof(host));
	assert_int_equal(find("WEB2", host), MCKD_OK);
	assert_memory_equal(host, two, sizeof(host));
	assert_int_equal(find("web", host), MCKD_E_STORE_NOT_FOUND);
	assert_int_equal(find("web11", host), MCKD_E_STORE_NOT_FOUND);
	/* Replaced, and the other one stays. */
	assert_int_equal(pin("web1", two), MCKD_OK);
	assert_int_equal(find("web1", host), MCKD_OK);
	assert_memory_equal(host, two, sizeof(host));
	assert_int_equal(pin("web2", one), MCKD_OK);
	assert_int_equal(find("web1", host), MCKD_OK);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void
by_hand(void **state)
{
	uint8_t host[MCKD_HOST_ID_LEN];

	(void)state;
	assert_int_equal(pin("x", one), MCKD_OK);
	put("# mine\n\nweb1 02ff0000000000000000000000000000");
	assert_int_equal(find("web1", host), MCKD_OK);
	assert_memory_equal(host, two, sizeof(host));
	assert_int_equal(pin("web2", one), MCKD_OK);
	assert_int_equal(find("web1", host), MCKD_OK);
	assert_int_equal(find("web2", host), MCKD_OK);
}

static void
what_is_not_understood_is_an_error(void **state)
{
	static const char *const texts[] = {
		"web1\n", "web1 \n", "web1 01\n", "web1 02ff000000000000000000000000000000\n",
		"web1 02FF0000000000000000000000000000\n", " web1 02ff0000000000000000000000000000\n",
		"web1 02ff0000000000000000000000000000 more\n",
		"web1 02ff0000000000000000000000000000\nweb1 01000000000000000000000000000000\n",
		"web1 02ff0000000000000000000000000000\nrubbish\n",
	};
	uint8_t host[MCKD_HOST_ID_LEN];

	(void)state;
	assert_int_equal(pin("x", one), MCKD_OK);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		put(texts[i]);
		assert_int_equal(find("web1", host), MCKD_E_PARSE);
		assert_int_equal(pin("web1", one), MCKD_E_PARSE);
	}
}

static void
names_that_cannot_be(void **state)
{
	uint8_t host[MCKD_HOST_ID_LEN];
	char name[300];

	(void)state;
	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(pin(name, one), MCKD_E_USAGE);
	assert_int_equal(pin("", one), MCKD_E_USAGE);
	assert_int_equal(pin("a b", one), MCKD_E_USAGE);
	assert_int_equal(pin("a\nweb1", one), MCKD_E_USAGE);
	assert_int_equal(pin("#a", one), MCKD_E_USAGE);
	assert_int_equal(find("a\nb", host), MCKD_E_STORE_NOT_FOUND);
}

static void
a_file_of_others(void **state)
{
	uint8_t host[MCKD_HOST_ID_LEN];
	char other[MCKD_KNOWN_PATH + 8];

	(void)state;
	assert_int_equal(pin("web1", one), MCKD_OK);
	assert_int_equal(chmod(path, 0666), 0);
	assert_int_equal(find("web1", host), MCKD_E_STORE_UNTRUSTED);
	assert_int_equal(chmod(path, 0600), 0);
	(void)snprintf(other, sizeof(other), "%s.real", path);
	assert_int_equal(rename(path, other), 0);
	assert_int_equal(symlink(other, path), 0);
	assert_int_equal(find("web1", host), MCKD_E_STORE_UNTRUSTED);
	assert_int_equal(pin("web1", two), MCKD_E_STORE_UNTRUSTED);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(find("web1", host), MCKD_E_STORE_UNTRUSTED);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(find("web1", host), MCKD_E_STORE_UNTRUSTED);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make, clear)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(pinned_is_found), TEST(by_hand), TEST(what_is_not_understood_is_an_error),
		TEST(names_that_cannot_be), TEST(a_file_of_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
