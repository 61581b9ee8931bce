/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "json.h"
#include "order.h"
#include "ui.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OPT_SECRETS = OPT_OWN, OPT_OUTPUT };

static enum mckd_err
add_user(void *arg, const char *user, uint8_t slot)
{
	struct mckd_json *j = arg;
	struct mckd_json_user *more = reallocarray(j->users, j->nusers + 1, sizeof(*more));

	if (more == NULL)
		return MCKD_E_NOMEM;
	j->users = more;
	snprintf(more[j->nusers].user, sizeof(more->user), "%s", user);
	more[j->nusers++].slot = slot;
	return MCKD_OK;
}

static bool
write_all(int fd, const char *text)
{
	size_t left = strlen(text);
	ssize_t n;

	for (; left > 0; left -= (size_t)n, text += n)
		if ((n = write(fd, text, left)) <= 0)
			return false;
	return true;
}

/* Whole, or not at all: what is half written is keys in clear, and in the way of the next run. */
static int
write_out(const char *path, const char *text)
{
	int fd = path == NULL ? STDOUT_FILENO : open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int err = 0;

	if (fd < 0 || !write_all(fd, text) || (path != NULL && fsync(fd) != 0))
		err = errno != 0 ? errno : EIO;
	if (path != NULL && fd >= 0) {
		if (close(fd) != 0 && err == 0)
			err = errno;
		if (err != 0)
			(void)unlink(path);
	}
	if (err == 0)
		return EX_DONE;
	say("%s: %s", path != NULL ? path : _("standard output"), strerror(err));
	return EX_OTHER;
}

/* The file holds a card as it is made, not what became of it. */
static int
confirm_loss(const struct tool *t, const struct mckd_record *r)
{
	if (r->status == MCKD_CARD_ACTIVE && r->expires == 0)
		return -1;
	return confirm(t, r->block.card,
	    _("it is suspended, revoked or to expire, which the file cannot say; a store that imports it lets it log in"));
}

static int
export(struct tool *t, const char *name, const char *path)
{
	struct mckd_json j = { NULL, 0, NULL };
	char *text = NULL;
	enum mckd_err e;
	int rc = order_find(t, name, &j.record);

	if (rc != -1)
		return rc;
	rc = EX_OTHER;
	if (!j.record->block.full) {
		say("this store holds a host block of the card: there is no MK to export");
		rc = EX_STORE;
	} else if (j.record->provisioning) {
		say("the card is not provisioned to its end yet: run cardtool provision again");
	} else if (j.record->pending > 0) {
		say("the card has not taken %u of its tickets yet; another store could not go on. Insert it: cardtool verify",
		    j.record->pending);
	} else if ((rc = confirm_loss(t, j.record)) != -1) {
		/* It was said. */
	} else if ((e = mckd_store_users(t->store, j.record->block.card, add_user, &j)) != MCKD_OK) {
		rc = fail_store(t, e);
	} else if ((e = mckd_json_write(&j, &text)) != MCKD_OK) {
		rc = fail(e, "export");
	} else if ((e = order_event(t, j.record->block.card, "export", NULL, NULL, j.record->block.epoch)) != MCKD_OK) {
		rc = fail_store(t, e);
	} else {
		rc = write_out(path, text);
	}
	if (text != NULL)
		mckd_wipe(text, strlen(text));
	free(text);
	mckd_json_free(&j);
	return rc;
}

static int
run(struct tool *t, int argc, char **argv)
{
	static const struct option options[] = { COMMON_OPTIONS, OPTION_FORCE,
		{ "secrets", no_argument, NULL, OPT_SECRETS },
		{ "output", required_argument, NULL, OPT_OUTPUT }, OPTIONS_END };
	const char *path = NULL;
	bool secrets = false;
	int c, rc;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == OPT_SECRETS)
			secrets = true;
		else if (c == OPT_OUTPUT)
			path = optarg;
		else if ((rc = tool_option(t, c)) != -1)
			return rc;
	}
	if (argc - optind != 1)
		return tool_usage(t, "export: it takes one card");
	if (!secrets)
		return tool_usage(t, "export: a full block is the card's keys in clear; say --secrets if that is meant");
	if ((rc = tool_open(t, MCKD_STORE_WRITE)) != -1)
		return rc;
	return export(t, argv[optind], path);
}

const struct verb verb_export = { "export", run, N_("write a card's full block, with its keys, as JSON"),
	N_("--secrets [--output FILE] [--force] CARD | USER\n\nFILE must not exist; it is made with mode 0600. Asks where "
	"the card is not simply active;\n--force does not ask.\n") };
