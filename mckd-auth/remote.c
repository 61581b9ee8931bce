/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "auth.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <utmpx.h>

#include "session.h"

#define SYSTEMD "/run/systemd"

/* An X display of this host, ":0", ":0.0", ":pts/1:S.0" of a screen session; no address, "::1". */
static bool
is_display(const char *host)
{
	return host[0] == ':' && host[1] != ':';
}

static bool
is_local(const char *host)
{
	struct in6_addr six;
	struct in_addr four;

	if (host[0] == '\0' || is_display(host) || strcmp(host, "localhost") == 0 ||
	    strcmp(host, "localhost.localdomain") == 0)
		return true;
	if (inet_pton(AF_INET, host, &four) == 1)
		return ntohl(four.s_addr) >> 24 == 127;
	if (inet_pton(AF_INET6, host, &six) == 1)
		return IN6_IS_ADDR_LOOPBACK(&six) ||
		    (IN6_IS_ADDR_V4MAPPED(&six) && six.s6_addr[12] == 127);
	return false;
}

/* What utmp says of a terminal, and of all others. */
struct seen {
	bool listed, remote; /* this one */
	bool others;         /* somebody came in from elsewhere */
};

static struct seen
utmp_of(const char *tty)
{
	const struct utmpx *u;
	char host[sizeof(u->ut_host) + 1];
	struct seen seen = { false, false, false };

	setutxent();
	while ((u = getutxent()) != NULL) {
		if (u->ut_type != USER_PROCESS)
			continue;
		memcpy(host, u->ut_host, sizeof(u->ut_host));
		host[sizeof(u->ut_host)] = '\0';
		seen.others = seen.others || !is_local(host);
		if (tty[0] != '\0' && strncmp(u->ut_line, tty, sizeof(u->ut_line)) == 0) {
			seen.listed = true;
			seen.remote = seen.remote || !is_local(host);
		}
	}
	endutxent();
	return seen;
}

/*
 * A terminal that is in no utmp, such as tmux's, or a connection from this host itself may be
 * anybody's once somebody came in from elsewhere.
 */
static bool
may_be_anybodys(const struct mckd_auth *a, const char *tty)
{
	return strncmp(tty, "pts/", 4) == 0 || (a->rhost[0] != '\0' && !is_display(a->rhost));
}

bool
mckd_remote(const struct mckd_auth *a)
{
	const char *tty = a->tty + (strncmp(a->tty, "/dev/", 5) == 0 ? 5 : 0);
	enum mckd_session session;
	char cgroup[64];
	struct seen seen;

	if (!is_local(a->rhost))
		return true;
	(void)snprintf(cgroup, sizeof(cgroup), "/proc/%d/cgroup", (int)a->peer_pid);
	session = mckd_session_of(cgroup, SYSTEMD);
	seen = utmp_of(tty);
	if (session == MCKD_SESSION_REMOTE || seen.remote)
		return true;
	return session == MCKD_SESSION_NONE && !seen.listed && may_be_anybodys(a, tty) &&
	    (seen.others || mckd_session_any_remote(SYSTEMD));
}
