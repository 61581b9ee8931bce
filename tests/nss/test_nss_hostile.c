/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "nss_so.h"
#include "../../nss_mckd/accounts.h"

static enum nss_status
alice(int *e)
{
	struct passwd pw;
	char buf[512];

	*e = 0;
	return so.getpwnam("alice", &pw, buf, sizeof(buf), e);
}

static void
expect_unavail(int want)
{
	struct passwd pw;
	struct group gr;
	gid_t *groups = NULL;
	long start = 0, size = 0;
	char buf[512];
	int e;

	assert_int_equal(alice(&e), NSS_STATUS_UNAVAIL);
	assert_int_equal(e, want);
	assert_int_equal(so.getpwuid(30000, &pw, buf, sizeof(buf), &e), NSS_STATUS_UNAVAIL);
	assert_int_equal(so.getgrnam("cards", &gr, buf, sizeof(buf), &e), NSS_STATUS_UNAVAIL);
	assert_int_equal(so.getgrgid(31000, &gr, buf, sizeof(buf), &e), NSS_STATUS_UNAVAIL);
	assert_int_equal(so.getpwent(&pw, buf, sizeof(buf), &e), NSS_STATUS_UNAVAIL);
	assert_int_equal(so.getgrent(&gr, buf, sizeof(buf), &e), NSS_STATUS_UNAVAIL);
	assert_int_equal(so.initgroups("alice", 1, &start, &size, &groups, 0, &e), NSS_STATUS_UNAVAIL);
	assert_int_equal(e, want);
	assert_int_equal(start, 0);
}

static void
expect_alice(void)
{
	int e;

	assert_int_equal(alice(&e), NSS_STATUS_SUCCESS);
}

void
test_untrusted(void **state)
{
	char other[4200];

	(void)state;
	expect_alice();
	assert_int_equal(chown(nss_file, 1, 0), 0);
	expect_unavail(EIO);
	assert_int_equal(chown(nss_file, 0, 1), 0);
	expect_alice();
	assert_int_equal(chmod(nss_file, 0664), 0);
	expect_unavail(EIO);
	assert_int_equal(chmod(nss_file, 0646), 0);
	expect_unavail(EIO);
	assert_int_equal(chmod(nss_file, 0644), 0);
	assert_int_equal(chmod(nss_dir, 0775), 0);
	expect_unavail(EIO);
	assert_int_equal(chmod(nss_dir, 01777), 0);
	expect_unavail(EIO);
	assert_int_equal(chmod(nss_dir, 0755), 0);
	assert_int_equal(chown(nss_dir, 1, 0), 0);
	expect_unavail(EIO);
	assert_int_equal(chown(nss_dir, 0, 0), 0);
	expect_alice();

	snprintf(other, sizeof(other), "%s.real", nss_file);
	assert_int_equal(rename(nss_file, other), 0);
	expect_unavail(ENOENT);
	assert_int_equal(symlink(other, nss_file), 0);
	expect_unavail(EIO);
	assert_int_equal(unlink(nss_file), 0);
	assert_int_equal(mkfifo(nss_file, 0644), 0);
	expect_unavail(EIO);
	assert_int_equal(unlink(nss_file), 0);
	assert_int_equal(mkdir(nss_file, 0755), 0);
	expect_unavail(EIO);
	assert_int_equal(rmdir(nss_file), 0);
	assert_int_equal(rename(other, nss_file), 0);

	snprintf(other, sizeof(other), "%s.real", nss_dir);
	assert_int_equal(rename(nss_dir, other), 0);
	expect_unavail(ENOENT);
	assert_int_equal(symlink(other, nss_dir), 0);
	expect_unavail(ENOENT);
	assert_int_equal(unlink(nss_dir), 0);
	assert_int_equal(rename(other, nss_dir), 0);
	expect_alice();
}

static void
in(const char *s, const char *buf, size_t len)
{
	assert_true(s >= buf && s < buf + len && memchr(s, '\0', (size_t)(buf + len - s)) != NULL);
}

/* Whatever the file says, what comes out is a valid account in the caller's buffer. */
static void
ask_everything(void)
{
	static const char *const names[] = { "alice", "bob", "carol", "cards" };
	struct passwd pw;
	struct group gr;
	gid_t *groups = NULL;
	long start = 0, size = 0, i, k;
	char *buf = malloc(300);
	int e;

	for (i = 0; i < 7; i++) {
		enum nss_status s = i < 4 ? so.getpwnam(names[i], &pw, buf, 300, &e) :
		    so.getpwuid(30000 + (uid_t)i - 4, &pw, buf, 300, &e);

		if (s == NSS_STATUS_TRYAGAIN)
			assert_int_equal(e, ERANGE);
		if (s != NSS_STATUS_SUCCESS)
			continue;
		assert_true(i < 4 ? strcmp(pw.pw_name, names[i]) == 0 : pw.pw_uid == 30000 + i - 4);
		assert_true(mckd_account_id_valid(pw.pw_uid) && mckd_account_id_valid(pw.pw_gid));
		in(pw.pw_name, buf, 300);
		in(pw.pw_gecos, buf, 300);
		in(pw.pw_dir, buf, 300);
		in(pw.pw_shell, buf, 300);
		assert_string_equal(pw.pw_passwd, "*");
	}
	so.setpwent(0);
	for (i = 0; i < 4 && so.getpwent(&pw, buf, 300, &e) == NSS_STATUS_SUCCESS; i++)
		assert_true(mckd_account_id_valid(pw.pw_uid));
	for (i = 0; i < 2; i++)
		if ((i ? so.getgrnam("cards", &gr, buf, 300, &e) : so.getgrgid(31000, &gr, buf, 300, &e)) ==
		    NSS_STATUS_SUCCESS) {
			assert_true(mckd_account_id_valid(gr.gr_gid));
			in(gr.gr_name, buf, 300);
			for (k = 0; gr.gr_mem[k] != NULL; k++)
				in(gr.gr_mem[k], buf, 300);
		}
	if (so.initgroups("alice", 1, &start, &size, &groups, 0, &e) == NSS_STATUS_SUCCESS)
		for (i = 0; i < start; i++)
			assert_true(mckd_account_id_valid(groups[i]));
	free(groups);
	free(buf);
}

static unsigned char *
slurp(size_t *len)
{
	FILE *f = fopen(nss_file, "rb");
	unsigned char *p = malloc(1 << 16);

	assert_non_null(f);
	*len = fread(p, 1, 1 << 16, f);
	fclose(f);
	return p;
}

void
test_flips(void **state)
{
	static const unsigned char with[] = { 0x01, 0x80, 0xff, 0x2f, 0x3a };
	size_t len, i, k;
	unsigned char *db = slurp(&len), b;
	int fd = open(nss_file, O_RDWR | O_CLOEXEC);

	(void)state;
	assert_true(fd >= 0 && len > 2048);
	for (i = 0; i < len; i++) {
		for (k = 0; k < sizeof(with); k++) {
			b = db[i] ^ with[k];
			assert_int_equal(pwrite(fd, &b, 1, (off_t)i), 1);
			ask_everything();
		}
		assert_int_equal(pwrite(fd, db + i, 1, (off_t)i), 1);
	}
	close(fd);
	free(db);
	expect_alice();
}

void
test_truncations(void **state)
{
	size_t len;
	unsigned char *db = slurp(&len);
	int e, fd = open(nss_file, O_RDWR | O_CLOEXEC);

	(void)state;
	while (len-- > 0) {
		assert_int_equal(ftruncate(fd, (off_t)len), 0);
		ask_everything();
		if (len < MCKD_ACCOUNTS_TOC_LEN + 8 + 1 + MCKD_ACCOUNTS_HEADER_LEN)
			assert_int_equal(alice(&e), NSS_STATUS_UNAVAIL);
	}
	close(fd);
	free(db);
}

/* Tables full of slots that lead nowhere end, too. */
void
test_cycles(void **state)
{
	size_t len, i;
	unsigned char *db = slurp(&len);
	int fd = open(nss_file, O_RDWR | O_CLOEXEC);

	(void)state;
	for (i = 0; i < MCKD_ACCOUNTS_TOC_LEN; i += 8) {
		db[i] = 0;
		db[i + 1] = 8;
		db[i + 2] = db[i + 3] = 0;
		db[i + 4] = (unsigned char)((len - 2048) / 8);
		db[i + 5] = (unsigned char)((len - 2048) / 8 >> 8);
		db[i + 6] = db[i + 7] = 0;
	}
	assert_int_equal(pwrite(fd, db, len, 0), len);
	ask_everything();
	close(fd);
	free(db);
}
