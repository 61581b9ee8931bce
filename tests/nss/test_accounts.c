/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <cdb.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "../../libmckd/accounts.h"
#include "../../nss_mckd/accounts.h"

static char dir[] = "/tmp/mckd-accounts.XXXXXX";
static char pub[64], etc[64], file[96], why[256];
static const char *const alice_only[] = { "alice" };
static struct mckd_account a[2];
static struct mckd_group g[2];

static int
setup(void **state)
{
	(void)state;
	a[0] = (struct mckd_account){ "alice", 30000, 30000, "Alice", "/home/alice", "/bin/sh", false };
	a[1] = (struct mckd_account){ "bob", 30001, 31000, NULL, "/home/bob", "/bin/sh", false };
	g[0] = (struct mckd_group){ "alice", 30000, NULL, 0 };
	g[1] = (struct mckd_group){ "cards", 31000, alice_only, 1 };
	return 0;
}

static enum mckd_err
publish(void)
{
	return mckd_accounts_publish(pub, etc, a, 2, g, 2, why);
}

static void
etc_file(const char *name, const char *text)
{
	char path[96];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", etc, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void
test_names(void **state)
{
	static const struct { const char *name; bool good; } t[] = {
		{ "alice", true }, { "_a", true }, { "a-b_9", true }, { "a", true },
		{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", true }, { "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false },
		{ "", false }, { "9a", false }, { "-a", false }, { "a.b", false }, { "Alice", false },
		{ "a b", false }, { "a:b", false }, { "a\n", false }, { "a/b", false }, { "..", false },
		{ "a$", false }, { "\xc3\xa4", false }, { NULL, false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		a[0].name = t[i].name;
		assert_int_equal(mckd_account_check(&a[0], why), t[i].good ? MCKD_OK : MCKD_E_USAGE);
		g[0].name = t[i].name;
		assert_int_equal(mckd_group_check(&g[0], why), t[i].good ? MCKD_OK : MCKD_E_USAGE);
	}
}

static void
test_numbers(void **state)
{
	static const uint32_t bad[] = { 0, 1, 999, 65534, 65535, 0xfffffffe, 0xffffffff };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		setup(NULL);
		a[0].uid = bad[i];
		assert_int_equal(mckd_account_check(&a[0], why), MCKD_E_USAGE);
		assert_int_equal(publish(), MCKD_E_USAGE);
		setup(NULL);
		a[0].gid = bad[i];
		assert_int_equal(mckd_account_check(&a[0], why), MCKD_E_USAGE);
		g[0].gid = bad[i];
		assert_int_equal(mckd_group_check(&g[0], why), MCKD_E_USAGE);
	}
	setup(NULL);
	a[0].uid = 1000;
	assert_int_equal(mckd_account_check(&a[0], why), MCKD_OK);
}

static void
test_texts(void **state)
{
	static const char *const paths[] = { NULL, "", "/", "home", "/home/", "//home", "/home/../etc",
		"/home/./a", "/..", "/home/a:b", "/home/a\nroot", "/home/\x7f" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		setup(NULL);
		a[0].home = paths[i];
		assert_int_equal(mckd_account_check(&a[0], why), MCKD_E_USAGE);
		setup(NULL);
		a[0].shell = paths[i];
		assert_int_equal(mckd_account_check(&a[0], why), MCKD_E_USAGE);
	}
	setup(NULL);
	a[0].gecos = "a:b";
	assert_int_equal(mckd_account_check(&a[0], why), MCKD_E_USAGE);
	a[0].gecos = "a\nroot::0:0";
	assert_int_equal(mckd_account_check(&a[0], why), MCKD_E_USAGE);
	a[0].gecos = "\xc3\x84nne, Room 1";
	a[0].home = "/home/..alice";
	assert_int_equal(mckd_account_check(&a[0], why), MCKD_OK);
}

static void
test_twice(void **state)
{
	static const char *const stranger[] = { "mallory" };
	static const char *const twice[] = { "alice", "alice" };

	(void)state;
	a[1].name = "alice";
	assert_int_equal(publish(), MCKD_E_USAGE);
	setup(NULL);
	a[1].uid = 30000;
	assert_int_equal(publish(), MCKD_E_USAGE);
	setup(NULL);
	g[1].name = "alice";
	assert_int_equal(publish(), MCKD_E_USAGE);
	setup(NULL);
	g[1].gid = 30000;
	assert_int_equal(publish(), MCKD_E_USAGE);
	setup(NULL);
	g[1].members = stranger;
	assert_int_equal(publish(), MCKD_E_USAGE);
	g[1] = (struct mckd_group){ "cards", 31000, twice, 2 };
	assert_int_equal(publish(), MCKD_E_USAGE);
	setup(NULL);
	assert_int_equal(publish(), MCKD_OK);
}

static void
test_other_source(void **state)
{
	(void)state;
	etc_file("passwd", "root:x:0:0::/root:/bin/sh\n+\nalice:x:1000:1000::/:/bin/sh\n");
	assert_int_equal(publish(), MCKD_E_USAGE);
	assert_non_null(strstr(why, "alice"));
	etc_file("passwd", "other:x:30001:1000::/:/bin/sh\n");
	assert_int_equal(publish(), MCKD_E_USAGE);
	etc_file("passwd", "root:x:0:0::/root:/bin/sh\n#alice:x:1:1:::\nbad\n");
	etc_file("group", "cards:x:5000:\n");
	assert_int_equal(publish(), MCKD_E_USAGE);
	etc_file("group", "other:x:31000:bob\n");
	assert_int_equal(publish(), MCKD_E_USAGE);
	etc_file("group", "root:x:0:");
	assert_int_equal(publish(), MCKD_OK);
}

static int
found(struct cdb *c, char tag, const char *what, size_t len)
{
	unsigned char key[MCKD_ACCOUNT_KEY_MAX];

	return cdb_find(c, key, mckd_account_key(key, tag, what, len));
}

/* Read back by tinycdb, which shares nothing with the module's reader. */
static void
test_format(void **state)
{
	static const unsigned char want[] = "\0\0\x75\x30\0\0\x75\x30" "alice\0Alice\0/home/alice\0/bin/sh";
	unsigned char got[256];
	struct stat st;
	struct cdb c;
	int fd;

	(void)state;
	umask(077);
	assert_int_equal(publish(), MCKD_OK);
	umask(022);
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	assert_int_equal(stat(pub, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0755);
	fd = open(file, O_RDONLY | O_CLOEXEC);
	assert_int_equal(cdb_init(&c, fd), 0);
	assert_int_equal(found(&c, 'p', "\0\0\0\0", 4), 1);
	assert_int_equal(cdb_datalen(&c), sizeof(want));
	cdb_readdata(&c, got);
	assert_memory_equal(got, want, sizeof(want));
	assert_int_equal(found(&c, 'I', "alice", 5), 1);
	assert_int_equal(cdb_datalen(&c), 4);
	assert_int_equal(found(&c, 'I', "bob", 3), 0);
	assert_int_equal(found(&c, 'U', "\0\0\x75\x31", 4), 1);
	assert_int_equal(found(&c, 'G', "cards", 5), 1);
	assert_int_equal(found(&c, 'J', "\0\0\x79\x18", 4), 1);
	cdb_free(&c);
	close(fd);
}

/* A write that fails leaves the old accounts, and nothing beside them. */
static void
test_failed_write(void **state)
{
	struct rlimit old, none;
	struct stat before, after;
	char path[96];

	(void)state;
	assert_int_equal(publish(), MCKD_OK);
	assert_int_equal(stat(file, &before), 0);
	getrlimit(RLIMIT_FSIZE, &old);
	none = (struct rlimit){ 2100, old.rlim_max };
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &none);
	assert_int_equal(publish(), MCKD_E_STORE_IO);
	setrlimit(RLIMIT_FSIZE, &old);
	assert_int_equal(stat(file, &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_int_equal(before.st_size, after.st_size);
	snprintf(path, sizeof(path), "%s/.new", pub);
	assert_int_not_equal(access(path, F_OK), 0);
	/* What a killed writer left is no hindrance, even a symlink. */
	assert_int_equal(symlink("/nonexistent", path), 0);
	assert_int_equal(publish(), MCKD_OK);
	assert_int_not_equal(access(path, F_OK), 0);
}

static void
test_untrusted_dir(void **state)
{
	char link[96];

	(void)state;
	assert_int_equal(chmod(pub, 0775), 0);
	assert_int_equal(publish(), MCKD_E_STORE_UNTRUSTED);
	assert_int_equal(chmod(pub, 01777), 0);
	assert_int_equal(publish(), MCKD_E_STORE_UNTRUSTED);
	assert_int_equal(chmod(pub, 0755), 0);
	snprintf(link, sizeof(link), "%s/link", dir);
	assert_int_equal(symlink(pub, link), 0);
	assert_int_equal(mckd_accounts_publish(link, etc, a, 2, g, 2, why), MCKD_E_STORE_IO);
	unlink(link);
	assert_int_equal(publish(), MCKD_OK);
}

static void
test_empty(void **state)
{
	(void)state;
	assert_int_equal(mckd_accounts_publish(pub, etc, NULL, 0, NULL, 0, why), MCKD_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_names, setup),
		cmocka_unit_test_setup(test_numbers, setup),
		cmocka_unit_test_setup(test_texts, setup),
		cmocka_unit_test_setup(test_twice, setup),
		cmocka_unit_test_setup(test_other_source, setup),
		cmocka_unit_test_setup(test_format, setup),
		cmocka_unit_test_setup(test_failed_write, setup),
		cmocka_unit_test_setup(test_untrusted_dir, setup),
		cmocka_unit_test_setup(test_empty, setup),
	};
	char cmd[128];
	int r;

	if (mkdtemp(dir) == NULL)
		return 1;
	snprintf(pub, sizeof(pub), "%s/public", dir);
	snprintf(file, sizeof(file), "%s/accounts.cdb", pub);
	snprintf(etc, sizeof(etc), "%s/etc", dir);
	mkdir(etc, 0755);
	r = cmocka_run_group_tests(tests, NULL, NULL);
	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	return system(cmd) != 0 || r != 0;
}
