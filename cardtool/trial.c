/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trial.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "log.h"
#include "login.h"
#include "stack.h"
#include "ui.h"

#define EVENTS_MAX 1000
#define CLOSE_TRIES 250	/* five seconds */

/* A lock on a file that is gone by now is a lock on nothing. */
static bool
lock_file(int fd)
{
	struct stat st;

	if (flock(fd, LOCK_EX | LOCK_NB) != 0)
		return false;
	errno = EWOULDBLOCK;
	return fstat(fd, &st) == 0 && st.st_nlink > 0;
}

int
trial_lock(struct trial *tr, const char *service)
{
	char path[PATH_MAX];

	tr->service = service;
	tr->lock = -1;
	snprintf(tr->path, sizeof(tr->path), STACK_DIR "/%s", service);
	snprintf(path, sizeof(path), TRIAL_DIR "/%s", service);
	if (mkdir(TRIAL_DIR, 0700) != 0 && errno != EEXIST) {
		say("%s: %s", TRIAL_DIR, strerror(errno));
		return EX_OTHER;
	}
	tr->lock = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (tr->lock >= 0 && lock_file(tr->lock))
		return -1;
	if (tr->lock >= 0 && errno == EWOULDBLOCK)
		say("%s is on trial already; it is confirmed or taken back by itself", service);
	else
		say("%s: %s", path, strerror(errno));
	trial_unlock(tr);
	return EX_OTHER;
}

void
trial_unlock(struct trial *tr)
{
	if (tr->lock >= 0)
		(void)close(tr->lock);
	tr->lock = -1;
}

void
trial_forget(struct trial *tr)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), TRIAL_DIR "/%s.before", tr->service);
	(void)unlink(path);
	snprintf(path, sizeof(path), TRIAL_DIR "/%s", tr->service);
	(void)unlink(path);
	trial_unlock(tr);
}

enum mckd_err
trial_event(struct tool *t, const char *kind, const char *service, const char *reason)
{
	struct mckd_event e = { .kind = kind, .service = service, .reason = reason };

	mckd_log_event(LOG_NOTICE, &e);
	return mckd_store_event(t->store, &e);
}

struct looking {
	const struct trial *tr;
	bool confirmed;
};

/*
 * A login by card counts that came after the trial's own beginning. Who is not root may name any
 * service.
 */
static enum mckd_err
look(void *arg, const struct mckd_event *e)
{
	struct looking *l = arg;

	bool by_socket = strncmp(e->origin, MCKD_LOGIN_BY_SOCKET, strlen(MCKD_LOGIN_BY_SOCKET)) == 0;

	if (strcmp(e->service, l->tr->service) != 0 || (by_socket && !l->tr->locker))
		return MCKD_OK;
	if (strcmp(e->kind, "enable") == 0)
		l->confirmed = false;
	else if (strcmp(e->kind, "login") == 0 && strcmp(e->verdict, "success") == 0)
		l->confirmed = true;
	return MCKD_OK;
}

static bool
confirmed(struct tool *t, const struct trial *tr)
{
	struct looking l = { tr, false };
	char why[MCKD_WHY];
	bool yes = false;

	if (mckd_store_open(t->store_dir, t->key, MCKD_STORE_READ, &t->store, why) != MCKD_OK)
		return false;
	yes = mckd_store_events(t->store, EVENTS_MAX, look, &l) == MCKD_OK && l.confirmed;
	mckd_store_close(t->store);
	t->store = NULL;
	return yes;
}

static void
note(struct tool *t, const char *kind, const char *service, const char *reason)
{
	char why[MCKD_WHY];

	if (mckd_store_open(t->store_dir, t->key, MCKD_STORE_WRITE, &t->store, why) != MCKD_OK)
		return;
	(void)trial_event(t, kind, service, reason);
	mckd_store_close(t->store);
	t->store = NULL;
}

static long long
now_ms(void)
{
	struct timespec ts = { 0, 0 };

	/* A machine that sleeps does not stop the clock of a trial. */
	(void)clock_gettime(CLOCK_BOOTTIME, &ts);
	return (long long)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

enum outcome { CONFIRMED, GONE, ENDED, OVER };

/* What ends a watch: the rule is taken back then, too. */
static sigset_t
endings(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	return set;
}

/* Until somebody logs in by card, takes the rule out or ends this process, or the time is over. */
static enum outcome
outcome(struct tool *t, const struct trial *tr, long long end)
{
	int notify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK), signals;
	struct pollfd fds[2];
	char drain[4096];
	sigset_t set = endings();
	long long left;

	signals = signalfd(-1, &set, SFD_CLOEXEC);
	if (notify < 0 || signals < 0 ||
	    inotify_add_watch(notify, t->store_dir, IN_MODIFY | IN_CREATE | IN_DELETE) < 0 ||
	    inotify_add_watch(notify, STACK_DIR, IN_MOVE | IN_CLOSE_WRITE | IN_DELETE) < 0)
		return ENDED;
	while (!confirmed(t, tr)) {
		if (!trial_is_put(tr))
			return GONE;
		if ((left = end - now_ms()) <= 0)
			return OVER;
		fds[0] = (struct pollfd){ notify, POLLIN, 0 };
		fds[1] = (struct pollfd){ signals, POLLIN, 0 };
		if (poll(fds, 2, left > 1000000 ? 1000000 : (int)left) < 0 && errno != EINTR)
			return ENDED;
		if (fds[1].revents != 0)
			return ENDED;
		while (read(notify, drain, sizeof(drain)) > 0)
			;
	}
	return CONFIRMED;
}

static void
watch(struct tool *t, struct trial *tr, long long end)
{
	static const char *const why[] = { [CONFIRMED] = "a login by card", [GONE] = "the rule is gone",
		[ENDED] = "its watch was ended", [OVER] = "no login by card in time" };
	enum outcome o = outcome(t, tr, end);

	if (o == CONFIRMED) {
		note(t, "enable-confirmed", tr->service, why[o]);
		trial_forget(tr);
	} else if (trial_take_back(tr) == -1) {
		mckd_log(LOG_WARNING, "%s: %s; the trial is over", tr->service, why[o]);
		note(t, "enable-taken-back", tr->service, why[o]);
		trial_forget(tr);
	} else {
		/* The files of the trial stay, for doctor and --recover. */
		mckd_log(
		    LOG_ALERT, "%s: the rule could not be taken back: see " TRIAL_DIR, tr->service);
	}
}

/*
 * A process of its own, that nothing of the caller's ends. What the caller had open, such as a lock,
 * is not kept for so long. One byte into ready: from here on there is a watch.
 */
static void
detach(struct trial *tr, int ready)
{
	sigset_t set = endings();
	int null;

	/* Before anybody is told that there is a watch: what ends it is never missed. */
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	if (setsid() < 0 || chdir("/") != 0 || signal(SIGHUP, SIG_IGN) == SIG_ERR ||
	    (null = open("/dev/null", O_RDWR | O_CLOEXEC)) < 0)
		_exit(1);
	closelog();
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		(void)dup2(null, fd);
	ready = fcntl(ready, F_DUPFD_CLOEXEC, STDERR_FILENO + 3);
	tr->lock = dup2(tr->lock, STDERR_FILENO + 1);
	ready = dup2(ready, STDERR_FILENO + 2);
	if (close_range(STDERR_FILENO + 3, ~0U, 0) != 0 || write(ready, "", 1) != 1)
		_exit(1);
	(void)close(ready);
	mckd_log_open("cardtool");
}

static bool
is_ready(int fd)
{
	char c;
	ssize_t n;

	do
		n = read(fd, &c, 1);
	while (n < 0 && errno == EINTR);
	(void)close(fd);
	return n == 1;
}

int
trial_watch(struct tool *t, struct trial *tr, unsigned seconds)
{
	long long end = now_ms() + (long long)seconds * 1000;
	int ready[2] = { -1, -1 };
	pid_t pid;

	/* A database handle does not survive a fork. */
	mckd_store_close(t->store);
	t->store = NULL;
	if (pipe2(ready, O_CLOEXEC) != 0 || (pid = fork()) < 0) {
		say("no process to watch over the trial: %s", strerror(errno));
		return EX_OTHER;
	}
	if (pid == 0) {
		detach(tr, ready[1]);
		watch(t, tr, end);
		_exit(0);
	}
	(void)close(ready[1]);
	if (!is_ready(ready[0])) {
		say("the process to watch over the trial has ended");
		return EX_OTHER;
	}
	/* For a person who wants to know; the lock is what counts. */
	(void)dprintf(tr->lock, "%d\n", (int)pid);
	return -1;
}

bool
trial_is_over(const struct trial *tr)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), TRIAL_DIR "/%s", tr->service);
	return access(path, F_OK) != 0 && trial_is_put(tr);
}

void
trial_note_out(struct tool *t, const struct trial *tr)
{
	note(t, "enable-taken-back", tr->service, "taken out after its trial");
}

void
trial_close(struct tool *t, struct trial *tr)
{
	const struct timespec pause = { 0, 20000000 };
	char path[PATH_MAX];

	snprintf(path, sizeof(path), TRIAL_DIR "/%s", tr->service);
	for (int n = 0; n < CLOSE_TRIES; n++) {
		tr->lock = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
		if (tr->lock < 0)
			return;
		if (lock_file(tr->lock)) {
			note(t, "enable-taken-back", tr->service, "nobody watched any more");
			trial_forget(tr);
			return;
		}
		trial_unlock(tr);
		(void)nanosleep(&pause, NULL);
	}
	say("%s: the rule is taken back; what watches over the trial has not ended yet", tr->service);
}

/* The services whose trial nobody watches, one after the other. */
static const char *
next_stale(DIR *dir, struct trial *tr)
{
	struct dirent *d;
	int fd;

	while ((d = readdir(dir)) != NULL) {
		if (!stack_service_valid(d->d_name) || strstr(d->d_name, ".before") != NULL)
			continue;
		fd = openat(dirfd(dir), d->d_name, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (lock_file(fd)) {
			tr->service = d->d_name;
			tr->lock = fd;
			snprintf(tr->path, sizeof(tr->path), STACK_DIR "/%s", d->d_name);
			return d->d_name;
		}
		(void)close(fd);
	}
	return NULL;
}

int
trial_recover(struct tool *t)
{
	struct trial tr = { .lock = -1 };
	DIR *dir = opendir(TRIAL_DIR);
	int rc = EX_DONE;

	if (dir == NULL)
		return EX_DONE;
	while (next_stale(dir, &tr) != NULL) {
		if (trial_take_back(&tr) == -1) {
			printf(_("%s: the trial is over; the rule is taken back\n"), tr.service);
			note(t, "enable-taken-back", tr.service, "nobody watched any more");
			trial_forget(&tr);
		} else {
			rc = EX_OTHER;
			trial_unlock(&tr);
		}
	}
	closedir(dir);
	return rc;
}

unsigned
trial_stale(char *names, size_t room)
{
	struct trial tr = { .lock = -1 };
	DIR *dir = opendir(TRIAL_DIR);
	unsigned n = 0;

	names[0] = '\0';
	if (dir == NULL)
		return 0;
	while (next_stale(dir, &tr) != NULL) {
		size_t have = strlen(names);

		snprintf(names + have, room - have, "%s%s", n > 0 ? ", " : "", tr.service);
		n++;
		trial_unlock(&tr);
	}
	closedir(dir);
	return n;
}
