/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "auth.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <utmpx.h>

#include "session.h"

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

enum line { LINE_REMOTE, LINE_LOCAL, LINE_UNKNOWN };

/*
 * By utmp. A terminal that is not in it, such as tmux's, may be anybody's once somebody came in
 * from elsewhere.
 */
static enum line
line_of(const char *tty)
{
	const struct utmpx *u;
	char host[sizeof(u->ut_host) + 1];
	enum line line = LINE_LOCAL;
	bool listed = false, away;

	if (strncmp(tty, "/dev/", 5) == 0)
		tty += 5;
	if (tty[0] == '\0' || strlen(tty) > sizeof(u->ut_line))
		return LINE_LOCAL;
	setutxent();
	while (line != LINE_REMOTE && (u = getutxent()) != NULL) {
		if (u->ut_type != USER_PROCESS)
			continue;
		memcpy(host, u->ut_host, sizeof(u->ut_host));
		host[sizeof(u->ut_host)] = '\0';
		away = !is_local(host);
		if (strncmp(u->ut_line, tty, sizeof(u->ut_line)) == 0) {
			listed = true;
			line = away ? LINE_REMOTE : line;
		} else if (away && strncmp(tty, "pts/", 4) == 0) {
			line = LINE_UNKNOWN;
		}
	}
	endutxent();
	return line == LINE_UNKNOWN && listed ? LINE_LOCAL : line;
}

bool
mckd_remote(const struct mckd_auth *a)
{
	enum mckd_session session;
	char cgroup[64];
	enum line line;

	if (!is_local(a->rhost))
		return true;
	(void)snprintf(cgroup, sizeof(cgroup), "/proc/%d/cgroup", (int)a->peer_pid);
	session = mckd_session_of(cgroup, "/run/systemd");
	line = line_of(a->tty);
	return session == MCKD_SESSION_REMOTE || line == LINE_REMOTE ||
	    (session == MCKD_SESSION_NONE && line == LINE_UNKNOWN);
}
