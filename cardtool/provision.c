/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "provision.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app_spec.h"
#include "live.h"

enum { STATE_BLANK = 0x01, STATE_PERSONALISED = 0x07, SW_SECURITY = 0x6982 };

/* MK, SNs and Ksel: all the secrets of a new card. */
static enum mckd_err
draw_block(const struct provision *p, struct mckd_block *b)
{
	enum mckd_err e;

	b->dea1 = p->dea1;
	b->dea2 = p->dea2;
	b->full = true;
	b->napps = p->napps;
	e = mckd_random(b->mk, sizeof(b->mk));
	for (unsigned i = 0; i < p->napps && e == MCKD_OK; i++) {
		b->app[i] = p->app[i];
		e = app_draw(&b->app[i]);
	}
	return e;
}

/* The tickets of a blank card, under its transport key. */
static int
compose_all(const struct provision *p, const uint8_t *transport, struct mckd_block *b, struct compose *c)
{
	static const uint8_t none[16];
	struct compose_pins pins[MCKD_APPS_MAX] = { 0 };
	uint8_t ck[MCKD_KEY_LEN], puk[MCKD_PIN_LEN];
	enum mckd_err e = draw_block(p, b);
	size_t npins = 0;

	if (e != MCKD_OK)
		goto out;
	for (unsigned i = 0; i < p->napps && e == MCKD_OK; i++) {
		if (!provision_needs_pin(p, i))
			continue;
		pins[npins].slot = p->app[i].slot;
		if (pins_parse(p->pin_text[i], p->app[i].name, &pins[npins++]) != -1)
			e = MCKD_E_PIN_FORMAT;
	}
	if (e == MCKD_OK)
		e = mckd_pin_block(p->puk_text, strlen(p->puk_text), 8, puk);
	/* Until the card has an MK, the transport key stands in its place. */
	if (e == MCKD_OK)
		e = mckd_keys_ck(MCKD_DEA_AES, transport, b->card, ck);
	if (e != MCKD_OK)
		goto out;
	compose_start(c, MCKD_DEA_AES, ck, b->card, 0, none);
	compose_blank(c, b, pins, npins, puk);
	e = compose_end(c);
	b->epoch = c->epoch;
	b->have_last = true;
	memcpy(b->last_ticket, c->last, sizeof(b->last_ticket));
out:
	mckd_wipe(ck, sizeof(ck));
	mckd_wipe(pins, sizeof(pins));
	mckd_wipe(puk, sizeof(puk));
	return e == MCKD_OK ? -1 : fail(e, "provision");
}

static enum mckd_err
store_all(struct tool *t, const struct mckd_record *r, const struct compose *c)
{
	enum mckd_err e = mckd_store_begin(t->store);

	if (e != MCKD_OK)
		return e;
	e = mckd_store_put(t->store, r, false);
	for (size_t i = 0; i < c->n && e == MCKD_OK; i++)
		e = mckd_store_ticket_add(t->store, r->block.card, &c->ticket[i]);
	if (e == MCKD_OK)
		e = order_event(t, r->block.card, "provision", NULL, "begun", c->epoch);
	if (e == MCKD_OK)
		return mckd_store_commit(t->store);
	mckd_store_rollback(t->store);
	return e;
}

/* A blank card that the store does not know: everything is kept before the first is sent. */
static int
begin(struct tool *t, struct provision *p, const struct mckd_card_info *info)
{
	struct compose *c = calloc(1, sizeof(*c));
	struct mckd_record *r = mckd_record_new();
	uint8_t transport[MCKD_KEY_LEN];
	enum mckd_err e;
	int rc = EX_OTHER;

	if (c == NULL || r == NULL) {
		rc = fail(MCKD_E_NOMEM, "provision");
		goto out;
	}
	if (!secret_given(&p->transport) && !have_terminal()) {
		rc = tool_usage(t, "provision: a blank card needs --transport-key-file FILE");
		goto out;
	}
	memcpy(r->block.card, info->card, MCKD_CARD_ID_LEN);
	r->provisioning = true;
	/* The key first: nobody shall think of a PIN, and type it twice, for a key that cannot be. */
	if ((rc = provision_transport(p, transport)) != -1 || (rc = provision_pins(p, true)) != -1 ||
	    (rc = provision_puk(p)) != -1 || (rc = compose_all(p, transport, &r->block, c)) != -1)
		goto out;
	/* Before it is kept: after a cut from here on, the person has seen what the card will have. */
	provision_show(p);
	if ((e = store_all(t, r, c)) != MCKD_OK)
		rc = fail_store(t, e);
out:
	if (c != NULL)
		compose_wipe(c);
	free(c);
	mckd_wipe(transport, sizeof(transport));
	mckd_record_free(r);
	return rc;
}

struct finish {
	const struct provision *p;
	const struct mckd_record *r;
};

/* In the transaction of the last receipt, so that no cut leaves a card without its users. */
static enum mckd_err
finish(struct tool *t, void *arg)
{
	const struct finish *f = arg;
	const struct mckd_block *b = &f->r->block;
	enum mckd_err e;

	for (unsigned u = 0; u < f->p->nusers; u++) {
		for (unsigned i = 0; i < b->napps; i++) {
			e = mckd_store_assign(t->store, b->card, b->app[i].slot, f->p->user[u]);
			if (e != MCKD_OK && e != MCKD_E_STORE_EXISTS)
				return e;
		}
		if ((e = order_event(t, b->card, "assign", f->p->user[u], NULL, b->epoch)) != MCKD_OK)
			return e;
	}
	return order_event(t, b->card, "provision", NULL, "done", b->epoch);
}

/* The store must not go on holding tickets that this card can never take. */
static int
wrong_transport_key(struct tool *t, const struct mckd_record *r)
{
	enum mckd_err e = mckd_store_remove(t->store, r->block.card);

	say("the transport key is not this card's: nothing was changed on it, and a PIN or PUK shown above is void");
	if (e != MCKD_OK)
		return fail_store(t, e);
	return EX_WRONG_CARD;
}

/* Sends what is outstanding; -1 when the card is personalised and the store knows it. */
static int
go_on(struct tool *t, const struct provision *p, struct found *f)
{
	struct mckd_record *r = NULL;
	struct finish done = { p, NULL };
	enum mckd_err e = mckd_store_get(t->store, f->info.card, &r);
	bool untouched = f->info.epoch == 0;
	uint16_t sw = 0;
	int rc;

	if (e != MCKD_OK)
		return fail_store(t, e);
	done.r = r;
	rc = deliver(t, r, f, finish, &done, &sw);
	if (rc != -1 && sw == SW_SECURITY && untouched && f->info.state == STATE_BLANK && f->info.epoch == 0)
		rc = wrong_transport_key(t, r);
	else if (rc != -1 && r->pending > 0 && rc != EX_WRONG_CARD)
		say("the card is not finished; the same command goes on where it is");
	if (rc == -1 && f->info.state != STATE_PERSONALISED) {
		say("the card took every ticket and is still not personalised");
		rc = EX_WRONG_CARD;
	}
	mckd_record_free(r);
	return rc;
}

/* The applications are those of the record: the command line may be another one by now. */
static int
check_live(struct tool *t, struct provision *p, struct found *f)
{
	struct mckd_record *r = NULL;
	enum mckd_err e = mckd_store_get(t->store, f->info.card, &r);
	int rc = EX_DONE;

	if (e != MCKD_OK)
		return fail_store(t, e);
	if (!p->have_pins) {
		p->napps = r->block.napps;
		memcpy(p->app, r->block.app, sizeof(p->app));
		if (p->generate_pin) {
			say("the PIN was shown when this began; verify the card with it: cardtool verify");
			rc = EX_PARTLY;
		} else if ((rc = provision_pins(p, false)) == -1) {
			rc = EX_DONE;
		}
	}
	for (unsigned i = 0; i < r->block.napps && rc == EX_DONE; i++) {
		/* One PIN proves the application. */
		p->pin_text[i][strcspn(p->pin_text[i], " ")] = '\0';
		rc = live_login(t, f, p->user[0], r->block.app[i].name, &p->pin, p->pin_text[i]);
	}
	mckd_record_free(r);
	return rc;
}

static int
finished_already(struct tool *t, const struct provision *p, const struct mckd_record *r)
{
	enum mckd_err e;
	uint8_t card[MCKD_CARD_ID_LEN];

	for (unsigned u = 0; u < p->nusers; u++) {
		e = mckd_store_find(t->store, p->user[u], card);
		if (e == MCKD_E_USAGE || (e == MCKD_OK && memcmp(card, r->block.card, sizeof(card)) == 0))
			continue;
		say("the card is provisioned already, and not for %s: cardtool assign", p->user[u]);
		return EX_WRONG_CARD;
	}
	say("the card is provisioned already; only its verification is left");
	return -1;
}

/* Where does this card stand? -1: go on from there. */
static int
take_up(struct tool *t, struct provision *p, const struct mckd_card_info *info)
{
	struct mckd_record *r = NULL;
	enum mckd_err e = mckd_store_get(t->store, info->card, &r);
	int rc = -1;

	if (e == MCKD_OK && r->provisioning)
		say("going on with a card that was begun (ticket %u of %u)", info->epoch, r->block.epoch);
	else if (e == MCKD_OK && (rc = deliver_agrees(t, r, info)) == -1)
		rc = finished_already(t, p, r);
	mckd_record_free(r);
	if (e == MCKD_OK)
		return rc;
	if (e != MCKD_E_STORE_NOT_FOUND)
		return fail_store(t, e);
	if (info->state != STATE_BLANK) {
		say("the card is not blank, and this store does not know it: it was made elsewhere. "
		    "cardtool import takes in its block");
		return EX_WRONG_CARD;
	}
	if (info->epoch != 0) {
		say("the card was begun by another store (its last ticket is number %u); only that one can go on",
		    info->epoch);
		return EX_WRONG_CARD;
	}
	return begin(t, p, info);
}

static void
report(struct tool *t, const struct provision *p, const struct found *f)
{
	struct mckd_record *r = NULL;
	char id[HEX_CARD];

	if (mckd_store_get(t->store, f->info.card, &r) != MCKD_OK)
		return;
	hex(f->info.card, MCKD_CARD_ID_LEN, id);
	printf(_("card %s: provisioned by %u tickets, in %s\n"), id, r->block.epoch, f->reader);
	for (unsigned i = 0; i < r->block.napps; i++)
		printf(_("  application %s, mechanism %s, %d series numbers\n"), r->block.app[i].name,
		    mckd_mechanism_name(r->block.app[i].mechanism), __builtin_popcount(r->block.app[i].present));
	for (unsigned u = 0; u < p->nusers; u++)
		printf(_("  user %s\n"), p->user[u]);
	mckd_record_free(r);
}

/* Before the card is touched: a name that cannot be is no reason to spend it. */
static int
check_accounts(struct tool *t, const struct provision *p)
{
	int rc = -1;

	for (unsigned u = 0; u < p->nusers && rc == -1; u++) {
		if (p->accounts)
			rc = account_check(t, p->user[u], &p->account);
		else
			account_say_none(p->user[u]);
	}
	return rc;
}

/* The card is theirs by now, so that nobody sees the accounts locked. */
static int
make_accounts(struct tool *t, const struct provision *p)
{
	int rc = p->accounts ? account_set_way(t, p->account.publish) : -1;

	for (unsigned u = 0; p->accounts && u < p->nusers && rc == -1; u++)
		rc = account_make(t, p->user[u], &p->account);
	return rc == -1 ? account_publish(t) : rc;
}

static int
run(struct tool *t, int argc, char **argv)
{
	struct provision *p = calloc(1, sizeof(*p));
	struct found f = { .link = NULL };
	int rc;

	if (p == NULL)
		return fail(MCKD_E_NOMEM, "provision");
	if ((rc = provision_parse(t, argc, argv, p)) == -1 && (rc = tool_open(t, MCKD_STORE_WRITE)) == -1 &&
	    (rc = check_accounts(t, p)) == -1 && (rc = reader_need(t, NULL, &f)) == -1 &&
	    (rc = take_up(t, p, &f.info)) == -1 && (rc = go_on(t, p, &f)) == -1 &&
	    (rc = make_accounts(t, p)) == -1) {
		report(t, p, &f);
		rc = check_live(t, p, &f);
	}
	reader_close(&f);
	mckd_wipe(p, sizeof(*p));
	free(p);
	return rc;
}

const struct verb verb_provision = { "provision", run, N_("make a blank card a card of a user"), provision_usage };
