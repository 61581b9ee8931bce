/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_ACCOUNTS_FILE_H
#define MCKD_ACCOUNTS_FILE_H

#include <stdint.h>
#include "err.h"

#define MCKD_ACCOUNTS_WHY 256

/* Calls back for the name and number of each line of etc/file, passwd or group; an absent file
 * has none. Stops when cb returns other than MCKD_OK, and returns that. */
typedef enum mckd_err (*mckd_accounts_etc_cb)(void *arg, const char *name, uint32_t id, char *why);
enum mckd_err mckd_accounts_etc(const char *etc, const char *file, mckd_accounts_etc_cb cb,
    void *arg, char *why);

/* dir/name becomes what build writes (0, or -1 with errno), 0644, all of it or nothing, durably. */
enum mckd_err mckd_accounts_replace(const char *dir, const char *name, uint32_t max,
    int (*build)(void *arg, int fd), void *arg, char *why);

#endif
