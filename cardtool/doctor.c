/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pcsc.h"
#include "ui.h"

#include <stdio.h>

static int
verdict(const char *what, bool good, const char *said)
{
	printf("%-8s %s: %s\n", good ? "ok" : "PROBLEM", what, said);
	return good ? 0 : 1;
}

static enum mckd_err
count(void *arg, const uint8_t card[static MCKD_CARD_ID_LEN])
{
	(void)card;
	++*(unsigned long *)arg;
	return MCKD_OK;
}

/* Opened for writing, as a login does; nothing is written. */
static int
check_store(struct tool *t)
{
	char why[MCKD_WHY] = "", text[64];
	unsigned long cards = 0;
	enum mckd_err e = mckd_store_open(t->store_dir, t->key, MCKD_STORE_WRITE, &t->store, why);

	if (e != MCKD_OK)
		return verdict("store", false, why[0] != '\0' ? why : mckd_err_str(e));
	if ((e = mckd_store_cards(t->store, count, &cards)) != MCKD_OK)
		return verdict("store", false, mckd_store_why(t->store));
	snprintf(text, sizeof(text), "%lu %s", cards, cards == 1 ? "card" : "cards");
	return verdict("store", true, text);
}

static int
check_readers(struct tool *t)
{
	struct mckd_reader readers[MCKD_READERS_MAX];
	size_t n = MCKD_READERS_MAX;
	struct mckd_pcsc *pcsc = NULL;
	enum mckd_err e = mckd_pcsc_open(&pcsc);
	int bad;

	if (e != MCKD_OK)
		return verdict("pcscd", false, mckd_err_str(e));
	bad = verdict("pcscd", true, "answers");
	e = mckd_pcsc_readers(pcsc, t->reader, readers, &n);
	if (e == MCKD_OK && n == 0)
		e = MCKD_E_NO_READER;
	if (e != MCKD_OK)
		bad += verdict("readers", false, mckd_err_str(e));
	for (size_t i = 0; e == MCKD_OK && i < n; i++)
		bad += verdict(readers[i].name, true, readers[i].present ? "a card is in it" : "empty");
	mckd_pcsc_close(pcsc);
	return bad;
}

static int
run(struct tool *t, int argc, char **argv)
{
	static const struct option options[] = { COMMON_OPTIONS, OPTION_READER, OPTIONS_END };
	int rc, bad = 0;

	if ((rc = tool_options(t, argc, argv, options, 0, 0)) != -1)
		return rc;
	if ((rc = tool_conf(t)) != -1) {
		(void)verdict("configuration", false, "see above");
		return rc;
	}
	bad += verdict("configuration", true, t->config != NULL ? t->config : MCKD_SYSCONFDIR "/mckd.conf");
	bad += check_store(t);
	bad += check_readers(t);
	return bad == 0 ? EX_DONE : EX_OTHER;
}

const struct verb verb_doctor = { "doctor", run, "looks at configuration, store, pcscd and readers",
	"[--reader PATTERN]\n\nOne line each; exit 0 where all is well.\n" };
