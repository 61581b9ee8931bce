/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_TEST_KINDS_H
#define MCKD_TEST_KINDS_H

/* What programs do to their process before they call PAM. */
struct kind {
	const char *name;
	int (*make)(void);	/* 0, or it cannot be such a host */
	int in_bed;		/* wants root, or writes nothing from then on */
};

extern const struct kind kinds[];	/* ends with a NULL name */
const struct kind *kind_named(const char *name);

#endif
