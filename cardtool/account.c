/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "account.h"

#include <stdio.h>

#include "store_account.h"
#include "table.h"

enum { OPT_WITHDRAW = OPT_OWN };

static const struct column columns[] = {
	{ "user", false }, { "uid", true }, { "state", false }, { "home", false }, { "shell", false },
	{ "gecos", false },
};
#define N_COLUMNS (sizeof(columns) / sizeof(columns[0]))

static enum mckd_err
one(void *arg, const struct mckd_account *a)
{
	char uid[16];
	const char *row[N_COLUMNS] = { a->name, uid, a->locked ? "locked" : "open", a->home, a->shell, a->gecos };

	snprintf(uid, sizeof(uid), "%u", a->uid);
	return table_row(arg, row) == 0 ? MCKD_OK : MCKD_E_NOMEM;
}

static int
list(struct tool *t)
{
	struct table *table = table_new(t, columns, N_COLUMNS);
	enum mckd_err e;

	if (table == NULL)
		return fail(MCKD_E_NOMEM, "account");
	e = mckd_store_accounts(t->store, one, table);
	if (table_end(table, e == MCKD_OK ? N_("no accounts here") : NULL) != 0 && e == MCKD_OK)
		e = MCKD_E_NOMEM;
	return e == MCKD_OK ? EX_DONE : e == MCKD_E_NOMEM ? fail(e, "account") : fail_store(t, e);
}

/* Does a card of this user's still log in? */
static enum mckd_err
any_left(void *arg, const uint8_t card[static MCKD_CARD_ID_LEN])
{
	struct tool *t = arg;
	struct mckd_record *r = NULL;
	enum mckd_err e = mckd_store_get(t->store, card, &r);

	if (e == MCKD_OK && r->status != MCKD_CARD_REVOKED)
		e = MCKD_E_STORE_EXISTS;
	mckd_record_free(r);
	return e;
}

static int
withdraw(struct tool *t, const char *user)
{
	const struct mckd_event ev = { .kind = "account", .user = user, .service = "cardtool", .reason = "withdrawn" };
	char what[256];
	enum mckd_err e;
	uint32_t uid;
	int rc;

	e = mckd_store_account_uid(t->store, user, &uid);
	if (e == MCKD_E_STORE_NOT_FOUND) {
		say("%s: there is no account of this name here", user);
		return EX_OTHER;
	}
	if (e != MCKD_OK)
		return fail_store(t, e);
	snprintf(what, sizeof(what),
	    _("Account %.64s: its name will be gone; files of uid %u stay, with a number for an owner"), user, uid);
	if ((rc = confirm(t, NULL, what)) != -1)
		return rc;
	if ((e = mckd_store_begin(t->store)) != MCKD_OK)
		return fail_store(t, e);
	e = mckd_store_cards_of(t->store, user, any_left, t);
	if (e == MCKD_OK)
		e = mckd_store_account_withdraw(t->store, user);
	if (e == MCKD_OK)
		e = mckd_store_event(t->store, &ev);
	if (e == MCKD_OK)
		e = mckd_store_commit(t->store);
	else
		mckd_store_rollback(t->store);
	if (e == MCKD_E_STORE_EXISTS) {
		say("%s has a card that is not revoked: cardtool revoke, then this", user);
		return EX_OTHER;
	}
	if (e != MCKD_OK)
		return fail_store(t, e);
	if ((rc = account_publish(t)) != -1)
		return rc;
	printf(_("account %s: withdrawn; its uid %u is never given again\n"), user, uid);
	return EX_DONE;
}

static int
parse(struct tool *t, int argc, char **argv, struct account *q, bool *gone)
{
	static const struct option options[] = { COMMON_OPTIONS, OPTION_JSON, OPTION_FORCE, ACCOUNT_OPTIONS,
		{ "withdraw", no_argument, NULL, OPT_WITHDRAW }, OPTIONS_END };
	int c, rc;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == OPT_WITHDRAW)
			*gone = true;
		else if (!account_option(q, c) && (rc = tool_option(t, c)) != -1)
			return rc;
	}
	if (argc - optind > 1)
		return tool_usage(t, "account: one argument too many: %s", argv[optind + 1]);
	if (*gone && (optind == argc || account_asked(q)))
		return tool_usage(t, "account: --withdraw takes a user, and nothing else");
	if (optind == argc && (q->home != NULL || q->shell != NULL || q->gecos != NULL || q->groups != NULL))
		return tool_usage(t, "account: whose? One user is missing");
	if (q->publish != NULL && !account_way(q->publish))
		return tool_usage(t, "--publish %s: it is nss or userdb", q->publish);
	return tool_open(t, MCKD_STORE_WRITE);
}

static int
run(struct tool *t, int argc, char **argv)
{
	struct account q = { NULL, NULL, NULL, NULL, NULL };
	const char *user;
	bool gone = false;
	int rc = parse(t, argc, argv, &q, &gone);

	if (rc != -1)
		return rc;
	user = optind < argc ? argv[optind] : NULL;
	if (gone)
		return withdraw(t, user);
	if (user != NULL && (rc = account_check(t, user, &q)) == -1)
		rc = account_make(t, user, &q);
	if (rc == -1 && (rc = account_set_way(t, q.publish)) == -1)
		rc = account_publish(t);
	return rc == -1 ? list(t) : rc;
}

const struct verb verb_account = { "account", run, N_("accounts of users who have nothing but a card"),
	N_("[--publish nss|userdb] [--json]\n"
	"       cardtool account [--home DIR] [--shell FILE] [--gecos TEXT] [--groups NAME,...] USER\n"
	"       cardtool account --withdraw [--force] USER\n\n"
	"Makes or changes the user's account; takes it away; lists all. Each time what the host's\n"
	"programs read is written anew: for libnss_mckd(8), or with --publish userdb, from then on, as\n"
	"systemd's user records. Locked: none of the user's cards is left that is not revoked.\n") };
