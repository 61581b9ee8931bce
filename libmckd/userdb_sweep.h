/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_USERDB_SWEEP_H
#define MCKD_USERDB_SWEEP_H

#include "accounts.h"

/* By this in a record we know it for ours. */
#define MCKD_USERDB_SERVICE "mckd"

/* Takes away those of our records in dir that are not of these, with their links and memberships. */
enum mckd_err mckd_userdb_sweep(const char *dir, const struct mckd_account *accounts, size_t naccounts,
    const struct mckd_group *groups, size_t ngroups, char *why);

#endif
