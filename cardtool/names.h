/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CARDTOOL_NAMES_H
#define CARDTOOL_NAMES_H

#include "cardtool.h"

/* What records are called for a person. Lists are cut with "..." where room ends. */
const char *names_status(const struct mckd_record *r);
const char *names_dea(enum mckd_dea dea);
bool names_dea_parse(const char *text, enum mckd_dea *out);
void names_apps(const struct mckd_block *b, char *out, size_t room);
/* "1,4-6"; "-" for none. */
void names_indices(uint32_t bits, char *out, size_t room);
bool names_indices_parse(const char *text, uint32_t *bits);
enum mckd_err names_users(struct tool *t, const uint8_t card[static MCKD_CARD_ID_LEN], char *out,
    size_t room);
/* Those of one application; slot 0: of any. */
enum mckd_err names_users_of(struct tool *t, const uint8_t card[static MCKD_CARD_ID_LEN],
    uint8_t slot, char *out, size_t room);

#endif
