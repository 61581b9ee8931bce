/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "nss_so.h"
#include "../../libmckd/accounts.h"

struct nss_so so;
const char *nss_dir;
char nss_file[4096];

static void *
symbol(void *lib, const char *name)
{
	void *p = dlsym(lib, name);

	if (p == NULL)
		fail_msg("%s", dlerror());
	return p;
}

#define LOAD(f, name) (*(void **)(void *)&so.f = symbol(lib, "_nss_mckd_" name))

int
nss_so_setup(void **state)
{
	const char *path = getenv("MCKD_NSS_SO");
	void *lib = path != NULL ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;

	(void)state;
	nss_dir = getenv("MCKD_NSS_TESTDIR");
	if (lib == NULL || nss_dir == NULL) {
		fprintf(stderr, "MCKD_NSS_SO, MCKD_NSS_TESTDIR: %s\n", path != NULL ? dlerror() : "unset");
		return -1;
	}
	LOAD(getpwnam, "getpwnam_r");
	LOAD(getpwuid, "getpwuid_r");
	LOAD(setpwent, "setpwent");
	LOAD(getpwent, "getpwent_r");
	LOAD(endpwent, "endpwent");
	LOAD(getgrnam, "getgrnam_r");
	LOAD(getgrgid, "getgrgid_r");
	LOAD(setgrent, "setgrent");
	LOAD(getgrent, "getgrent_r");
	LOAD(endgrent, "endgrent");
	LOAD(initgroups, "initgroups_dyn");
	snprintf(nss_file, sizeof(nss_file), "%s/accounts.cdb", nss_dir);
	return 0;
}

static void
publish(const struct mckd_account *a, size_t n, const struct mckd_group *g, size_t m)
{
	char why[256];

	if (mckd_accounts_publish(nss_dir, "/nonexistent", a, n, g, m, why) != MCKD_OK)
		fail_msg("%s", why);
}

void
publish_small(void)
{
	static const char *const members[] = { "alice", "bob" };
	static const struct mckd_account a[] = {
		{ "alice", 30000, 30000, "Alice Card,,,", "/home/alice", "/bin/bash", false },
		{ "bob", 30001, 31000, NULL, "/home/bob", "/bin/sh", true },
		{ "carol", 30002, 31000, "", "/srv/carol", "/bin/sh", false },
	};
	static const struct mckd_group g[] = {
		{ "alice", 30000, members, 1 }, { "cards", 31000, members, 2 }, { "empty", 31001, NULL, 0 },
	};

	publish(a, 3, g, 3);
}

void
publish_many(unsigned n)
{
	struct mckd_account *a = calloc(n, sizeof(*a));
	struct { char s[16]; } *names = calloc(n, sizeof(*names));
	unsigned i;

	assert_non_null(a);
	assert_non_null(names);
	for (i = 0; i < n; i++) {
		snprintf(names[i].s, sizeof(names[i].s), "u%07u", i);
		a[i] = (struct mckd_account){ names[i].s, 100000 + i, 31000, "Someone", "/home/someone",
			"/bin/sh", false };
	}
	publish(a, n, NULL, 0);
	free(names);
	free(a);
}
