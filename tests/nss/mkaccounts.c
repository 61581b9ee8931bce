/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mkaccounts DIR N: alice, bob (locked), the group cards, and N accounts more. */
#include <stdio.h>
#include <stdlib.h>

#include "../../libmckd/accounts.h"

int
main(int argc, char **argv)
{
	static const char *const members[] = { "alice", "bob" };
	static const char *const alone[] = { "alice" };
	struct mckd_group groups[] = {
		{ .name = "alice", .gid = 30000 },
		{ .name = "bob", .gid = 30001 },
		{ .name = "cards", .gid = 31000, .members = members, .nmembers = 2 },
		{ .name = "readers", .gid = 31001, .members = alone, .nmembers = 1 },
	};
	struct mckd_account *a;
	char why[256], *name;
	size_t n, i;

	if (argc != 3) {
		fprintf(stderr, "usage: mkaccounts DIR N\n");
		return 2;
	}
	n = (size_t)strtoul(argv[2], NULL, 10);
	a = calloc(n + 2, sizeof(*a));
	if (a == NULL)
		return 1;
	a[0] = (struct mckd_account){ .name = "alice", .uid = 30000, .gid = 30000,
		.gecos = "Alice Card", .home = "/home/alice", .shell = "/bin/sh" };
	a[1] = (struct mckd_account){ .name = "bob", .uid = 30001, .gid = 30001,
		.home = "/home/bob", .shell = "/bin/sh", .locked = true };
	for (i = 0; i < n; i++) {
		if (asprintf(&name, "user%06zu", i) < 0)
			return 1;
		a[i + 2] = (struct mckd_account){ .name = name, .uid = 100000 + (uint32_t)i,
			.gid = 31000, .gecos = "A Person", .home = "/home/someone", .shell = "/bin/sh" };
	}
	if (mckd_accounts_publish(argv[1], "/etc", a, n + 2, groups, 4, why) != MCKD_OK) {
		fprintf(stderr, "%s\n", why);
		return 1;
	}
	for (i = 0; i < n; i++)
		free((void *)(uintptr_t)a[i + 2].name);
	free(a);
	return 0;
}
