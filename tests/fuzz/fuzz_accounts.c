/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * accounts.cdb, as any program of the host reads it by libnss_mckd. The directory is "." here;
 * only root's file is read, so this finds nothing for others.
 */
#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "accounts.h"
#include "nss_mckd.h"

static char dir[] = "/dev/shm/mckd-fuzz.XXXXXX";

static void
leave(void)
{
	(void)unlink(MCKD_ACCOUNTS_FILE);
	(void)rmdir(dir);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	MUST(mkdtemp(dir) != NULL && chdir(dir) == 0);
	(void)atexit(leave);
	return 0;
}

/* Nothing comes from here that could be taken for an account of the system's. */
static void
sound(const struct passwd *pw, const char *buf, size_t len)
{
	MUST(mckd_account_id_valid(pw->pw_uid) && mckd_account_id_valid(pw->pw_gid));
	MUST(mckd_account_name_valid(pw->pw_name) && mckd_account_text_valid(pw->pw_dir) &&
	    mckd_account_text_valid(pw->pw_shell) && mckd_account_text_valid(pw->pw_gecos));
	MUST(pw->pw_name >= buf && pw->pw_shell < buf + len);
}

static void
walk(void)
{
	char buf[2048];
	struct passwd pw;
	struct group gr;
	int e = 0, n;

	MUST(_nss_mckd_setpwent(0) != NSS_STATUS_TRYAGAIN || errno != 0);
	for (n = 0; n < 64 && _nss_mckd_getpwent_r(&pw, buf, sizeof(buf), &e) == NSS_STATUS_SUCCESS; n++)
		sound(&pw, buf, sizeof(buf));
	(void)_nss_mckd_endpwent();
	(void)_nss_mckd_setgrent(0);
	for (n = 0; n < 64 && _nss_mckd_getgrent_r(&gr, buf, sizeof(buf), &e) == NSS_STATUS_SUCCESS; n++) {
		MUST(mckd_account_id_valid(gr.gr_gid) && mckd_account_name_valid(gr.gr_name));
		for (char **m = gr.gr_mem; *m != NULL; m++)
			MUST(mckd_account_name_valid(*m));
	}
	(void)_nss_mckd_endgrent();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char buf[2048];
	long start = 0, size = 2;
	gid_t *groups = calloc(2, sizeof(*groups));
	int e = 0, fd = open(MCKD_ACCOUNTS_FILE, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);
	struct passwd pw;
	struct group gr;

	MUST(fd >= 0 && groups != NULL && write(fd, data, len) == (ssize_t)len);
	(void)close(fd);
	walk();
	if (_nss_mckd_getpwnam_r("alice", &pw, buf, sizeof(buf), &e) == NSS_STATUS_SUCCESS) {
		sound(&pw, buf, sizeof(buf));
		MUST(strcmp(pw.pw_name, "alice") == 0);
	}
	if (_nss_mckd_getpwuid_r(30001, &pw, buf, sizeof(buf), &e) == NSS_STATUS_SUCCESS) {
		sound(&pw, buf, sizeof(buf));
		MUST(pw.pw_uid == 30001);
	}
	/* With less room than it takes, and with enough. */
	(void)_nss_mckd_getgrnam_r("cards", &gr, buf, 40, &e);
	(void)_nss_mckd_getgrnam_r("cards", &gr, buf, sizeof(buf), &e);
	(void)_nss_mckd_getgrgid_r(31001, &gr, buf, sizeof(buf), &e);
	(void)_nss_mckd_initgroups_dyn("alice", 30000, &start, &size, &groups, 16, &e);
	MUST(start <= size && size <= 16);
	for (long i = 0; i < start; i++)
		MUST(mckd_account_id_valid(groups[i]));
	free(groups);
	return 0;
}
