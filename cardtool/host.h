/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CARDTOOL_HOST_H
#define CARDTOOL_HOST_H

#include "cardtool.h"
#include "store_host.h"

/* cardtool host VERB: one file each; argv[0] is the verb. */
int host_export(struct tool *t, int argc, char **argv);		/* also rekey */
int host_import(struct tool *t, int argc, char **argv);
int host_receipts(struct tool *t, int argc, char **argv);

/* A path as it is from the root, for the store's own checks. -1, or the exit status. */
int host_path(const char *path, char out[static 512]);
enum mckd_err host_event(struct tool *t, const char *kind, const char *reason);

#endif
