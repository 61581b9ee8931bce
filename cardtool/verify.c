/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live.h"
#include "order.h"

enum { OPT_USER = OPT_OWN, OPT_APPLICATION, OPT_PIN_FILE, OPT_PIN_FD };

/* Without a name: the card that is in the reader. */
static int
find(struct tool *t, const char *name, struct mckd_record **r, struct found *f)
{
	enum mckd_err e;
	int rc;

	if (name != NULL) {
		if ((rc = order_find(t, name, r)) != -1)
			return rc;
		return reader_need(t, (*r)->block.card, f);
	}
	if ((rc = reader_need(t, NULL, f)) != -1)
		return rc;
	if (f->info.state == 0x01)
		return fail(MCKD_E_CARD_BLANK, "verify");
	e = mckd_store_get(t->store, f->info.card, r);
	if (e == MCKD_E_STORE_NOT_FOUND) {
		say("the card in the reader is not in this store: it was made elsewhere (cardtool import)");
		return EX_WRONG_CARD;
	}
	return e == MCKD_OK ? -1 : fail_store(t, e);
}

static int
run(struct tool *t, int argc, char **argv)
{
	static const struct option options[] = { COMMON_OPTIONS, OPTION_READER,
		{ "user", required_argument, NULL, OPT_USER },
		{ "application", required_argument, NULL, OPT_APPLICATION },
		{ "pin-file", required_argument, NULL, OPT_PIN_FILE },
		{ "pin-fd", required_argument, NULL, OPT_PIN_FD }, OPTIONS_END };
	const char *user = NULL, *application = NULL;
	struct secret_source pin = { NULL, -1 };
	struct found f = { .link = NULL };
	struct mckd_record *r = NULL;
	int c, rc = -1;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == OPT_USER)
			user = optarg;
		else if (c == OPT_APPLICATION)
			application = optarg;
		else if (c == OPT_PIN_FILE)
			pin.file = optarg;
		else
			rc = c == OPT_PIN_FD ? secret_fd(t, &pin, optarg) : tool_option(t, c);
		if (rc != -1)
			return rc;
	}
	if (argc - optind > 1)
		return tool_usage(t, "verify: one card at a time");
	if ((rc = tool_open(t, MCKD_STORE_WRITE)) != -1)
		return rc;
	rc = find(t, optind < argc ? argv[optind] : NULL, &r, &f);
	if (rc == -1 && (rc = deliver_agrees(t, r, &f.info)) == -1)
		rc = live_login(t, &f, user, application, &pin, NULL);
	reader_close(&f);
	mckd_record_free(r);
	return rc;
}

const struct verb verb_verify = { "verify", run, N_("a login with a card in a reader, to see that all is well"),
	N_("[--user USER] [--application NAME] [--pin-file FILE | --pin-fd N]\n"
	"                       [--reader PATTERN] [CARD | USER]\n\n"
	"Compares card and store, delivers what is queued, and authenticates as a login does.\n") };
