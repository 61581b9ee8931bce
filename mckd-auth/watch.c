/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "audit.h"
#include "talk.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#define STACK_SIZE (128 * 1024)
#define CLOSING_MS 1000

static atomic_llong until;	/* milliseconds of the monotonic clock; 0: no deadline */
static unsigned deadline = 30;
static struct timespec since;	/* the ball is ours; the main thread's alone */
static atomic_bool closing;
static int watched = -1, bell = -1;
static const atomic_bool *accepted;

static long long
now_ms(void)
{
	struct timespec ts = { 0, 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (long long)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void
set_until(long long when)
{
	const uint64_t one = 1;

	atomic_store(&until, when);
	if (bell >= 0 && write(bell, &one, sizeof(one)) < 0)
		return;	/* the bell is already ringing */
}

void
mckd_watch_deadline(unsigned seconds)
{
	deadline = seconds;
	mckd_watch_ball();
}

void
mckd_watch_ball(void)
{
	mckd_watch_ball_for(0);
}

void
mckd_watch_ball_for(unsigned more_s)
{
	(void)clock_gettime(CLOCK_MONOTONIC, &since);
	set_until(now_ms() + ((long long)deadline + more_s) * 1000);
}

void
mckd_watch_even_out(unsigned ms)
{
	struct timespec end = since;

	end.tv_sec += ms / 1000;
	end.tv_nsec += (long)(ms % 1000) * 1000000;
	if (end.tv_nsec >= 1000000000) {
		end.tv_sec++;
		end.tv_nsec -= 1000000000;
	}
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, NULL) == EINTR)
		;
}

void
mckd_watch_no_ball(void)
{
	set_until(0);
}

void
mckd_watch_closing(void)
{
	set_until(now_ms() + CLOSING_MS);
	atomic_store(&closing, true);
}

/* A hung reader or pcscd holds the other thread in a call that nothing ends but this. */
static void *
watch(void *arg)
{
	struct pollfd fds[2] = { { .events = POLLRDHUP }, { .fd = bell, .events = POLLIN } };
	uint64_t rung;

	for (;;) {
		/* In this order, for the deadline of before is over where it is closing. */
		bool shut = atomic_load(&closing);
		long long end = atomic_load(&until), left = end == 0 ? -1 : end - now_ms();

		if (end != 0 && left <= 0) {
			if (!shut) {
				mckd_talk_give_up(atomic_load(accepted));
				mckd_audit_late(atomic_load(accepted));
			}
			_exit(1);
		}
		fds[0].fd = shut ? -1 : watched;
		if (poll(fds, 2, left > INT_MAX ? INT_MAX : (int)left) < 0 && errno != EINTR)
			_exit(1);
		if ((fds[0].revents & (POLLHUP | POLLRDHUP | POLLERR | POLLNVAL)) != 0 &&
		    !atomic_load(&closing))
			_exit(1);
		if ((fds[1].revents & POLLIN) != 0 && read(bell, &rung, sizeof(rung)) < 0 &&
		    errno != EAGAIN && errno != EINTR)
			_exit(1);
	}
	return arg;
}

int
mckd_watch_start(int sock, unsigned deadline_s, const atomic_bool *pin_accepted)
{
	pthread_attr_t attr;
	pthread_t thread;
	int e;

	watched = sock;
	accepted = pin_accepted;
	if ((bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) < 0)
		return -1;
	mckd_watch_deadline(deadline_s);
	if (pthread_attr_init(&attr) != 0)
		return -1;
	e = pthread_attr_setstacksize(&attr, STACK_SIZE);
	if (e == 0)
		e = pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	if (e == 0)
		e = pthread_create(&thread, &attr, watch, NULL);
	(void)pthread_attr_destroy(&attr);
	return e == 0 ? 0 : -1;
}
