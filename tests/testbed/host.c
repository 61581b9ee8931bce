/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bed_host [-k KIND] [-c auth | account | setcred | password] [-C CODE] [-p] [-r HOST] [-s]
 * [-t] SERVICE USER [ANSWER ...]
 * A host of some kind makes one PAM call and prints the code's name, and what the call left
 * behind in the process. -C: the conversation fails with that code. -p: what is said and asked
 * goes to standard error. -r: the session comes from HOST. -s: SIGTERM at the first prompt.
 * -t: the call is made by a thread. USER "-" is none.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <sys/wait.h>
#include <unistd.h>
#include <security/pam_appl.h>

#include "kinds.h"

static const char *const codes[] = {
	[PAM_SUCCESS] = "SUCCESS", [PAM_SYSTEM_ERR] = "SYSTEM_ERR", [PAM_SERVICE_ERR] = "SERVICE_ERR",
	[PAM_BUF_ERR] = "BUF_ERR", [PAM_PERM_DENIED] = "PERM_DENIED", [PAM_AUTH_ERR] = "AUTH_ERR",
	[PAM_AUTHINFO_UNAVAIL] = "AUTHINFO_UNAVAIL", [PAM_USER_UNKNOWN] = "USER_UNKNOWN",
	[PAM_MAXTRIES] = "MAXTRIES", [PAM_NEW_AUTHTOK_REQD] = "NEW_AUTHTOK_REQD",
	[PAM_CONV_ERR] = "CONV_ERR", [PAM_AUTHTOK_ERR] = "AUTHTOK_ERR", [PAM_ABORT] = "ABORT",
	/* What pam_debug says behind a module that said IGNORE. */
	[PAM_MODULE_UNKNOWN] = "IGNORE",
};

struct host {
	const char *kind, *call, *service, *user, *rhost;
	char **answer;
	int conv_rc, print, die, thread, rc;
};

static int
conv(int n, const struct pam_message **msg, struct pam_response **resp, void *arg)
{
	struct host *h = arg;

	if (n != 1)
		return PAM_CONV_ERR;
	*resp = calloc(1, sizeof(**resp));
	if (*resp == NULL)
		return PAM_BUF_ERR;
	if (h->print)
		(void)fprintf(stderr, "%s\n", msg[0]->msg);
	if (msg[0]->msg_style != PAM_PROMPT_ECHO_OFF && msg[0]->msg_style != PAM_PROMPT_ECHO_ON)
		return PAM_SUCCESS;
	if (h->die)
		(void)raise(SIGTERM);
	if (h->conv_rc != PAM_SUCCESS || *h->answer == NULL) {
		free(*resp);
		*resp = NULL;
		return h->conv_rc != PAM_SUCCESS ? h->conv_rc : PAM_CONV_ERR;
	}
	(*resp)->resp = strdup(*h->answer++);
	return PAM_SUCCESS;
}

static void *
call(void *arg)
{
	struct host *h = arg;
	const struct pam_conv c = { conv, h };
	const char *user = strcmp(h->user, "-") == 0 ? NULL : h->user;
	pam_handle_t *p = NULL;

	h->rc = pam_start(h->service, user, &c, &p);
	if (h->rc == PAM_SUCCESS && h->rhost != NULL)
		h->rc = pam_set_item(p, PAM_RHOST, h->rhost);
	if (h->rc != PAM_SUCCESS)
		return NULL;
	if (strcmp(h->call, "auth") == 0)
		h->rc = pam_authenticate(p, 0);
	else if (strcmp(h->call, "account") == 0)
		h->rc = pam_acct_mgmt(p, 0);
	else if (strcmp(h->call, "setcred") == 0)
		h->rc = pam_setcred(p, PAM_ESTABLISH_CRED);
	else
		h->rc = pam_chauthtok(p, 0);
	if (pam_end(p, h->rc) != PAM_SUCCESS)
		h->rc = -1;
	return NULL;
}

static unsigned
open_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned n = 0;

	while (d != NULL && readdir(d) != NULL)
		n++;
	if (d != NULL)
		(void)closedir(d);
	return n;
}

/* syslog's own socket, if the module logs, is the C library's. */
static const char *
left_behind(unsigned fds)
{
	siginfo_t si;

	closelog();
	if (open_fds() != fds)
		return " and another number of open files";
	if (waitid(P_ALL, 0, &si, WEXITED | WNOHANG | WNOWAIT) == 0 || errno != ECHILD)
		return " and a child";
	return "";
}

static int
options(struct host *h, int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "+k:c:C:pr:st")) != -1)
		switch (c) {
		case 'k': h->kind = optarg; break;
		case 'c': h->call = optarg; break;
		case 'C': h->conv_rc = atoi(optarg); break;
		case 'p': h->print = 1; break;
		case 'r': h->rhost = optarg; break;
		case 's': h->die = 1; break;
		case 't': h->thread = 1; break;
		default: return -1;
		}
	if (argc - optind < 2)
		return -1;
	h->service = argv[optind];
	h->user = argv[optind + 1];
	h->answer = argv + optind + 2;
	return 0;
}

int
main(int argc, char **argv)
{
	struct host h = { .kind = "plain", .call = "auth", .conv_rc = PAM_SUCCESS, .rc = -1 };
	const struct kind *k;
	const char *name = NULL, *left;
	pthread_t thread;
	unsigned fds;
	int out;

	if (options(&h, argc, argv) < 0 || (k = kind_named(h.kind)) == NULL)
		return 2;
	/* Some kinds have no fd 1. */
	out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 100);
	if (out < 0 || k->make() != 0)
		return 3;
	fds = open_fds();
	if (!h.thread)
		call(&h);
	else if (pthread_create(&thread, NULL, call, &h) != 0 || pthread_join(thread, NULL) != 0)
		return 3;
	left = left_behind(fds);
	if (h.rc >= 0 && (size_t)h.rc < sizeof(codes) / sizeof(codes[0]))
		name = codes[h.rc];
	if (name != NULL)
		(void)dprintf(out, "%s%s\n", name, left);
	else
		(void)dprintf(out, "%d%s\n", h.rc, left);
	return 0;
}
