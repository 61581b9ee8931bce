/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_USERDB_H
#define MCKD_USERDB_H

#include "accounts.h"

/*
 * The same as mckd_accounts_publish(), but as systemd's JSON user and group records ("drop-ins"
 * of userdb, nss-systemd(8)): NAME.user, NAME.group, for each a symbolic link of its number, and
 * USER:GROUP.membership. Each file is replaced whole; what is as it should be is left
 * alone, and so are the records of others.
 */
enum mckd_err mckd_userdb_publish(const char *dir, const char *etc,
    const struct mckd_account *accounts, size_t naccounts,
    const struct mckd_group *groups, size_t ngroups, char *why);

#endif
