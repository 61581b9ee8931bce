/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <security/_pam_types.h>

#include "verdict.h"

static const struct {
	enum mckd_err err;
	uint8_t before, after;
} want[] = {
	{ MCKD_OK, PAM_SUCCESS, PAM_SUCCESS },
	{ MCKD_E_INTERNAL, PAM_ABORT, PAM_ABORT },
	{ MCKD_E_NOMEM, PAM_BUF_ERR, PAM_BUF_ERR },
	{ MCKD_E_CRYPTO, PAM_ABORT, PAM_ABORT },
	{ MCKD_E_USAGE, PAM_ABORT, PAM_ABORT },
	{ MCKD_E_PARSE, PAM_SERVICE_ERR, PAM_AUTH_ERR },
	{ MCKD_E_CONFIG, PAM_SERVICE_ERR, PAM_SERVICE_ERR },
	{ MCKD_E_STORE_ABSENT, PAM_AUTHINFO_UNAVAIL, PAM_AUTH_ERR },
	{ MCKD_E_STORE_UNTRUSTED, PAM_SERVICE_ERR, PAM_SERVICE_ERR },
	{ MCKD_E_STORE_IO, PAM_AUTHINFO_UNAVAIL, PAM_AUTH_ERR },
	{ MCKD_E_STORE_BUSY, PAM_AUTHINFO_UNAVAIL, PAM_AUTH_ERR },
	{ MCKD_E_STORE_FULL, PAM_AUTHINFO_UNAVAIL, PAM_AUTH_ERR },
	{ MCKD_E_STORE_NOT_FOUND, PAM_USER_UNKNOWN, PAM_AUTH_ERR },
	{ MCKD_E_STORE_EXISTS, PAM_ABORT, PAM_ABORT },
	{ MCKD_E_NO_SERVICE, PAM_AUTHINFO_UNAVAIL, PAM_AUTH_ERR },
	{ MCKD_E_NO_READER, PAM_AUTHINFO_UNAVAIL, PAM_AUTH_ERR },
	{ MCKD_E_NO_CARD, PAM_AUTHINFO_UNAVAIL, PAM_AUTH_ERR },
	{ MCKD_E_CARD_GONE, PAM_AUTHINFO_UNAVAIL, PAM_AUTH_ERR },
	{ MCKD_E_CARD_IO, PAM_AUTHINFO_UNAVAIL, PAM_AUTH_ERR },
	{ MCKD_E_CARD_FOREIGN, PAM_AUTHINFO_UNAVAIL, PAM_AUTH_ERR },
	{ MCKD_E_CARD_BLANK, PAM_AUTHINFO_UNAVAIL, PAM_AUTH_ERR },
	{ MCKD_E_CARD_TERMINATED, PAM_AUTHINFO_UNAVAIL, PAM_AUTH_ERR },
	{ MCKD_E_CARD_WRONG, PAM_AUTHINFO_UNAVAIL, PAM_AUTH_ERR },
	{ MCKD_E_CARD_REFUSED, PAM_AUTH_ERR, PAM_AUTH_ERR },
	{ MCKD_E_PIN_FORMAT, PAM_AUTH_ERR, PAM_AUTH_ERR },
	{ MCKD_E_PIN_WRONG, PAM_AUTH_ERR, PAM_AUTH_ERR },
	{ MCKD_E_PIN_BLOCKED, PAM_MAXTRIES, PAM_MAXTRIES },
	{ MCKD_E_PIN_ABSENT, PAM_AUTH_ERR, PAM_AUTH_ERR },
	{ MCKD_E_PIN_KEPT, PAM_AUTH_ERR, PAM_AUTH_ERR },
	{ MCKD_E_PIN_TRIES, PAM_MAXTRIES, PAM_MAXTRIES },
	{ MCKD_E_AUTH, PAM_AUTH_ERR, PAM_AUTH_ERR },
	{ MCKD_E_CLONE, PAM_AUTH_ERR, PAM_AUTH_ERR },
	{ MCKD_E_RESYNC, PAM_AUTH_ERR, PAM_AUTH_ERR },
	{ MCKD_E_SUSPENDED, PAM_PERM_DENIED, PAM_PERM_DENIED },
	{ MCKD_E_REVOKED, PAM_PERM_DENIED, PAM_PERM_DENIED },
	{ MCKD_E_TIMEOUT, PAM_AUTHINFO_UNAVAIL, PAM_AUTH_ERR },
};

static void
every_value_has_its_row(void **state)
{
	(void)state;
	assert_int_equal(sizeof(want) / sizeof(want[0]), MCKD_E_COUNT);
	for (unsigned i = 0; i < MCKD_E_COUNT; i++) {
		assert_int_equal(want[i].err, i);
		assert_int_equal(mckd_verdict_code(want[i].err, false), want[i].before);
		assert_int_equal(mckd_verdict_code(want[i].err, true), want[i].after);
	}
}

static void
success_and_ignore_are_never_an_error(void **state)
{
	(void)state;
	for (int i = -70000; i < 70000; i++)
		for (int after = 0; after < 2; after++) {
			uint8_t code = mckd_verdict_code((enum mckd_err)i, after != 0);

			assert_int_not_equal(code, PAM_IGNORE);
			if (i != MCKD_OK)
				assert_int_not_equal(code, PAM_SUCCESS);
			if (i < 0 || i >= MCKD_E_COUNT)
				assert_int_equal(code, PAM_ABORT);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_value_has_its_row),
		cmocka_unit_test(success_and_ignore_are_never_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
