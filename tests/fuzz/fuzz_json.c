/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A client information block as a card bureau delivers it: cardtool import. */
#include "fuzz.h"

#include "json.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct mckd_json j, again;
	char why[MCKD_WHY] = "", *text = NULL, *second = NULL;
	enum mckd_err err = mckd_json_read((const char *)data, len, &j, why);

	if (err != MCKD_OK) {
		MUST(why[0] != '\0' && memchr(why, '\0', sizeof(why)) != NULL);
		mckd_json_free(&j);
		return 0;
	}
	/* What was taken can be written, and says the same again. */
	MUST(mckd_json_write(&j, &text) == MCKD_OK);
	MUST(mckd_json_read(text, strlen(text), &again, why) == MCKD_OK);
	MUST(mckd_json_write(&again, &second) == MCKD_OK);
	MUST(strcmp(text, second) == 0);
	free(text);
	free(second);
	mckd_json_free(&j);
	mckd_json_free(&again);
	return 0;
}
