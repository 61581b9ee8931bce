/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask.h"
#include "intl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SSH_ASKPASS "/usr/bin/ssh-askpass"

/* A fallback that is this program would call itself for ever. */
static bool
usable(const char *path)
{
	struct stat it, me;

	return path[0] == '/' && access(path, X_OK) == 0 && stat(path, &it) == 0 &&
	    stat("/proc/self/exe", &me) == 0 && (it.st_dev != me.st_dev || it.st_ino != me.st_ino);
}

static int
on_tty(const char *prompt)
{
	const char *hint = getenv("SSH_ASKPASS_PROMPT");
	bool confirm = hint != NULL && strcmp(hint, "confirm") == 0;
	char answer[ASK_MAX] = "", text[2 * ASK_MAX];
	int rc = 1;

	(void)snprintf(text, sizeof(text), "%s%s", prompt, confirm ? _(" (yes/no) ") : "");
	switch (ask_tty(text, confirm, answer, sizeof(answer))) {
	case ASK_OK:
		if (confirm)
			rc = strcasecmp(answer, "yes") != 0;
		else
			rc = printf("%s\n", answer) < 0 || fflush(stdout) != 0;
		break;
	case ASK_CANCELLED:
		break;
	case ASK_NOBODY:
		say("there is no terminal to ask on, and no other askpass (MCKD_ASKPASS_FALLBACK): %s",
		    strerror(errno));
		break;
	}
	explicit_bzero(answer, sizeof(answer));
	return rc;
}

int
fallback(const char *prompt)
{
	const char *path = getenv("MCKD_ASKPASS_FALLBACK");

	if (path != NULL && path[0] != '\0' && !usable(path)) {
		say("MCKD_ASKPASS_FALLBACK=%s: not another program that can be run", path);
		return 1;
	}
	if ((path == NULL || path[0] == '\0') && usable(SSH_ASKPASS) &&
	    (getenv("DISPLAY") != NULL || getenv("WAYLAND_DISPLAY") != NULL))
		path = SSH_ASKPASS;
	if (path == NULL || path[0] == '\0')
		return on_tty(prompt);
	(void)execl(path, path, prompt, (char *)NULL);
	say("%s: %s", path, strerror(errno));
	return 1;
}
