/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "auth.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <utmpx.h>

/* An X display of this host: ":0", ":0.0", ":pts/1:S.0" of a screen session. */
static bool
is_local(const char *host)
{
	struct in6_addr six;
	struct in_addr four;

	if (host[0] == '\0' || host[0] == ':' || strcmp(host, "localhost") == 0 ||
	    strcmp(host, "localhost.localdomain") == 0)
		return true;
	if (inet_pton(AF_INET, host, &four) == 1)
		return ntohl(four.s_addr) >> 24 == 127;
	if (inet_pton(AF_INET6, host, &six) == 1)
		return IN6_IS_ADDR_LOOPBACK(&six) ||
		    (IN6_IS_ADDR_V4MAPPED(&six) && six.s6_addr[12] == 127);
	return false;
}

static bool
read_small(const char *path, char *out, size_t room)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	size_t len = 0;
	ssize_t n;

	if (fd < 0)
		return false;
	while (len < room - 1 && (n = read(fd, out + len, room - 1 - len)) > 0)
		len += (size_t)n;
	out[len] = '\0';
	(void)close(fd);
	return true;
}

/* The session by the caller's cgroup: what a caller says of itself does not count here. */
static bool
session_is_remote(pid_t pid)
{
	char path[128], text[4096], id[33];
	const char *at;
	size_t n = 0;

	(void)snprintf(path, sizeof(path), "/proc/%d/cgroup", (int)pid);
	if (pid <= 0 || !read_small(path, text, sizeof(text)) ||
	    (at = strstr(text, "/session-")) == NULL)
		return false;
	for (at += strlen("/session-"); isalnum((unsigned char)*at) != 0 && n < sizeof(id) - 1; at++)
		id[n++] = *at;
	id[n] = '\0';
	if (n == 0 || strncmp(at, ".scope", 6) != 0)
		return false;
	(void)snprintf(path, sizeof(path), "/run/systemd/sessions/%s", id);
	if (!read_small(path, text, sizeof(text)))
		return false;
	return strncmp(text, "REMOTE=1\n", 9) == 0 || strstr(text, "\nREMOTE=1\n") != NULL;
}

static bool
line_is_remote(const char *tty)
{
	const struct utmpx *u;
	char host[sizeof(u->ut_host) + 1];
	bool remote = false;

	if (strncmp(tty, "/dev/", 5) == 0)
		tty += 5;
	if (tty[0] == '\0' || strlen(tty) > sizeof(u->ut_line))
		return false;
	setutxent();
	while (!remote && (u = getutxent()) != NULL) {
		if (u->ut_type != USER_PROCESS || strncmp(u->ut_line, tty, sizeof(u->ut_line)) != 0)
			continue;
		memcpy(host, u->ut_host, sizeof(u->ut_host));
		host[sizeof(u->ut_host)] = '\0';
		remote = !is_local(host);
	}
	endutxent();
	return remote;
}

bool
mckd_remote(const struct mckd_auth *a)
{
	return !is_local(a->rhost) || session_is_remote(a->peer_pid) || line_is_remote(a->tty);
}
