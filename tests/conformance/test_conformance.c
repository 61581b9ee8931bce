/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The card application of card/, in process, by the suite; with a word like 12 for DEA1 and
 * DEA2 by these alone.
 */
#include "bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "../unit/soft_card.h"

static struct soft_card *soft;

static enum mckd_err
transmit(struct mckd_cardlink *l, const uint8_t *cmd, size_t len, uint8_t *rsp, size_t *rsp_len)
{
	uint8_t answer[258];
	size_t n = soft_card_apdu(soft, cmd, len, answer);

	(void)l;
	if (n > *rsp_len)
		return MCKD_E_CARD_IO;
	memcpy(rsp, answer, n);
	*rsp_len = n;
	return MCKD_OK;
}

static void
reset(void)
{
	soft_card_reset(soft);
}

static int
one_card(enum mckd_dea dea1, enum mckd_dea dea2)
{
	static const struct mckd_cardlink_ops ops = { .transmit = transmit };
	static struct mckd_cardlink link = { &ops };
	int failed;

	memset(&bench, 0, sizeof(bench));
	bench = (struct bench){ .link = &link, .reset = reset, .raw = true, .blank = true,
		.transport = "a transport key for tests only!", .dea1 = dea1, .dea2 = dea2 };
	soft = soft_card_new(bench.transport);
	printf("DEA1 %d, DEA2 %d\n", (int)dea1, (int)dea2);
	failed = conformance();
	soft_card_free(soft);
	return failed;
}

int
main(int argc, char **argv)
{
	int failed = 0;

	if (argc == 2 && strlen(argv[1]) == 2)
		return one_card((enum mckd_dea)(argv[1][0] - '0'), (enum mckd_dea)(argv[1][1] - '0')) != 0;
	for (int dea1 = MCKD_DEA_AES; dea1 <= MCKD_DEA_HMAC; dea1++)
		for (int dea2 = MCKD_DEA_AES; dea2 <= MCKD_DEA_HMAC; dea2++)
			failed += one_card((enum mckd_dea)dea1, (enum mckd_dea)dea2);
	return failed != 0;
}
