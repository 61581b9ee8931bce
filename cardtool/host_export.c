/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "store_rotate.h"
#include "ui.h"

#define BATCH 512	/* cards in a transaction: a login waits for no more than these */

enum { OPT_OUTPUT = OPT_OWN, OPT_TRANSPORT, OPT_APPLICATION, OPT_USER };

struct export {
	struct tool *t;
	struct mckd_store *to;
	struct mckd_host host;
	char dir[512], key[512], applications[MCKD_HOST_LIST_MAX], users[MCKD_HOST_LIST_MAX];
	bool rekey;
	unsigned long cards, tickets;
	unsigned open;		/* cards in the transaction */
	struct progress progress;
};

/* Is word an item of "a,b,c"? Nothing listed lists all. */
static bool
listed(const char *list, const char *word)
{
	size_t len = strlen(word), n;

	if (list[0] == '\0')
		return true;
	for (const char *at = list;; at += n + 1) {
		n = strcspn(at, ",");
		if (n == len && strncmp(at, word, n) == 0)
			return true;
		if (at[n] == '\0')
			return false;
	}
}

static bool
add_to(char *list, const char *word)
{
	size_t len = strlen(list);

	return word[0] != '\0' && strchr(word, ',') == NULL &&
	    (size_t)snprintf(list + len, MCKD_HOST_LIST_MAX - len, "%s%s", len > 0 ? "," : "", word) <
	    MCKD_HOST_LIST_MAX - len;
}

struct slots {
	const struct export *x;
	struct mckd_block *b;
	uint16_t slots;
	const uint8_t *assign;	/* the card that they are assigned in x->to, or NULL */
};

/* The applications that somebody may use there; a second time over: who. */
static enum mckd_err
user(void *arg, const char *name, uint8_t slot)
{
	struct slots *q = arg;
	const struct mckd_app *app = mckd_block_app(q->b, slot);

	if (app == NULL || !listed(q->x->host.applications, app->name) || !listed(q->x->host.users, name))
		return MCKD_OK;
	q->slots |= (uint16_t)(1u << (slot - 1));
	return q->assign != NULL ? mckd_store_assign(q->x->to, q->assign, slot, name) : MCKD_OK;
}

/*
 * Without their receipts: a host that knew them could say that a card took what it did not. And
 * as sent: from here on a card may have them.
 */
static enum mckd_err
tickets(struct export *x, const struct mckd_record *r)
{
	struct mckd_ticket *list;
	enum mckd_err e;
	size_t n = 0;

	if (r->pending == 0)
		return MCKD_OK;
	if ((list = calloc(r->pending, sizeof(*list))) == NULL)
		return MCKD_E_NOMEM;
	e = mckd_store_ticket_take(x->t->store, r, 0, list, r->pending, &n);
	for (size_t i = 0; i < n && e == MCKD_OK; i++) {
		memset(list[i].receipt, 0, sizeof(list[i].receipt));
		e = mckd_store_ticket_add(x->to, r->block.card, &list[i]);
		x->tickets++;
	}
	free(list);
	return e;
}

static enum mckd_err
put(struct export *x, struct mckd_record *r)
{
	struct slots q = { x, &r->block, 0, NULL };
	struct mckd_record *to = NULL;
	enum mckd_err e = mckd_store_users(x->t->store, r->block.card, user, &q);

	/* Of a host block there is nothing to share, and an unfinished card is nobody's. */
	if (e != MCKD_OK || q.slots == 0 || !r->block.full || r->provisioning)
		return e;
	if ((to = mckd_record_new()) == NULL)
		return MCKD_E_NOMEM;
	*to = *r;
	/* That it is revoked must be known there; its keys need not. */
	if ((e = mckd_block_for_host(&r->block, q.slots, r->status != MCKD_CARD_REVOKED, x->host.id,
	    &to->block)) == MCKD_OK &&
	    (e = mckd_store_put(x->to, to, false)) == MCKD_OK) {
		q.assign = r->block.card;
		q.b = &to->block;
		e = mckd_store_users(x->t->store, r->block.card, user, &q);
	}
	if (e == MCKD_OK)
		e = tickets(x, r);
	mckd_record_free(to);
	x->cards++;
	return e;
}

/* Of a batch, what is noted as sent: well before the MAC without which nothing imports the export. */
static enum mckd_err
close_batch(struct export *x)
{
	if (x->open == 0)
		return MCKD_OK;
	x->open = 0;
	return mckd_store_commit(x->t->store);
}

/* Record and queue of one moment. */
static enum mckd_err
card(void *arg, const uint8_t id[static MCKD_CARD_ID_LEN])
{
	struct export *x = arg;
	struct mckd_record *r = NULL;
	enum mckd_err e = x->open == 0 ? mckd_store_begin(x->t->store) : MCKD_OK;

	if (e != MCKD_OK)
		return e;
	x->open++;
	if ((e = mckd_store_get(x->t->store, id, &r)) == MCKD_OK)
		e = put(x, r);
	else if (e == MCKD_E_STORE_NOT_FOUND)
		e = MCKD_OK;
	mckd_record_free(r);
	progress(&x->progress, (int64_t)x->cards);
	return e == MCKD_OK && x->open == BATCH ? close_batch(x) : e;
}

static int
fill(struct export *x)
{
	char why[MCKD_WHY] = "";
	enum mckd_err e = mckd_store_open(x->dir, x->key, MCKD_STORE_CREATE, &x->to, why);

	if (e != MCKD_OK) {
		say("%s", why);
		return exit_of(e);
	}
	if ((e = mckd_store_begin(x->to)) == MCKD_OK) {
		e = mckd_store_become_host(x->to, &x->host);
		if (e == MCKD_OK)
			e = mckd_store_cards(x->t->store, card, x);
		if (e == MCKD_OK && (e = close_batch(x)) == MCKD_OK)
			e = mckd_store_commit(x->to);
	}
	progress_end(&x->progress);
	if (e != MCKD_OK) {
		mckd_store_rollback(x->t->store);
		mckd_store_rollback(x->to);
	}
	if (e != MCKD_OK)
		say("%s: %s", x->dir, mckd_store_why(x->to)[0] != '\0' ? mckd_store_why(x->to) :
		    mckd_store_why(x->t->store)[0] != '\0' ? mckd_store_why(x->t->store) : _(mckd_err_str(e)));
	mckd_store_close(x->to);
	x->to = NULL;
	if (e == MCKD_OK && (e = mckd_store_mac_write(x->dir, x->key, why)) != MCKD_OK)
		say("%s", why);
	return e == MCKD_OK ? -1 : exit_of(e);
}

/* Kept before anything is written: an ID that was given out once is never forgotten. */
static enum mckd_err
keep(struct export *x, const char *name)
{
	struct mckd_host *h = &x->host;
	enum mckd_err e = mckd_store_begin(x->t->store);
	bool new;

	if (e != MCKD_OK)
		return e;
	e = mckd_store_host_get(x->t->store, name, h);
	new = e == MCKD_E_STORE_NOT_FOUND && !x->rekey;
	if (new) {
		memset(h, 0, sizeof(*h));
		snprintf(h->name, sizeof(h->name), "%s", name);
		e = MCKD_OK;
	}
	if (e == MCKD_OK && (new || x->rekey))
		e = mckd_random(h->id, sizeof(h->id));
	if (x->applications[0] != '\0' || x->users[0] != '\0') {
		memcpy(h->applications, x->applications, sizeof(h->applications));
		memcpy(h->users, x->users, sizeof(h->users));
	}
	if (e == MCKD_OK && h->serial == UINT32_MAX)
		e = MCKD_E_USAGE;
	h->serial++;
	h->exported = (int64_t)time(NULL);
	if (e == MCKD_OK && (e = mckd_store_host_put(x->t->store, h)) == MCKD_OK)
		e = host_event(x->t, x->rekey ? "host-rekey" : "host-export", name);
	if (e == MCKD_OK)
		return mckd_store_commit(x->t->store);
	mckd_store_rollback(x->t->store);
	return e;
}

static int
export(struct export *x, const char *name)
{
	char id[2 * MCKD_HOST_ID_LEN + 1], file[540];
	enum mckd_err e;
	int rc;

	if (mkdir(x->dir, 0700) != 0) {
		say("%s: %s", x->dir, strerror(errno));
		return EX_OTHER;
	}
	if ((e = keep(x, name)) != MCKD_OK)
		rc = fail_store(x->t, e);
	else
		rc = fill(x);
	if (rc != -1) {
		/* Without its MAC nothing would import it; nor shall it lie about. */
		snprintf(file, sizeof(file), "%s/store.db", x->dir);
		(void)unlink(file);
		snprintf(file, sizeof(file), "%s/store.db-journal", x->dir);
		(void)unlink(file);
		(void)rmdir(x->dir);
		return rc;
	}
	hex(x->host.id, sizeof(x->host.id), id);
	printf(_("host %s: host ID %s, export %u: %lu cards, %lu tickets, in %s\n"), x->host.name, id,
	    x->host.serial, x->cards, x->tickets, x->dir);
	if (x->cards == 0)
		say("no card has a user and an application of these; the host will let nobody in");
	say("take %s and its key %s to the host apart from each other; there: cardtool host import", x->dir, x->key);
	return EX_DONE;
}

/* What lies in one place travels as one. */
static int
apart(const struct export *x)
{
	size_t len = strlen(x->dir);

	if (strncmp(x->key, x->dir, len) == 0 && (x->key[len] == '/' || (len > 0 && x->dir[len - 1] == '/')))
		return tool_usage(x->t, "the transport key must not be in %s: the two travel apart", x->dir);
	return -1;
}

int
host_export(struct tool *t, int argc, char **argv)
{
	static const struct option options[] = { COMMON_OPTIONS,
		{ "output", required_argument, NULL, OPT_OUTPUT },
		{ "transport-key-file", required_argument, NULL, OPT_TRANSPORT },
		{ "application", required_argument, NULL, OPT_APPLICATION },
		{ "user", required_argument, NULL, OPT_USER }, OPTIONS_END };
	struct export *x = calloc(1, sizeof(*x));
	const char *dir = NULL, *key = NULL;
	int c, rc = -1;

	if (x == NULL)
		return fail(MCKD_E_NOMEM, "host export");
	x->t = t;
	x->rekey = strcmp(argv[0], "rekey") == 0;
	while (rc == -1 && (c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == OPT_OUTPUT)
			dir = optarg;
		else if (c == OPT_TRANSPORT)
			key = optarg;
		else if (c == OPT_APPLICATION && (!mckd_app_name_valid(optarg) || !add_to(x->applications, optarg)))
			rc = tool_usage(t, "--application %s: not a name, or too many", optarg);
		else if (c == OPT_USER && !add_to(x->users, optarg))
			rc = tool_usage(t, "--user %s: not a name, or too many", optarg);
		else if (c != OPT_APPLICATION && c != OPT_USER)
			rc = tool_option(t, c);
	}
	if (rc == -1 && (argc - optind != 1 || !mckd_host_name_valid(argv[optind]) || dir == NULL || key == NULL))
		rc = tool_usage(t, "host %s: a host of 1-%d of A-Z a-z 0-9 . _ -, --output DIR and "
		    "--transport-key-file FILE", argv[0], MCKD_HOST_NAME_MAX);
	if (rc == -1 && x->rekey && (x->applications[0] != '\0' || x->users[0] != '\0'))
		rc = tool_usage(t, "host rekey: it exports what the host had; choose anew by host export afterwards");
	if (rc == -1 && (rc = host_path(dir, x->dir)) == -1 && (rc = host_path(key, x->key)) == -1 &&
	    (rc = apart(x)) == -1 && (rc = tool_open(t, MCKD_STORE_WRITE)) == -1)
		rc = export(x, argv[optind]);
	free(x);
	return rc;
}
