/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CARDTOOL_TRIAL_H
#define CARDTOOL_TRIAL_H

#include <limits.h>
#include <sys/stat.h>

#include "cardtool.h"

/*
 * A service on trial: its PAM file has our rule, and loses it again unless a login by card
 * comes in time. MCKD_SYSCONFDIR/trial has of each such service SERVICE, locked by the process
 * that watches it, and SERVICE.before, the file as it was.
 */
#define TRIAL_DIR MCKD_SYSCONFDIR "/trial"

struct trial {
	const char *service;
	char path[PATH_MAX]; /* of the PAM file */
	int lock;	     /* -1: none */
	bool locker;	     /* a caller that is not root may confirm it */
	bool taken;	     /* by trial_take_back: there was a rule to take out */
	char *new;	     /* the PAM file with our rule; the caller's to free */
	struct stat like;    /* whose owner and mode it gets */
};

/* Takes the service's lock. -1, or the exit status: another process watches over it. */
int trial_lock(struct trial *tr, const char *service);
void trial_unlock(struct trial *tr);
/* Ends the trial: nothing is left of it but what the PAM file has. */
void trial_forget(struct trial *tr);
/* What the file will be, and a copy of what it is; puts the one in its place; takes the rule out
 * again. -1, or the exit status, having said why. */
int trial_compose(struct trial *tr, bool required);
int trial_put(const struct trial *tr);
int trial_take_back(struct trial *tr);
/* False: the file is without it, or gone. */
bool trial_is_put(const struct trial *tr);
/* The rule is in, and on trial no more. */
bool trial_is_over(const struct trial *tr);
/* That it is taken out then, for the log. */
void trial_note_out(struct tool *t, const struct trial *tr);
/* The rule is out: the trial's watch ends by itself, or nobody watched and its files go. */
void trial_close(struct tool *t, struct trial *tr);
/* In a process of its own that this call leaves behind: watches for a login. -1, or the exit
 * status. */
int trial_watch(struct tool *t, struct trial *tr, unsigned seconds);
/* Every trial that nobody watches any more is over. */
int trial_recover(struct tool *t);
/* The names of those; how many. For doctor. */
unsigned trial_stale(char *names, size_t room);
enum mckd_err trial_event(
    struct tool *t, const char *kind, const char *service, const char *reason);

#endif
