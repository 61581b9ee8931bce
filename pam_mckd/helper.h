/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_HELPER_H
#define MCKD_HELPER_H

#include <stdbool.h>
#include <sys/types.h>

/* One mckd-auth: our child on a socketpair, or the one that systemd starts behind a socket. */
struct mckd_helper {
	int fd;		/* -1: none */
	int pidfd;	/* -1: not our child, or it could not be had */
	pid_t pid;	/* 0: not our child */
};

#define MCKD_HELPER_NONE { -1, -1, 0 }

/* 0, or -1 with errno. */
int mckd_helper_start(struct mckd_helper *h);
/* Has it hung up, with nothing left to read? */
bool mckd_helper_gone(const struct mckd_helper *h);
/* Hangs up, waits, kills what does not go, reaps. Safe on MCKD_HELPER_NONE. */
void mckd_helper_stop(struct mckd_helper *h);

#endif
