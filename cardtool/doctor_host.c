/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "trial.h"
#include "ui.h"

#define SOCKET_PATH MCKD_RUNDIR "/auth.sock"
#define CLOCK_SLACK 60

static void
check_program(struct doctor *d, const char *what, const char *path, bool runs)
{
	struct stat st;

	if (stat(path, &st) != 0)
		found(d, WRONG, what, N_("install pam_mckd again"), "%s: %s", path, strerror(errno));
	else if (!S_ISREG(st.st_mode) || st.st_uid != 0 || (st.st_mode & 022) != 0)
		found(d, WRONG, what, N_("chown root, chmod go-w; then ask who changed it"),
		    "%s: not root's alone to write", path);
	else if (runs && access(path, X_OK) != 0)
		found(d, WRONG, what, "chmod 755", "%s: not executable", path);
	else
		found(d, GOOD, what, NULL, "%s", path);
}

/* Somebody listens, or systemd does for us. Nothing is said, so nothing is asked for. */
static void
check_socket(struct doctor *d)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX, .sun_path = SOCKET_PATH };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd >= 0 && connect(fd, (const struct sockaddr *)&sun, sizeof(sun)) == 0)
		found(d, GOOD, _("socket"), NULL, "%s answers", SOCKET_PATH);
	else
		found(d, NOTE, _("socket"),
		    N_("systemctl enable --now mckd-auth.socket, if users run screen lockers"),
		    "%s: %s; only root's programs can log in by card", SOCKET_PATH, strerror(errno));
	if (fd >= 0)
		(void)close(fd);
}

static void
check_polkit(struct doctor *d)
{
	char mend[256];

	snprintf(mend, sizeof(mend),
	    _("%s keeps cards to root and to who sits at this machine: copy it to /etc/polkit-1/rules.d"),
	    MCKD_DOCDIR "/examples/polkit/mckd.rules");
	if (access("/usr/share/polkit-1/actions/org.debian.pcsc-lite.policy", F_OK) == 0)
		found(d, NOTE, "polkit", mend,
		    "pcscd may ask polkit who reaches a card; mckd-auth is root and always does");
}

void
doctor_installation(struct doctor *d)
{
	char names[256];

	check_program(d, _("module"), MCKD_PAMDIR "/pam_mckd.so", false);
	check_program(d, _("helper"), MCKD_LIBEXECDIR "/mckd-auth", true);
	check_socket(d);
	check_polkit(d);
	if (trial_stale(names, sizeof(names)) > 0)
		found(d, WRONG, _("trial"), "cardtool enable --recover",
		    "%s: on trial, and nobody watches over it any more", names);
}

static enum mckd_err
newest(void *arg, const struct mckd_event *e)
{
	if (e->when > *(int64_t *)arg)
		*(int64_t *)arg = e->when;
	return MCKD_OK;
}

void
doctor_clock(struct doctor *d)
{
	struct timex tx = { .modes = 0 };
	int64_t last = 0, now = (int64_t)time(NULL);
	char when[32];

	if (d->t->store == NULL)
		return;
	if (mckd_store_events(d->t->store, 100, newest, &last) == MCKD_OK &&
	    last > now + CLOCK_SLACK) {
		moment(last, when);
		found(d, WRONG, _("clock"), N_("set it: timedatectl set-ntp true"),
		    "it is behind an event of the store, of %s: figures by date will not fit",
		    when);
	} else if (adjtimex(&tx) == TIME_ERROR) {
		found(d, NOTE, _("clock"),
		    N_("timedatectl set-ntp true, where cards have a mechanism by date"),
		    "not synchronised");
	} else {
		found(d, GOOD, _("clock"), NULL, "synchronised");
	}
}
