/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mckd-lock [COMMAND [ARGUMENT ...]]: runs for a session, and has it locked when the card that
 * opened it is taken out.
 */
#include <errno.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "card.h"
#include "hex.h"
#include "intl.h"
#include "pcsc.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "0.1.0"
#endif

extern char **environ;

struct lock {
	struct mckd_pcsc *pcsc;
	uint8_t card[MCKD_CARD_ID_LEN];
	char **command;
	struct mckd_reader in;		/* where the card is; name "": nowhere */
	struct mckd_reader list[MCKD_READERS_MAX], before[MCKD_READERS_MAX];
	size_t n, nbefore;
};

static void __attribute__((format(printf, 1, 2)))
say(const char *format, ...)
{
	va_list ap;

	fputs("mckd-lock: ", stderr);
	va_start(ap, format);
	vfprintf(stderr, gettext(format), ap);
	va_end(ap);
	fputc('\n', stderr);
}

/* The screen is logind's to lock: it tells the session's locker, whichever that is. */
static int
lock(const struct lock *l)
{
	char name[] = "loginctl", verb[] = "lock-session", *session = getenv("XDG_SESSION_ID");
	char *loginctl[] = { name, verb, session, NULL }, **argv = l->command != NULL ? l->command : loginctl;
	int status = 0, e;
	pid_t pid;

	e = posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ);
	if (e != 0) {
		say("the session could not be locked: %s: %s", argv[0], strerror(e));
		return -1;
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	if (status == 0)
		return 0;
	say("the session could not be locked: %s failed", argv[0]);
	return -1;
}

static bool
same(const struct mckd_reader *a, const struct mckd_reader *b)
{
	return a->seen == b->seen && strcmp(a->name, b->name) == 0;
}

static bool
is_ours(const struct lock *l, const char *reader)
{
	struct mckd_cardlink *link = NULL;
	struct mckd_card_info info;
	bool ours = false;

	if (mckd_pcsc_connect(l->pcsc, reader, &link) != MCKD_OK)
		return false;
	if (mckd_card_select(link, &info) == MCKD_OK)
		ours = memcmp(info.card, l->card, sizeof(info.card)) == 0;
	link->ops->close(link);
	return ours;
}

/* Was the card in this reader looked at, since it was put in? */
static bool
looked_at(const struct lock *l, const struct mckd_reader *r)
{
	for (size_t i = 0; i < l->nbefore; i++)
		if (l->before[i].present && same(&l->before[i], r))
			return true;
	return false;
}

static void
find(struct lock *l)
{
	l->in.name[0] = '\0';
	for (size_t i = 0; i < l->n && l->in.name[0] == '\0'; i++)
		if (l->list[i].present && !looked_at(l, &l->list[i]) && is_ours(l, l->list[i].name))
			l->in = l->list[i];
}

/* Taken out and put in again between two looks is another insertion, and so taken out. */
static bool
still_in(const struct lock *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->list[i].present && same(&l->list[i], &l->in))
			return true;
	return false;
}

static enum mckd_err
look(struct lock *l)
{
	memcpy(l->before, l->list, sizeof(l->before));
	l->nbefore = l->n;
	l->n = MCKD_READERS_MAX;
	return mckd_pcsc_readers(l->pcsc, NULL, l->list, &l->n);
}

/* Until something fails. Whoever begins without the card in a reader has it taken out already. */
static int
watch(struct lock *l)
{
	enum mckd_err e = look(l);

	if (e == MCKD_OK)
		find(l);
	if (l->in.name[0] == '\0' && lock(l) < 0)
		return 1;
	while (e == MCKD_OK && (e = mckd_pcsc_wait(l->pcsc, -1)) == MCKD_OK && (e = look(l)) == MCKD_OK) {
		if (l->in.name[0] != '\0' && still_in(l))
			continue;
		if (l->in.name[0] != '\0' && lock(l) < 0)
			return 1;
		find(l);
	}
	say("the card service does not answer any more: %s", _(mckd_err_str(e)));
	/* Nobody sees the card being taken out from here on. */
	if (l->in.name[0] != '\0')
		(void)lock(l);
	return 1;
}

int
main(int argc, char **argv)
{
	struct lock l = { .command = argc > 1 ? argv + 1 : NULL };
	const char *card = getenv("MCKD_CARD");
	enum mckd_err e;
	int rc;

	mckd_intl_start();
	if (argc > 1 && strcmp(argv[1], "--version") == 0) {
		printf("mckd-lock (pam_mckd) " PACKAGE_VERSION "\n");
		return 0;
	}
	if (argc > 1 && argv[1][0] == '-') {
		bool help = strcmp(argv[1], "--help") == 0;

		fputs(_("usage: mckd-lock [COMMAND [ARGUMENT ...]]\n"), help ? stdout : stderr);
		return help ? 0 : 2;
	}
	if (card == NULL || !mckd_unhex(card, strlen(card), l.card, sizeof(l.card))) {
		say(card == NULL ? N_("this session was not opened by a card: MCKD_CARD is not set") :
		    N_("this session was not opened by a card: MCKD_CARD is no card ID"));
		return 2;
	}
	if ((e = mckd_pcsc_open(&l.pcsc)) != MCKD_OK) {
		say("%s", _(mckd_err_str(e)));
		return 1;
	}
	rc = watch(&l);
	mckd_pcsc_close(l.pcsc);
	return rc;
}
