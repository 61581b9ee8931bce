/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "order.h"
#include "ui.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { OPT_APPLICATION = OPT_OWN, OPT_FILE, OPT_FD, OPT_NOW, OPT_DEFERRED,
	OPT_GENERATE };
enum { TLV_N1 = 0x07, N1_MAX = 128, GENERATED = 32 };

struct secret {
	const char *application;
	struct secret_source from;
	bool generate;
	enum order_when when;
	char n1[SECRET_MAX];
	size_t len;		/* 0: remove */
};

static int
change(struct tool *t, struct mckd_record *r, struct compose *c, void *arg)
{
	const struct secret *q = arg;
	struct mckd_app *app = order_app(r, q->application);
	uint8_t tlv[2 + N1_MAX];
	struct mckd_buf b = mckd_buf_over(tlv, sizeof(tlv));

	(void)t;
	if (app == NULL)
		return EX_WRONG_USAGE;
	mckd_tlv(&b, TLV_N1, q->n1, q->len);
	compose_add(c, app->slot, tlv, sizeof(tlv) - b.left);
	mckd_wipe(tlv, sizeof(tlv));
	app->flags = (uint8_t)(q->len > 0 ? app->flags | MCKD_APP_HAS_N1 : app->flags & ~MCKD_APP_HAS_N1);
	return -1;
}

static int
option(struct tool *t, struct secret *q, int c)
{
	switch (c) {
	case OPT_APPLICATION:
		q->application = optarg;
		return -1;
	case OPT_FILE:
		q->from.file = optarg;
		return -1;
	case OPT_FD:
		return secret_fd(t, &q->from, optarg);
	case OPT_GENERATE:
		q->generate = true;
		return -1;
	case OPT_NOW:
	case OPT_DEFERRED:
		return order_when(t, &q->when, c == OPT_NOW ? ORDER_NOW : ORDER_DEFERRED);
	default:
		return tool_option(t, c);
	}
}

/* Drawn, and shown before it is kept: after a cut the person has seen what the card will have. */
static int
generate(struct secret *q)
{
	uint8_t number[GENERATED];
	enum mckd_err e = mckd_random(number, sizeof(number));

	if (e != MCKD_OK)
		return fail(e, "secret");
	hex(number, sizeof(number), q->n1);
	mckd_wipe(number, sizeof(number));
	if (puts(q->n1) == EOF || fflush(stdout) != 0) {
		say("standard output: %s", strerror(errno));
		return EX_OTHER;
	}
	return -1;
}

static int
get_secret(struct tool *t, struct secret *q)
{
	int rc = q->generate ? generate(q) : secret_get(&q->from, _("confidential number"), true, q->n1);

	if (rc != -1)
		return rc;
	q->len = strlen(q->n1);
	return q->len > 0 ? -1 : tool_usage(t, "an empty confidential number: cardtool secret remove");
}

static int
run(struct tool *t, int argc, char **argv)
{
	static const struct option options[] = { COMMON_OPTIONS, OPTION_READER, OPTION_FORCE,
		{ "application", required_argument, NULL, OPT_APPLICATION },
		{ "secret-file", required_argument, NULL, OPT_FILE }, { "secret-fd", required_argument, NULL, OPT_FD },
		{ "generate", no_argument, NULL, OPT_GENERATE },
		{ "now", no_argument, NULL, OPT_NOW }, { "deferred", no_argument, NULL, OPT_DEFERRED },
		OPTIONS_END };
	struct secret q = { .from = { NULL, -1 } };
	struct mckd_record *r = NULL;
	bool put;
	int c, rc;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1)
		if ((rc = option(t, &q, c)) != -1)
			return rc;
	if (argc - optind != 2 || ((put = strcmp(argv[optind], "put") == 0) == false &&
	    strcmp(argv[optind], "remove") != 0))
		return tool_usage(t, "secret: put or remove, and one card");
	if (q.generate && (!put || secret_given(&q.from)))
		return tool_usage(t, "secret: --generate is for put, and instead of a file or descriptor");
	if ((rc = tool_open(t, MCKD_STORE_WRITE)) != -1 || (rc = order_find(t, argv[optind + 1], &r)) != -1)
		return rc;
	if (put) {
		rc = get_secret(t, &q);
	} else {
		rc = confirm(t, r->block.card, _("its confidential number will be removed"));
	}
	if (rc == -1)
		rc = order(t, r->block.card, put ? "secret-put" : "secret-remove", q.when, change, &q);
	mckd_record_free(r);
	mckd_wipe(&q, sizeof(q));
	return rc;
}

const struct verb verb_secret = { "secret", run, N_("put a confidential number on a card, or remove it"),
	N_("put    [--secret-file FILE | --secret-fd N | --generate] [OPTION ...] CARD | USER\n"
	"       cardtool secret remove [--force] [OPTION ...] CARD | USER\n\n"
	"OPTION: --application NAME, --now, --deferred, --reader PATTERN. The number (1-128 bytes of\n"
	"text) is on the card alone; a login hands it over encrypted, where authtok=secret asks for it.\n"
	"--generate draws one of 256 bits and prints it, once, as 64 hex digits.\n") };
