/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bed_forger PORT STORE KEY SELECT
 * What a burglar makes of the whole store of a host and its key: a card that gives SELECT (hex),
 * the public answer of a true one, and to AUTHENTICATE a result by the HDKs in that store. Any
 * PIN will do, and the counter is far ahead.
 */
#include <stdio.h>
#include <string.h>

#include "store.h"
#include "vpcd.h"

enum { FLAGS_SEALED = 0x03, HEAD = 9, ANSWER = 41 };

struct forger {
	struct mckd_block block;
	uint8_t select[256];
	size_t select_len;
	uint32_t counter;
};

static size_t
status(uint8_t *out, size_t n, uint8_t sw1, uint8_t sw2)
{
	out[n] = sw1;
	out[n + 1] = sw2;
	return n + 2;
}

/* data: index, figure(4), hostID(16), token(16), ctx(16) */
static size_t
authenticate(struct forger *f, uint8_t slot, const uint8_t *data, uint8_t *out)
{
	struct mckd_app *app = mckd_block_app(&f->block, slot != 0 ? slot : f->block.app[0].slot);
	uint8_t m[1 + MCKD_CARD_ID_LEN + HEAD + 4 + 16 + 16 + 16], prf[MCKD_PRF_MAX];
	struct mckd_buf b = mckd_buf_over(out, ANSWER);
	uint8_t index = data[0];

	if (app == NULL)
		return status(out, 0, 0x6a, 0x88);
	for (uint8_t i = 1; index == 0 && i <= MCKD_SNS_MAX; i++)
		if ((app->present >> (i - 1) & 1) != 0)
			index = i;
	mckd_buf_put_u8(&b, app->slot);
	mckd_buf_put_u8(&b, index);
	mckd_buf_put_u16(&b, f->block.epoch);
	mckd_buf_put_u32(&b, ++f->counter);
	mckd_buf_put_u8(&b, FLAGS_SEALED);
	memset(out + HEAD, 0x5a, 16);
	b = mckd_buf_over(m, sizeof(m));
	mckd_buf_put_u8(&b, 0xa1);
	mckd_buf_put(&b, f->block.card, MCKD_CARD_ID_LEN);
	mckd_buf_put(&b, out, HEAD);
	mckd_buf_put(&b, data + 1, 4);
	mckd_buf_put(&b, data + 21, 32);
	mckd_buf_put(&b, out + HEAD, 16);
	if (!mckd_buf_end(&b) || index < 1 || index > MCKD_SNS_MAX ||
	    mckd_prf(f->block.dea2, app->hdk[index - 1], m, sizeof(m), prf) != MCKD_OK)
		return status(out, 0, 0x6f, 0x00);
	memcpy(out + HEAD + 16, prf, 16);
	return status(out, ANSWER, 0x90, 0x00);
}

static size_t
answer(void *arg, const uint8_t *cmd, size_t len, uint8_t out[static BED_ANSWER_MAX])
{
	struct forger *f = arg;

	if (len > 1 && cmd[1] == 0xa4) {
		memcpy(out, f->select, f->select_len);
		return status(out, f->select_len, 0x90, 0x00);
	}
	if (len >= 5 + 53 && cmd[1] == 0x10)
		return authenticate(f, cmd[2], cmd + 5, out);
	return status(out, 0, 0x6d, 0x00);
}

/* The card ID is in the answer to SELECT, under tag 81. */
static bool
load(struct forger *f, const char *dir, const char *key)
{
	struct mckd_store *s = NULL;
	struct mckd_record *r = NULL;
	uint8_t card[MCKD_CARD_ID_LEN] = { 0 };
	char why[MCKD_WHY] = "";
	bool good = false;

	for (size_t i = 0; i + 2 + sizeof(card) <= f->select_len; i++)
		if (f->select[i] == 0x81 && f->select[i + 1] == sizeof(card)) {
			memcpy(card, f->select + i + 2, sizeof(card));
			break;
		}
	if (mckd_store_open(dir, key, MCKD_STORE_READ, &s, why) != MCKD_OK) {
		fprintf(stderr, "bed_forger: %s\n", why);
		return false;
	}
	if (mckd_store_get(s, card, &r) != MCKD_OK)
		fprintf(stderr, "bed_forger: %s\n", mckd_store_why(s));
	else if (r->block.full)
		fprintf(stderr, "bed_forger: a full block: nothing needs to be forged\n");
	else
		good = true;
	if (good) {
		f->block = r->block;
		f->counter = 0xf0000000u;
	}
	mckd_record_free(r);
	mckd_store_close(s);
	return good;
}

int
main(int argc, char **argv)
{
	static struct forger f;
	int n = argc == 5 ? bed_unhex(argv[4], f.select, sizeof(f.select)) : -1;

	if (n <= 0) {
		fprintf(stderr, "usage: bed_forger PORT STORE KEY SELECT\n");
		return 2;
	}
	f.select_len = (size_t)n;
	if (!load(&f, argv[2], argv[3]))
		return 1;
	return bed_vpcd_serve("bed_forger", argv[1], answer, &f);
}
