/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <cmocka.h>

#include "wire.h"

static void
pair(int fd[2])
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd), 0);
}

static void
test_frames_of_every_length(void **state)
{
	static uint8_t in[MCKD_WIRE_MAX], out[MCKD_WIRE_MAX];
	size_t n, i;
	int fd[2];

	(void)state;
	for (i = 0; i < sizeof(in); i++)
		in[i] = (uint8_t)(i * 7);
	pair(fd);
	for (n = 0; n <= MCKD_WIRE_MAX; n++) {
		size_t len = sizeof(out);
		uint8_t type = 0;

		assert_int_equal(mckd_wire_send(fd[0], 'T', in, n, 1000), 0);
		assert_int_equal(mckd_wire_recv(fd[1], &type, out, &len, 1000), 0);
		assert_int_equal(type, 'T');
		assert_int_equal(len, n);
		assert_memory_equal(in, out, n);
	}
	errno = 0;
	assert_int_equal(mckd_wire_send(fd[0], 'T', in, MCKD_WIRE_MAX + 1, 1000), -1);
	assert_int_equal(errno, EMSGSIZE);
	(void)close(fd[0]);
	(void)close(fd[1]);
}

static void
test_every_truncation(void **state)
{
	static const uint8_t frame[] = { 'V', 0, 5, 0, 'U', 0, 1, 'a' };
	size_t n;

	(void)state;
	for (n = 0; n < sizeof(frame); n++) {
		uint8_t body[64], type = 0;
		size_t len = sizeof(body);
		int fd[2];

		pair(fd);
		assert_int_equal(write(fd[0], frame, n), (ssize_t)n);
		errno = 0;
		assert_int_equal(mckd_wire_recv(fd[1], &type, body, &len, 20), -1);
		assert_int_equal(errno, ETIMEDOUT);
		(void)close(fd[0]);
		(void)close(fd[1]);

		pair(fd);
		assert_int_equal(write(fd[0], frame, n), (ssize_t)n);
		(void)close(fd[0]);
		len = sizeof(body);
		assert_int_equal(mckd_wire_recv(fd[1], &type, body, &len, 1000), -1);
		assert_int_equal(errno, n == 0 ? EPIPE : EPROTO);
		assert_int_equal(type, 0);
		(void)close(fd[1]);
	}
}

static void
test_oversize_is_refused_at_once(void **state)
{
	static const uint8_t room[] = { 'A', 0, 65 }, max[] = { 'A', 0x10, 0x01 };
	uint8_t body[MCKD_WIRE_MAX + 64], type;
	size_t len = 64;
	int fd[2];

	(void)state;
	pair(fd);
	assert_int_equal(write(fd[0], room, 3), 3);
	assert_int_equal(mckd_wire_recv(fd[1], &type, body, &len, 60000), -1);
	assert_int_equal(errno, EPROTO);
	assert_int_equal(write(fd[0], max, 3), 3);
	len = sizeof(body);
	assert_int_equal(mckd_wire_recv(fd[1], &type, body, &len, 60000), -1);
	assert_int_equal(errno, EPROTO);
	(void)close(fd[0]);
	(void)close(fd[1]);
}

static void
on_alarm(int sig)
{
	(void)sig;
}

static void *
drip(void *arg)
{
	static const uint8_t frame[] = { 'Q', 0, 4, 1, 'P', 'I', 'N' };
	size_t i;

	for (i = 0; i < sizeof(frame); i++) {
		(void)usleep(3000);
		(void)!write(*(int *)arg, frame + i, 1);
	}
	return NULL;
}

static void
test_interrupted_byte_by_byte(void **state)
{
	const struct itimerval often = { { 0, 500 }, { 0, 500 } }, off = { { 0, 0 }, { 0, 0 } };
	struct sigaction sa = { .sa_handler = on_alarm };
	uint8_t body[64], type = 0;
	size_t len = sizeof(body);
	pthread_t t;
	int fd[2];

	(void)state;
	pair(fd);
	assert_int_equal(sigaction(SIGALRM, &sa, NULL), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
	assert_int_equal(pthread_create(&t, NULL, drip, &fd[0]), 0);
	assert_int_equal(mckd_wire_recv(fd[1], &type, body, &len, -1), 0);
	(void)pthread_join(t, NULL);
	assert_int_equal(len, 4);
	assert_memory_equal(body, "\001PIN", 4);
	errno = 0;
	len = sizeof(body);
	assert_int_equal(mckd_wire_recv(fd[1], &type, body, &len, 20), -1);
	assert_int_equal(errno, ETIMEDOUT);
	assert_int_equal(setitimer(ITIMER_REAL, &off, NULL), 0);
	(void)close(fd[0]);
	(void)close(fd[1]);
}

static void
test_send_neither_blocks_nor_kills(void **state)
{
	static uint8_t body[MCKD_WIRE_MAX];
	int fd[2], i, rc = 0;

	(void)state;
	pair(fd);
	for (i = 0; i < 1000 && rc == 0; i++)
		rc = mckd_wire_send(fd[0], 'T', body, sizeof(body), 20);
	assert_int_equal(rc, -1);
	assert_int_equal(errno, ETIMEDOUT);
	(void)close(fd[1]);
	assert_int_equal(mckd_wire_send(fd[0], 'T', body, 1, 20), -1);
	assert_int_equal(errno, EPIPE);
	(void)close(fd[0]);
}

static void
test_fields(void **state)
{
	uint8_t body[16], tag;
	size_t len = 0, at = 0, n;
	const uint8_t *v;

	(void)state;
	assert_int_equal(mckd_wire_put(body, sizeof(body), &len, 'm', "a", 1), 0);
	assert_int_equal(mckd_wire_put(body, sizeof(body), &len, 'u', "alice", 5), 0);
	assert_int_equal(mckd_wire_put(body, sizeof(body), &len, 'x', "xx", 2), -1);
	assert_int_equal(mckd_wire_put(body, sizeof(body), &len, 'x', "x", 1), 0);
	assert_int_equal(len, 16);
	assert_int_equal(mckd_wire_put(body, sizeof(body), &len, 'x', NULL, 0), -1);
	assert_int_equal(mckd_wire_put(body, sizeof(body), &len, 'x', body, 65536), -1);
	assert_int_equal(mckd_wire_next(body, len, &at, &tag, &v, &n), 1);
	assert_int_equal(tag, 'm');
	assert_int_equal(mckd_wire_next(body, len, &at, &tag, &v, &n), 1);
	assert_int_equal(n, 5);
	assert_memory_equal(v, "alice", 5);
	assert_int_equal(mckd_wire_next(body, len, &at, &tag, &v, &n), 1);
	assert_int_equal(mckd_wire_next(body, len, &at, &tag, &v, &n), 0);
}

/* Every length cut short: either whole fields, or malformed; never past the end. */
static void
test_malformed_fields(void **state)
{
	static const uint8_t body[] = { 'm', 0, 1, 'a', 'u', 0, 0, 'o', 0, 2, 'x', 'y' };
	static const uint8_t lie[] = { 'm', 0xff, 0xff, 'a' };
	size_t cut, at, n;
	const uint8_t *v;
	uint8_t tag;
	int more;

	(void)state;
	for (cut = 0; cut <= sizeof(body); cut++) {
		at = 0;
		while ((more = mckd_wire_next(body, cut, &at, &tag, &v, &n)) > 0)
			assert_true(v + n <= body + cut);
		assert_int_equal(more, cut == 0 || cut == 4 || cut == 7 || cut == 12 ? 0 : -1);
	}
	at = 0;
	assert_int_equal(mckd_wire_next(lie, sizeof(lie), &at, &tag, &v, &n), -1);
	at = 9;
	assert_int_equal(mckd_wire_next(lie, sizeof(lie), &at, &tag, &v, &n), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames_of_every_length),
		cmocka_unit_test(test_every_truncation),
		cmocka_unit_test(test_oversize_is_refused_at_once),
		cmocka_unit_test(test_interrupted_byte_by_byte),
		cmocka_unit_test(test_send_neither_blocks_nor_kills),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_malformed_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
