/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rig.h"

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

static int sock = -1;
static pid_t pid = -1;
static char key_file[] = "/tmp/test_applet.XXXXXX";

struct bench kept;

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

unsigned
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

int
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

int
chip_stop(void **state)
{
	(void)state;
	if (sock >= 0)
		close(sock);
	unlink(key_file);
	return pid < 0 || waitpid(pid, NULL, 0) == pid ? 0 : -1;
}

void
keep(void)
{
	chip(SNAPSHOT, 0);
	kept = bench;
}

void
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

unsigned
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

void
nothing(void)
{
}
