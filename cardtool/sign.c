/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live.h"
#include "names.h"
#include "order.h"
#include "select.h"
#include "signature.h"
#include "ui.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { OPT_CARD = OPT_OWN, OPT_APPLICATION, OPT_OUTPUT, OPT_PIN_FILE, OPT_PIN_FD };

struct sign {
	const char *card, *application, *output;
	struct secret_source pin;
	uint8_t digest[32];
	struct signature out;
	uint16_t sw;
};

/* The application named, or the only one that may sign. */
static const struct mckd_app *
signing_app(struct mckd_record *r, const char *name)
{
	const struct mckd_app *found = NULL;
	unsigned n = 0;

	if (name != NULL && (found = order_app(r, name)) == NULL)
		return NULL;
	if (name != NULL && (found->flags & MCKD_APP_MAY_SIGN) == 0) {
		say("application %s may not sign; provision one with the flag may-sign", name);
		return NULL;
	}
	if (name != NULL)
		return found;
	for (unsigned i = 0; i < r->block.napps; i++)
		if ((r->block.app[i].flags & MCKD_APP_MAY_SIGN) != 0) {
			found = &r->block.app[i];
			n++;
		}
	if (n == 1)
		return found;
	say(n == 0 ? N_("no application of this card may sign; provision one with the flag may-sign") :
	    N_("more than one application may sign; name one by --application"));
	return NULL;
}

static enum mckd_err
get_pin(const struct sign *q, const struct found *f, const struct mckd_app *app,
    uint8_t pin[static MCKD_PIN_LEN], int *rc)
{
	char text[SECRET_MAX];
	enum mckd_err e = MCKD_E_PIN_FORMAT;

	*rc = -1;
	if ((app->flags & MCKD_APP_NEEDS_PIN) == 0)
		return MCKD_OK;
	if (!secret_given(&q->pin) && f->link->ops->verify_on_pad != NULL) {
		say("enter the PIN of application %s on the reader", app->name);
		return MCKD_OK;
	}
	if ((*rc = reader_tries(f, app)) == -1 && (*rc = secret_get(&q->pin, "PIN", false, text)) == -1)
		e = mckd_pin_block(text, strlen(text), 4, pin);
	mckd_wipe(text, sizeof(text));
	return e;
}

/* The PIN that the pad verifies stands for the next command only: all in one transaction. */
static enum mckd_err
talk(struct sign *q, struct found *f, const struct mckd_block *b, const struct mckd_app *app)
{
	time_t now = time(NULL);
	enum mckd_err e;
	uint8_t index;
	int reset = 0;

	if ((e = mckd_select_host(b->dea1, app, now, &index)) != MCKD_OK ||
	    (e = f->link->ops->begin(f->link, &reset)) != MCKD_OK)
		return e;
	e = mckd_card_select(f->link, &f->info);
	if (e == MCKD_OK && memcmp(f->info.card, b->card, sizeof(b->card)) != 0)
		e = MCKD_E_CARD_GONE;
	if (e == MCKD_OK && (app->flags & MCKD_APP_NEEDS_PIN) != 0 &&
	    (e = f->link->ops->verify_on_pad(f->link, app->slot, &q->sw)) == MCKD_OK)
		e = mckd_card_sw_err(q->sw);
	if (e == MCKD_OK)
		e = mckd_card_sign(f->link, app->slot, index, mckd_select_figure(app, now), q->digest,
		    &q->out.s, &q->sw);
	f->link->ops->end(f->link);
	return e;
}

/* With a full block the signature proves the card, and its counter is kept as a login's is. */
static enum mckd_err
account(struct tool *t, struct sign *q, const struct mckd_record *r, const struct mckd_app *app)
{
	const struct mckd_block *b = &r->block;
	const struct mckd_card_signature *s = &q->out.s;
	struct mckd_event ev = { .has_card = true, .kind = "sign", .service = "cardtool",
		.application = app->name, .verdict = "success", .epoch = s->epoch, .index = s->index };
	const struct mckd_accept a = { .card = b->card, .before = r->counter, .last = b->epoch,
		.slot = s->slot, .index = s->index, .epoch = s->epoch, .counter = s->counter };
	uint8_t dk[MCKD_KEY_LEN];
	enum mckd_err e = MCKD_E_AUTH;

	memcpy(ev.card, b->card, sizeof(ev.card));
	if (!b->full)
		return mckd_store_event(t->store, &ev);
	if (s->slot != app->slot || s->index < 1 || s->index > MCKD_SNS_MAX ||
	    (mckd_app_active(app) >> (s->index - 1) & 1) == 0)
		return e;
	e = mckd_keys_dk(b->dea1, b->mk, b->card, s->slot, s->index, app->sn[s->index - 1], dk);
	if (e == MCKD_OK)
		e = mckd_card_check_signature(b->dea2, dk, b->card, q->digest, s);
	mckd_wipe(dk, sizeof(dk));
	return e == MCKD_OK ? mckd_store_accept(t->store, &a, &ev) : e;
}

static int
refused(const struct sign *q, enum mckd_err e)
{
	if (e == MCKD_E_PIN_WRONG && q->sw != 0)
		say(ngettext("wrong PIN; %u try left", "wrong PIN; %u tries left", q->sw & 15U), q->sw & 15U);
	else if (e == MCKD_E_AUTH)
		say("the card's signature is not the one of this card and application; nothing was written");
	else
		return fail(e, "sign");
	return exit_of(e);
}

/* A PIN typed here is for a card that has proved itself alone. */
static int
sign_with(struct tool *t, struct sign *q, struct found *f, const struct mckd_app *app, const uint8_t *pin)
{
	struct mckd_login *l;
	enum mckd_err e;
	int rc = live_open(t, f, app, &l);

	if (rc != -1)
		return rc;
	if ((e = mckd_login_sign(l, pin, q->digest, &q->out.s, &q->sw)) != MCKD_OK && l->reason[0] != '\0') {
		live_say_reason(e, l);
		rc = exit_of(e);
	} else if (e != MCKD_OK) {
		rc = refused(q, e);
	}
	live_close(l);
	return rc;
}

static int
put_text(const struct sign *q)
{
	char text[SIGNATURE_TEXT];
	FILE *to = q->output != NULL ? fopen(q->output, "wxe") : stdout;

	signature_write(&q->out, text);
	if (to == NULL || fputs(text, to) < 0 || fflush(to) != 0 || (to != stdout && fclose(to) != 0)) {
		say("%s: %s", q->output != NULL ? q->output : _("standard output"), strerror(errno));
		return EX_OTHER;
	}
	return EX_DONE;
}

static int
sign(struct tool *t, struct sign *q, struct mckd_record *r, struct found *f)
{
	const struct mckd_app *app = signing_app(r, q->application);
	uint8_t pin[MCKD_PIN_LEN];
	enum mckd_err e;
	bool typed;
	int rc;

	if (app == NULL)
		return EX_WRONG_USAGE;
	if (r->status != MCKD_CARD_ACTIVE)
		return fail(r->status == MCKD_CARD_REVOKED ? MCKD_E_REVOKED : MCKD_E_SUSPENDED, "sign");
	if ((e = get_pin(q, f, app, pin, &rc)) != MCKD_OK)
		return rc != -1 ? rc : fail(e, "sign");
	typed = (app->flags & MCKD_APP_NEEDS_PIN) != 0 &&
	    (secret_given(&q->pin) || f->link->ops->verify_on_pad == NULL);
	memcpy(q->out.card, r->block.card, sizeof(q->out.card));
	if (typed)
		rc = sign_with(t, q, f, app, pin);
	else
		e = talk(q, f, &r->block, app);
	mckd_wipe(pin, sizeof(pin));
	if (rc != -1)
		return rc;
	if (e == MCKD_OK)
		e = account(t, q, r, app);
	return e == MCKD_OK ? put_text(q) : refused(q, e);
}

/* Without --card: the card that is in the reader. What is queued for it goes first. */
static int
find(struct tool *t, struct sign *q, struct mckd_record **r, struct found *f)
{
	enum mckd_err e;
	int rc;

	if (q->card != NULL && (rc = order_find(t, q->card, r)) != -1)
		return rc;
	if ((rc = reader_need(t, q->card != NULL ? (*r)->block.card : NULL, f)) != -1)
		return rc;
	if (q->card == NULL && (e = mckd_store_get(t->store, f->info.card, r)) != MCKD_OK)
		return fail_store(t, e);
	return deliver_first(t, *r, f);
}

static int
run(struct tool *t, int argc, char **argv)
{
	static const struct option options[] = { COMMON_OPTIONS, OPTION_READER,
		{ "card", required_argument, NULL, OPT_CARD },
		{ "application", required_argument, NULL, OPT_APPLICATION },
		{ "output", required_argument, NULL, OPT_OUTPUT },
		{ "pin-file", required_argument, NULL, OPT_PIN_FILE },
		{ "pin-fd", required_argument, NULL, OPT_PIN_FD }, OPTIONS_END };
	struct sign q = { .pin = { NULL, -1 } };
	struct found f = { .link = NULL };
	struct mckd_record *r = NULL;
	int c, rc = -1;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == OPT_CARD)
			q.card = optarg;
		else if (c == OPT_APPLICATION)
			q.application = optarg;
		else if (c == OPT_OUTPUT)
			q.output = optarg;
		else if (c == OPT_PIN_FILE)
			q.pin.file = optarg;
		else
			rc = c == OPT_PIN_FD ? secret_fd(t, &q.pin, optarg) : tool_option(t, c);
		if (rc != -1)
			return rc;
	}
	if (argc - optind != 1)
		return tool_usage(t, "sign: it takes one file");
	if ((rc = signature_digest(argv[optind], q.digest)) == -1 &&
	    (rc = tool_open(t, MCKD_STORE_WRITE)) == -1 && (rc = find(t, &q, &r, &f)) == -1)
		rc = sign(t, &q, r, &f);
	reader_close(&f);
	mckd_record_free(r);
	return rc;
}

const struct verb verb_sign = { "sign", run, N_("sign a file with a card"),
	N_("[--output SIGNATURE] [--card CARD | USER] [--application NAME]\n"
	"                     [--pin-file FILE | --pin-fd N] [--reader PATTERN] FILE\n\n"
	"Writes a detached signature of FILE (default: to standard output). It is a MAC: whoever holds\n"
	"the card's full block can make it, so it proves something to the holder of the store alone.\n") };
