/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stands where mckd-auth stands and does what the module's options say: ask=N, tell=N,
 * pad=SECONDS, verdict=N, want=ANSWER (SUCCESS only for it), once=FILE (hang up at the first prompt, the
 * first time), do=... for what no mckd-auth does, U= K= C= P= fields of the verdict.
 * It checks what it was born with, and answers ABORT where that is wrong.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <security/_pam_types.h>

#include "wire.h"

extern char **environ;

struct start {
	char mode, user[300], pass[600], language[64];
	char option[32][600];
	unsigned noptions;
};

static const char *
option(const struct start *s, const char *name)
{
	size_t n = strlen(name);
	unsigned i;

	for (i = 0; i < s->noptions; i++)
		if (strncmp(s->option[i], name, n) == 0 && s->option[i][n] == '=')
			return s->option[i] + n + 1;
	return NULL;
}

static int
number(const struct start *s, const char *name, int otherwise)
{
	const char *v = option(s, name);

	return v == NULL ? otherwise : atoi(v);
}

static int
born_clean(void)
{
	static const int signals[] = { SIGCHLD, SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGALRM, SIGUSR1 };
	struct dirent *e;
	sigset_t mask;
	size_t i;
	DIR *dir;
	int ok = environ == NULL || environ[0] == NULL;

	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		struct sigaction sa;

		(void)sigaction(signals[i], NULL, &sa);
		ok = ok && sa.sa_handler == SIG_DFL;
	}
	(void)sigprocmask(SIG_SETMASK, NULL, &mask);
	for (i = 1; i < 32; i++)
		ok = ok && sigismember(&mask, (int)i) == 0;
	dir = opendir("/proc/self/fd");
	while (dir != NULL && (e = readdir(dir)) != NULL)
		ok = ok && (e->d_name[0] == '.' || atoi(e->d_name) == STDIN_FILENO ||
			       atoi(e->d_name) == dirfd(dir));
	if (dir != NULL)
		(void)closedir(dir);
	return ok;
}

static void
copy(char *to, size_t room, const uint8_t *v, size_t n)
{
	(void)snprintf(to, room, "%.*s", (int)n, (const char *)v);
}

static int
read_start(struct start *s)
{
	static uint8_t body[MCKD_WIRE_MAX];
	size_t len = sizeof(body), at = 0, n;
	const uint8_t *v;
	uint8_t type, tag;
	int more;

	if (mckd_wire_recv(0, &type, body, &len, 10000) < 0 || type != MCKD_WIRE_START)
		return -1;
	while ((more = mckd_wire_next(body, len, &at, &tag, &v, &n)) > 0) {
		if (tag == 'm' && n == 1)
			s->mode = (char)v[0];
		else if (tag == 'u')
			copy(s->user, sizeof(s->user), v, n);
		else if (tag == 'p')
			copy(s->pass, sizeof(s->pass), v, n);
		else if (tag == 'l')
			copy(s->language, sizeof(s->language), v, n);
		else if (tag == 'o' && s->noptions < 32)
			copy(s->option[s->noptions++], sizeof(s->option[0]), v, n);
	}
	return more;
}

static void
raw(const void *bytes, size_t len)
{
	if (send(0, bytes, len, MSG_NOSIGNAL) < 0)
		exit(1);
}

static void
hang(void)
{
	sigset_t all;

	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, NULL);
	for (;;)
		(void)pause();
}

/* What no mckd-auth does. */
static void
misbehave(const struct start *s)
{
	static const uint8_t huge[] = { 'V', 0xff, 0xff, 0 }, cut[] = { 'V', 0, 9, 0 };
	static const uint8_t noise[] = { 0xde, 0, 2, 1, 2 }, empty[] = { 'V', 0, 0 };
	static const uint8_t twice[] = { 'V', 0, 1, 0, 'V', 0, 1, 0 }, half[] = { 'V', 0 };
	static const uint8_t field[] = { 'V', 0, 4, 0, 'U', 0, 9 }, ask[] = { 'Q', 0, 0 };
	static const uint8_t pad[] = { 'P', 0, 0 }, pads[] = { 'P', 0, 2, 1, 1 };
	static const uint8_t nul[] = { 'Q', 0, 4, 0, 'P', 0, 'N' }, echo[] = { 'Q', 0, 2, 2, 'P' };
	const char *what = option(s, "do");
#define DO(x) \
	if (what != NULL && strcmp(what, #x) == 0) { \
		raw(x, sizeof(x)); \
		exit(0); \
	}
	DO(huge)
	DO(cut)
	DO(noise)
	DO(empty)
	DO(twice)
	DO(half)
	DO(field)
	DO(ask)
	DO(nul)
	DO(echo)
	DO(pad)
	DO(pads)
#undef DO
	if (what != NULL && strcmp(what, "eof") == 0)
		exit(0);
	if (what != NULL && strcmp(what, "hang") == 0)
		hang();
}

static void
say(uint8_t type, uint8_t flag, const char *text)
{
	uint8_t body[600] = { flag };
	size_t n = strlen(text);

	memcpy(body + 1, text, n);
	if (mckd_wire_send(0, type, body, n + 1, 10000) < 0)
		exit(1);
}

static void
dialogue(const struct start *s, char *answer, size_t room)
{
	const char *once = option(s, "once");
	int i, n = number(s, "tell", 0);

	for (i = 0; i < n; i++)
		say(MCKD_WIRE_TELL, (uint8_t)(i & 1), "Insert the card");
	if ((n = number(s, "pad", 0)) > 0) {
		const uint8_t seconds = (uint8_t)n;

		if (mckd_wire_send(0, MCKD_WIRE_PAD, &seconds, 1, 10000) < 0)
			exit(1);
	}
	n = number(s, "ask", 0);
	for (i = 0; i < n; i++) {
		size_t len = room - 1;
		uint8_t type;
		int fd;

		say(MCKD_WIRE_ASK, 0, "PIN: ");
		fd = once == NULL ? -1 : open(once, O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (fd >= 0 || (option(s, "do") != NULL && strcmp(option(s, "do"), "leave") == 0))
			exit(0);
		if (mckd_wire_recv(0, &type, answer, &len, -1) < 0 || type != MCKD_WIRE_ANSWER)
			exit(1);
		answer[len] = '\0';
	}
	if (option(s, "then") != NULL && strcmp(option(s, "then"), "eof") == 0)
		exit(0);
	if (option(s, "then") != NULL)
		hang();
}

int
main(void)
{
	static struct start s;
	char answer[MCKD_WIRE_ANSWER_MAX + 1] = "";
	const char *tags = "UKCP", *want;
	uint8_t body[MCKD_WIRE_MAX];
	size_t len = 1;
	int clean = born_clean();

	if (read_start(&s) < 0)
		return 1;
	misbehave(&s);
	if (s.pass[0] != '\0')
		(void)snprintf(answer, sizeof(answer), "%.512s", s.pass);
	dialogue(&s, answer, sizeof(answer));
	want = option(&s, "want");
	body[0] = (uint8_t)number(&s, "verdict", 0);
	if (want != NULL && strcmp(want, answer) != 0)
		body[0] = PAM_MAXTRIES;
	if (option(&s, "mode") != NULL && option(&s, "mode")[0] != s.mode)
		body[0] = PAM_ABORT;
	if (option(&s, "language") != NULL && strcmp(option(&s, "language"), s.language) != 0)
		body[0] = PAM_ABORT;
	if (!clean)
		body[0] = PAM_ABORT;
	for (; *tags != '\0'; tags++) {
		const char name[2] = { *tags, '\0' };
		const char *v = option(&s, name);

		if (v != NULL &&
		    mckd_wire_put(body, sizeof(body), &len, (uint8_t)*tags, v, strlen(v)) < 0)
			return 1;
	}
	return mckd_wire_send(0, MCKD_WIRE_VERDICT, body, len, 10000) < 0;
}
