/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "talk.h"

#include <pthread.h>
#include <string.h>

#include "verdict.h"
#include "wire.h"

#define SEND_MS 5000

static int talk_sock = -1;
static bool talk_mute, talk_over;
static pthread_mutex_t sending = PTHREAD_MUTEX_INITIALIZER;

void
mckd_talk_open(int sock, bool mute)
{
	talk_sock = sock;
	talk_mute = mute;
}

static int
send_frame(uint8_t type, const void *body, size_t len)
{
	int rc = -1;

	(void)pthread_mutex_lock(&sending);
	if (!talk_over)
		rc = mckd_wire_send(talk_sock, type, body, len, SEND_MS);
	if (type == MCKD_WIRE_VERDICT || rc < 0)
		talk_over = true;
	(void)pthread_mutex_unlock(&sending);
	return rc;
}

static int
send_text(uint8_t type, bool flag, const char *text)
{
	uint8_t body[1024];
	size_t len = strlen(text);

	if (len > sizeof(body) - 1)
		len = sizeof(body) - 1;
	body[0] = flag ? 1 : 0;
	memcpy(body + 1, text, len);
	return send_frame(type, body, len + 1);
}

void
mckd_talk_tell(bool error, const char *text)
{
	if (!talk_mute)
		(void)send_text(MCKD_WIRE_TELL, error, text);
}

void
mckd_talk_pad(uint8_t seconds)
{
	mckd_watch_ball_for(seconds);
	(void)send_frame(MCKD_WIRE_PAD, &seconds, 1);
}

int
mckd_talk_ask(bool echo, const char *text, char *out, size_t room)
{
	size_t len = room - 1;
	uint8_t type = 0;
	int rc;

	memset(out, 0, room);
	mckd_watch_no_ball();
	rc = send_text(MCKD_WIRE_ASK, echo, text);
	if (rc == 0)
		rc = mckd_wire_recv(talk_sock, &type, out, &len, -1);
	mckd_watch_ball();
	if (rc < 0 || type != MCKD_WIRE_ANSWER || len > room - 1) {
		explicit_bzero(out, room);
		return -1;
	}
	if (memchr(out, '\0', len) != NULL)
		explicit_bzero(out, room);
	return 0;
}

void
mckd_talk_verdict(const uint8_t *body, size_t len)
{
	(void)send_frame(MCKD_WIRE_VERDICT, body, len);
}

void
mckd_talk_give_up(bool pin_accepted)
{
	const uint8_t code = mckd_verdict_code(MCKD_E_TIMEOUT, pin_accepted);

	if (pthread_mutex_trylock(&sending) != 0)
		return;
	if (!talk_over && talk_sock >= 0)
		(void)mckd_wire_send(talk_sock, MCKD_WIRE_VERDICT, &code, 1, 100);
	talk_over = true;
	(void)pthread_mutex_unlock(&sending);
}
