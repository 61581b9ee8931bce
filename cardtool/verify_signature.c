/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "names.h"
#include "order.h"
#include "signature.h"
#include "ui.h"

#include <stdio.h>
#include <string.h>

static int
read_signature(const char *path, struct signature *out)
{
	const struct secret_source from = { path, -1 };
	char text[SIGNATURE_TEXT];
	int rc = secret_read(&from, text, sizeof(text) - 1);

	if (rc != -1)
		return rc;
	/* secret_read takes the last newline away. */
	strcat(text, "\n");
	if (signature_read(text, out))
		return -1;
	say("%s: not an MCKD signature as cardtool sign writes it", path);
	return EX_OTHER;
}

static enum mckd_err
check(const struct mckd_block *b, const struct mckd_app *app, const uint8_t *digest,
    const struct mckd_card_signature *s)
{
	uint8_t dk[MCKD_KEY_LEN];
	enum mckd_err e = MCKD_E_AUTH;

	if (app == NULL || s->index < 1 || s->index > MCKD_SNS_MAX ||
	    (app->present >> (s->index - 1) & 1) == 0)
		return e;
	e = mckd_keys_dk(b->dea1, b->mk, b->card, s->slot, s->index, app->sn[s->index - 1], dk);
	if (e == MCKD_OK)
		e = mckd_card_check_signature(b->dea2, dk, b->card, digest, s);
	mckd_wipe(dk, sizeof(dk));
	return e;
}

/* The MAC is right. What is it worth now? */
static int
judge(const char *path, const struct mckd_record *r, const struct mckd_app *app,
    const struct signature *q)
{
	const struct mckd_card_signature *s = &q->s;
	bool retired = (mckd_app_active(app) >> (s->index - 1) & 1) == 0;
	bool compromised = (app->compromised >> (s->index - 1) & 1) != 0;
	const char *why = compromised ? _("compromised") : _("retired");
	uint16_t at = app->retired_at[s->index - 1] != 0 ? app->retired_at[s->index - 1] : r->block.epoch;
	char id[HEX_CARD];

	hex(q->card, sizeof(q->card), id);
	if (retired && s->epoch >= at) {
		say("%s: does not verify: index %u of card %s is %s since epoch %u at the latest, and this says it "
		    "was made in epoch %u", path, s->index, id, why, at, s->epoch);
		return EX_OTHER;
	}
	printf(_("%s: %s by card %s, application %s, index %u, epoch %u, counter %lu, %s\n"), path,
	    retired || r->status != MCKD_CARD_ACTIVE ? _("was signed") : _("signed"), id, app->name, s->index,
	    s->epoch, (unsigned long)s->counter, (s->flags & 1) != 0 ? _("PIN verified") : _("without a PIN"));
	if (retired)
		say("index %u is %s since (the card is at epoch %u): an old signature, made in epoch %u, if "
		    "something else shows its age; whoever has that key can have made it today", s->index, why,
		    r->block.epoch, s->epoch);
	if (r->status != MCKD_CARD_ACTIVE)
		say("the card is %s: believe the signature only if something else shows that it is older",
		    names_status(r));
	return retired || r->status != MCKD_CARD_ACTIVE ? EX_PARTLY : EX_DONE;
}

static int
run(struct tool *t, int argc, char **argv)
{
	static const struct option options[] = { COMMON_OPTIONS, OPTIONS_END };
	struct mckd_record *r = NULL;
	struct signature q;
	uint8_t digest[32];
	const struct mckd_app *app;
	enum mckd_err e;
	int rc;

	if ((rc = tool_options(t, argc, argv, options, 2, 2)) != -1 ||
	    (rc = read_signature(argv[optind + 1], &q)) != -1 ||
	    (rc = signature_digest(argv[optind], digest)) != -1 ||
	    (rc = tool_open(t, MCKD_STORE_READ)) != -1)
		return rc;
	if ((e = mckd_store_get(t->store, q.card, &r)) != MCKD_OK)
		return fail_store(t, e);
	app = mckd_block_app(&r->block, q.s.slot);
	if (!r->block.full) {
		say("this store holds a host block of the card; only the store with its full block can tell");
		rc = EX_STORE;
	} else if ((e = check(&r->block, app, digest, &q.s)) == MCKD_OK) {
		rc = judge(argv[optind], r, app, &q);
	} else if (e == MCKD_E_AUTH) {
		say("%s: does not verify: another file, a changed signature, or a series number that was replaced",
		    argv[optind]);
		rc = EX_OTHER;
	} else {
		rc = fail(e, "verify-signature");
	}
	mckd_record_free(r);
	return rc;
}

const struct verb verb_verify_signature = { "verify-signature", run, N_("check a file against its signature"),
	N_("FILE SIGNATURE\n\n"
	"0: signed by this card. 9: the MAC is right, but index or card is retired since. 1: neither.\n") };
