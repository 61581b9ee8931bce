/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine_openssl.h"
#include "vcard_file.h"
#include "vcard_link.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <libintl.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "0.1.0"
#endif
#define _(text) gettext(text)
#define BACKOFF_FIRST 20
#define BACKOFF_MOST 1000

struct options {
	uint16_t port;
	bool create, control, t0;
	int refuse;
	const char *key_file, *pidfile, *log, *trace, *state;
};

static const char usage[] =
    N_("usage: mckd-vcard [--port N] [--new [--transport-key-file FILE]] [--control] [--t0]\n"
    "                  [--pidfile FILE] [--log FILE] [--trace FILE]\n"
    "                  [--refuse INS] STATEFILE\n");
static const char help[] =
    N_("A virtual card for pcscd's vpcd reader.\n\n"
    "  -p, --port N                   vpcd's port on 127.0.0.1 (35963)\n"
    "  -n, --new                      make a blank card; its transport key is printed once\n"
    "  -k, --transport-key-file FILE  write that key into FILE (mode 0600) instead\n"
    "  -c, --control                  take the lines insert, remove, quit from stdin\n"
    "      --t0                       answer as over T=0: 61xx, 6Cxx\n"
    "      --pidfile FILE             write the process id into FILE\n"
    "  -l, --log FILE                 append messages to FILE instead of stderr\n"
    "      --trace FILE               append INS, Lc, answer length, SW of each APDU\n"
    "      --refuse INS               answer 6581 to that command, as a worn card would\n"
    "  -h, --help    -V, --version\n\n"
    "SIGUSR1 takes the card out, SIGUSR2 puts it in, SIGTERM ends.\n");

static void
bad_usage(const char *why, const char *what)
{
	if (why != NULL)
		warnx("%s: %s", why, what);
	fputs(_(usage), stderr);
	exit(2);
}

static uint16_t
port_number(const char *s)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(s, &end, 10);
	if (*s < '0' || *s > '9' || *end != '\0' || errno != 0 || n < 1 || n > 65535)
		bad_usage(_("not a port"), s);
	return (uint16_t)n;
}

static int
ins_number(const char *s)
{
	unsigned n = 0x100;
	char end;

	if (strlen(s) != 2 || sscanf(s, "%2x%c", &n, &end) != 1 || n > 0xff)
		bad_usage(_("not an INS of two hex digits"), s);
	return (int)n;
}

static void
parse(int argc, char **argv, struct options *o)
{
	enum { T0 = 256, PIDFILE, TRACE, REFUSE };
	static const struct option longs[] = {
		{ "port", required_argument, NULL, 'p' }, { "new", no_argument, NULL, 'n' },
		{ "transport-key-file", required_argument, NULL, 'k' },
		{ "control", no_argument, NULL, 'c' }, { "t0", no_argument, NULL, T0 },
		{ "pidfile", required_argument, NULL, PIDFILE },
		{ "log", required_argument, NULL, 'l' }, { "trace", required_argument, NULL, TRACE },
		{ "refuse", required_argument, NULL, REFUSE },
		{ "help", no_argument, NULL, 'h' }, { "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int opt;

	while ((opt = getopt_long(argc, argv, "p:nk:cl:hV", longs, NULL)) != -1) {
		switch (opt) {
		case 'p': o->port = port_number(optarg); break;
		case 'n': o->create = true; break;
		case 'k': o->key_file = optarg; break;
		case 'c': o->control = true; break;
		case T0: o->t0 = true; break;
		case PIDFILE: o->pidfile = optarg; break;
		case 'l': o->log = optarg; break;
		case TRACE: o->trace = optarg; break;
		case REFUSE: o->refuse = ins_number(optarg); break;
		case 'h': printf("%s%s", _(usage), _(help)); exit(0);
		case 'V': puts("mckd-vcard " PACKAGE_VERSION); exit(0);
		default: bad_usage(NULL, NULL);
		}
	}
	if (argc - optind != 1)
		bad_usage(_("one STATEFILE is wanted"), argc > optind ? _("more than one given") : _("none given"));
	if (o->key_file != NULL && !o->create)
		bad_usage(_("only with --new"), "--transport-key-file");
	o->state = argv[optind];
}

static int
open_append(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	if (fd < 0)
		err(1, "%s", path);
	return fd;
}

static void
write_file(const char *path, const char *text, bool secret)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC | (secret ? O_EXCL : O_TRUNC),
	    secret ? 0600 : 0644);
	ssize_t len = (ssize_t)strlen(text);

	if (fd < 0 || write(fd, text, (size_t)len) != len || (secret && fsync(fd) != 0) || close(fd) != 0)
		err(1, "%s", path);
}

/* The key is out before the card exists: a card nobody has the key to is scrap. */
static void
make_card(struct card *card, const struct options *o)
{
	uint8_t key[CARD_KEY_LEN];
	char hex[2 * CARD_KEY_LEN + 2];

	if (!card->engine->random(card->engine->arg, key, sizeof(key)))
		errx(1, "%s", _("no random numbers"));
	for (size_t i = 0; i < sizeof(key); i++)
		snprintf(hex + 2 * i, 3, "%02x", key[i]);
	hex[2 * CARD_KEY_LEN] = '\n';
	hex[2 * CARD_KEY_LEN + 1] = '\0';
	if (o->key_file != NULL)
		write_file(o->key_file, hex, true);
	else if (fputs(hex, stdout) == EOF || fflush(stdout) != 0)
		err(1, "%s", _("standard output"));
	if (!card_install(card, key)) {
		int why = errno;

		if (o->key_file != NULL)
			(void)unlink(o->key_file);
		errno = why;
		err(1, "%s", o->state);
	}
	explicit_bzero(key, sizeof(key));
	explicit_bzero(hex, sizeof(hex));
}

static int
signals(void)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
		err(1, "sigprocmask");
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		err(1, "signalfd");
	return fd;
}

struct run {
	struct vcard_link *link;
	bool in, end;
	int backoff;
	char line[32];
	size_t line_len;
};

static void
insert(struct run *r, bool in)
{
	r->in = in;
	r->backoff = 0;
	if (!in)
		vcard_link_close(r->link);
}

static void
on_signal(struct run *r, int fd)
{
	struct signalfd_siginfo info;

	while (read(fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGUSR1 || info.ssi_signo == SIGUSR2)
			insert(r, info.ssi_signo == SIGUSR2);
		else
			r->end = true;
	}
}

static void
on_line(struct run *r)
{
	if (strcmp(r->line, "insert") == 0)
		insert(r, true);
	else if (strcmp(r->line, "remove") == 0)
		insert(r, false);
	else if (strcmp(r->line, "quit") == 0)
		r->end = true;
	else
		warnx(_("not a command (insert, remove, quit): %s"), r->line);
}

/* The end of stdin is quit: the card goes with whoever drives it. */
static void
on_control(struct run *r)
{
	char buf[64];
	ssize_t n = read(STDIN_FILENO, buf, sizeof(buf));

	if (n <= 0) {
		r->end = n == 0 || errno != EINTR;
		return;
	}
	for (ssize_t i = 0; i < n && !r->end; i++) {
		if (buf[i] == '\n') {
			r->line[r->line_len] = '\0';
			r->line_len = 0;
			on_line(r);
		} else if (r->line_len + 1 < sizeof(r->line)) {
			r->line[r->line_len++] = buf[i];
		}
	}
}

/* pcscd may come later than the card, or be restarted under it. */
static void
reconnect(struct run *r)
{
	int before = r->backoff;

	if (!r->in || r->link->sock >= 0)
		return;
	if (vcard_link_connect(r->link)) {
		r->backoff = 0;
		return;
	}
	vcard_link_close(r->link);
	r->backoff = before == 0 ? BACKOFF_FIRST : before * 2;
	if (r->backoff < BACKOFF_MOST)
		return;
	r->backoff = BACKOFF_MOST;
	if (before < BACKOFF_MOST)
		warnx(_("no vpcd on port %u yet: is pcscd running, and vpcd's driver installed?"), r->link->port);
}

static void
serve(struct vcard_link *link, int sigfd, bool control)
{
	struct run r = { .link = link, .in = true };

	while (!r.end) {
		struct pollfd fds[3];

		reconnect(&r);
		fds[0] = (struct pollfd){ .fd = sigfd, .events = POLLIN };
		fds[1] = (struct pollfd){ .fd = link->sock, .events = POLLIN };
		fds[2] = (struct pollfd){ .fd = control ? STDIN_FILENO : -1, .events = POLLIN };
		if (poll(fds, 3, r.in && link->sock < 0 ? r.backoff : -1) < 0) {
			if (errno == EINTR)
				continue;
			err(1, "poll");
		}
		if (fds[1].revents != 0 && !vcard_link_serve(link)) {
			vcard_link_close(link);
			r.backoff = BACKOFF_FIRST;
			warnx("%s", _("the reader went away"));
		}
		if (fds[0].revents != 0)
			on_signal(&r, sigfd);
		if (fds[2].revents != 0)
			on_control(&r);
	}
	vcard_link_close(link);
}

int
main(int argc, char **argv)
{
	struct options o = { .port = 35963, .refuse = -1 };
	struct card_engine engine;
	struct vcard_file file;
	struct vcard_link link = { .sock = -1, .trace = -1, .refuse = -1 };
	struct card_nvm nvm;
	struct card card;
	const char *wrong;
	char pid[32];
	int sigfd;

	(void)setlocale(LC_CTYPE, "");
	(void)setlocale(LC_MESSAGES, "");
	(void)bindtextdomain("pam_mckd", MCKD_LOCALEDIR);
	(void)textdomain("pam_mckd");
	parse(argc, argv, &o);
	umask(077);
	(void)prctl(PR_SET_DUMPABLE, 0);
	if (o.log != NULL && dup2(open_append(o.log), STDERR_FILENO) < 0)
		err(1, "%s", o.log);
	sigfd = signals();
	wrong = vcard_file_open(&file, o.state, o.create);
	if (wrong != NULL && errno == EWOULDBLOCK)
		errx(1, "%s: %s", o.state, _(wrong));
	if (wrong != NULL)
		err(1, "%s: %s", o.state, _(wrong));
	if (!card_engine_openssl(&engine))
		errx(1, "%s", _("OpenSSL does not work"));
	vcard_file_nvm(&file, &nvm);
	card_init(&card, &engine, &nvm);
	if (o.create)
		make_card(&card, &o);
	else if (!card_reset(&card))
		errx(1, "%s: %s", o.state, _("not a card's state"));
	if (o.trace != NULL)
		link.trace = open_append(o.trace);
	if (o.pidfile != NULL) {
		snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());
		write_file(o.pidfile, pid, false);
	}
	link.card = &card;
	link.port = o.port;
	link.t0 = o.t0;
	link.refuse = o.refuse;
	serve(&link, sigfd, o.control);
	if (o.pidfile != NULL)
		(void)unlink(o.pidfile);
	vcard_file_close(&file);
	card_engine_openssl_free(&engine);
	explicit_bzero(&card, sizeof(card));
	return 0;
}
