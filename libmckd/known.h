/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_KNOWN_H
#define MCKD_KNOWN_H

#include "keys.h"

/*
 * The hosts that a person knows: ~/.config/mckd/hosts, lines "name hostID". The name is the one
 * that ssh calls the host by. `why` receives one line for a person (256 bytes).
 */
#define MCKD_KNOWN_WHY 256
#define MCKD_KNOWN_PATH 512

/* Of the user who runs this. MCKD_E_CONFIG: there is no home. */
enum mckd_err mckd_known_path(char out[static MCKD_KNOWN_PATH]);
/* STORE_NOT_FOUND: no such name, or no such file; STORE_UNTRUSTED: not a file of one's own. */
enum mckd_err mckd_known_find(const char *path, const char *name,
    uint8_t host[static MCKD_HOST_ID_LEN], char *why);
/* Replaces the name's line or adds one, durably, all or nothing; makes directories. */
enum mckd_err mckd_known_pin(const char *path, const char *name,
    const uint8_t host[static MCKD_HOST_ID_LEN], char *why);

#endif
