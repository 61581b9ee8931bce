/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tty.h"
#include "ui.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool
have_terminal(void)
{
	int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

int
ask_secret(const char *prompt, char out[static SECRET_MAX])
{
	char text[256];

	(void)snprintf(text, sizeof(text), "%s: ", prompt);
	switch (ask_tty(text, false, out, SECRET_MAX)) {
	case ASK_OK:
		return -1;
	case ASK_CANCELLED:
		say("no %s was read", prompt);
		break;
	case ASK_NOBODY:
		say("there is no terminal to ask for the %s; give it by file or descriptor", prompt);
		break;
	}
	return EX_OTHER;
}

bool
secret_given(const struct secret_source *from)
{
	return from->file != NULL || from->fd >= 0;
}

int
secret_fd(struct tool *t, struct secret_source *from, const char *text)
{
	unsigned long v = 0;

	if (!number(text, 1023, &v) && strcmp(text, "0") != 0)
		return tool_usage(t, "%s is not a descriptor", text);
	from->fd = (int)v;
	return -1;
}

int
secret_read(const struct secret_source *from, char *out, size_t room)
{
	int fd = from->fd, rc = EX_OTHER;
	size_t n = 0;
	ssize_t got = 0;

	if (from->file != NULL && from->fd >= 0) {
		say("%s: either a file or a descriptor", from->file);
		return EX_WRONG_USAGE;
	}
	if (from->file != NULL && (fd = open(from->file, O_RDONLY | O_NOCTTY | O_CLOEXEC)) < 0) {
		say("%s: %s", from->file, strerror(errno));
		return EX_OTHER;
	}
	while (n < room && (got = read(fd, out + n, room - n)) > 0)
		n += (size_t)got;
	if (got < 0)
		say("%s: %s", from->file != NULL ? from->file : _("the descriptor"), strerror(errno));
	else if (n == room)
		say("%s: too long", from->file != NULL ? from->file : _("the descriptor"));
	else
		rc = -1;
	if (rc == -1) {
		if (n > 0 && out[n - 1] == '\n')
			n--;
		out[n] = '\0';
		if (strlen(out) != n) {
			say("%s: contains a NUL", from->file != NULL ? from->file : _("the descriptor"));
			rc = EX_OTHER;
		}
	}
	if (from->file != NULL)
		close(fd);
	if (rc != -1)
		mckd_wipe(out, room);
	return rc;
}

int
secret_get(const struct secret_source *from, const char *prompt, bool new, char out[static SECRET_MAX])
{
	char again[SECRET_MAX], text[128];
	int rc;

	if (secret_given(from))
		return secret_read(from, out, SECRET_MAX);
	if ((rc = ask_secret(prompt, out)) != -1 || !new)
		return rc;
	snprintf(text, sizeof(text), _("%s again"), prompt);
	if ((rc = ask_secret(text, again)) == -1 && strcmp(out, again) != 0) {
		say("the two are not the same");
		rc = EX_OTHER;
	}
	mckd_wipe(again, sizeof(again));
	if (rc != -1)
		mckd_wipe(out, SECRET_MAX);
	return rc;
}

enum mckd_err
secret_digits(unsigned n, char *out)
{
	enum mckd_err e = MCKD_OK;
	uint8_t v;

	for (unsigned i = 0; i < n;) {
		if ((e = mckd_random(&v, 1)) != MCKD_OK)
			break;
		if (v < 250)
			out[i++] = (char)('0' + v % 10);
	}
	out[e == MCKD_OK ? n : 0] = '\0';
	return e;
}
