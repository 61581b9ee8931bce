/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A caller of /run/mckd/auth.sock that keeps to the wire, and to nothing else.
 * bed_caller start FIELD=VALUE ...: one START (PIN=TEXT answers each question), and a line for
 *   each frame that comes back; of the verdict its code and how many bytes follow that.
 * bed_caller idle: says nothing. Prints after how many seconds it was put out.
 * bed_caller hold N FIELD=VALUE ...: N logins up to their question. Prints "asked A refused R"
 *   and keeps them open until its input ends.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "wire.h"

#define SOCKET_PATH "/run/mckd/auth.sock"
#define PATIENCE_MS 30000
#define HOLD_MAX 64

static const char *pin;

static int
dial(void)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX, .sun_path = SOCKET_PATH };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (fd < 0 || connect(fd, (const struct sockaddr *)&sun, sizeof(sun)) < 0) {
		perror(SOCKET_PATH);
		exit(1);
	}
	return fd;
}

static void
start(int fd, char **fields)
{
	uint8_t body[MCKD_WIRE_MAX], none = 0;
	size_t len = 0;

	if (mckd_wire_put(body, sizeof(body), &len, 'f', &none, 1) < 0)
		exit(1);
	for (; *fields != NULL; fields++) {
		if (strncmp(*fields, "PIN=", 4) == 0)
			pin = *fields + 4;
		else if ((*fields)[0] == '\0' || (*fields)[1] != '=' ||
		    mckd_wire_put(body, sizeof(body), &len, (uint8_t)(*fields)[0], *fields + 2,
			strlen(*fields + 2)) < 0)
			exit(2);
	}
	/* One that was refused before it could speak is no failure here. */
	(void)mckd_wire_send(fd, MCKD_WIRE_START, body, len, PATIENCE_MS);
}

/* The type of the next frame; 0: the end. */
static uint8_t
next(int fd, uint8_t *body, size_t *len)
{
	uint8_t type = 0;

	*len = MCKD_WIRE_MAX;
	return mckd_wire_recv(fd, &type, body, len, PATIENCE_MS) == 0 ? type : 0;
}

static int
run_start(char **fields)
{
	uint8_t body[MCKD_WIRE_MAX + 1], type;
	int fd = dial(), code = -1;
	size_t len;

	start(fd, fields);
	while (code < 0 && (type = next(fd, body, &len)) != 0) {
		body[len] = '\0';
		if (type == MCKD_WIRE_VERDICT) {
			code = body[0];
			printf("verdict %d and %zu bytes\n", code, len - 1);
		} else if (type == MCKD_WIRE_ASK) {
			printf("ask %s\n", (char *)body + 1);
			if (pin == NULL ||
			    mckd_wire_send(fd, MCKD_WIRE_ANSWER, pin, strlen(pin), PATIENCE_MS) < 0)
				break;
		} else {
			printf("tell %s\n", (char *)body + 1);
		}
	}
	close(fd);
	return code == 0 ? 0 : 1;
}

static int
run_idle(void)
{
	struct timespec a, b;
	int fd = dial();
	char c;

	clock_gettime(CLOCK_MONOTONIC, &a);
	while (recv(fd, &c, 1, 0) > 0)
		;
	clock_gettime(CLOCK_MONOTONIC, &b);
	printf("%ld\n", (long)(b.tv_sec - a.tv_sec));
	return 0;
}

static int
run_hold(int n, char **fields)
{
	uint8_t body[MCKD_WIRE_MAX], type;
	int asked = 0, refused = 0;
	size_t len;

	for (int i = 0; i < n; i++) {
		int fd = dial();

		start(fd, fields);
		while ((type = next(fd, body, &len)) == MCKD_WIRE_TELL)
			;
		if (type == MCKD_WIRE_ASK)
			asked++;
		else
			refused++;
	}
	printf("asked %d refused %d\n", asked, refused);
	fflush(stdout);
	while (getchar() != EOF)
		;
	return 0;
}

int
main(int argc, char **argv)
{
	int n = argc > 2 ? atoi(argv[2]) : 0;

	if (argc >= 2 && strcmp(argv[1], "start") == 0)
		return run_start(argv + 2);
	if (argc == 2 && strcmp(argv[1], "idle") == 0)
		return run_idle();
	if (argc >= 3 && strcmp(argv[1], "hold") == 0 && n > 0 && n <= HOLD_MAX)
		return run_hold(n, argv + 3);
	fprintf(
	    stderr, "usage: bed_caller start FIELD=VALUE ... | idle | hold N FIELD=VALUE ...\n");
	return 2;
}
