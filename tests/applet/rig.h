/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The applet on a chip whose power fails. The chip (chip/Reader.java) is a client of the port that is
 * listened on here, as it is of vpcd's; an empty answer says that power failed.
 */
#ifndef TEST_APPLET_RIG_H
#define TEST_APPLET_RIG_H

#include "bench.h"

#define SW_CUT 0x6fce	/* no card's: power failed */

enum chip { CUT_AT, SNAPSHOT, RESTORE, POINTS };

extern struct bench kept;	/* as keep() found it */

int chip_start(void **state);
int chip_stop(void **state);
unsigned chip(enum chip what, unsigned n);

/* Each run of a command starts from here, by again(). */
void keep(void);
void again(void);

/*
 * Runs a command, behind what before() does, with power failing at its first point, then at its second,
 * until it gets through; after each cut the card must be as after() demands. The number of points.
 */
unsigned each_cut(void (*before)(void), unsigned (*run)(void), void (*after)(void));
void nothing(void);

#endif
