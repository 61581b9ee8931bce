/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_TEST_HOST_H
#define MCKD_TEST_HOST_H

#include <security/pam_appl.h>

/* A host: its conversation, and one PAM call on a module with options. */
struct host {
	const char *so;			/* NULL: the module with the fake mckd-auth */
	const char *user;		/* NULL: unset */
	const char *answer;		/* NULL: a NULL answer */
	const char *second;		/* options of a second line of the same module; NULL: none */
	int conv_rc;
	int no_conv, null_resp, fail_tell, die_at_prompt, flags;
	unsigned asked, told;		/* out */
	char prompt[128];		/* out: the last */
	char got_user[128], got_card[128];	/* out */
};

enum call { AUTH, ACCT, CHAUTHTOK, SETCRED, OPEN, CLOSE };

/* What the module itself returned, IGNORE too. */
int host_call(struct host *h, enum call call, const char *options);
unsigned host_fds(void);
int host_has_child(void);
void host_setup(void);
void host_teardown(void);
extern char host_dir[];

#endif
