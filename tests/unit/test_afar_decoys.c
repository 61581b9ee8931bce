/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "afar_rig.h"

static void
decoys_stay_and_never_let_in(void **state)
{
	struct rig *r = *state;
	char reply[MCKD_REPLY_TEXT];
	struct mckd_challenge first, again, other, real;
	struct mckd_afar a;
	unsigned same = 0;

	afar_challenge(r, "nobody", &a, &first);
	afar_challenge(r, "nobody", &a, &again);
	afar_challenge(r, "nemo", &a, &other);
	assert_false(afar_names(&first, r->id));
	assert_memory_not_equal(first.token, again.token, sizeof(first.token));
	for (unsigned i = 0; i < MCKD_CHALLENGE_CARDS; i++) {
		assert_memory_equal(first.card[i].card, again.card[i].card, MCKD_CARD_ID_LEN);
		assert_int_equal(first.card[i].slot, again.card[i].slot);
		assert_true(first.card[i].index >= 1 && first.card[i].index <= 4);
		same += afar_names(&other, first.card[i].card);
	}
	assert_int_equal(same, 0);
	/* The same shape for who has a card, and their decoys stay as well. */
	afar_challenge(r, "alice", &a, &real);
	afar_challenge(r, "alice", &a, &again);
	for (unsigned i = 0; i < MCKD_CHALLENGE_CARDS; i++) {
		assert_memory_equal(real.card[i].card, again.card[i].card, MCKD_CARD_ID_LEN);
		assert_int_equal(real.card[i].slot, first.card[0].slot);
		assert_int_equal(real.card[i].figure, first.card[0].figure);
		assert_true(real.card[i].index >= 1 && real.card[i].index <= 4);
	}
	assert_string_equal(real.application, first.application);
	/* Even the card that the decoy was made from, if it were to answer for it. */
	afar_challenge(r, "nobody", &a, &first);
	memcpy(first.card[0].card, r->id, MCKD_CARD_ID_LEN);
	afar_respond(r, &first, "123456", reply);
	assert_int_equal(mckd_login_reply(&r->login, &a, reply), MCKD_E_AUTH);
	afar_challenge(r, "nobody", &a, &first);
	memcpy(a.challenge.card[0].card, r->id, MCKD_CARD_ID_LEN);
	afar_respond(r, &a.challenge, "123456", reply);
	assert_int_equal(mckd_login_reply(&r->login, &a, reply), MCKD_E_AUTH);
}

/* Two share the card, an application each: nobody of them is asked by slot 0, nor any decoy. */
static void
decoys_of_a_shared_card(void **state)
{
	struct rig *r = *state;
	struct mckd_challenge c;
	struct mckd_afar a;
	bool seen[3] = { false };
	char name[16];

	assert_int_equal(mckd_store_unassign(r->store, r->id, 2, "alice"), MCKD_OK);
	assert_int_equal(mckd_store_unassign(r->store, r->id, 3, "alice"), MCKD_OK);
	assert_int_equal(mckd_store_assign(r->store, r->id, 2, "bob"), MCKD_OK);
	afar_challenge(r, "alice", &a, &c);
	for (unsigned i = 0; i < MCKD_CHALLENGE_CARDS; i++)
		assert_true(memcmp(c.card[i].card, r->id, MCKD_CARD_ID_LEN) != 0 || c.card[i].slot == 1);
	for (unsigned n = 0; n < 8; n++) {
		(void)snprintf(name, sizeof(name), "nobody%u", n);
		afar_challenge(r, name, &a, &c);
		for (unsigned i = 0; i < MCKD_CHALLENGE_CARDS; i++) {
			assert_true(c.card[i].slot == 1 || c.card[i].slot == 2);
			seen[c.card[i].slot] = true;
		}
	}
	assert_true(seen[1] && seen[2]);
}

static void
an_empty_store_has_decoys_too(void **state)
{
	struct rig *r = *state;
	struct mckd_challenge c;
	struct mckd_afar a;

	assert_int_equal(mckd_store_remove(r->store, r->id), MCKD_OK);
	afar_challenge(r, "alice", &a, &c);
	assert_false(afar_names(&c, r->id));
	assert_int_equal(mckd_login_reply(&r->login, &a, ""), MCKD_E_AUTH);
}

static void
how_a_card_stands_is_told_to_its_holder_alone(void **state)
{
	struct rig *r = *state;
	char reply[MCKD_REPLY_TEXT];
	struct mckd_challenge c;
	struct mckd_afar a;

	/* Suspended while the prompt was open. */
	afar_challenge(r, "alice", &a, &c);
	afar_respond(r, &c, "123456", reply);
	assert_int_equal(mckd_store_set_status(r->store, r->id, MCKD_CARD_SUSPENDED, "lost"), MCKD_OK);
	assert_int_equal(mckd_login_reply(&r->login, &a, reply), MCKD_E_SUSPENDED);
	afar_challenge(r, "alice", &a, &c);
	assert_true(afar_names(&c, r->id));
	assert_int_equal(mckd_login_reply(&r->login, &a, reply), MCKD_E_AUTH);
	assert_int_equal(mckd_store_set_status(r->store, r->id, MCKD_CARD_REVOKED, "lost"), MCKD_OK);
	afar_challenge(r, "alice", &a, &c);
	afar_respond(r, &c, "123456", reply);
	assert_int_equal(mckd_login_reply(&r->login, &a, reply), MCKD_E_REVOKED);
}

static void
no_pin_no_way(void **state)
{
	struct rig *r = *state;
	struct mckd_challenge c;
	struct mckd_afar a;

	(void)snprintf(r->conf.application, sizeof(r->conf.application), "door");
	afar_challenge(r, "alice", &a, &c);
	assert_false(afar_names(&c, r->id));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(decoys_stay_and_never_let_in), RIG_TEST(an_empty_store_has_decoys_too),
		RIG_TEST(how_a_card_stands_is_told_to_its_holder_alone), RIG_TEST(no_pin_no_way),
		RIG_TEST(decoys_of_a_shared_card),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
