/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "order.h"
#include "ui.h"

enum { OPT_OUTPUT = OPT_OWN };
#define HEAD "MCKD RECEIPTS 1\n"

static enum mckd_err
write_one(void *arg, const struct mckd_receipt *r)
{
	char card[HEX_CARD], text[2 * sizeof(r->receipt) + 1];

	hex(r->card, sizeof(r->card), card);
	hex(r->receipt, sizeof(r->receipt), text);
	fprintf(arg, "%s %u %s\n", card, r->epoch, text);
	return MCKD_OK;
}

static int
receipts_export(struct tool *t, const char *path)
{
	const char *name = path != NULL ? path : _("standard output");
	FILE *to;
	enum mckd_err e;
	int rc;

	if ((rc = tool_open(t, MCKD_STORE_READ)) != -1)
		return rc;
	if ((to = path != NULL ? fopen(path, "wxe") : stdout) == NULL) {
		say("%s: %s", name, strerror(errno));
		return EX_OTHER;
	}
	fputs(HEAD, to);
	e = mckd_store_receipts(t->store, write_one, to);
	rc = e == MCKD_OK ? EX_DONE : fail_store(t, e);
	if ((fflush(to) != 0 || ferror(to) || (to != stdout && fclose(to) != 0)) && rc == EX_DONE) {
		say("%s: %s", name, strerror(errno));
		rc = EX_OTHER;
	}
	return rc;
}

static bool
read_one(char *line, struct mckd_receipt *r)
{
	char *at = line, *card = strsep(&at, " "), *epoch = strsep(&at, " ");
	unsigned long n;

	if (at == NULL || !unhex(card, r->card, sizeof(r->card)) || !number(epoch, 0xffff, &n) ||
	    !unhex(at, r->receipt, sizeof(r->receipt)))
		return false;
	r->epoch = (uint16_t)n;
	return true;
}

enum taken { TAKEN, KNOWN, WRONG };

/* A receipt is a MAC of the card under CK, and the queue has what it must be. */
static enum mckd_err
take(struct tool *t, const struct mckd_receipt *r, enum taken *what)
{
	struct mckd_record *rec = NULL;
	struct mckd_ticket ticket;
	enum mckd_err e = mckd_store_begin(t->store);
	bool full;

	*what = WRONG;
	if (e != MCKD_OK)
		return e;
	e = mckd_store_get(t->store, r->card, &rec);
	full = e == MCKD_OK && rec->block.full;
	mckd_record_free(rec);
	if (e == MCKD_OK && full)
		e = mckd_store_ticket_next(t->store, r->card, (uint16_t)(r->epoch - 1), &ticket);
	if (e == MCKD_OK && full && ticket.epoch == r->epoch &&
	    mckd_equal(ticket.receipt, r->receipt, sizeof(r->receipt))) {
		if ((e = mckd_store_ticket_done(t->store, r->card, r->epoch)) == MCKD_OK &&
		    (e = order_event(t, r->card, "receipt", NULL, NULL, r->epoch)) == MCKD_OK) {
			*what = TAKEN;
			return mckd_store_commit(t->store);
		}
	} else if (full && (e == MCKD_E_STORE_NOT_FOUND || (e == MCKD_OK && ticket.epoch != r->epoch))) {
		*what = KNOWN;
	}
	mckd_store_rollback(t->store);
	return e == MCKD_E_STORE_NOT_FOUND ? MCKD_OK : e;
}

static int
read_all(struct tool *t, FILE *from, const char *name)
{
	unsigned long count[3] = { 0, 0, 0 }, at = 1;
	struct mckd_receipt r;
	enum taken what;
	char line[128];
	enum mckd_err e;

	if (fgets(line, sizeof(line), from) == NULL || strcmp(line, HEAD) != 0) {
		say("%s: not a file of cardtool host receipts export", name);
		return EX_OTHER;
	}
	while (fgets(line, sizeof(line), from) != NULL) {
		at++;
		line[strcspn(line, "\n")] = '\0';
		if (!read_one(line, &r)) {
			say("%s: line %lu is not a receipt", name, at);
			return EX_OTHER;
		}
		if ((e = take(t, &r, &what)) != MCKD_OK)
			return fail_store(t, e);
		if (what == WRONG)
			say("%s: line %lu: not a receipt of a ticket of this store", name, at);
		count[what]++;
	}
	if (ferror(from)) {
		say("%s: %s", name, strerror(errno));
		return EX_OTHER;
	}
	printf(_("receipts: %lu taken, %lu settled before, %lu wrong\n"), count[TAKEN], count[KNOWN], count[WRONG]);
	return count[WRONG] == 0 ? EX_DONE : EX_PARTLY;
}

static int
receipts_import(struct tool *t, const char *path)
{
	bool in = strcmp(path, "-") == 0;
	FILE *from;
	int rc;

	if ((rc = tool_open(t, MCKD_STORE_WRITE)) != -1)
		return rc;
	if ((from = in ? stdin : fopen(path, "re")) == NULL) {
		say("%s: %s", path, strerror(errno));
		return EX_OTHER;
	}
	rc = read_all(t, from, path);
	if (!in)
		fclose(from);
	return rc;
}

int
host_receipts(struct tool *t, int argc, char **argv)
{
	static const struct option options[] = { COMMON_OPTIONS,
		{ "output", required_argument, NULL, OPT_OUTPUT }, OPTIONS_END };
	const char *output = NULL;
	int c, rc;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == OPT_OUTPUT)
			output = optarg;
		else if ((rc = tool_option(t, c)) != -1)
			return rc;
	}
	if (argc - optind == 1 && strcmp(argv[optind], "export") == 0)
		return receipts_export(t, output);
	if (argc - optind == 2 && strcmp(argv[optind], "import") == 0 && output == NULL)
		return receipts_import(t, argv[optind + 1]);
	return tool_usage(t, "host receipts: export [--output FILE], or import FILE");
}
