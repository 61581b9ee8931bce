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
		afar_challenge(r, "alice", &a, &c);
		assert_true(afar_names(&c, r->id));
		afar_respond(r, &c, ways[i].pin, reply);
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

	afar_challenge(r, "alice", &a, &c);
	used = a;
	afar_respond(r, &c, "123456", reply);
	assert_int_equal(mckd_login_reply(&r->login, &a, reply), MCKD_OK);
	/* The challenge is gone. */
	assert_int_equal(mckd_login_reply(&r->login, &a, reply), MCKD_E_USAGE);
	/* Another challenge has another token. */
	afar_challenge(r, "alice", &again, &c);
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

	afar_challenge(r, "alice", &a, &c);
	afar_respond(r, &c, "123456", reply);
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

	afar_challenge(r, "alice", &a, &c);
	afar_respond(r, &c, "123456", reply);
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
		afar_challenge(r, "alice", &a, &c);
		other = c;
		if (i == 0)
			other.host_id[0] ^= 1;
		else if (i == 1)
			other.token[0] ^= 1;
		else
			other.ctx[0] ^= 1;
		afar_respond(r, &other, "123456", reply);
		assert_int_equal(mckd_login_reply(&r->login, &a, reply), MCKD_E_AUTH);
	}
	/* Bound to the user: alice's reply is none of bob's. */
	assert_int_equal(mckd_store_assign(r->store, r->id, 1, "bob"), MCKD_OK);
	afar_challenge(r, "alice", &a, &c);
	afar_respond(r, &c, "123456", reply);
	afar_challenge(r, "bob", &a, &c);
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
		afar_challenge(r, i % 2 == 0 ? "alice" : "nobody", &a, &c);
		assert_int_equal(mckd_login_reply(&r->login, &a, texts[i]), MCKD_E_AUTH);
		assert_false(r->login.pin_accepted);
	}
}

static void
retired_meanwhile(void **state)
{
	struct rig *r = *state;
	char reply[MCKD_REPLY_TEXT];
	struct mckd_challenge c;
	struct mckd_afar a;
	struct mckd_record *rec;

	afar_challenge(r, "alice", &a, &c);
	afar_respond(r, &c, "123456", reply);
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

	afar_challenge(r, "alice", &a, &c);
	assert_int_equal(mckd_respond_open(&r->link, &c, &resp), MCKD_OK);
	assert_int_equal(resp.tries, 5);
	assert_int_equal(mckd_respond(&resp, &c, "999999", reply), MCKD_E_PIN_WRONG);
	assert_int_equal(resp.tries, 4);
	assert_string_equal(reply, "");
	assert_int_equal(mckd_respond(&resp, &c, "12", reply), MCKD_E_PIN_FORMAT);
	assert_int_equal(mckd_respond(&resp, &c, "", reply), MCKD_E_PIN_FORMAT);
	/* Another's challenge names none of this person's cards. */
	afar_challenge(r, "nobody", &a, &c);
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
	afar_challenge(r, "alice", &a, &c);
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
	afar_challenge(r, "carol", &a, &c);
	for (unsigned i = 0; i < 6; i++)
		n += afar_names(&c, id[i]);
	assert_int_equal(n, 4);
	assert_true(afar_names(&c, id[5]) && afar_names(&c, id[4]) && afar_names(&c, id[3]) && afar_names(&c, id[1]));
	/* A suspended one gives way. */
	assert_int_equal(mckd_store_set_status(r->store, id[5], MCKD_CARD_SUSPENDED, "x"), MCKD_OK);
	afar_challenge(r, "carol", &a, &c);
	assert_false(afar_names(&c, id[5]));
	assert_true(afar_names(&c, id[0]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(in_by_reply), RIG_TEST(a_reply_serves_once),
		RIG_TEST(a_login_in_between_is_no_clone), RIG_TEST(every_flipped_digit),
		RIG_TEST(the_challenge_is_bound), RIG_TEST(other_answers), RIG_TEST(retired_meanwhile),
		RIG_TEST(wrong_pin_at_the_card), RIG_TEST(sealed_only_says_so), RIG_TEST(several_cards),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
