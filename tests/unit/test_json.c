/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "json.h"

#define H16 "000102030405060708090a0b0c0d0e0f"
#define H32 H16 H16

static const char plain[] = "{\"version\":1,\"card\":\"0102030405060708\",\"dea1\":\"aes-256\","
    "\"dea2\":\"hmac-sha-256\",\"mk\":\"" H32 "\",\"epoch\":1,\"applications\":[{\"slot\":1,"
    "\"name\":\"login\",\"mechanism\":\"host-random\",\"ksel\":\"" H32 "\",\"pin\":true,"
    "\"retired\":[],\"sn\":{\"1\":\"" H16 "\"}}],\"users\":[{\"user\":\"alice\","
    "\"application\":\"login\"}]}";

static const char rich[] = "{\"version\":1,\"card\":\"0102030405060708\",\"dea1\":\"hmac-sha-256\","
    "\"dea2\":\"aes-256\",\"mk\":\"" H32 "\",\"epoch\":65535,\"last_ticket\":\"" H16 "\","
    "\"counter\":4294967295,\"applications\":[{\"slot\":1,\"name\":\"login\",\"mechanism\":\"date\","
    "\"ksel\":\"" H32 "\",\"pin\":true,\"secret\":true,\"sealed_only\":true,\"duress\":true,"
    "\"period\":3600,\"retired\":[1,32],\"compromised\":[2],\"sn\":{\"1\":\"" H16 "\",\"10\":\"" H16
    "\",\"32\":\"" H16 "\"}},{\"slot\":8,\"name\":\"sign\",\"mechanism\":\"card-random\",\"ksel\":\"" H32
    "\",\"pin\":false,\"may_sign\":true,\"retired\":[],\"sn\":{\"9\":\"" H16 "\"}}],\"users\":[]}";

static void
test_fields(void **state)
{
	struct mckd_json j;
	char why[MCKD_WHY];
	const struct mckd_app *app;

	(void)state;
	assert_int_equal(mckd_json_read(rich, strlen(rich), &j, why), MCKD_OK);
	assert_true(j.record->block.full);
	assert_true(j.record->block.have_last);
	assert_int_equal(j.record->block.dea1, MCKD_DEA_HMAC);
	assert_int_equal(j.record->block.mk[31], 15);
	assert_int_equal(j.record->counter, UINT32_MAX);
	assert_int_equal(j.record->epoch_seen, 65535);
	assert_int_equal(j.record->block.napps, 2);
	app = &j.record->block.app[0];
	assert_int_equal(app->flags, MCKD_APP_NEEDS_PIN | MCKD_APP_HAS_N1 | MCKD_APP_SEALED_ONLY);
	assert_int_equal(app->present, 0x80000201);
	assert_int_equal(app->retired, 0x80000001);
	assert_int_equal(app->compromised, 2);
	assert_int_equal(app->period, 3600);
	assert_true(app->duress);
	assert_int_equal(j.record->block.app[1].period, 86400);
	mckd_json_free(&j);
	assert_null(j.record);
}

static void
test_round_trip(void **state)
{
	const char *const texts[] = { plain, rich };
	struct mckd_json j;
	char why[MCKD_WHY], *text;

	(void)state;
	for (int i = 0; i < 2; i++) {
		if (mckd_json_read(texts[i], strlen(texts[i]), &j, why) != MCKD_OK)
			fail_msg("%s", why);
		assert_int_equal(mckd_json_write(&j, &text), MCKD_OK);
		assert_string_equal(text, texts[i]);
		free(text);
		j.record->block.full = false;
		assert_int_equal(mckd_json_write(&j, &text), MCKD_E_USAGE);
		mckd_json_free(&j);
	}
}

/* The good text with one piece replaced, and what must be said of it. */
static const struct { const char *from, *to, *why; } wrongs[] = {
	{ "{\"version\"", "[\"version\"", "line 1, column 11: not valid JSON" },
	{ "\"version\":1", "\"version\":2", "version: must be a number 1-1" },
	{ "\"version\":1,", "", "version: missing" },
	{ "\"version\":1", "\"version\":1,\"colour\":2", "colour: unknown field" },
	{ "\"version\":1", "\"version\":1,\"a\\u001b\":2", "a?: unknown field" },
	{ "0102030405060708", "01020304050607", "card: must be 16 hex digits" },
	{ "0102030405060708", "010203040506070g", "card: must be 16 hex digits" },
	{ "\"dea1\":\"aes-256\"", "\"dea1\":\"aes\"", "dea1: must be \"aes-256\" or \"hmac-sha-256\"" },
	{ "\"hmac-sha-256\"", "7", "dea2: must be text" },
	{ "\"mk\":\"00", "\"mk\":\"0", "mk: must be 64 hex digits" },
	{ "\"mk\":", "\"m\":", "m: unknown field" },
	{ "\"epoch\":1", "\"epoch\":65536", "epoch: must be a number 0-65535" },
	{ "\"epoch\":1", "\"epoch\":1.0", "epoch: must be a number 0-65535" },
	{ "\"epoch\":1", "\"epoch\":1,\"last_ticket\":\"00\"", "last_ticket: must be 32 hex digits" },
	{ "\"epoch\":1", "\"epoch\":1,\"counter\":4294967296", "counter: must be a number 0-4294967295" },
	{ "\"applications\":[{", "\"applications\":[7,{", "applications[0]: must be an object" },
	{ "\"slot\":1", "\"slot\":9", "applications[0].slot: must be a number 1-8" },
	{ "\"slot\":1", "\"slot\":1,\"flags\":1", "applications[0].flags: unknown field" },
	{ "\"name\":\"login\"", "\"name\":\"Login\"", "applications[0].name: must be 1-16 of a-z 0-9 . _ -" },
	{ "\"host-random\"", "\"random\"",
	    "applications[0].mechanism: must be card-random, host-random, host-date, date, counter or pin" },
	{ "\"host-random\",\"ksel\":\"" H32 "\"", "\"date\"", "applications[0].ksel: missing" },
	{ "\"ksel\":\"00", "\"ksel\":\"", "applications[0].ksel: must be 64 hex digits" },
	{ "\"pin\":true", "\"pin\":1", "applications[0].pin: must be true or false" },
	{ "\"pin\":true,", "", "applications[0].pin: missing" },
	{ "\"host-random\",\"ksel\":\"" H32 "\",\"pin\":true", "\"pin\",\"ksel\":\"" H32 "\",\"pin\":false",
	    "applications[0].pin: mechanism \"pin\" needs one" },
	{ "\"pin\":true", "\"pin\":true,\"sealed_only\":true,\"may_sign\":true",
	    "applications[0].may_sign: not together with sealed_only" },
	{ "\"pin\":true", "\"pin\":true,\"sealed_only\":0", "applications[0].sealed_only: must be true or false" },
	{ "\"pin\":true", "\"pin\":true,\"may_sign\":0", "applications[0].may_sign: must be true or false" },
	{ "\"pin\":true", "\"pin\":true,\"secret\":0", "applications[0].secret: must be true or false" },
	{ "\"pin\":true", "\"pin\":true,\"duress\":0", "applications[0].duress: must be true or false" },
	{ "\"pin\":true", "\"pin\":false,\"sealed_only\":true", "applications[0].sealed_only: not without a PIN" },
	{ "\"pin\":true", "\"pin\":true,\"period\":3600",
	    "applications[0].period: only mechanisms date and host-date have one" },
	{ "\"retired\":[]", "\"retired\":[1]", "applications[0].retired: leaves no series number to log in by" },
	{ "\"retired\":[]", "\"retired\":[2],\"compromised\":[1]",
	    "applications[0].compromised: leaves no series number to log in by" },
	{ "\"pin\":true", "\"pin\":true,\"period\":0", "applications[0].period: must be a number 1-4294967295" },
	{ "\"retired\":[]", "\"retired\":[1,33]", "applications[0].retired[1]: an index is 1-32" },
	{ "\"retired\":[]", "\"retired\":[1,1]", "applications[0].retired[1]: an index given twice" },
	{ "\"retired\":[]", "\"retired\":1", "applications[0].retired: must be a list of indices" },
	{ "\"retired\":[]", "\"retired\":[],\"compromised\":[0]", "applications[0].compromised[0]: an index is 1-32" },
	{ "\"sn\":{\"1\"", "\"sn\":{\"33\"", "applications[0].sn.\"33\": an index is 1-32" },
	{ "\"sn\":{\"1\"", "\"sn\":{\"01\"", "applications[0].sn.\"01\": an index is 1-32" },
	{ "\"sn\":{\"1\":\"00", "\"sn\":{\"1\":\"", "applications[0].sn.\"1\": must be 32 hex digits" },
	{ "\"sn\":{\"1\":\"" H16 "\"}", "\"sn\":{}",
	    "applications[0].sn: must be an object of at least one series number" },
	{ "\"sn\":{\"1\"", "\"sn\":{\"1\":\"" H16 "\",\"1\"", "a field given twice" },
	{ "}],\"users\"", "},{\"slot\":1}],\"users\"", "applications[1].slot: taken by another application" },
	{ "}],\"users\"", "},{\"slot\":2,\"name\":\"login\"}],\"users\"",
	    "applications[1].name: taken by another application" },
	{ "\"users\":[{", "\"users\":[7,{", "users[0]: must be an object" },
	{ "\"users\":[{\"user\":\"alice\",\"application\":\"login\"}]", "\"users\":{}",
	    "users: must be a list of at most 4096 users" },
	{ "\"alice\"", "\"\"", "users[0].user: must be 1-64 characters" },
	{ "\"alice\"", "\"a\\nb\"", "users[0].user: must not contain control characters" },
	{ "\"alice\",\"application\":\"login\"", "\"alice\"", "users[0].application: missing" },
	{ "\"application\":\"login\"", "\"application\":\"sudo\"",
	    "users[0].application: no application of this name" },
	{ "\"application\":\"login\"}", "\"application\":\"login\"},{\"user\":\"alice\",\"application\":\"login\"}",
	    "users[1].user: given twice for this application" },
	{ "\"login\"}]}", "\"login\"}]} x", "not valid JSON" },
};

static void
test_wrong_fields(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		const char *at = strstr(plain, wrongs[i].from);
		char text[2048], why[MCKD_WHY];
		struct mckd_json j;
		bool same;

		assert_non_null(at);
		snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - plain), plain, wrongs[i].to,
		    at + strlen(wrongs[i].from));
		assert_int_equal(mckd_json_read(text, strlen(text), &j, why), MCKD_E_PARSE);
		assert_null(j.record);
		assert_null(j.users);
		/* Syntax errors are placed by the parser: there only the end is ours. */
		same = strncmp(why, "line ", 5) == 0 ? strstr(why, strstr(wrongs[i].why, ": ") ?
		    strstr(wrongs[i].why, ": ") + 2 : wrongs[i].why) != NULL : strcmp(why, wrongs[i].why) == 0;
		if (!same)
			fail_msg("case %zu: \"%s\", not \"%s\"", i, why, wrongs[i].why);
	}
}

static void
test_truncated(void **state)
{
	struct mckd_json j;
	char why[MCKD_WHY];

	(void)state;
	for (size_t len = 0; len < strlen(rich); len++) {
		assert_int_equal(mckd_json_read(rich, len, &j, why), MCKD_E_PARSE);
		assert_null(strstr(why, "0102"));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields), cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_wrong_fields), cmocka_unit_test(test_truncated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
