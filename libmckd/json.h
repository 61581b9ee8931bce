/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_JSON_H
#define MCKD_JSON_H

#include "store.h"

/*
 * A full client information block as JSON, the form in which a card bureau
 * delivers cards (cardtool(8), "BLOCK FILES"). Every field is validated; why names
 * the wrong one ("applications[0].sn.\"33\": an index is 1-32").
 */
struct mckd_json_user {
	char user[MCKD_USER_MAX + 1];
	uint8_t slot;
};

struct mckd_json {
	struct mckd_record *record;
	size_t nusers;
	struct mckd_json_user *users;
};

enum mckd_err mckd_json_read(const char *text, size_t len, struct mckd_json *out, char *why);
/* *text is malloc'd, NUL-terminated; wipe and free it. */
enum mckd_err mckd_json_write(const struct mckd_json *in, char **text);
void mckd_json_free(struct mckd_json *j);

#endif
