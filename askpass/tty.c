/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static void
put(int fd, const char *text)
{
	for (size_t left = strlen(text); left > 0;) {
		ssize_t n = write(fd, text, left);

		if (n <= 0)
			return;
		text += n;
		left -= (size_t)n;
	}
}

/* What ssh passes on may come from the other side: nothing that moves a cursor. */
static void
put_foreign(int fd, const char *text)
{
	char c[2] = "";

	for (; *text != '\0'; text++) {
		c[0] = ((unsigned char)*text < 0x20 && *text != '\n') || *text == 0x7f ? '?' : *text;
		put(fd, c);
	}
}

/* readpassphrase(3)'s way: they end the read, and are taken once the terminal is as it was. */
static const int fatal[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU };
#define N_FATAL (sizeof(fatal) / sizeof(fatal[0]))
static volatile sig_atomic_t came;

static void
note(int signal)
{
	came = signal;
}

static void
hold(struct sigaction before[static N_FATAL])
{
	struct sigaction noted = { .sa_handler = note };	/* no SA_RESTART */

	came = 0;
	for (size_t i = 0; i < N_FATAL; i++)
		(void)sigaction(fatal[i], &noted, &before[i]);
}

static void
release(const struct sigaction before[static N_FATAL])
{
	for (size_t i = 0; i < N_FATAL; i++)
		(void)sigaction(fatal[i], &before[i], NULL);
	if (came != 0)
		(void)raise(came);
}

static enum ask
read_line(int fd, char out[static ASK_MAX])
{
	size_t n = 0;
	ssize_t got = 0;
	char c = 0;

	while (came == 0 && (got = read(fd, &c, 1)) == 1 && c != '\n' && n < ASK_MAX)
		out[n++] = c;
	if (came != 0 || got != 1 || n == ASK_MAX) {
		explicit_bzero(out, ASK_MAX);
		return ASK_CANCELLED;
	}
	out[n] = '\0';
	return ASK_OK;
}

enum ask
ask_tty(const char *prompt, bool echo, char out[static ASK_MAX])
{
	int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	enum ask rc = ASK_NOBODY;
	struct sigaction before[N_FATAL];
	struct termios old, quiet;

	if (fd < 0)
		return ASK_NOBODY;
	if (tcgetattr(fd, &old) != 0)
		goto out;
	/* A signal between would leave the terminal mute. */
	hold(before);
	quiet = old;
	if (!echo)
		quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	/* Mute before it is asked: who is quick would be shown, and not heard. */
	if (tcsetattr(fd, TCSAFLUSH, &quiet) == 0) {
		put_foreign(fd, prompt);
		rc = read_line(fd, out);
		(void)tcsetattr(fd, TCSAFLUSH, &old);
	}
	if (!echo)
		put(fd, "\n");
	release(before);
out:
	(void)close(fd);
	return rc;
}
