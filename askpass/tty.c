/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tty.h"

#include <fcntl.h>
#include <poll.h>
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

/* They end the read, and are taken once the terminal is as it was. */
static const int interrupts[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU };
#define N_INTERRUPTS (sizeof(interrupts) / sizeof(interrupts[0]))
static volatile sig_atomic_t came;

struct held {
	struct sigaction action[N_INTERRUPTS];
	sigset_t mask;
};

static void
note(int signal)
{
	if (came == 0)
		came = signal;
}

/* The last two come of our own use of the terminal: blocked, it would be used all the same. */
static bool
own(int signal)
{
	return signal == SIGTTIN || signal == SIGTTOU;
}

static void
hold(struct held *h)
{
	struct sigaction noted = { .sa_handler = note };	/* no SA_RESTART */
	sigset_t set;

	came = 0;
	(void)sigemptyset(&set);
	for (size_t i = 0; i < N_INTERRUPTS; i++) {
		(void)sigaction(interrupts[i], NULL, &h->action[i]);
		if (h->action[i].sa_handler != SIG_IGN)
			(void)sigaction(interrupts[i], &noted, NULL);
		if (!own(interrupts[i]))
			(void)sigaddset(&set, interrupts[i]);
	}
	(void)sigprocmask(SIG_BLOCK, &set, &h->mask);
}

static void
release(const struct held *h)
{
	for (size_t i = 0; i < N_INTERRUPTS; i++)
		(void)sigaction(interrupts[i], &h->action[i], NULL);
	if (came != 0)
		(void)raise(came);
	(void)sigprocmask(SIG_SETMASK, &h->mask, NULL);
}

/* Signals come in here alone, so that none is missed between looking and waiting. */
static bool
readable(int fd, const struct held *h)
{
	struct pollfd p = { fd, POLLIN, 0 };

	return ppoll(&p, 1, NULL, &h->mask) == 1;
}

static enum ask
read_line(int fd, const struct held *h, char *out, size_t room)
{
	size_t n = 0;
	ssize_t got = 0;
	char c = 0;

	while (n < room && readable(fd, h) && (got = read(fd, &c, 1)) == 1 && c != '\n')
		out[n++] = c;
	if (came != 0 || got != 1 || n == room) {
		explicit_bzero(out, room);
		return ASK_CANCELLED;
	}
	out[n] = '\0';
	return ASK_OK;
}

static enum ask
ask_once(int fd, const char *prompt, bool echo, char *out, size_t room)
{
	enum ask rc = ASK_CANCELLED;
	struct termios old, quiet;
	struct held h;

	if (tcgetattr(fd, &old) != 0)
		return ASK_NOBODY;
	/* A signal between would leave the terminal mute. */
	hold(&h);
	quiet = old;
	if (!echo)
		quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	/* Mute before it is asked: who is quick would be shown, and not heard. */
	if (tcsetattr(fd, TCSAFLUSH, &quiet) == 0) {
		put_foreign(fd, prompt);
		rc = read_line(fd, &h, out, room);
		(void)tcsetattr(fd, TCSAFLUSH, &old);
		if (!echo)
			put(fd, "\n");
	}
	release(&h);
	return rc;
}

enum ask
ask_tty(const char *prompt, bool echo, char *out, size_t room)
{
	int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	enum ask rc;

	if (fd < 0)
		return ASK_NOBODY;
	do
		rc = ask_once(fd, prompt, echo, out, room);
	while (rc == ASK_CANCELLED && (came == SIGTSTP || own(came)));
	(void)close(fd);
	return rc;
}
