/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loaded before libaudit, this stands for a kernel with audit: what would be sent to it goes into
 * the file that BED_AUDIT names.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int audit_open(void);
int audit_log_acct_message(int fd, int type, const char *pgname, const char *op, const char *name,
    unsigned id, const char *host, const char *addr, const char *tty, int result);

static char file[256];

/* mckd-auth clears its environment. */
static void __attribute__((constructor))
note_file(void)
{
	const char *name = getenv("BED_AUDIT");

	snprintf(file, sizeof(file), "%s", name != NULL ? name : "");
}

int __attribute__((visibility("default")))
audit_open(void)
{
	return open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

int __attribute__((visibility("default")))
audit_log_acct_message(int fd, int type, const char *pgname, const char *op, const char *name, unsigned id,
    const char *host, const char *addr, const char *tty, int result)
{
	(void)pgname;
	return dprintf(fd, "type=%d op=%s acct=\"%s\" id=%u hostname=%s addr=%s terminal=%s res=%s\n", type, op, name,
	    id, host != NULL ? host : "?", addr, tty != NULL ? tty : "?", result ? "success" : "failed");
}
