/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "nss_so.h"

/* file of nss_dir gets that text, or goes where it is NULL. */
static void
local_file(const char *file, const char *text)
{
	char path[4200];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", nss_dir, file);
	if (text == NULL) {
		(void)unlink(path);
		return;
	}
	f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static enum nss_status
passwd_of(const char *name)
{
	struct passwd pw;
	char buf[512];
	int e;

	return so.getpwnam(name, &pw, buf, sizeof(buf), &e);
}

static enum nss_status
group_of(const char *name)
{
	struct group gr;
	char buf[512];
	int e;

	return so.getgrnam(name, &gr, buf, sizeof(buf), &e);
}

/* What the host's own files have, by name or by number, is not a card's. */
void
test_local(void **state)
{
	struct passwd pw;
	char buf[512], text[3000];
	long start = 1, size = 16;
	gid_t *groups = calloc(16, sizeof(*groups));
	int e;

	(void)state;
	local_file("passwd", "root:x:0:0::/:/bin/sh\nalicea:x:300001:1::/:/bin/sh\nalice:x:4711:5::/:/bin/sh\n");
	assert_int_equal(passwd_of("alice"), NSS_STATUS_NOTFOUND);
	assert_int_equal(so.getpwuid(30000, &pw, buf, sizeof(buf), &e), NSS_STATUS_NOTFOUND);
	assert_int_equal(so.initgroups("alice", 99, &start, &size, &groups, 0, &e), NSS_STATUS_NOTFOUND);
	assert_int_equal(passwd_of("bob"), NSS_STATUS_SUCCESS);
	local_file("passwd", "zoe:x:30001:5::/:/bin/sh\n");
	assert_int_equal(passwd_of("bob"), NSS_STATUS_NOTFOUND);
	assert_int_equal(passwd_of("alice"), NSS_STATUS_SUCCESS);
	local_file("passwd", NULL);
	/* What stands among the members, in a line longer than is read at once, is no line of its own. */
	snprintf(text, sizeof(text), "wide:x:4:%02000d,zoe:x:31000:,\nalice:x:5:\nlab:x:30000:\n", 0);
	local_file("group", text);
	assert_int_equal(group_of("alice"), NSS_STATUS_NOTFOUND);
	assert_int_equal(group_of("cards"), NSS_STATUS_SUCCESS);
	assert_int_equal(so.initgroups("alice", 99, &start, &size, &groups, 0, &e), NSS_STATUS_SUCCESS);
	assert_int_equal(start, 2);
	assert_int_equal(groups[1], 31000);
	local_file("group", NULL);
	assert_int_equal(group_of("alice"), NSS_STATUS_SUCCESS);
	free(groups);
}
