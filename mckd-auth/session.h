/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_AUTH_SESSION_H
#define MCKD_AUTH_SESSION_H

#include <stdbool.h>

enum mckd_session { MCKD_SESSION_REMOTE, MCKD_SESSION_LOCAL, MCKD_SESSION_NONE };

/*
 * The session that logind has a process in. By its cgroup, for what a caller says of itself does
 * not count. What cannot be read or told is remote. NONE: there is no logind, or it is a system
 * service, such as a getty. cgroup: "/proc/N/cgroup"; run: "/run/systemd".
 */
enum mckd_session mckd_session_of(const char *cgroup, const char *run);

/* Whether any session that logind knows came from elsewhere, or cannot be told. */
bool mckd_session_any_remote(const char *run);

#endif
