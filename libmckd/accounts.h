/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_ACCOUNTS_H
#define MCKD_ACCOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "err.h"

/*
 * Card-only accounts, published without secrets for libnss_mckd: names, numbers, homes and
 * shells, in a file that everyone may read. `why` receives one line for a person (256 bytes).
 */
struct mckd_account {
	const char *name;
	uint32_t uid, gid;	/* 1000 at least; gid need not be one of the groups below */
	const char *gecos, *home, *shell;	/* gecos may be NULL */
	bool locked;		/* keeps its name, so that files keep an owner, with a nologin shell */
};

struct mckd_group {
	const char *name;
	uint32_t gid;
	const char *const *members;	/* names among the accounts; not those whose gid it is */
	size_t nmembers;
};

/* What one account must be to be published. MCKD_OK or MCKD_E_USAGE. */
enum mckd_err mckd_account_check(const struct mckd_account *a, char *why);
enum mckd_err mckd_group_check(const struct mckd_group *g, char *why);

/*
 * Replaces dir's accounts.cdb by these, all of it or nothing, durably. dir is made where it is
 * absent. Refused: what the two checks refuse, anything twice, and names and numbers that
 * passwd or group in etc ("/etc") have. Two callers at once are safe; the later list stays, so
 * callers take turns, and read the list in theirs.
 */
enum mckd_err mckd_accounts_publish(const char *dir, const char *etc,
    const struct mckd_account *accounts, size_t naccounts,
    const struct mckd_group *groups, size_t ngroups, char *why);

/* What of it is the same wherever the records go: refuses all that publish refuses. */
enum mckd_err mckd_accounts_check(const char *etc, const struct mckd_account *accounts, size_t naccounts,
    const struct mckd_group *groups, size_t ngroups, char *why);

#endif
