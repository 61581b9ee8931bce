/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "helper.h"

#ifndef MCKD_AUTH_SOCKET
#define MCKD_AUTH_SOCKET "/run/mckd/auth.sock"
#endif

/* An end of file ends mckd-auth by itself; this is for one that hangs. */
#define GO_MS 2000
#define DIE_MS 1000

/* Hosts run with fds 0-2 closed: whatever lands there would be taken for stdio. */
static int
above_stdio(int fd)
{
	int up, saved;

	if (fd < 0 || fd > STDERR_FILENO)
		return fd;
	up = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	saved = errno;
	(void)close(fd);
	errno = saved;
	return up;
}

static int
spawn_with(int theirs, pid_t *pid)
{
	static const char path[] = MCKD_LIBEXECDIR "/mckd-auth";
	char name[] = "mckd-auth";
	char *argv[] = { name, NULL }, *envp[] = { NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t all, none;
	int e;

	(void)sigfillset(&all);
	(void)sigemptyset(&none);
	e = posix_spawn_file_actions_init(&actions);
	if (e != 0)
		return e;
	e = posix_spawnattr_init(&attr);
	if (e != 0)
		goto out_actions;
	e = posix_spawn_file_actions_adddup2(&actions, theirs, STDIN_FILENO);
	if (e == 0)
		e = posix_spawn_file_actions_addclosefrom_np(&actions, STDOUT_FILENO);
	if (e == 0)
		e = posix_spawnattr_setsigdefault(&attr, &all);
	if (e == 0)
		e = posix_spawnattr_setsigmask(&attr, &none);
	if (e == 0)
		e = posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	if (e == 0)
		e = posix_spawn(pid, path, &actions, &attr, argv, envp);
	(void)posix_spawnattr_destroy(&attr);
out_actions:
	(void)posix_spawn_file_actions_destroy(&actions);
	return e;
}

static int
start_child(struct mckd_helper *h)
{
	int pair[2], e = EMFILE;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -1;
	pair[0] = above_stdio(pair[0]);
	pair[1] = above_stdio(pair[1]);
	if (pair[0] < 0 || pair[1] < 0)
		goto out;
	e = spawn_with(pair[1], &h->pid);
	if (e != 0) {
		h->pid = 0;
		goto out;
	}
	h->pidfd = above_stdio(pidfd_open(h->pid, 0));
	h->fd = pair[0];
	pair[0] = -1; /* transferred */
out:
	if (pair[0] >= 0)
		(void)close(pair[0]);
	if (pair[1] >= 0)
		(void)close(pair[1]);
	errno = e;
	return e == 0 ? 0 : -1;
}

/* The PIN goes to whoever listens: only to root. */
static int
start_socket(struct mckd_helper *h)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX, .sun_path = MCKD_AUTH_SOCKET };
	struct ucred peer = { 0, (uid_t)-1, (gid_t)-1 };
	socklen_t len = sizeof(peer);
	int fd, e;

	/* Without SOCK_NONBLOCK a full backlog would hold up the login. */
	fd = above_stdio(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
	if (fd < 0)
		return -1;
	if (connect(fd, (const struct sockaddr *)&sun, sizeof(sun)) < 0)
		goto fail;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
		goto fail;
	if (peer.uid != 0) {
		errno = EPERM;
		goto fail;
	}
	h->fd = fd;
	return 0;
fail:
	e = errno;
	(void)close(fd);
	errno = e;
	return -1;
}

/* Root in a sandbox, such as polkit's: a child would share its walls. */
static bool
confined(void)
{
	struct statvfs v;

	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ||
	    (statvfs(MCKD_STATEDIR, &v) == 0 && (v.f_flag & ST_RDONLY) != 0);
}

int
mckd_helper_start(struct mckd_helper *h)
{
	*h = (struct mckd_helper)MCKD_HELPER_NONE;
	if (geteuid() != 0)
		return start_socket(h);
	if (confined() && start_socket(h) == 0)
		return 0;
	if (start_child(h) == 0)
		return 0;
	{
		int e = errno;

		if (start_socket(h) == 0)
			return 0;
		errno = e;
	}
	return -1;
}

bool
mckd_helper_gone(const struct mckd_helper *h)
{
	char c;
	ssize_t n;

	do
		n = recv(h->fd, &c, 1, MSG_PEEK | MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	return n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK);
}

static int64_t
now_ms(void)
{
	struct timespec ts = { 0, 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static bool
ended_within(int pidfd, int ms)
{
	struct pollfd p = { .fd = pidfd, .events = POLLIN };
	int64_t end = now_ms() + ms;

	for (;;) {
		int64_t left = end - now_ms();
		int n = poll(&p, 1, left > 0 ? (int)left : 0);

		if (n >= 0 || errno != EINTR)
			return n > 0;
	}
}

/* Hosts reap our child or ignore SIGCHLD: ECHILD is normal. WNOHANG: never a hang. */
static bool
reap(idtype_t type, id_t id)
{
	siginfo_t si = { .si_pid = 0 };
	int n;

	do
		n = waitid(type, id, &si, WEXITED | WNOHANG);
	while (n < 0 && errno == EINTR);
	return n < 0 || si.si_pid != 0;
}

/*
 * Naps between: a helper that a debugger or a sanitizer traces has ended, for its pidfd says so,
 * before its tracer lets it be reaped.
 */
static void
reap_within(idtype_t type, id_t id, int ms)
{
	const struct timespec nap = { 0, 5000000 };
	int64_t end = now_ms() + ms;

	while (!reap(type, id) && now_ms() < end)
		(void)nanosleep(&nap, NULL);
}

void
mckd_helper_stop(struct mckd_helper *h)
{
	int saved = errno;

	if (h->fd >= 0)
		(void)close(h->fd);
	if (h->pidfd >= 0) {
		if (!ended_within(h->pidfd, GO_MS)) {
			(void)pidfd_send_signal(h->pidfd, SIGKILL, NULL, 0);
			(void)ended_within(h->pidfd, DIE_MS);
		}
		reap_within(P_PIDFD, (id_t)h->pidfd, DIE_MS);
		(void)close(h->pidfd);
	} else if (h->pid > 0) {
		/* Without a pidfd nothing may be killed, for the number may be another's by now. */
		reap_within(P_PID, (id_t)h->pid, GO_MS);
	}
	*h = (struct mckd_helper)MCKD_HELPER_NONE;
	errno = saved;
}
