/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mckd-conformance [-r READER] [-d DEAS] TRANSPORT-KEY-FILE
 * Holds the blank card in a reader (a shell pattern) to docs/PROTOCOL. DEAS: two digits, DEA1 and
 * DEA2 (default 11). The card is used up: it is terminated at the end.
 */
#include "bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <winscard.h>
#include <cmocka.h>

#include "hex.h"
#include "pcsc.h"

static char reader[MCKD_READER_NAME];

static int
usage(void)
{
	fprintf(stderr, "usage: mckd-conformance [-r READER] [-d 11|12|21|22] TRANSPORT-KEY-FILE\n");
	return 2;
}

static int
stop(const char *what, enum mckd_err err)
{
	fprintf(stderr, "mckd-conformance: %s: %s\n", what, mckd_err_str(err));
	return 2;
}

/* By a second connection, for a link has no use for resets or protocols. */
static DWORD
connect_besides(DWORD disposition)
{
	SCARDCONTEXT context;
	SCARDHANDLE card;
	DWORD protocol;

	assert_int_equal(SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context), SCARD_S_SUCCESS);
	assert_int_equal(SCardConnect(context, reader, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1,
	    &card, &protocol), SCARD_S_SUCCESS);
	assert_int_equal(SCardDisconnect(card, disposition), SCARD_S_SUCCESS);
	assert_int_equal(SCardReleaseContext(context), SCARD_S_SUCCESS);
	return protocol;
}

/* The transaction is left for it. */
static void
reset(void)
{
	int was_reset = 0;

	bench.link->ops->end(bench.link);
	connect_besides(SCARD_RESET_CARD);
	assert_int_equal(bench.link->ops->begin(bench.link, &was_reset), MCKD_OK);
	assert_int_equal(was_reset, 1);
}

static bool
read_key(const char *path)
{
	char text[2 * MCKD_KEY_LEN + 1] = "";
	FILE *f = fopen(path, "re");
	bool ok = f != NULL && fscanf(f, "%64[0-9a-f]", text) == 1 &&
	    mckd_unhex(text, strlen(text), bench.transport, sizeof(bench.transport));

	if (f != NULL)
		fclose(f);
	return ok;
}

/* The only card, if there is one in a reader that fits. */
static enum mckd_err
find(struct mckd_pcsc *p, const char *pattern)
{
	struct mckd_reader list[MCKD_READERS_MAX];
	size_t n = MCKD_READERS_MAX, cards = 0;
	enum mckd_err err = mckd_pcsc_readers(p, pattern, list, &n);

	for (size_t i = 0; err == MCKD_OK && i < n; i++)
		if (list[i].present && cards++ == 0)
			strcpy(reader, list[i].name);
	if (err != MCKD_OK)
		return err;
	if (cards != 1)
		return cards == 0 ? MCKD_E_NO_CARD : MCKD_E_USAGE;
	return mckd_pcsc_connect(p, reader, &bench.link);
}

static int
run(struct mckd_pcsc *p, const char *pattern)
{
	int was_reset, failed;
	enum mckd_err err;

	if ((err = find(p, pattern)) != MCKD_OK)
		return stop(err == MCKD_E_USAGE ? "there are several cards, say which by -r" : "no card", err);
	bench.t0 = connect_besides(SCARD_LEAVE_CARD) == SCARD_PROTOCOL_T0;
	if ((err = bench.link->ops->begin(bench.link, &was_reset)) == MCKD_OK)
		err = mckd_card_select(bench.link, &bench.info);
	if (err == MCKD_OK && (bench.info.state != 0x01 || bench.info.epoch != 0))
		err = MCKD_E_CARD_WRONG;
	if (err != MCKD_OK) {
		bench.link->ops->close(bench.link);
		return stop("this needs a blank card that was given no ticket yet", err);
	}
	failed = conformance();
	bench.link->ops->end(bench.link);
	bench.link->ops->close(bench.link);
	return failed != 0;
}

int
main(int argc, char **argv)
{
	const char *pattern = NULL, *deas = "11";
	struct mckd_pcsc *p = NULL;
	enum mckd_err err;
	int c, rc;

	while ((c = getopt(argc, argv, "r:d:")) != -1)
		switch (c) {
		case 'r': pattern = optarg; break;
		case 'd': deas = optarg; break;
		default: return usage();
		}
	if (optind != argc - 1 || strlen(deas) != 2 || strspn(deas, "12") != 2)
		return usage();
	bench.blank = true;
	bench.reset = reset;
	bench.dea1 = deas[0] == '1' ? MCKD_DEA_AES : MCKD_DEA_HMAC;
	bench.dea2 = deas[1] == '1' ? MCKD_DEA_AES : MCKD_DEA_HMAC;
	if (!read_key(argv[optind])) {
		fprintf(stderr, "mckd-conformance: %s: not a transport key (64 hex digits)\n", argv[optind]);
		return 2;
	}
	if ((err = mckd_pcsc_open(&p)) != MCKD_OK)
		return stop("no card", err);
	rc = run(p, pattern);
	mckd_pcsc_close(p);
	return rc;
}
