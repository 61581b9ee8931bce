/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_AUTH_TALK_H
#define MCKD_AUTH_TALK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The dialogue with the module, and the watch over it. */

/* Starts the watch: EOF on the socket, or the deadline, ends the process at any moment. */
int mckd_watch_start(int sock, unsigned deadline_s, const atomic_bool *pin_accepted);
/* The deadline counts only while this process has the ball. */
void mckd_watch_deadline(unsigned seconds);
void mckd_watch_ball(void);		/* ours: from now on, the deadline */
void mckd_watch_ball_for(unsigned more_s);	/* ours, with so many seconds beyond the deadline */
void mckd_watch_no_ball(void);
/*
 * The verdict is about to be given: the caller hangs up on it, and then card and store are still
 * to be let go of, in a second at most. The watch says nothing any more.
 */
void mckd_watch_closing(void);
/* Until it has been ours for so long: how long the work took is not to be seen. */
void mckd_watch_even_out(unsigned ms);

void mckd_talk_open(int sock, bool mute);
void mckd_talk_tell(bool error, const char *text);
/* The person types at the reader: neither end's deadline counts those seconds. */
void mckd_talk_pad(uint8_t seconds);
/* The answer, ended by NUL; one that holds a NUL becomes empty. 0 or -1: no answer will come. */
int mckd_talk_ask(bool echo, const char *text, char *out, size_t room);
/* Once, and the last frame. */
void mckd_talk_verdict(const uint8_t *body, size_t len);
/* From the watch: the same, unless the other thread is in the middle of a frame. */
void mckd_talk_give_up(bool pin_accepted);

#endif
