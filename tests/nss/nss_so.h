/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_NSS_SO_H
#define MCKD_NSS_SO_H

#include "../../nss_mckd/nss_mckd.h"

/* The built module, by path; its functions are called through these. */
struct nss_so {
	__typeof__(_nss_mckd_getpwnam_r) *getpwnam;
	__typeof__(_nss_mckd_getpwuid_r) *getpwuid;
	__typeof__(_nss_mckd_setpwent) *setpwent;
	__typeof__(_nss_mckd_getpwent_r) *getpwent;
	__typeof__(_nss_mckd_endpwent) *endpwent;
	__typeof__(_nss_mckd_getgrnam_r) *getgrnam;
	__typeof__(_nss_mckd_getgrgid_r) *getgrgid;
	__typeof__(_nss_mckd_setgrent) *setgrent;
	__typeof__(_nss_mckd_getgrent_r) *getgrent;
	__typeof__(_nss_mckd_endgrent) *endgrent;
	__typeof__(_nss_mckd_initgroups_dyn) *initgroups;
};

extern struct nss_so so;
extern const char *nss_dir;	/* the directory compiled into it */
extern char nss_file[4096];

int nss_so_setup(void **state);	/* loads it */
void publish_small(void);	/* alice, bob, carol; groups alice, cards */
void publish_many(unsigned n);	/* u0000000... from uid 100000 */

void test_local(void **state);
void test_untrusted(void **state);
void test_flips(void **state);
void test_truncations(void **state);
void test_cycles(void **state);

#endif
