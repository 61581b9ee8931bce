/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_WIRE_H
#define MCKD_WIRE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Between pam_mckd.so and mckd-auth: frames over a stream socket, fd 0 of mckd-auth's own
 * start (moved above 2 at once). A frame is type(1) || length(2, big-endian) || body, at most
 * MCKD_WIRE_MAX bytes of body. Libc only: both programs build it in.
 *
 * module -> helper: START first, then ANSWER to each ASK. EOF ends the helper.
 * helper -> module: any number of TELL, ASK and PAD, then one VERDICT, and nothing after it.
 */
#define MCKD_WIRE_MAX 4096
#define MCKD_WIRE_ANSWER_MAX 1023	/* what ssh takes of an askpass */
#define MCKD_WIRE_LANGUAGE_MAX 40	/* of a locale's name */

enum mckd_wire_type {
	MCKD_WIRE_START = 'S',	 /* fields: see below */
	MCKD_WIRE_ANSWER = 'A',	 /* bytes of the answer, without NUL */
	MCKD_WIRE_ASK = 'Q',	 /* echo(1: 0 hidden, 1 shown) || text */
	MCKD_WIRE_TELL = 'T',	 /* error(1: 0 info, 1 error) || text */
	MCKD_WIRE_PAD = 'P',	 /* seconds(1) that the person has, from now, at the reader's PIN pad */
	MCKD_WIRE_VERDICT = 'V', /* PAM code(1) || then fields: U user, K authtok, C card, P application */
};

/* START and VERDICT carry fields: tag(1) || length(2) || value.
 * START: 'm' mode (a auth, c account, p chauthtok prelim, P chauthtok update), 's' service,
 * 'u' user (absent: the card names it), 'h' rhost, 't' tty, 'r' ruser, 'p' a PIN collected
 * before (try_first_pass), 'o' one module option each, 'f' flags(1: bit0 silent), 'l' the locale to
 * speak in. A lower-case tag that the helper does not know is skipped. */

/* Whole frames, EINTR and MSG_NOSIGNAL handled; deadline_ms < 0 waits for ever.
 * 0, or -1 with errno (ETIMEDOUT, EPROTO, EPIPE at EOF...). recv: *len is in: room, out: used. */
int mckd_wire_send(int fd, uint8_t type, const void *body, size_t len, int deadline_ms);
int mckd_wire_recv(int fd, uint8_t *type, void *body, size_t *len, int deadline_ms);
/* Appends a field; 0 or -1 when it does not fit. */
int mckd_wire_put(uint8_t *body, size_t room, size_t *len, uint8_t tag, const void *v, size_t vlen);
/* Walks fields: 1 and the next one, 0 at the end, -1 malformed. *at starts at 0. */
int mckd_wire_next(const uint8_t *body, size_t len, size_t *at, uint8_t *tag, const uint8_t **v, size_t *vlen);

#endif
