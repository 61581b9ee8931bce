/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "nonce.h"

#define MANY 1000	/* more than a few blocks */

static uint8_t drawn[2 * MANY][MCKD_NONCE_LEN];

static void
draw(struct mckd_nonces *n, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		assert_int_equal(mckd_nonce(n, drawn[i]), MCKD_OK);
}

static int
compare(const void *a, const void *b)
{
	return memcmp(a, b, MCKD_NONCE_LEN);
}

static void
assert_once(size_t count)
{
	qsort(drawn, count, MCKD_NONCE_LEN, compare);
	for (size_t i = 1; i < count; i++)
		assert_memory_not_equal(drawn[i - 1], drawn[i], MCKD_NONCE_LEN);
}

static void
test_once(void **state)
{
	struct mckd_nonces *n = mckd_nonces_new(), *other = mckd_nonces_new();

	(void)state;
	assert_non_null(n);
	assert_non_null(other);
	draw(n, 0, MANY);
	draw(other, MANY, 2 * MANY);
	assert_once(2 * MANY);
	mckd_nonces_free(n);
	mckd_nonces_free(other);
}

static void
test_without_page(void **state)
{
	(void)state;
	draw(NULL, 0, MANY);
	assert_once(MANY);
}

/* What is left of a block is the parent's alone, wherever in it the fork comes. */
static void
test_fork(void **state)
{
	struct mckd_nonces *n = mckd_nonces_new();
	const size_t bytes = MANY * MCKD_NONCE_LEN / 10;
	int out[2], status = 0;
	pid_t pid;

	(void)state;
	assert_non_null(n);
	for (size_t before = 0; before < 64; before++) {
		assert_int_equal(mckd_nonce(n, drawn[0]), MCKD_OK);
		assert_int_equal(pipe(out), 0);
		assert_true((pid = fork()) >= 0);
		if (pid == 0) {
			for (size_t i = 0; i < MANY / 10; i++)
				if (mckd_nonce(n, drawn[i]) != MCKD_OK)
					_exit(1);
			_exit(write(out[1], drawn, bytes) == (ssize_t)bytes ? 0 : 1);
		}
		draw(n, MANY / 10, MANY / 5);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
		assert_int_equal(read(out[0], drawn, bytes), bytes);
		assert_once(MANY / 5);
		close(out[0]);
		close(out[1]);
	}
	mckd_nonces_free(n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_once), cmocka_unit_test(test_without_page), cmocka_unit_test(test_fork),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
