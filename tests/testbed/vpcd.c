/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vpcd.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static const uint8_t atr[] = { 0x3b, 0x80, 0x01, 0x81 };

static int
read_all(int fd, uint8_t *p, size_t len)
{
	const int one = 1;
	ssize_t n;

	while (len > 0) {
		n = recv(fd, p, len, 0);
		if (n <= 0)
			return -1;
		/* vpcd sends length and bytes apart; a late ACK costs 44 ms. */
		setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &one, sizeof(one));
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

static int
reply(int fd, const uint8_t *p, size_t len)
{
	uint8_t frame[2 + BED_ANSWER_MAX];

	frame[0] = (uint8_t)(len >> 8);
	frame[1] = (uint8_t)len;
	memcpy(frame + 2, p, len);
	return send(fd, frame, len + 2, MSG_NOSIGNAL) == (ssize_t)(len + 2) ? 0 : -1;
}

static int
serve(int fd, bed_answer_fn answer, void *arg)
{
	uint8_t head[2], cmd[65536], out[BED_ANSWER_MAX];
	size_t len;

	while (read_all(fd, head, 2) == 0) {
		len = (size_t)(head[0] << 8 | head[1]);
		if (read_all(fd, cmd, len) != 0)
			break;
		if (len == 1) { /* 0 off, 1 on, 2 reset, 4 the ATR */
			if (cmd[0] == 4 && reply(fd, atr, sizeof(atr)) != 0)
				break;
			continue;
		}
		if (reply(fd, out, answer(arg, cmd, len, out)) != 0)
			break;
	}
	return 1;
}

int
bed_vpcd_serve(const char *name, const char *port, bed_answer_fn answer, void *arg)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	at.sin_port = htons((uint16_t)atoi(port));
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof(at)) != 0) {
		perror(name);
		return 1;
	}
	return serve(fd, answer, arg);
}

int
bed_unhex(const char *text, uint8_t *out, size_t room)
{
	size_t n = 0;
	unsigned byte;

	for (; *text != '\0'; text += 2) {
		if (n == room || sscanf(text, "%2x", &byte) != 1 || text[1] == '\0')
			return -1;
		out[n++] = (uint8_t)byte;
	}
	return (int)n;
}
