/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "account.h"
#include "host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "order.h"
#include "ui.h"

enum { OPT_TRANSPORT = OPT_OWN };

struct import {
	struct tool *t;
	struct mckd_store *from;
	bool rekeyed;		/* the export is under another host ID than this store */
	unsigned long cards, gone;
	struct progress progress;
	char bad[160];		/* what to say instead of the store's words */
};

static enum mckd_err
refuse(struct import *x, const uint8_t *card, const char *what)
{
	char id[HEX_CARD];

	hex(card, MCKD_CARD_ID_LEN, id);
	snprintf(x->bad, sizeof(x->bad), "card %s: %s", id, what);
	return MCKD_E_USAGE;
}

struct users {
	struct mckd_store *store;
	const uint8_t *card;
	bool assign;
};

static enum mckd_err
user(void *arg, const char *name, uint8_t slot)
{
	const struct users *u = arg;

	return u->assign ? mckd_store_assign(u->store, u->card, slot, name) :
	    mckd_store_unassign(u->store, u->card, slot, name);
}

/* The issuer's list of users takes the place of the one that was here. */
static enum mckd_err
replace_users(struct import *x, const uint8_t *card)
{
	struct users u = { x->t->store, card, false };
	enum mckd_err e = mckd_store_users(x->t->store, card, user, &u);

	u.assign = true;
	return e == MCKD_OK ? mckd_store_users(x->from, card, user, &u) : e;
}

/* Likewise the queue, but for what a login here has proved the card to have taken. */
static enum mckd_err
replace_tickets(struct import *x, const uint8_t *card)
{
	struct mckd_record *r = NULL;
	struct mckd_ticket ticket;
	enum mckd_err e = mckd_store_get(x->t->store, card, &r);
	uint16_t after = e == MCKD_OK ? r->epoch_seen : 0;

	mckd_record_free(r);
	if (e == MCKD_OK)
		e = mckd_store_ticket_forget(x->t->store, card);
	while (e == MCKD_OK && (e = mckd_store_ticket_next(x->from, card, after, &ticket)) == MCKD_OK) {
		after = ticket.epoch;
		e = mckd_store_ticket_add(x->t->store, card, &ticket);
	}
	return e == MCKD_E_STORE_NOT_FOUND ? MCKD_OK : e;
}

/*
 * What is refused here stays so, until the issuer has retired it or put a fresh SN in its place.
 * Under another host ID every key is another: those tell nothing.
 */
static void
keep_refused(const struct import *x, const struct mckd_app *old, struct mckd_app *app)
{
	uint32_t bits = old->compromised & mckd_app_active(app);

	for (unsigned i = 0; i < MCKD_SNS_MAX; i++)
		if ((bits >> i & 1) != 0 && !x->rekeyed && !mckd_equal(old->hdk[i], app->hdk[i], MCKD_KEY_LEN))
			bits &= ~(UINT32_C(1) << i);
	app->compromised |= bits;
}

static enum mckd_err
take(void *arg, const uint8_t card[static MCKD_CARD_ID_LEN])
{
	struct import *x = arg;
	struct mckd_record *r = NULL, *old = NULL;
	enum mckd_err e = mckd_store_get(x->from, card, &r);
	bool full = false;

	if (e != MCKD_OK)
		return e;
	e = mckd_store_get(x->t->store, card, &old);
	full = e == MCKD_OK && old->block.full;
	for (unsigned i = 0; i < r->block.napps && e == MCKD_OK; i++) {
		const struct mckd_app *app = mckd_block_app(&old->block, r->block.app[i].slot);

		if (app != NULL)
			keep_refused(x, app, &r->block.app[i]);
	}
	mckd_record_free(old);
	if (e == MCKD_E_STORE_NOT_FOUND)
		e = MCKD_OK;
	if (e == MCKD_OK && r->block.full)
		e = refuse(x, card, "a full block in an export for a host");
	else if (e == MCKD_OK && full)
		e = refuse(x, card, "this store holds its full block; a host block must not take its place");
	if (e == MCKD_OK)
		e = mckd_store_put(x->t->store, r, true);
	mckd_record_free(r);
	if (e == MCKD_OK && (e = replace_users(x, card)) == MCKD_OK)
		e = replace_tickets(x, card);
	x->cards++;
	progress(&x->progress, (int64_t)x->cards);
	return e;
}

/* A receipt needs its card. Nobody logs in by what is left of it. */
static enum mckd_err
empty(struct import *x, struct mckd_record *r)
{
	enum mckd_err e;

	r->block.napps = 0;
	mckd_wipe(r->block.htk, sizeof(r->block.htk));
	e = mckd_store_put(x->t->store, r, true);
	return e == MCKD_OK ? replace_tickets(x, r->block.card) : e;
}

/* A host block that the issuer no longer exports is taken away. */
static enum mckd_err
drop(void *arg, const uint8_t card[static MCKD_CARD_ID_LEN])
{
	struct import *x = arg;
	struct mckd_record *r = NULL, *there = NULL;
	enum mckd_err e = mckd_store_get(x->t->store, card, &r);

	if (e == MCKD_OK && !r->block.full && (e = mckd_store_get(x->from, card, &there)) == MCKD_E_STORE_NOT_FOUND) {
		x->gone += r->block.napps > 0;
		e = mckd_store_receipt_has(x->t->store, card);
		if (e == MCKD_OK)
			e = empty(x, r);
		else if (e == MCKD_E_STORE_NOT_FOUND)
			e = mckd_store_remove(x->t->store, card);
	}
	mckd_record_free(r);
	mckd_record_free(there);
	return e;
}

/* Those that the issuer has settled: it exports the card, and the queue no longer has their ticket. */
static enum mckd_err
drop_receipt(void *arg, const struct mckd_receipt *r)
{
	struct import *x = arg;
	struct mckd_record *there = NULL;
	struct mckd_ticket ticket;
	enum mckd_err e = mckd_store_get(x->from, r->card, &there);

	mckd_record_free(there);
	if (e != MCKD_OK)
		return e == MCKD_E_STORE_NOT_FOUND ? MCKD_OK : e;
	e = mckd_store_ticket_next(x->from, r->card, (uint16_t)(r->epoch - 1), &ticket);
	if (e == MCKD_OK && ticket.epoch == r->epoch)
		return MCKD_OK;
	return e == MCKD_OK || e == MCKD_E_STORE_NOT_FOUND ? mckd_store_receipt_drop(x->t->store, r->card) : e;
}

/* Is this export for this host, and not an older one than it has? -1, or the exit status. */
static int
agrees(struct import *x, struct mckd_host *h)
{
	char mine[MCKD_HOST_NAME_MAX + 1];
	uint8_t id[MCKD_HOST_ID_LEN];
	uint32_t serial;
	enum mckd_err e = mckd_store_is_host(x->t->store, mine, &serial);

	if (e != MCKD_OK || (e = mckd_store_host_id(x->t->store, id)) != MCKD_OK)
		return fail_store(x->t, e);
	if ((e = mckd_store_is_host(x->from, h->name, &h->serial)) != MCKD_OK ||
	    (e = mckd_store_host_id(x->from, h->id)) != MCKD_OK || h->name[0] == '\0') {
		say("the directory holds no export for a host");
		return EX_STORE;
	}
	if (mine[0] != '\0' && strcmp(mine, h->name) != 0) {
		say("this is host %s, and the export is for host %s", mine, h->name);
		return EX_STORE;
	}
	if (h->serial < serial) {
		say("export %u is older than export %u, which this host has; it may bring back what was retired since",
		    h->serial, serial);
		return EX_STORE;
	}
	x->rekeyed = !mckd_equal(id, h->id, sizeof(id));
	return -1;
}

static int
import(struct import *x)
{
	struct mckd_host h = { .serial = 0 };
	char id[2 * MCKD_HOST_ID_LEN + 1];
	enum mckd_err e;
	int rc = agrees(x, &h);

	if (rc != -1)
		return rc;
	if ((e = mckd_store_begin(x->t->store)) != MCKD_OK)
		return fail_store(x->t, e);
	if ((e = mckd_store_become_host(x->t->store, &h)) == MCKD_OK &&
	    (e = mckd_store_cards(x->from, take, x)) == MCKD_OK &&
	    (e = mckd_store_cards(x->t->store, drop, x)) == MCKD_OK &&
	    (e = mckd_store_receipts(x->t->store, drop_receipt, x)) == MCKD_OK &&
	    (e = host_event(x->t, "host-import", h.name)) == MCKD_OK)
		e = mckd_store_commit(x->t->store);
	else
		mckd_store_rollback(x->t->store);
	progress_end(&x->progress);
	if (e != MCKD_OK) {
		if (x->bad[0] == '\0')
			return fail_store(x->t, e);
		say("%s; nothing was imported", x->bad);
		return EX_STORE;
	}
	hex(h.id, sizeof(h.id), id);
	printf(_("host %s: host ID %s, export %u: %lu cards, %lu taken away\n"), h.name, id, h.serial, x->cards,
	    x->gone);
	/* A card that is revoked by now, or taken away, locks an account here as well. */
	rc = account_publish(x->t);
	return rc == -1 ? EX_DONE : rc;
}

int
host_import(struct tool *t, int argc, char **argv)
{
	static const struct option options[] = { COMMON_OPTIONS,
		{ "transport-key-file", required_argument, NULL, OPT_TRANSPORT }, OPTIONS_END };
	char dir[512], key[512], why[MCKD_WHY] = "";
	struct import x = { .t = t };
	const char *transport = NULL;
	enum mckd_err e;
	int c, rc = -1;

	while (rc == -1 && (c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == OPT_TRANSPORT)
			transport = optarg;
		else
			rc = tool_option(t, c);
	}
	if (rc == -1 && (argc - optind != 1 || transport == NULL))
		rc = tool_usage(t, "host import: it takes one directory and --transport-key-file FILE");
	if (rc != -1 || (rc = host_path(argv[optind], dir)) != -1 || (rc = host_path(transport, key)) != -1 ||
	    (rc = tool_open(t, MCKD_STORE_WRITE)) != -1)
		return rc;
	if ((e = mckd_store_mac_check(dir, key, why)) != MCKD_OK ||
	    (e = mckd_store_open(dir, key, MCKD_STORE_READ, &x.from, why)) != MCKD_OK) {
		say("%s", why[0] != '\0' ? why : _(mckd_err_str(e)));
		return exit_of(e);
	}
	rc = import(&x);
	mckd_store_close(x.from);
	if (rc == EX_DONE || rc == EX_PARTLY)
		say("%s and %s are of no further use: destroy them", dir, key);
	return rc;
}
