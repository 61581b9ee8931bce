/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Power fails under the applet at every write of its memory, and in the middle of those that are not
 * atomic. The chip (chip/Reader.java) is a client of the port that is listened on here, as it is of
 * vpcd's; an empty answer says that power failed.
 */
#include "bench.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "hex.h"

#define SW_CUT 0x6fce	/* no card's: power failed */

enum chip { CUT_AT, SNAPSHOT, RESTORE, POINTS };

static int sock = -1;
static pid_t pid = -1;
static char key_file[] = "/tmp/test_applet.XXXXXX";
static struct bench kept;

static void
all(ssize_t (*io)(int, void *, size_t), void *p, size_t len)
{
	uint8_t *at = p;

	while (len > 0) {
		ssize_t n = io(sock, at, len);

		if (n <= 0)
			fail_msg("the chip is gone");
		at += n;
		len -= (size_t)n;
	}
}

static ssize_t
put(int fd, void *p, size_t len)
{
	return send(fd, p, len, MSG_NOSIGNAL);
}

static void
send_frame(const uint8_t *cmd, size_t len)
{
	uint8_t frame[2 + 300] = { (uint8_t)(len >> 8), (uint8_t)len };

	assert_in_range(len, 1, 300);
	memcpy(frame + 2, cmd, len);
	all(put, frame, 2 + len);
}

static size_t
exchange(const uint8_t *cmd, size_t len, uint8_t rsp[static 258])
{
	uint8_t head[2];
	size_t n;

	send_frame(cmd, len);
	all(read, head, 2);
	n = (size_t)head[0] << 8 | head[1];
	assert_in_range(n, 0, 258);
	all(read, rsp, n);
	return n;
}

static enum mckd_err
transmit(struct mckd_cardlink *l, const uint8_t *cmd, size_t len, uint8_t *rsp, size_t *rsp_len)
{
	uint8_t answer[258];
	size_t n = exchange(cmd, len, answer);

	(void)l;
	if (n == 0) {
		answer[n++] = SW_CUT >> 8;
		answer[n++] = SW_CUT & 0xff;
	}
	if (n > *rsp_len)
		return MCKD_E_CARD_IO;
	memcpy(rsp, answer, n);
	*rsp_len = n;
	return MCKD_OK;
}

static unsigned
chip(enum chip what, unsigned n)
{
	const uint8_t cmd[] = { 0xfe, (uint8_t)what, (uint8_t)(n >> 8), (uint8_t)n };
	uint8_t rsp[258];

	assert_int_equal(exchange(cmd, sizeof(cmd), rsp), 4);
	return (unsigned)rsp[0] << 8 | rsp[1];
}

static int
listener(char port[static 8])
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	snprintf(port, 8, "%u", ntohs(at.sin_port));
	return fd;
}

static void
read_key(void)
{
	char text[2 * MCKD_KEY_LEN + 1] = "";
	FILE *f = fopen(key_file, "re");

	assert_non_null(f);
	assert_int_equal(fscanf(f, "%64[0-9a-f]", text), 1);
	assert_true(mckd_unhex(text, strlen(text), bench.transport, sizeof(bench.transport)));
	fclose(f);
}

static int
chip_start(void **state)
{
	static const struct mckd_cardlink_ops ops = { .transmit = transmit };
	static struct mckd_cardlink link = { &ops };
	const char *java = getenv("JAVA");
	char port[8];
	int fd = listener(port), file = mkstemp(key_file);

	(void)state;
	assert_true(file >= 0);
	close(file);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		execlp(java != NULL ? java : "java", "java", "-XX:TieredStopAtLevel=1", "-cp",
		    "applet/chip:applet/classes", "chip.Reader", "--bench", port, key_file, (char *)NULL);
		_exit(127);
	}
	/* A chip that does not start, or hangs, must not be waited for. */
	alarm(60);
	sock = accept(fd, NULL, NULL);
	close(fd);
	assert_true(sock >= 0);
	bench = (struct bench){ .link = &link, .blank = true, .dea1 = MCKD_DEA_AES, .dea2 = MCKD_DEA_AES };
	read_key();
	return 0;
}

static int
chip_stop(void **state)
{
	(void)state;
	if (sock >= 0)
		close(sock);
	unlink(key_file);
	return pid < 0 || waitpid(pid, NULL, 0) == pid ? 0 : -1;
}

/* Each run of a command starts from here. */
static void
keep(void)
{
	chip(SNAPSHOT, 0);
	kept = bench;
}

static void
again(void)
{
	chip(CUT_AT, 0);
	chip(RESTORE, 0);
	bench = kept;
	sel();
}

/* Power comes back, and fails in each recovery a point later, until one gets through. */
static void
recover(void)
{
	static const uint8_t select[] = { 0x00, 0xa4, 4, 0, 6, 0xf0, 0x4d, 0x43, 0x4b, 0x44, 0x01, 0 };
	unsigned n = 1;

	do
		chip(CUT_AT, n++);
	while (apdu(select, sizeof(select)) == SW_CUT);
	chip(CUT_AT, 0);
	sel();
}

/*
 * Runs a command, behind what before() does, with power failing at its first point, then at its second,
 * until it gets through; after each cut the card must be as after() demands. The number of points.
 */
static unsigned
each_cut(void (*before)(void), unsigned (*run)(void), void (*after)(void))
{
	unsigned n = 1, sw;

	for (;; n++) {
		again();
		before();
		chip(CUT_AT, n);
		if ((sw = run()) != SW_CUT)
			break;
		recover();
		after();
	}
	assert_int_equal(sw, SW_OK);
	chip(CUT_AT, 0);
	return n - 1;
}

static void
nothing(void)
{
}

/* The last ticket, cut or not, is sent again: it is done, once, and the receipt is right. */
static void
ticket_goes_through(void)
{
	assert_in_range(bench.info.epoch, kept.epoch, kept.epoch + 1);
	assert_int_equal(send_ticket(), SW_OK);
	bench.epoch = bench.ticket.epoch;
	memcpy(bench.tprev, bench.ticket.t, 16);
	sel();
	assert_int_equal(bench.info.epoch, bench.epoch);
	assert_int_equal(send_ticket(), SW_OK);
}

static unsigned
personalise(void)
{
	uint8_t deas[] = { (uint8_t)bench.dea1, (uint8_t)bench.dea2 };

	tlv(0x20, mk, MCKD_KEY_LEN);
	tlv(0x21, deas, 2);
	tlv(0x23, NULL, 0);
	return order();
}

static void
blank_or_personalised(void)
{
	assert_int_equal(bench.info.state, bench.info.epoch == kept.epoch ? 0x01 : 0x07);
	ticket_goes_through();
	assert_int_equal(bench.info.state, 0x07);
}

static void
activation_cut(void **state)
{
	(void)state;
	sel();
	keep();
	assert_true(each_cut(nothing, personalise, blank_or_personalised) > 6);
	bench.blank = false;
	assert_int_equal(fresh(NULL), 0);
	keep();
}

static void
one_miss(void)
{
	assert_int_equal(verify(1, wrong), SW_TRIES | 4);
}

/* Index 1 is compromised, 6 takes its place; another PIN, a PUK, another application. */
static unsigned
rotate(void)
{
	enter(1);
	set_retired(1u << 0 | 1u << 2);
	set_sn(6, 0x66);
	tlv(0x06, pin2, 12);
	tlv(0x05, NULL, 0);
	tlv(0x22, "PUK99999\xff\xff\xff\xff", 12);
	create(2, 0, 3);
	set_sn(1, 0x21);
	return order();
}

static void
before_or_behind_the_rotation(void)
{
	bool before = bench.info.epoch == kept.epoch;

	bench.epoch = bench.info.epoch;
	assert_int_equal(bench.info.napps, before ? 1 : 2);
	assert_int_equal(bench.info.app[0].tries, before ? 4 : 5);
	assert_int_equal(login(1, 2, 0, before ? pin : pin2), SW_OK);
	true_answer(1, PIN_GIVEN | HOST_GIVEN);
	assert_int_equal(login(1, 6, 0, before ? pin : pin2), before ? SW_NOT_FOUND : SW_OK);
	ticket_goes_through();
	assert_int_equal(login(1, 1, 0, pin2), SW_NOT_FOUND);
	assert_int_equal(login(1, 2, 0, pin), SW_TRIES | 4);
	assert_int_equal(login(1, 6, 0, pin2), SW_OK);
	true_answer(1, PIN_GIVEN | HOST_GIVEN);
	assert_int_equal(login(2, 1, 0, NULL), SW_OK);
	true_answer(2, 0);
}

static void
rotation_cut(void **state)
{
	(void)state;
	assert_true(each_cut(one_miss, rotate, before_or_behind_the_rotation) > 20);
}

static unsigned
verify_right(void)
{
	return verify(1, pin);
}

static void
one_try_at_most(void)
{
	uint8_t left = tries_left(1);

	assert_in_range(left, 4, 5);
	assert_int_equal(verified_login(1, 1, 0, pin), SW_OK);
	true_answer(1, PIN_GIVEN);
	assert_int_equal(tries_left(1), 5);
}

/* Power that fails before the try is spent tells nothing, about a wrong PIN or a right one. */
static void
verify_cut(void **state)
{
	(void)state;
	again();
	chip(CUT_AT, 1);
	assert_int_equal(verify(1, wrong), SW_CUT);
	again();
	assert_int_equal(verify(1, wrong), SW_TRIES | 4);
	assert_int_equal(chip(POINTS, 0), 1);
	assert_int_equal(each_cut(nothing, verify_right, one_try_at_most), 2);
}

static uint32_t last_counter;

static void
logged_in_before(void)
{
	assert_int_equal(login(1, 2, 0, pin), SW_OK);
	last_counter = true_answer(1, PIN_GIVEN | HOST_GIVEN).counter;
	sel();
	compose(1, 1, 0, pin);
}

static unsigned
log_in(void)
{
	return authenticate(1, true);
}

static void
counter_only_grows(void)
{
	assert_in_range(tries_left(1), 4, 5);
	assert_int_equal(login(1, 1, 0, pin), SW_OK);
	assert_true(true_answer(1, PIN_GIVEN | HOST_GIVEN).counter > last_counter);
	assert_int_equal(tries_left(1), 5);
}

static void
login_cut(void **state)
{
	(void)state;
	assert_int_equal(each_cut(logged_in_before, log_in, counter_only_grows), 3);
}

static unsigned
change_pin(void)
{
	uint8_t pair[24];

	memcpy(pair, pin, 12);
	memcpy(pair + 12, pin2, 12);
	return command(0x00, 0x24, 0, 1, pair, sizeof(pair));
}

static void
one_pin_or_the_other(void)
{
	bool before = login(1, 1, 0, pin) == SW_OK;

	assert_int_equal(login(1, 1, 0, pin2), before ? SW_TRIES | 4 : SW_OK);
}

static void
change_cut(void **state)
{
	(void)state;
	assert_true(each_cut(nothing, change_pin, one_pin_or_the_other) > 4);
}

static void
block(void)
{
	for (unsigned left = 4; left > 0; left--)
		assert_int_equal(verify(1, wrong), SW_TRIES | left);
	assert_int_equal(verify(1, wrong), SW_BLOCKED);
}

static unsigned
unblock(void)
{
	uint8_t pair[24];

	memcpy(pair, puk, 12);
	memcpy(pair + 12, pin2, 12);
	return command(0x00, 0x2c, 0, 1, pair, sizeof(pair));
}

/* Not before the PUK has done all that it does */
static void
blocked_or_unblocked(void)
{
	uint8_t left = tries_left(1);

	if (left == 0) {
		assert_int_equal(verify(1, pin), SW_BLOCKED);
		assert_int_equal(unblock(), SW_OK);
	} else {
		assert_int_equal(left, 5);
	}
	assert_int_equal(login(1, 1, 0, pin), SW_TRIES | 4);
	assert_int_equal(login(1, 1, 0, pin2), SW_OK);
	true_answer(1, PIN_GIVEN | HOST_GIVEN);
}

static void
unblock_cut(void **state)
{
	(void)state;
	assert_true(each_cut(block, unblock, blocked_or_unblocked) > 6);
}

static unsigned
terminate(void)
{
	tlv(0x24, NULL, 0);
	return order();
}

static void
whole_or_terminated(void)
{
	assert_int_equal(bench.info.state, bench.info.epoch == kept.epoch ? 0x07 : 0xff);
	ticket_goes_through();
	assert_int_equal(bench.info.state, 0xff);
	assert_int_equal(bench.info.napps, 0);
}

static void
termination_cut(void **state)
{
	(void)state;
	assert_true(each_cut(nothing, terminate, whole_or_terminated) > 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(activation_cut),
		cmocka_unit_test(rotation_cut),
		cmocka_unit_test(verify_cut),
		cmocka_unit_test(login_cut),
		cmocka_unit_test(change_cut),
		cmocka_unit_test(unblock_cut),
		cmocka_unit_test(termination_cut),
	};

	return cmocka_run_group_tests_name("the applet, power failing", tests, chip_start, chip_stop);
}
