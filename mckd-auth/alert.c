/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "auth.h"

#include <spawn.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "log.h"

/* The shell waits for systemctl's word: this process ends with the login. */
static char script[] = "/usr/bin/systemctl --quiet --no-ask-password --no-block start -- \"$0\" ||"
    " exec /usr/bin/logger -t mckd-auth -p authpriv.alert -- \"the duress unit $0 could not be started\"";

void
mckd_alert(const char *unit)
{
	char sh[] = "sh", command[] = "-c", name[MCKD_CONF_TEXT], *argv[] = { sh, command, script, name, NULL };
	char *none[] = { NULL };
	posix_spawn_file_actions_t files;
	pid_t pid;
	int e;

	memcpy(name, unit, strlen(unit) + 1);
	if ((e = posix_spawn_file_actions_init(&files)) == 0) {
		e = posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
		if (e == 0)
			e = posix_spawn(&pid, "/bin/sh", &files, NULL, argv, none);
		(void)posix_spawn_file_actions_destroy(&files);
	}
	if (e != 0)
		mckd_log(LOG_ALERT, "the duress unit %s could not be started: %s", unit, strerror(e));
}
