/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ui.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "log.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "0.1.0"
#endif

static const struct verb *const verbs[] = {
	&verb_init, &verb_provision, &verb_list, &verb_show, &verb_readers, &verb_verify,
	&verb_assign, &verb_unassign, &verb_rotate, &verb_application, &verb_pin, &verb_revoke, &verb_suspend,
	&verb_resume, &verb_import, &verb_export, &verb_log, &verb_secret, &verb_sign,
	&verb_verify_signature, &verb_host, &verb_doctor, &verb_enable,
	&verb_respond, &verb_account,
};
#define N_VERBS (sizeof(verbs) / sizeof(verbs[0]))

static void
help(FILE *to)
{
	fputs(_("usage: cardtool [--store DIR] [--key FILE] [--config FILE] VERB [ARGUMENT ...]\n\n"), to);
	for (size_t i = 0; i < N_VERBS; i++)
		fprintf(to, "  %-16s %s\n", verbs[i]->name, _(verbs[i]->summary));
	fputs(_("\ncardtool VERB --help says more; so does cardtool(8).\n"), to);
}

static int
try_help(const struct tool *t)
{
	fprintf(stderr, _("Try: cardtool%s%s --help\n"), t->verb != NULL ? " " : "",
	    t->verb != NULL ? t->verb->name : "");
	return EX_WRONG_USAGE;
}

int
tool_usage(const struct tool *t, const char *format, ...)
{
	va_list ap;

	fputs("cardtool: ", stderr);
	va_start(ap, format);
	vfprintf(stderr, gettext(format), ap);
	va_end(ap);
	fputc('\n', stderr);
	return try_help(t);
}

int
tool_option(struct tool *t, int c)
{
	switch (c) {
	case OPT_STORE:
		t->store_dir = optarg;
		return -1;
	case OPT_KEY:
		t->key = optarg;
		return -1;
	case OPT_CONFIG:
		t->config = optarg;
		return -1;
	case OPT_READER:
		t->reader = optarg;
		return -1;
	case OPT_JSON:
		t->json = true;
		return -1;
	case OPT_FORCE:
		t->force = true;
		return -1;
	case OPT_HELP:
		if (t->verb != NULL)
			printf(_("usage: cardtool %s %s"), t->verb->name, _(t->verb->usage));
		else
			help(stdout);
		return EX_DONE;
	default:
		return try_help(t);
	}
}

int
tool_options(struct tool *t, int argc, char **argv, const struct option *options, int min, int max)
{
	int c, rc;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1)
		if ((rc = tool_option(t, c)) != -1)
			return rc;
	if (argc - optind < min)
		return tool_usage(t, "%s: an argument is missing", t->verb->name);
	if (argc - optind > max)
		return tool_usage(t, "%s: one argument too many: %s", t->verb->name, argv[optind + max]);
	return -1;
}

int
tool_conf(struct tool *t)
{
	const char *path = t->config != NULL ? t->config : MCKD_SYSCONFDIR "/mckd.conf";
	char why[MCKD_WHY] = "";
	enum mckd_err e;

	mckd_conf_default(&t->conf);
	if (t->config != NULL && access(t->config, F_OK) != 0) {
		say("%s: %s", t->config, strerror(errno));
		return EX_OTHER;
	}
	if ((e = mckd_conf_read(&t->conf, path, why)) != MCKD_OK) {
		say("%s", why[0] != '\0' ? why : _(mckd_err_str(e)));
		return exit_of(e);
	}
	if (t->store_dir == NULL)
		t->store_dir = t->conf.store;
	if (t->key == NULL)
		t->key = t->conf.key;
	if (t->reader == NULL && t->conf.reader[0] != '\0')
		t->reader = t->conf.reader;
	return -1;
}

int
tool_open(struct tool *t, enum mckd_store_mode mode)
{
	char why[MCKD_WHY] = "";
	enum mckd_err e;
	int rc;

	if ((rc = tool_conf(t)) != -1)
		return rc;
	e = mckd_store_open(t->store_dir, t->key, mode, &t->store, why);
	if (e == MCKD_OK) {
		mckd_store_keep_events(t->store, t->conf.events_max, t->conf.events_days);
		return -1;
	}
	if (e == MCKD_E_STORE_EXISTS)
		say("%s: %s", t->store_dir, why);
	else
		say("%s", why[0] != '\0' ? why : _(mckd_err_str(e)));
	if (e == MCKD_E_STORE_ABSENT)
		say("cardtool init makes one");
	else if (e == MCKD_E_STORE_UNTRUSTED && geteuid() != 0)
		say("you are not root, whose store it is: run this as root");
	return exit_of(e);
}

/* A file that is opened must not stand where output goes: what is closed is opened, and refuses it. */
static bool
hold_standard(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", (fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) | O_NOCTTY) != fd)
			return false;
	return true;
}

static const struct verb *
find_verb(const char *name)
{
	for (size_t i = 0; i < N_VERBS; i++)
		if (strcmp(verbs[i]->name, name) == 0)
			return verbs[i];
	return NULL;
}

static int
run(struct tool *t, int argc, char **argv)
{
	char name[64], help_of[] = "--help";
	int rc;

	/* "help VERB" is "VERB --help". */
	if (strcmp(argv[0], "help") == 0) {
		if (argc == 1)
			return tool_option(t, OPT_HELP);
		argv[0] = argv[1];
		argv[1] = help_of;
	}
	if ((t->verb = find_verb(argv[0])) == NULL)
		return tool_usage(t, "no verb %s", argv[0]);
	/* getopt's own words begin with it. */
	snprintf(name, sizeof(name), "cardtool %s", t->verb->name);
	argv[0] = name;
	optind = 0;
	rc = t->verb->run(t, argc, argv);
	if (fflush(stdout) != 0 && rc == EX_DONE) {
		say("%s: %s", _("standard output"), strerror(errno));
		rc = EX_OTHER;
	}
	return rc;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		COMMON_OPTIONS, { "version", no_argument, NULL, 'V' }, OPTIONS_END
	};
	const struct rlimit none = { 0, 0 };
	struct tool t = { .verb = NULL };
	int c, rc;

	if (!hold_standard())
		return EX_OTHER;
	/* Keys are in this memory: no core, no debugger of another process. */
	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	mckd_intl_start();
	mckd_log_open("cardtool");
	while ((c = getopt_long(argc, argv, "+hV", options, NULL)) != -1) {
		if (c == 'V') {
			printf("cardtool (pam_mckd) " PACKAGE_VERSION "\n");
			return EX_DONE;
		}
		if ((rc = tool_option(&t, c == 'h' ? OPT_HELP : c)) != -1)
			return rc;
	}
	if (optind >= argc) {
		help(stderr);
		return EX_WRONG_USAGE;
	}
	rc = run(&t, argc - optind, argv + optind);
	mckd_store_close(t.store);
	return rc;
}
