/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "challenge.h"

#define ROOM 16384

static const struct mckd_challenge sample = {
	.host = "web1.example.org", .host_id = { 0x80, 0x81 }, .application = "auto",
	.token = { 1, 2, 3 }, .ctx = { 0xe3 }, .ncards = 4,
	.card = { { { 1 }, 0, 3, 0 }, { { 2 }, 0, 0, 20000 }, { { 3 }, 8, 32, 4294967295u },
	    { { 0xff, 0xfe }, 1, 1, 0 } },
};

/* The sample's text, with something before and after it. */
static const char *
around(const char *before, const char *after)
{
	static char out[ROOM];
	char text[MCKD_CHALLENGE_TEXT];

	assert_int_equal(mckd_challenge_write(&sample, text), MCKD_OK);
	(void)snprintf(out, sizeof(out), "%s%s%s", before, text, after);
	return out;
}

/* The sample's text, with one part of it replaced. */
static const char *
with(const char *old, const char *new)
{
	static char out[ROOM];
	const char *text = around("(alice@web1) ", ""), *at = strstr(text, old);

	assert_non_null(at);
	(void)snprintf(out, sizeof(out), "%.*s%s%s", (int)(at - text), text, new, at + strlen(old));
	return out;
}

static void
refused(const char *text, const char *why_not)
{
	struct mckd_challenge_prefix prefix;
	struct mckd_challenge c;
	char why[MCKD_CHALLENGE_WHY] = "";
	enum mckd_err err = mckd_challenge_read(text, &c, &prefix, why);

	if (err == MCKD_OK)
		fail_msg("accepted: %s", text);
	assert_int_equal(err, MCKD_E_PARSE);
	if (strstr(why, why_not) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", why, why_not);
}

static void
accepted(const char *text, const char *user, const char *host)
{
	struct mckd_challenge_prefix prefix;
	struct mckd_challenge c;
	char why[MCKD_CHALLENGE_WHY] = "";

	if (mckd_challenge_read(text, &c, &prefix, why) != MCKD_OK)
		fail_msg("%s: %s", why, text);
	assert_memory_equal(&c, &sample, sizeof(c));
	assert_int_equal(prefix.there, user != NULL);
	assert_string_equal(prefix.user, user != NULL ? user : "");
	assert_string_equal(prefix.host, host != NULL ? host : "");
}

static void
what_is_written_is_read(void **state)
{
	(void)state;
	accepted(around("", ""), NULL, NULL);
	accepted(around("(alice@web1) ", ""), "alice", "web1");
	accepted(around("(alice@web1) \r\n ", " \n"), "alice", "web1");
	assert_true(mckd_challenge_hinted(around("", "")));
	assert_false(mckd_challenge_hinted("alice@web1's password: "));
}

static void
the_longest_fits_a_prompt(void **state)
{
	struct mckd_challenge c, back;
	struct mckd_challenge_prefix prefix;
	char text[MCKD_CHALLENGE_TEXT], why[MCKD_CHALLENGE_WHY] = "";

	(void)state;
	memcpy(&c, &sample, sizeof(c));	/* with what lies between its parts */
	memset(c.host, 'h', sizeof(c.host) - 1);
	memset(c.application, 'a', sizeof(c.application) - 1);
	for (unsigned i = 0; i < c.ncards; i++) {
		c.card[i].slot = MCKD_APPS_MAX;
		c.card[i].index = MCKD_SNS_MAX;
		c.card[i].figure = UINT32_MAX;
	}
	assert_int_equal(mckd_challenge_write(&c, text), MCKD_OK);
	assert_int_equal(mckd_challenge_read(text, &back, &prefix, why), MCKD_OK);
	assert_memory_equal(&back, &c, sizeof(c));
	c.ncards = 0;
	assert_int_equal(mckd_challenge_write(&c, text), MCKD_E_USAGE);
	c.ncards = MCKD_CHALLENGE_CARDS + 1;
	assert_int_equal(mckd_challenge_write(&c, text), MCKD_E_USAGE);
}

static void
only_the_prefix_at_byte_0_counts(void **state)
{
	(void)state;
	accepted(around("(a@b@web1) ", ""), "a@b", "web1");
	accepted(around("(@web1) ", ""), "", "web1");
	refused(around(" (alice@web1) ", ""), "unknown text before");
	refused(around("x(alice@web1) ", ""), "unknown text before");
	refused(around("(alice@web1)", ""), "unknown text before");
	refused(around("(alice) ", ""), "unknown text before");
	refused(around("(alice@) ", ""), "(user@host)");
	/* Copied by hand, it may be anybody's words, and is shown. */
	refused(around("(alice@web1\033[2Jweb2) ", ""), "(user@host)");
	refused(around("(alice@web 1) ", ""), "(user@host)");
	accepted(around("(alice@fe80::1%eth0) ", ""), "alice", "fe80::1%eth0");
	/* What the other side adds stands behind what ssh wrote. */
	refused(around("(alice@evil) (alice@web1) ", ""), "unknown text before");
	/* The first ") " ends it, whatever a name is made of. */
	refused(around("(alice@evil) x@web1) ", ""), "unknown text before");
}

static void
text_around_is_shown_and_refused(void **state)
{
	(void)state;
	refused(around("(alice@web1) Your bank says:\n", ""), "\"Your bank says:\"");
	refused(around("(alice@web1) \033[2Jgone\n", ""), "\"?[2Jgone\"");
	refused(around("Password: ", ""), "\"Password:\"");
	refused(around("", "and now your password: "), "unknown text after");
}

static void
exactly_one(void **state)
{
	char two[ROOM], text[MCKD_CHALLENGE_TEXT];

	(void)state;
	assert_int_equal(mckd_challenge_write(&sample, text), MCKD_OK);
	(void)snprintf(two, sizeof(two), "(alice@web1) %s%s", text, text);
	refused(two, "more than one");
	refused(with("\nhost ", "\n-----BEGIN MCKD CHALLENGE-----\nhost "), "more than one");
	refused(with("Answer:", "-----END MCKD CHALLENGE-----"), "more than one");
	refused("", "no challenge");
	refused("(alice@web1) MCKD CHALLENGE", "no challenge");
	refused(with("-----BEGIN MCKD", "----BEGIN MCKD"), "no challenge");
	refused(with("-----BEGIN MCKD", "-----BEGIN  MCKD"), "no challenge");
	refused(with("-----END MCKD", "----END MCKD"), "cut off");
	refused("-----END MCKD CHALLENGE----- -----BEGIN MCKD CHALLENGE-----", "cut off");
}

static void
every_truncation(void **state)
{
	struct mckd_challenge_prefix prefix;
	struct mckd_challenge c;
	char text[ROOM], why[MCKD_CHALLENGE_WHY];
	size_t end;

	(void)state;
	(void)snprintf(text, sizeof(text), "%s", around("(alice@web1) ", ""));
	end = (size_t)(strstr(text, "CHALLENGE-----\nAnswer") - text) + strlen("CHALLENGE-----");
	for (size_t n = 0; n < end; n++) {
		(void)snprintf(text, sizeof(text), "%.*s", (int)n, around("(alice@web1) ", ""));
		assert_int_equal(mckd_challenge_read(text, &c, &prefix, why), MCKD_E_PARSE);
	}
}

static void
malformed(void **state)
{
	static const char *const changes[][2] = {
		{ "host ", "hast " }, { "host ", "hostid " }, { "web1.example", "web1/example" },
		{ "application auto", "application Auto" }, { "application auto", "application" },
		{ "application auto", "application aaaaaaaaaaaaaaaaa" }, { "hostid 80", "hostid 8" },
		{ "hostid 80", "hostid 8080" }, { "token 01", "token 0g" }, { "ctx e3", "ctx E3" },
		{ "ctx e3", "ctx -3" }, { " 0 3 0\n", " 0 3\n" }, { " 0 3 0\n", " 0 3 0 0\n" },
		{ " 0 3 0\n", " 9 3 0\n" }, { " 0 3 0\n", " 0 33 0\n" }, { " 0 3 0\n", " 0 -3 0\n" },
		{ " 0 3 0\n", " 00 3 0\n" }, { " 4294967295", " 4294967296" },
		{ " 4294967295", " 99999999999999999999" }, { " 0 3 0\n", " 0x0 3 0\n" },
		{ "card 0200", "card 0100" }, { "\ncard 01", "\ncord 01" },
		{ "\ncard 01", "\ncard 0500000000000000 0 0 0\ncard 01" }, { "\ntoken", "\nctx" },
		{ "-----END", "extra\n-----END" }, { "-----END", "\001-----END" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
		refused(with(changes[i][0], changes[i][1]), "malformed");
	refused("-----BEGIN MCKD CHALLENGE----------END MCKD CHALLENGE-----", "malformed");
}

static void
over_long(void **state)
{
	static char big[ROOM];

	(void)state;
	memset(big, ' ', sizeof(big) - MCKD_CHALLENGE_TEXT - 1);
	refused(around(big, ""), "too long");
	memset(big, 'a', 600);
	memcpy(big, "(", 1);
	(void)snprintf(big + 600, sizeof(big) - 600, "@web1) ");
	refused(around(big, ""), "(user@host)");
}

static void
replies(void **state)
{
	static const struct mckd_reply r = { { 1, 2, 3, 4, 5, 6, 7, 8 },
	    { 1, 3, 2, 7, 1, { 0x20, 0x21 }, { 0xc5 } } };
	struct mckd_reply back;
	char text[MCKD_REPLY_TEXT], bad[2 * MCKD_REPLY_TEXT];
	size_t len;

	(void)state;
	assert_int_equal(mckd_reply_write(&r, text), MCKD_OK);
	assert_true(strlen(text) < 1023 && strchr(text, '\n') == NULL);
	assert_int_equal(mckd_reply_read(text, &back), MCKD_OK);
	assert_memory_equal(&back, &r, sizeof(r));
	(void)snprintf(bad, sizeof(bad), " \t%s\r\n", text);
	assert_int_equal(mckd_reply_read(bad, &back), MCKD_OK);
	len = strlen(text);
	for (size_t n = 0; n < len; n++) {
		(void)snprintf(bad, sizeof(bad), "%.*s", (int)n, text);
		assert_int_equal(mckd_reply_read(bad, &back), MCKD_E_PARSE);
	}
	(void)snprintf(bad, sizeof(bad), "%s00", text);
	assert_int_equal(mckd_reply_read(bad, &back), MCKD_E_PARSE);
	(void)snprintf(bad, sizeof(bad), "%s", text);
	bad[0] = 'M';
	assert_int_equal(mckd_reply_read(bad, &back), MCKD_E_PARSE);
	assert_int_equal(mckd_reply_read("246810", &back), MCKD_E_PARSE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read), cmocka_unit_test(the_longest_fits_a_prompt),
		cmocka_unit_test(only_the_prefix_at_byte_0_counts),
		cmocka_unit_test(text_around_is_shown_and_refused), cmocka_unit_test(exactly_one),
		cmocka_unit_test(every_truncation), cmocka_unit_test(malformed),
		cmocka_unit_test(over_long), cmocka_unit_test(replies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
