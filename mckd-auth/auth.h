/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_AUTH_AUTH_H
#define MCKD_AUTH_AUTH_H

#include <stdbool.h>
#include <sys/types.h>

#include "conf.h"
#include "login.h"
#include "pcsc.h"
#include "wire.h"

/* One login, from START to the verdict. */
struct mckd_auth {
	struct mckd_conf conf;
	char mode;			/* a, c, p, P: as in wire.h */
	char service[MCKD_USER_MAX + 1], user[MCKD_USER_MAX + 1];
	char rhost[256], tty[256];
	bool user_too_long;		/* no such name is in any store */
	char pin[MCKD_WIRE_ANSWER_MAX + 1];
	bool have_pin;			/* collected before */
	bool silent;
	uid_t peer_uid;
	pid_t peer_pid;
	bool restricted;		/* not root: own uid and the verdict only */
	struct mckd_store *store;
	struct mckd_pcsc *pcsc;
	struct mckd_login login;
	enum mckd_err cause;		/* of the verdict, for the log */
	char named[MCKD_USER_MAX + 1];	/* whom the card named */
	char authtok[MCKD_WIRE_ANSWER_MAX + 1];
	size_t authtok_len;
};

/* own.c: this process is its own. Returns the socket, above fd 2; -1: cannot be. */
int mckd_own_process(void);
/* warm.c: begins what every login needs and needs nobody, beside the rest. */
void mckd_warm_start(void);
/* slots.c: one of the few logins that a user may have open at once, until this process ends. */
enum mckd_err mckd_slot_take(uid_t uid);
/* start.c: who calls; then START, the configuration and the options. */
enum mckd_err mckd_start_peer(struct mckd_auth *a, int sock);
enum mckd_err mckd_start_read(struct mckd_auth *a, int sock);
/* remote.c: does the person sit elsewhere? */
bool mckd_remote(const struct mckd_auth *a);
/* find.c: a card that serves, selected, in a->login; the best explanation where there is none. */
enum mckd_err mckd_find_card(struct mckd_auth *a);
/* users.c */
/* STORE_NOT_FOUND: no card of theirs. evenly: the account is looked up for those who have one, too. */
enum mckd_err mckd_users_have_card(struct mckd_auth *a, bool evenly);
enum mckd_err mckd_users_choose(struct mckd_auth *a);		/* card first: into a->named */
/* alert.c: starts the unit of a login under duress, and waits for nothing. */
void mckd_alert(const char *unit);
/* Each mode: a PAM code. */
uint8_t mckd_mode_auth(struct mckd_auth *a);
uint8_t mckd_mode_afar(struct mckd_auth *a);	/* auth, and the card is elsewhere */
uint8_t mckd_mode_account(struct mckd_auth *a);
uint8_t mckd_mode_change(struct mckd_auth *a);

#endif
