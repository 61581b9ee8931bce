/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A challenge that came over ssh, a reply that came back, a file of known hosts' line. */
#include "fuzz.h"

#include "challenge.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = calloc(1, len + 1), why[MCKD_CHALLENGE_WHY] = "", out[MCKD_CHALLENGE_TEXT],
	     line[MCKD_REPLY_TEXT];
	struct mckd_challenge_prefix prefix;
	struct mckd_challenge c, again;
	struct mckd_reply r, same;

	MUST(text != NULL);
	memcpy(text, data, len);
	(void)mckd_challenge_hinted(text);
	if (mckd_challenge_read(text, &c, &prefix, why) == MCKD_OK) {
		MUST(mckd_challenge_hinted(text));
		MUST(mckd_challenge_write(&c, out) == MCKD_OK);
		MUST(mckd_challenge_read(out, &again, &prefix, why) == MCKD_OK);
		MUST(again.ncards == c.ncards && strcmp(again.host, c.host) == 0 &&
		    memcmp(again.token, c.token, sizeof(c.token)) == 0 &&
		    memcmp(again.ctx, c.ctx, sizeof(c.ctx)) == 0 &&
		    memcmp(again.host_id, c.host_id, sizeof(c.host_id)) == 0);
		for (unsigned i = 0; i < c.ncards; i++)
			MUST(again.card[i].slot == c.card[i].slot && again.card[i].figure == c.card[i].figure);
	} else {
		/* For a person's eyes, and a terminal's. */
		for (const char *w = why; *w != '\0'; w++)
			MUST(*w >= 0x20 && *w < 0x7f);
	}
	if (mckd_reply_read(text, &r) == MCKD_OK) {
		MUST(mckd_reply_write(&r, line) == MCKD_OK);
		MUST(mckd_reply_read(line, &same) == MCKD_OK);
		MUST(same.answer.counter == r.answer.counter && same.answer.epoch == r.answer.epoch);
	}
	free(text);
	return 0;
}
