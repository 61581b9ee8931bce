/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a caller says first to mckd-auth, who may be anyone: the bytes of a connection. */
#include "fuzz.h"

#include <sys/socket.h>
#include <unistd.h>

#include "audit.h"
#include "auth.h"

void
mckd_audit_begin(const struct mckd_auth *a)
{
	(void)a;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct mckd_auth a;
	int fd[2];

	if (len < 1 || len > 2 * MCKD_WIRE_MAX)
		return 0;
	memset(&a, 0, sizeof(a));
	a.restricted = (data[0] & 1) != 0;
	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, fd) == 0);
	MUST(send(fd[0], data + 1, len - 1, MSG_NOSIGNAL) == (ssize_t)(len - 1));
	(void)close(fd[0]);
	if (mckd_start_read(&a, fd[1]) == MCKD_OK) {
		MUST(strchr("acpP", a.mode) != NULL && a.mode != '\0');
		MUST(a.conf.wait <= 600 && a.conf.deadline >= 1 && a.conf.deadline <= 120);
		MUST(!a.restricted || a.conf.remote != MCKD_REMOTE_LOCAL_READER);
	}
	(void)close(fd[1]);
	return 0;
}
