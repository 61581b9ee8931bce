/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What mckd-auth, or what stands in its place, says to the module: the bytes of a connection.
 * libpam's functions are these.
 */
#include "fuzz.h"

#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>
#include <security/pam_ext.h>

#include "dialog.h"
#include "helper.h"

static const uint8_t *said;
static size_t said_len;
static int started;
static char user[600];

static int
conv(int n, const struct pam_message **msg, struct pam_response **resp, void *arg)
{
	(void)arg;
	MUST(n == 1 && msg[0]->msg != NULL);
	*resp = calloc(1, sizeof(**resp));
	MUST(*resp != NULL);
	(*resp)->resp = strdup("246810");
	return PAM_SUCCESS;
}

static const struct pam_conv talk = { conv, NULL };

int
pam_get_item(const pam_handle_t *pamh, int item, const void **out)
{
	(void)pamh;
	*out = item == PAM_CONV ? (const void *)&talk : item == PAM_USER && user[0] != '\0' ? user : NULL;
	return PAM_SUCCESS;
}

int
pam_set_item(pam_handle_t *pamh, int item, const void *value)
{
	(void)pamh;
	MUST(strlen(value) < sizeof(user) * 2);
	if (item == PAM_USER)
		(void)snprintf(user, sizeof(user), "%s", (const char *)value);
	return PAM_SUCCESS;
}

int
pam_putenv(pam_handle_t *pamh, const char *text)
{
	(void)pamh;
	MUST(strncmp(text, "MCKD_", 5) == 0 && strchr(text, '\n') == NULL);
	return PAM_SUCCESS;
}

void
pam_syslog(const pam_handle_t *pamh, int priority, const char *format, ...)
{
	(void)pamh;
	(void)priority;
	(void)format;
}

const char *
pam_getenv(pam_handle_t *pamh, const char *name)
{
	(void)pamh;
	return strcmp(name, "LANG") == 0 ? "de_DE.UTF-8" : NULL;
}

int
mckd_helper_start(struct mckd_helper *h)
{
	int fd[2];

	MUST(++started <= 2);
	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, fd) == 0);
	MUST(send(fd[1], said, said_len, MSG_NOSIGNAL) == (ssize_t)said_len);
	/* The other end stays open for what the module says: it goes with the process that it was. */
	MUST(shutdown(fd[1], SHUT_WR) == 0);
	h->fd = fd[0];
	h->pidfd = fd[1];
	return 0;
}

bool
mckd_helper_gone(const struct mckd_helper *h)
{
	char c;

	return recv(h->fd, &c, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

void
mckd_helper_stop(struct mckd_helper *h)
{
	if (h->fd >= 0)
		(void)close(h->fd);
	if (h->pidfd >= 0)
		(void)close(h->pidfd);
	*h = (struct mckd_helper)MCKD_HELPER_NONE;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const enum mckd_mode modes[] = { MCKD_MODE_AUTH, MCKD_MODE_ACCT, MCKD_MODE_PRELIM, MCKD_MODE_UPDATE };
	const char *argv[] = { "deadline=1", "wait=0", "nullok" };
	static char handle;
	enum mckd_mode mode;
	bool nullok;
	int rc;

	if (len < 1 || len > 65536)
		return 0;
	mode = modes[data[0] & 3];
	nullok = (data[0] & 4) != 0;
	(void)strcpy(user, (data[0] & 8) != 0 ? "alice" : "");
	said = data + 1;
	said_len = len - 1;
	started = 0;
	rc = mckd_dialog((pam_handle_t *)&handle, mode, 0, nullok ? 3 : 2, argv);
	MUST(rc != PAM_IGNORE || nullok || mode == MCKD_MODE_ACCT);
	MUST(rc >= 0 && rc < 32);
	/* A name that the host knows is not replaced. */
	MUST((data[0] & 8) == 0 || strcmp(user, "alice") == 0);
	return 0;
}
