/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "table.h"
#include "ui.h"

static const struct column columns[] = {
	{ "host", false }, { "host_id", false }, { "applications", false }, { "users", false },
	{ "serial", true }, { "exported", false },
};
#define N_COLUMNS (sizeof(columns) / sizeof(columns[0]))

int
host_path(const char *path, char out[static 512])
{
	char here[256] = "";

	if (path[0] != '/' && getcwd(here, sizeof(here)) == NULL) {
		say("%s: %s", path, strerror(errno));
		return EX_OTHER;
	}
	if (snprintf(out, 512, "%s%s%s", here, here[0] != '\0' ? "/" : "", path) < 512)
		return -1;
	say("%s: the path is too long", path);
	return EX_WRONG_USAGE;
}

enum mckd_err
host_event(struct tool *t, const char *kind, const char *reason)
{
	const struct mckd_event e = { .kind = kind, .service = "cardtool", .reason = reason };

	return mckd_store_event(t->store, &e);
}

static enum mckd_err
one(void *arg, const struct mckd_host *h)
{
	char id[2 * MCKD_HOST_ID_LEN + 1], serial[16], exported[32];
	const char *row[N_COLUMNS] = { h->name, id, h->applications[0] != '\0' ? h->applications : "all",
		h->users[0] != '\0' ? h->users : "all", serial, exported };

	hex(h->id, sizeof(h->id), id);
	snprintf(serial, sizeof(serial), "%u", h->serial);
	moment(h->exported, exported);
	return table_row(arg, row) == 0 ? MCKD_OK : MCKD_E_NOMEM;
}

/* This host first, in brackets where the store has no name. */
static enum mckd_err
self(struct tool *t, struct table *table)
{
	char name[MCKD_HOST_NAME_MAX + 1], shown[MCKD_HOST_NAME_MAX + 16];
	char id[2 * MCKD_HOST_ID_LEN + 1], number[16];
	uint8_t host[MCKD_HOST_ID_LEN];
	uint32_t serial = 0;
	const char *row[N_COLUMNS] = { shown, id, "-", "-", number, "-" };
	enum mckd_err e = mckd_store_is_host(t->store, name, &serial);

	if (e == MCKD_OK)
		e = mckd_store_host_id(t->store, host);
	if (e != MCKD_OK)
		return e;
	hex(host, sizeof(host), id);
	snprintf(number, sizeof(number), "%u", serial);
	snprintf(shown, sizeof(shown), "%s(this host)", name);
	return table_row(table, row) == 0 ? MCKD_OK : MCKD_E_NOMEM;
}

static int
host_list(struct tool *t, int argc, char **argv)
{
	static const struct option options[] = { COMMON_OPTIONS, OPTION_JSON, OPTIONS_END };
	struct table *table;
	enum mckd_err e;
	int rc;

	if ((rc = tool_options(t, argc, argv, options, 0, 0)) != -1 ||
	    (rc = tool_open(t, MCKD_STORE_READ)) != -1)
		return rc;
	if ((table = table_new(t, columns, N_COLUMNS)) == NULL)
		return fail(MCKD_E_NOMEM, "host list");
	if ((e = self(t, table)) == MCKD_OK)
		e = mckd_store_hosts(t->store, one, table);
	if (table_end(table, NULL) != 0 && e == MCKD_OK)
		e = MCKD_E_NOMEM;
	return e == MCKD_OK ? EX_DONE : e == MCKD_E_NOMEM ? fail(e, "host list") : fail_store(t, e);
}

static int
run(struct tool *t, int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(struct tool *t, int argc, char **argv);
	} verbs[] = {
		{ "list", host_list }, { "export", host_export }, { "rekey", host_export },
		{ "import", host_import }, { "receipts", host_receipts },
	};

	for (size_t i = 0; argc > 1 && i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(argv[1], verbs[i].name) == 0)
			return verbs[i].run(t, argc - 1, argv + 1);
	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return tool_option(t, OPT_HELP);
	return tool_usage(t, "host: list, export, import, rekey or receipts");
}

const struct verb verb_host = { "host", run, N_("hosts that have a share of the keys, and no master key"),
	N_("list [--json]\n"
	"       cardtool host export HOST --output DIR --transport-key-file FILE\n"
	"                [--application NAME ...] [--user USER ...]\n"
	"       cardtool host rekey HOST --output DIR --transport-key-file FILE\n"
	"       cardtool host import DIR --transport-key-file FILE\n"
	"       cardtool host receipts export [--output FILE]\n"
	"       cardtool host receipts import FILE | -\n\n"
	"export writes a host store into the new directory DIR, sealed by the key in FILE, which is made\n"
	"where there is none; import takes it in on that host. rekey does so under a new host ID: what was\n"
	"taken from the host before then opens nothing. receipts brings back what cards said of tickets\n"
	"that the host delivered.\n") };
