/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "auth.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "log.h"

/*
 * There is no daemon to count the connections of a user: each instance holds one of so many
 * locks. They are files of root's, so nobody else can take one; the kernel gives a lock back
 * however its holder ends.
 */
#define SLOTS 8
#define SLOTS_DIR "slots"

static int
open_dir(int at, const char *path)
{
	int fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0 && st.st_uid == geteuid() && (st.st_mode & 022) == 0)
		return fd;
	(void)close(fd);
	errno = EPERM;
	return -1;
}

static int
open_slots(void)
{
	int fd = -1, run = open_dir(AT_FDCWD, MCKD_RUNDIR), saved;

	if (run < 0)
		return -1;
	if (mkdirat(run, SLOTS_DIR, 0700) == 0 || errno == EEXIST)
		fd = open_dir(run, SLOTS_DIR);
	saved = errno;
	(void)close(run);
	errno = saved;
	return fd;
}

/* 1: taken; 0: somebody holds it; -1: it cannot be asked. */
static int
take(int dir, uid_t uid, unsigned n)
{
	char name[32];
	int fd, e;

	(void)snprintf(name, sizeof(name), "%u.%u", (unsigned)uid, n);
	fd = openat(dir, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return 1; /* held until this process ends */
	e = errno;
	(void)close(fd);
	errno = e;
	return e == EWOULDBLOCK ? 0 : -1;
}

enum mckd_err
mckd_slot_take(uid_t uid)
{
	int dir = open_slots(), got = dir < 0 ? -1 : 0;

	for (unsigned n = 0; n < SLOTS && got == 0; n++)
		got = take(dir, uid, n);
	if (got < 0)
		mckd_log(LOG_ERR, MCKD_RUNDIR "/" SLOTS_DIR ": %m");
	else if (got == 0)
		mckd_log(LOG_WARNING, "uid %u has %u logins open: another one is refused",
		    (unsigned)uid, (unsigned)SLOTS);
	if (dir >= 0)
		(void)close(dir);
	return got > 0 ? MCKD_OK : MCKD_E_TIMEOUT;
}
