/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_CONF_FILE_H
#define MCKD_CONF_FILE_H

#include "err.h"

/* One setting of a file; where is "file:line". Writes why (256 bytes) on error. */
typedef enum mckd_err (*mckd_conf_set)(void *arg, const char *key, const char *value,
    const char *where, char *why);
/* Reads one file, safely. MCKD_E_STORE_NOT_FOUND: absent (ENOENT and nothing else). */
enum mckd_err mckd_conf_file(const char *path, mckd_conf_set set, void *arg, char *why);
/* The same for every *.conf of a directory, in the order of their names. */
enum mckd_err mckd_conf_dir(const char *path, mckd_conf_set set, void *arg, char *why);

#endif
