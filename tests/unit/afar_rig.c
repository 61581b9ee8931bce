/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "afar_rig.h"
#include "respond.h"

void
afar_challenge(struct rig *r, const char *user, struct mckd_afar *a, struct mckd_challenge *seen)
{
	struct mckd_challenge_prefix prefix;
	char text[MCKD_CHALLENGE_TEXT], why[MCKD_CHALLENGE_WHY] = "";

	(void)snprintf(r->login.user, sizeof(r->login.user), "%s", user);
	assert_int_equal(mckd_login_challenge(&r->login, a), MCKD_OK);
	(void)snprintf(a->challenge.host, sizeof(a->challenge.host), "web1");
	assert_int_equal(mckd_challenge_write(&a->challenge, text), MCKD_OK);
	assert_int_equal(mckd_challenge_read(text, seen, &prefix, why), MCKD_OK);
	assert_int_equal(seen->ncards, MCKD_CHALLENGE_CARDS);
}

void
afar_respond(struct rig *r, const struct mckd_challenge *c, const char *pin, char reply[static MCKD_REPLY_TEXT])
{
	struct mckd_respond resp;

	assert_int_equal(mckd_respond_open(&r->link, c, &resp), MCKD_OK);
	assert_int_equal(mckd_respond(&resp, c, pin, reply), MCKD_OK);
	assert_false(r->inside);
}

bool
afar_names(const struct mckd_challenge *c, const uint8_t *card)
{
	for (unsigned i = 0; i < c->ncards; i++)
		if (memcmp(c->card[i].card, card, MCKD_CARD_ID_LEN) == 0)
			return true;
	return false;
}
