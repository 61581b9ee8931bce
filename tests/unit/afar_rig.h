/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TEST_AFAR_RIG_H
#define TEST_AFAR_RIG_H

#include "login_afar.h"
#include "login_rig.h"

/* A challenge for the user, the text of the prompt and back: what the person's side sees. */
void afar_challenge(struct rig *r, const char *user, struct mckd_afar *a, struct mckd_challenge *seen);
/* What the card in the rig replies to it, with that PIN. */
void afar_respond(struct rig *r, const struct mckd_challenge *c, const char *pin,
    char reply[static MCKD_REPLY_TEXT]);
/* Does a challenge name this card? */
bool afar_names(const struct mckd_challenge *c, const uint8_t *card);

#endif
