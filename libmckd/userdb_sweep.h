/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_USERDB_SWEEP_H
#define MCKD_USERDB_SWEEP_H

#include "accounts.h"

/* By this in a record we know it for ours. */
#define MCKD_USERDB_SERVICE "mckd"

#define MCKD_USERDB_NAME 96	/* of a file, with its NUL */

/* Is there a record in dir by this name or number that is not ours? file: which. */
bool mckd_userdb_taken(const char *dir, const char *name, uint32_t id, const char *suffix,
    char file[static MCKD_USERDB_NAME]);
/* Takes away those of our records in dir that are not of these, with their links and memberships. */
enum mckd_err mckd_userdb_sweep(const char *dir, const struct mckd_account *accounts, size_t naccounts,
    const struct mckd_group *groups, size_t ngroups, char *why);

#endif
