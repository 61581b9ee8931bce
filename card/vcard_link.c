/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vcard_link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FRAME_MAX 65535

enum control { POWER_OFF = 0, POWER_ON = 1, RESET = 2, ATR = 4 };

bool
vcard_link_connect(struct vcard_link *l)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(l->port) };
	int one = 1;

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	l->sock = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (l->sock < 0)
		return false;
	if (connect(l->sock, (const struct sockaddr *)&to, sizeof(to)) != 0 ||
	    setsockopt(l->sock, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) != 0) {
		vcard_link_close(l);
		return false;
	}
	return card_reset(l->card);
}

static void
drop_kept(struct vcard_link *l)
{
	explicit_bzero(l->kept, sizeof(l->kept));
	l->kept_len = l->kept_at = 0;
	l->kept_wrong_le = false;
}

void
vcard_link_close(struct vcard_link *l)
{
	if (l->sock >= 0)
		close(l->sock);
	l->sock = -1;
	drop_kept(l);
}

/* vpcd sends a length and then its bytes: unless each is acknowledged at once, Nagle waits 40 ms. */
static bool
recv_all(int sock, uint8_t *p, size_t len)
{
	int one = 1;

	while (len > 0) {
		ssize_t n;

		(void)setsockopt(sock, IPPROTO_TCP, TCP_QUICKACK, &one, sizeof(one));
		n = recv(sock, p, len, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		(void)setsockopt(sock, IPPROTO_TCP, TCP_QUICKACK, &one, sizeof(one));
		p += n;
		len -= (size_t)n;
	}
	return true;
}

static bool
send_frame(int sock, const uint8_t *p, size_t len)
{
	uint8_t frame[2 + CARD_RSP_MAX];
	size_t at = 0;

	frame[0] = (uint8_t)(len >> 8);
	frame[1] = (uint8_t)len;
	memcpy(frame + 2, p, len);
	while (at < 2 + len) {
		ssize_t n = send(sock, frame + at, 2 + len - at, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		at += (size_t)n;
	}
	explicit_bzero(frame, sizeof(frame));
	return at == 2 + len;
}

static size_t
put_sw(uint8_t *rsp, size_t len, unsigned sw1, size_t sw2)
{
	rsp[len] = (uint8_t)sw1;
	rsp[len + 1] = (uint8_t)sw2;
	return len + 2;
}

/* Up to le bytes of what is kept, then 61xx or its status word. */
static size_t
give_kept(struct vcard_link *l, size_t le, uint8_t *rsp)
{
	size_t left = l->kept_len - 2 - l->kept_at, n;

	if (le > left)
		return put_sw(rsp, 0, 0x6c, left);
	memcpy(rsp, l->kept + l->kept_at, le);
	l->kept_at += le;
	if (le < left)
		return put_sw(rsp, le, 0x61, left - le);
	n = put_sw(rsp, le, l->kept[l->kept_len - 2], l->kept[l->kept_len - 1]);
	drop_kept(l);
	return n;
}

static size_t
apdu_t0(struct vcard_link *l, const uint8_t *cmd, size_t len, uint8_t *rsp)
{
	size_t le = len != 5 ? 0 : cmd[4] == 0 ? 256 : cmd[4], n, have;

	if (l->kept_len > 0 && len == 5 && !l->kept_wrong_le && cmd[0] == 0 && cmd[1] == 0xc0)
		return give_kept(l, le, rsp);
	if (l->kept_len > 0 && len == 5 && l->kept_wrong_le && memcmp(cmd, l->kept_head, 4) == 0)
		return give_kept(l, le, rsp);
	drop_kept(l);
	n = card_apdu(l->card, cmd, len, rsp);
	have = n - 2;
	if (have == 0 || have == le)
		return n;
	/* The command ran and is not run twice: its answer waits. */
	memcpy(l->kept, rsp, n);
	memcpy(l->kept_head, cmd, 4);
	l->kept_len = n;
	l->kept_wrong_le = len == 5;
	return put_sw(rsp, 0, len == 5 ? 0x6c : 0x61, have);
}

/* Lengths and status words only: a body may hold a PIN. */
static void
trace(const struct vcard_link *l, const uint8_t *cmd, size_t len, const uint8_t *rsp, size_t n)
{
	char line[64];
	int wrote;

	if (l->trace < 0)
		return;
	wrote = snprintf(line, sizeof(line), "%02X %u %zu %02X%02X\n", len > 1 ? cmd[1] : 0U,
	    len > 5 ? cmd[4] : 0U, n, rsp[n - 2], rsp[n - 1]);
	if (write(l->trace, line, (size_t)wrote) != wrote)
		return;
}

static bool
control(struct vcard_link *l, uint8_t what)
{
	static const uint8_t t1_atr[] = { 0x3b, 0x80, 0x01, 0x81 };
	static const uint8_t t0_atr[] = { 0x3b, 0x80, 0x00 };

	switch (what) {
	case POWER_OFF:
	case POWER_ON:
	case RESET:
		drop_kept(l);
		return card_reset(l->card);
	case ATR:
		return l->t0 ? send_frame(l->sock, t0_atr, sizeof(t0_atr)) :
		               send_frame(l->sock, t1_atr, sizeof(t1_atr));
	default:
		return true;
	}
}

bool
vcard_link_serve(struct vcard_link *l)
{
	static uint8_t cmd[FRAME_MAX];
	uint8_t head[2], rsp[CARD_RSP_MAX];
	size_t len, n;
	bool ok;

	if (!recv_all(l->sock, head, 2))
		return false;
	len = (size_t)head[0] << 8 | head[1];
	if (!recv_all(l->sock, cmd, len))
		return false;
	if (len == 0)
		return true;
	if (len == 1)
		return control(l, cmd[0]);
	if (l->refuse == cmd[1])
		n = put_sw(rsp, 0, 0x65, 0x81);
	else
		n = l->t0 ? apdu_t0(l, cmd, len, rsp) : card_apdu(l->card, cmd, len, rsp);
	trace(l, cmd, len, rsp, n);
	ok = send_frame(l->sock, rsp, n);
	explicit_bzero(cmd, len);
	explicit_bzero(rsp, sizeof(rsp));
	return ok;
}
