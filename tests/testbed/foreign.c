/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bed_foreign PORT other | garbage | copy HEX
 * A card for vpcd that is not ours. other: has another application, and says 6A82 to
 * any SELECT. garbage: answers bytes without sense, of every length. copy: gives HEX, the
 * public answer of a true card, to SELECT, and 41 bytes and 9000 to everything else.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const uint8_t atr[] = { 0x3b, 0x80, 0x01, 0x81 };

struct foreign {
	enum { OTHER, GARBAGE, COPY } kind;
	uint8_t copy[256];
	size_t copy_len;
};

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
	uint8_t frame[2 + 260];

	frame[0] = (uint8_t)(len >> 8);
	frame[1] = (uint8_t)len;
	memcpy(frame + 2, p, len);
	return send(fd, frame, len + 2, MSG_NOSIGNAL) == (ssize_t)(len + 2) ? 0 : -1;
}

static size_t
answer(const struct foreign *f, const uint8_t *cmd, size_t len, uint8_t *out)
{
	static unsigned turn;
	size_t n;

	if (f->kind == OTHER) {
		memcpy(out, "\x6a\x82", 2);
		return 2;
	}
	if (f->kind == GARBAGE) {
		n = 1 + (turn * 37) % 258;
		for (size_t i = 0; i < n; i++)
			out[i] = (uint8_t)((i + 1) * 167 + turn * 41);
		turn++;
		return n;
	}
	if (len > 1 && cmd[1] == 0xa4) {
		memcpy(out, f->copy, f->copy_len);
		n = f->copy_len;
	} else {
		n = 41;
		memset(out, 0x5a, n);
		out[0] = 1;
		out[1] = 1;
	}
	memcpy(out + n, "\x90\x00", 2);
	return n + 2;
}

static int
serve(const struct foreign *f, int fd)
{
	uint8_t head[2], cmd[65536], out[260];
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
		if (reply(fd, out, answer(f, cmd, len, out)) != 0)
			break;
	}
	return 1;
}

static int
parse_kind(struct foreign *f, int argc, char **argv)
{
	unsigned byte;

	if (argc == 3 && strcmp(argv[2], "other") == 0)
		f->kind = OTHER;
	else if (argc == 3 && strcmp(argv[2], "garbage") == 0)
		f->kind = GARBAGE;
	else if (argc == 4 && strcmp(argv[2], "copy") == 0)
		f->kind = COPY;
	else
		return -1;
	for (const char *h = f->kind == COPY ? argv[3] : ""; *h != '\0'; h += 2) {
		if (f->copy_len == sizeof(f->copy) - 2 || sscanf(h, "%2x", &byte) != 1 ||
		    h[1] == '\0')
			return -1;
		f->copy[f->copy_len++] = (uint8_t)byte;
	}
	return 0;
}

int
main(int argc, char **argv)
{
	static struct foreign f;
	struct sockaddr_in at = { .sin_family = AF_INET };
	int fd;

	if (parse_kind(&f, argc, argv) != 0) {
		fprintf(stderr, "usage: bed_foreign PORT other | garbage | copy HEX\n");
		return 2;
	}
	at.sin_port = htons((uint16_t)atoi(argv[1]));
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof(at)) != 0) {
		perror("bed_foreign");
		return 1;
	}
	return serve(&f, fd);
}
