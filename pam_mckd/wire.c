/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>

#include "wire.h"

#define HEADER_LEN 3
#define FIELD_LEN 3

static int64_t
now_ms(void)
{
	struct timespec ts = { 0, 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Until fd is ready or the end (< 0: never) has come. */
static int
wait_for(int fd, short events, int64_t end)
{
	struct pollfd p = { .fd = fd, .events = events };

	for (;;) {
		int64_t left = end < 0 ? -1 : end - now_ms();
		int n;

		if (end >= 0 && left < 0)
			left = 0;
		n = poll(&p, 1, (int)left);
		if (n > 0)
			return 0;
		if (n == 0) {
			errno = ETIMEDOUT;
			return -1;
		}
		if (errno != EINTR)
			return -1;
	}
}

static int64_t
end_of(int deadline_ms)
{
	return deadline_ms < 0 ? -1 : now_ms() + deadline_ms;
}

int
mckd_wire_send(int fd, uint8_t type, const void *body, size_t len, int deadline_ms)
{
	uint8_t header[HEADER_LEN] = { type, (uint8_t)(len >> 8), (uint8_t)len };
	int64_t end = end_of(deadline_ms);
	size_t done = 0;

	if (len > MCKD_WIRE_MAX) {
		errno = EMSGSIZE;
		return -1;
	}
	while (done < HEADER_LEN + len) {
		struct iovec iov[2];
		struct msghdr m = { .msg_iov = iov };
		size_t skip = done > HEADER_LEN ? done - HEADER_LEN : 0;
		ssize_t n;

		if (done < HEADER_LEN)
			iov[m.msg_iovlen++] = (struct iovec){ header + done, HEADER_LEN - done };
		if (skip < len)
			iov[m.msg_iovlen++] = (struct iovec){
				(void *)(uintptr_t)((const uint8_t *)body + skip), len - skip
			};
		n = sendmsg(fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n >= 0) {
			done += (size_t)n;
			continue;
		}
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN && errno != EWOULDBLOCK)
			return -1;
		if (wait_for(fd, POLLOUT, end) < 0)
			return -1;
	}
	return 0;
}

/* Exactly len bytes. At the start of a frame, EOF is EPIPE; within one it is EPROTO. */
static int
recv_all(int fd, uint8_t *to, size_t len, int64_t end, bool start)
{
	size_t got = 0;

	while (got < len) {
		ssize_t n = recv(fd, to + got, len - got, MSG_DONTWAIT);

		if (n > 0) {
			got += (size_t)n;
			continue;
		}
		if (n == 0) {
			errno = start && got == 0 ? EPIPE : EPROTO;
			return -1;
		}
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN && errno != EWOULDBLOCK)
			return -1;
		if (wait_for(fd, POLLIN, end) < 0)
			return -1;
	}
	return 0;
}

int
mckd_wire_recv(int fd, uint8_t *type, void *body, size_t *len, int deadline_ms)
{
	uint8_t header[HEADER_LEN];
	int64_t end = end_of(deadline_ms);
	size_t n;

	if (recv_all(fd, header, sizeof(header), end, true) < 0)
		return -1;
	n = (size_t)header[1] << 8 | header[2];
	if (n > MCKD_WIRE_MAX || n > *len) {
		errno = EPROTO;
		return -1;
	}
	if (recv_all(fd, body, n, end, false) < 0) {
		int saved = errno;

		explicit_bzero(body, *len);
		errno = saved;
		return -1;
	}
	*type = header[0];
	*len = n;
	return 0;
}

int
mckd_wire_put(uint8_t *body, size_t room, size_t *len, uint8_t tag, const void *v, size_t vlen)
{
	if (vlen > UINT16_MAX || *len > room || room - *len < FIELD_LEN ||
	    room - *len - FIELD_LEN < vlen)
		return -1;
	body[*len] = tag;
	body[*len + 1] = (uint8_t)(vlen >> 8);
	body[*len + 2] = (uint8_t)vlen;
	if (vlen > 0)
		memcpy(body + *len + FIELD_LEN, v, vlen);
	*len += FIELD_LEN + vlen;
	return 0;
}

int
mckd_wire_next(const uint8_t *body, size_t len, size_t *at, uint8_t *tag, const uint8_t **v,
    size_t *vlen)
{
	size_t n;

	if (*at == len)
		return 0;
	if (*at > len || len - *at < FIELD_LEN)
		return -1;
	n = (size_t)body[*at + 1] << 8 | body[*at + 2];
	if (len - *at - FIELD_LEN < n)
		return -1;
	*tag = body[*at];
	*v = body + *at + FIELD_LEN;
	*vlen = n;
	*at += FIELD_LEN + n;
	return 1;
}
