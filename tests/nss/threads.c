/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * threads ACCOUNTS: eight threads look up and enumerate what mkaccounts published, each calling
 * all that libnss_mckd exports. threads race: they race, to see that it is noticed.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nss_mckd.h"

#define THREADS 8
#define ROUNDS 200

static unsigned accounts, racing, seen;

static int
look_up(unsigned i)
{
	char buf[512], name[16];
	gid_t *list = NULL;
	struct passwd pw;
	struct group gr;
	long start = 0, size = 0;
	int e, bad;

	snprintf(name, sizeof(name), "user%06u", i % accounts);
	bad = _nss_mckd_getpwnam_r(name, &pw, buf, sizeof(buf), &e) != NSS_STATUS_SUCCESS ||
	    _nss_mckd_getpwuid_r(pw.pw_uid, &pw, buf, sizeof(buf), &e) != NSS_STATUS_SUCCESS ||
	    strcmp(pw.pw_name, name) != 0 ||
	    _nss_mckd_getgrnam_r("cards", &gr, buf, sizeof(buf), &e) != NSS_STATUS_SUCCESS ||
	    _nss_mckd_getgrgid_r(gr.gr_gid, &gr, buf, sizeof(buf), &e) != NSS_STATUS_SUCCESS ||
	    _nss_mckd_initgroups_dyn("alice", 30000, &start, &size, &list, 0, &e) != NSS_STATUS_SUCCESS ||
	    start != 2;
	free(list);
	return bad;
}

static void *
work(void *bad)
{
	char buf[512];
	struct passwd pw;
	struct group gr;
	int e;

	while (_nss_mckd_getpwent_r(&pw, buf, sizeof(buf), &e) == NSS_STATUS_SUCCESS)
		__atomic_add_fetch(&seen, 1, __ATOMIC_RELAXED);
	while (_nss_mckd_getgrent_r(&gr, buf, sizeof(buf), &e) == NSS_STATUS_SUCCESS)
		;
	for (unsigned i = 0; i < ROUNDS; i++)
		if (look_up(i))
			return bad;
	_nss_mckd_setgrent(0);
	_nss_mckd_endgrent();
	return NULL;
}

static void *
race(void *bad)
{
	(void)bad;
	racing++;
	return NULL;
}

int
main(int argc, char **argv)
{
	void *(*fn)(void *) = argc == 2 && strcmp(argv[1], "race") == 0 ? race : work;
	pthread_t t[THREADS];
	void *bad = NULL, *one;

	accounts = argc == 2 && fn == work ? (unsigned)atoi(argv[1]) : 1;
	_nss_mckd_setpwent(0);
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&t[i], NULL, fn, &seen) != 0)
			return 2;
	for (int i = 0; i < THREADS; i++) {
		pthread_join(t[i], &one);
		bad = one != NULL ? one : bad;
	}
	_nss_mckd_endpwent();
	/* alice and bob, too */
	return bad != NULL || (fn == work && seen != accounts + 2) ? 1 : 0;
}
