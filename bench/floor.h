/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BENCH_FLOOR_H
#define BENCH_FLOOR_H

/* 0, or 1 after a line on stderr. */
int floor_exchange(void);

#endif
