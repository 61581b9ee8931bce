/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ui.h"

#include <stdio.h>

static int
run(struct tool *t, int argc, char **argv)
{
	static const struct option options[] = { COMMON_OPTIONS, OPTIONS_END };
	uint8_t host[MCKD_HOST_ID_LEN];
	char text[2 * MCKD_HOST_ID_LEN + 1];
	enum mckd_err e;
	int rc;

	if ((rc = tool_options(t, argc, argv, options, 0, 0)) != -1 ||
	    (rc = tool_open(t, MCKD_STORE_CREATE)) != -1)
		return rc;
	if ((e = mckd_store_host_id(t->store, host)) != MCKD_OK)
		return fail_store(t, e);
	hex(host, sizeof(host), text);
	printf(_("store %s\nkey %s\nhost ID %s\n"), t->store_dir, t->key, text);
	say("keep a copy of the key apart from copies of the store: neither is of use without the other");
	return EX_DONE;
}

const struct verb verb_init = { "init", run, N_("make the client information store, its key and the host ID"),
	N_("[--store DIR] [--key FILE]\n\n"
	"Makes an empty store and its key, and draws the host ID. Refused where a store is.\n") };
