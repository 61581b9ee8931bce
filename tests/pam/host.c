/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host.h"

char host_dir[] = "/tmp/mckd-pam-XXXXXX";

static int
conv(int n, const struct pam_message **msg, struct pam_response **resp, void *arg)
{
	struct host *h = arg;
	int style = msg[0]->msg_style;
	int asks = style == PAM_PROMPT_ECHO_OFF || style == PAM_PROMPT_ECHO_ON;

	if (n != 1)
		abort();
	if (asks)
		h->asked++;
	else
		h->told++;
	(void)snprintf(h->prompt, sizeof(h->prompt), "%s", msg[0]->msg);
	if (asks && h->die_at_prompt)
		(void)raise(SIGTERM);
	if (!asks && h->fail_tell)
		return PAM_CONV_ERR;
	if (asks && h->conv_rc != PAM_SUCCESS) {
		/* Some hosts leave a stale pointer behind. */
		*resp = (struct pam_response *)(void *)h;
		return h->conv_rc;
	}
	if (asks && h->null_resp)
		return PAM_SUCCESS;
	*resp = calloc(1, sizeof(**resp));
	if (asks && h->answer != NULL)
		(*resp)->resp = strdup(h->answer);
	return PAM_SUCCESS;
}

/* A module that says IGNORE leaves the word to pam_debug, which says what no other does. */
static void
write_service(const struct host *h, const char *options)
{
	static const char *const kinds[] = { "auth", "account", "password", "session" };
	const char *so = h->so != NULL ? h->so : MCKD_FAKE_SO;
	char path[64];
	size_t i;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/mckd-test", host_dir);
	f = fopen(path, "we");
	if (f == NULL)
		abort();
	for (i = 0; i < 4; i++) {
		(void)fprintf(f, "%s [default=die success=%s ignore=ignore] %s %s\n", kinds[i],
		    h->second != NULL ? "ok" : "done", so, options);
		if (h->second != NULL)
			(void)fprintf(f, "%s [default=die success=done ignore=ignore] %s %s\n",
			    kinds[i], so, h->second);
		(void)fprintf(f, "%s required pam_debug.so auth=module_unknown acct=module_unknown "
		    "prechauthtok=module_unknown open_session=module_unknown "
		    "close_session=module_unknown\n", kinds[i]);
	}
	if (fclose(f) != 0)
		abort();
}

static void
keep(char *to, size_t room, const void *v)
{
	(void)snprintf(to, room, "%s", v == NULL ? "" : (const char *)v);
}

static void
look(pam_handle_t *p, struct host *h)
{
	const void *v = NULL;

	(void)pam_get_item(p, PAM_USER, &v);
	keep(h->got_user, sizeof(h->got_user), v);
	keep(h->got_card, sizeof(h->got_card), pam_getenv(p, "MCKD_CARD"));
}

int
host_call(struct host *h, enum call call, const char *options)
{
	struct pam_conv c = { h->no_conv ? NULL : conv, h };
	pam_handle_t *p = NULL;
	int rc = -1;

	h->asked = h->told = 0;
	write_service(h, options);
	if (pam_start_confdir("mckd-test", h->user, &c, host_dir, &p) != PAM_SUCCESS)
		return -1;
	switch (call) {
	case AUTH:
		rc = pam_authenticate(p, h->flags);
		break;
	case ACCT:
		rc = pam_acct_mgmt(p, h->flags);
		break;
	case CHAUTHTOK:
		rc = pam_chauthtok(p, h->flags);
		break;
	case SETCRED:
		rc = pam_setcred(p, PAM_ESTABLISH_CRED);
		break;
	case OPEN:
		rc = pam_open_session(p, 0);
		break;
	case CLOSE:
		rc = pam_close_session(p, 0);
		break;
	}
	look(p, h);
	if (pam_end(p, rc) != PAM_SUCCESS)
		return -1;
	return rc == PAM_MODULE_UNKNOWN ? PAM_IGNORE : rc;
}

unsigned
host_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned n = 0;

	while (d != NULL && readdir(d) != NULL)
		n++;
	if (d != NULL)
		(void)closedir(d);
	return n;
}

int
host_has_child(void)
{
	siginfo_t si;

	return waitid(P_ALL, 0, &si, WEXITED | WNOHANG | WNOWAIT) == 0 || errno != ECHILD;
}

void
host_setup(void)
{
	if (mkdtemp(host_dir) == NULL)
		abort();
}

void
host_teardown(void)
{
	static const char *const names[] = { "mckd-test", "once" };
	char path[64];
	size_t i;

	for (i = 0; i < 2; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", host_dir, names[i]);
		(void)unlink(path);
	}
	(void)rmdir(host_dir);
}
