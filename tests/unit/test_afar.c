/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "login_afar.h"
#include "login_rig.h"
#include "respond.h"

/* A challenge for the user, the text of the prompt and back: what the person's side sees. */
static void
challenge(struct rig *r, const char *user, struct mckd_afar *a, struct mckd_challenge *seen)
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

static void
respond(struct rig *r, const struct mckd_challenge *c, const char *pin, char reply[static MCKD_REPLY_TEXT])
{
	struct mckd_respond resp;

	assert_int_equal(mckd_respond_open(&r->link, c, &resp), MCKD_OK);
	assert_int_equal(mckd_respond(&resp, c, pin, reply), MCKD_OK);
	assert_false(r->inside);
}

static bool
names(const struct mckd_challenge *c, const uint8_t *card)
{
	for (unsigned i = 0; i < c->ncards; i++)
		if (memcmp(c->card[i].card, card, MCKD_CARD_ID_LEN) == 0)
			return true;
	return false;
}

static enum mckd_err
count(void *arg, const struct mckd_event *e)
{
	(void)e;
	(*(unsigned *)arg)++;
	return MCKD_OK;
}

static unsigned
events(struct rig *r)
{
	unsigned n = 0;

	assert_int_equal(mckd_store_events(r->store, 1000, count, &n), MCKD_OK);
	return n;
}

static void
in_by_reply(void **state)
{
	static const struct { const char *application, *pin, *found; } ways[] = {
		{ "auto", "123456", "login" }, { "auto", "654321", "backup" },
		{ "login", "123456", "login" }, { "backup", "654321", "backup" },
	};
	struct rig *r = *state;
	char reply[MCKD_REPLY_TEXT];
	struct mckd_challenge c;
	struct mckd_afar a;
	struct mckd_record *rec;

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		(void)snprintf(r->conf.application, sizeof(r->conf.application), "%s", ways[i].application);
		challenge(r, "alice", &a, &c);
		assert_true(names(&c, r->id));
		respond(r, &c, ways[i].pin, reply);
		assert_int_equal(mckd_login_reply(&r->login, &a, reply), MCKD_OK);
		assert_string_equal(r->login.application, ways[i].found);
		rec = rig_record(r);
		assert_int_equal(rec->counter, i + 1);
		mckd_record_free(rec);
	}
	assert_int_equal(events(r), 4);
}

static void
a_reply_serves_once(void **state)
{
	struct rig *r = *state;
	char reply[MCKD_REPLY_TEXT];
	struct mckd_challenge c;
	struct mckd_afar a, again, used;
	struct mckd_record *rec;

	challenge(r, "alice", &a, &c);
	used = a;
	respond(r, &c, "123456", reply);
	assert_int_equal(mckd_login_reply(&r->login, &a, reply), MCKD_OK);
	/* The challenge is gone. */
	assert_int_equal(mckd_login_reply(&r->login, &a, reply), MCKD_E_USAGE);
	/* Another challenge has another token. */
	challenge(r, "alice", &again, &c);
	assert_int_equal(mckd_login_reply(&r->login, &again, reply), MCKD_E_AUTH);
	rec = rig_record(r);
	assert_int_equal(rec->status, MCKD_CARD_ACTIVE);
	mckd_record_free(rec);
	/* And were a process to keep its own: the counter's rule. */
	assert_int_equal(mckd_login_reply(&r->login, &used, reply), MCKD_E_CLONE);
}

static void
a_login_in_between_is_no_clone(void **state)
{
	struct rig *r = *state;
	char reply[MCKD_REPLY_TEXT];
	struct mckd_challenge c;
	struct mckd_afar a;
	struct mckd_record *rec;

	challenge(r, "alice", &a, &c);
	respond(r, &c, "123456", reply);
	assert_int_equal(rig_login(r, "123456"), MCKD_OK);
	assert_int_equal(mckd_login_reply(&r->login, &a, reply), MCKD_E_TIMEOUT);
	rec = rig_record(r);
	assert_int_equal(rec->status, MCKD_CARD_ACTIVE);
	mckd_record_free(rec);
}

static void
every_flipped_digit(void **state)
{
	struct rig *r = *state;
	char reply[MCKD_REPLY_TEXT];
	struct mckd_challenge c;
	struct mckd_afar a, b;
	size_t len;

	challenge(r, "alice", &a, &c);
	respond(r, &c, "123456", reply);
	len = strlen(reply);
	for (size_t i = 0; i < len; i++) {
		char bad[MCKD_REPLY_TEXT];

		b = a;
		memcpy(bad, reply, sizeof(bad));
		bad[i] = bad[i] == '0' ? '1' : '0';
		assert_int_equal(mckd_login_reply(&r->login, &b, bad), MCKD_E_AUTH);
	}
	/* None of them may fill the disk, or suspend the card. */
	assert_int_equal(events(r), 0);
	assert_int_equal(mckd_login_reply(&r->login, &a, reply), MCKD_OK);
}

static void
the_challenge_is_bound(void **state)
{
	struct rig *r = *state;
	char reply[MCKD_REPLY_TEXT];
	struct mckd_challenge c, other;
	struct mckd_afar a;

	for (int i = 0; i < 3; i++) {
		challenge(r, "alice", &a, &c);
		other = c;
		if (i == 0)
			other.host_id[0] ^= 1;
		else if (i == 1)
			other.token[0] ^= 1;
		else
			other.ctx[0] ^= 1;
		respond(r, &other, "123456", reply);
		assert_int_equal(mckd_login_reply(&r->login, &a, reply), MCKD_E_AUTH);
	}
	/* Bound to the user: alice's reply is none of bob's. */
	assert_int_equal(mckd_store_assign(r->store, r->id, 1, "bob"), MCKD_OK);
	challenge(r, "alice", &a, &c);
	respond(r, &c, "123456", reply);
	challenge(r, "bob", &a, &c);
	assert_int_equal(mckd_login_reply(&r->login, &a, reply), MCKD_E_AUTH);
}

static void
other_answers(void **state)
{
	static const char *const texts[] = { "", "246810", "123456", "mckd1:", "mckd1:00", "yes" };
	struct rig *r = *state;
	struct mckd_challenge c;
	struct mckd_afar a;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		challenge(r, i % 2 == 0 ? "alice" : "nobody", &a, &c);
		assert_int_equal(mckd_login_reply(&r->login, &a, texts[i]), MCKD_E_AUTH);
		assert_false(r->login.pin_accepted);
	}
}

static void
decoys_stay_and_never_let_in(void **state)
{
	struct rig *r = *state;
	char reply[MCKD_REPLY_TEXT];
	struct mckd_challenge first, again, other, real;
	struct mckd_afar a;
	unsigned same = 0;

	challenge(r, "nobody", &a, &first);
	challenge(r, "nobody", &a, &again);
	challenge(r, "nemo", &a, &other);
	assert_false(names(&first, r->id));
	assert_memory_not_equal(first.token, again.token, sizeof(first.token));
	for (unsigned i = 0; i < MCKD_CHALLENGE_CARDS; i++) {
		assert_memory_equal(first.card[i].card, again.card[i].card, MCKD_CARD_ID_LEN);
		assert_int_equal(first.card[i].slot, again.card[i].slot);
		assert_true(first.card[i].index >= 1 && first.card[i].index <= 4);
		same += names(&other, first.card[i].card);
	}
	assert_int_equal(same, 0);
	/* The same shape for who has a card, and their decoys stay as well. */
	challenge(r, "alice", &a, &real);
	challenge(r, "alice", &a, &again);
	for (unsigned i = 0; i < MCKD_CHALLENGE_CARDS; i++) {
		assert_memory_equal(real.card[i].card, again.card[i].card, MCKD_CARD_ID_LEN);
		assert_int_equal(real.card[i].slot, first.card[0].slot);
		assert_int_equal(real.card[i].figure, first.card[0].figure);
		assert_true(real.card[i].index >= 1 && real.card[i].index <= 4);
	}
	assert_string_equal(real.application, first.application);
	/* Even the card that the decoy was made from, if it were to answer for it. */
	challenge(r, "nobody", &a, &first);
	memcpy(first.card[0].card, r->id, MCKD_CARD_ID_LEN);
	respond(r, &first, "123456", reply);
	assert_int_equal(mckd_login_reply(&r->login, &a, reply), MCKD_E_AUTH);
	challenge(r, "nobody", &a, &first);
	memcpy(a.challenge.card[0].card, r->id, MCKD_CARD_ID_LEN);
	respond(r, &a.challenge, "123456", reply);
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
	challenge(r, "alice", &a, &c);
	for (unsigned i = 0; i < MCKD_CHALLENGE_CARDS; i++)
		assert_true(memcmp(c.card[i].card, r->id, MCKD_CARD_ID_LEN) != 0 || c.card[i].slot == 1);
	for (unsigned n = 0; n < 8; n++) {
		(void)snprintf(name, sizeof(name), "nobody%u", n);
		challenge(r, name, &a, &c);
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
	challenge(r, "alice", &a, &c);
	assert_false(names(&c, r->id));
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
	challenge(r, "alice", &a, &c);
	respond(r, &c, "123456", reply);
	assert_int_equal(mckd_store_set_status(r->store, r->id, MCKD_CARD_SUSPENDED, "lost"), MCKD_OK);
	assert_int_equal(mckd_login_reply(&r->login, &a, reply), MCKD_E_SUSPENDED);
	challenge(r, "alice", &a, &c);
	assert_true(names(&c, r->id));
	assert_int_equal(mckd_login_reply(&r->login, &a, reply), MCKD_E_AUTH);
	assert_int_equal(mckd_store_set_status(r->store, r->id, MCKD_CARD_REVOKED, "lost"), MCKD_OK);
	challenge(r, "alice", &a, &c);
	respond(r, &c, "123456", reply);
	assert_int_equal(mckd_login_reply(&r->login, &a, reply), MCKD_E_REVOKED);
}

static void
no_pin_no_way(void **state)
{
	struct rig *r = *state;
	struct mckd_challenge c;
	struct mckd_afar a;

	(void)snprintf(r->conf.application, sizeof(r->conf.application), "door");
	challenge(r, "alice", &a, &c);
	assert_false(names(&c, r->id));
}

static void
retired_meanwhile(void **state)
{
	struct rig *r = *state;
	char reply[MCKD_REPLY_TEXT];
	struct mckd_challenge c;
	struct mckd_afar a;
	struct mckd_record *rec;

	challenge(r, "alice", &a, &c);
	respond(r, &c, "123456", reply);
	rec = rig_record(r);
	rec->block.app[0].compromised = 0x0f;
	rig_put(r, rec);
	assert_int_equal(mckd_login_reply(&r->login, &a, reply), MCKD_E_AUTH);
}

static void
wrong_pin_at_the_card(void **state)
{
	struct rig *r = *state;
	char reply[MCKD_REPLY_TEXT];
	struct mckd_respond resp;
	struct mckd_challenge c;
	struct mckd_afar a;

	challenge(r, "alice", &a, &c);
	assert_int_equal(mckd_respond_open(&r->link, &c, &resp), MCKD_OK);
	assert_int_equal(resp.tries, 5);
	assert_int_equal(mckd_respond(&resp, &c, "999999", reply), MCKD_E_PIN_WRONG);
	assert_int_equal(resp.tries, 4);
	assert_string_equal(reply, "");
	assert_int_equal(mckd_respond(&resp, &c, "12", reply), MCKD_E_PIN_FORMAT);
	assert_int_equal(mckd_respond(&resp, &c, "", reply), MCKD_E_PIN_FORMAT);
	/* Another's challenge names none of this person's cards. */
	challenge(r, "nobody", &a, &c);
	assert_int_equal(mckd_respond_open(&r->link, &c, &resp), MCKD_E_CARD_WRONG);
}

static void
sealed_only_says_so(void **state)
{
	static const uint8_t tlv[] = { 0x0e, 1, 1, 0x08, 1, 0x05, 0x0e, 1, 2, 0x08, 1, 0x05 };
	struct rig *r = *state;
	struct mckd_respond resp;
	struct mckd_challenge c;
	struct mckd_record *rec;
	struct mckd_afar a;

	rig_queue(r, tlv, sizeof(tlv));
	rec = rig_record(r);
	rec->block.app[0].flags |= MCKD_APP_SEALED_ONLY;
	rec->block.app[1].flags |= MCKD_APP_SEALED_ONLY;
	rig_put(r, rec);
	assert_int_equal(rig_login(r, "123456"), MCKD_OK);
	challenge(r, "alice", &a, &c);
	assert_int_equal(mckd_respond_open(&r->link, &c, &resp), MCKD_E_CARD_REFUSED);
}

/* Two cards: either serves; with six the four used last are named. */
static void
several_cards(void **state)
{
	struct rig *r = *state;
	struct mckd_record *rec;
	struct mckd_challenge c;
	struct mckd_afar a;
	uint8_t id[6][MCKD_CARD_ID_LEN];
	unsigned n = 0;

	for (uint8_t i = 0; i < 6; i++) {
		rec = rig_record(r);
		memset(id[i], i + 1, sizeof(id[i]));
		memcpy(rec->block.card, id[i], sizeof(id[i]));
		rec->last_use = i == 2 ? 0 : 1000 + i;
		assert_int_equal(mckd_store_put(r->store, rec, false), MCKD_OK);
		mckd_record_free(rec);
		assert_int_equal(mckd_store_assign(r->store, id[i], 1, "carol"), MCKD_OK);
	}
	challenge(r, "carol", &a, &c);
	for (unsigned i = 0; i < 6; i++)
		n += names(&c, id[i]);
	assert_int_equal(n, 4);
	assert_true(names(&c, id[5]) && names(&c, id[4]) && names(&c, id[3]) && names(&c, id[1]));
	/* A suspended one gives way. */
	assert_int_equal(mckd_store_set_status(r->store, id[5], MCKD_CARD_SUSPENDED, "x"), MCKD_OK);
	challenge(r, "carol", &a, &c);
	assert_false(names(&c, id[5]));
	assert_true(names(&c, id[0]));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, rig_make, rig_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(in_by_reply), TEST(a_reply_serves_once), TEST(a_login_in_between_is_no_clone),
		TEST(every_flipped_digit), TEST(the_challenge_is_bound), TEST(other_answers),
		TEST(decoys_stay_and_never_let_in), TEST(an_empty_store_has_decoys_too),
		TEST(how_a_card_stands_is_told_to_its_holder_alone), TEST(no_pin_no_way),
		TEST(retired_meanwhile), TEST(wrong_pin_at_the_card), TEST(sealed_only_says_so),
		TEST(several_cards), TEST(decoys_of_a_shared_card),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
