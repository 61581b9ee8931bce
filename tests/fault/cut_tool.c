/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * To be preloaded: the power switch of cut_vfs.c in the unmodified cardtool. MCKD_CUT_AT=N[:MODE];
 * at the end it says whether the fault was met, and how many operations there were.
 */
#include <stdio.h>
#include <stdlib.h>

#include "cut_vfs.h"

static void __attribute__((constructor))
power_on(void)
{
	const char *text = getenv("MCKD_CUT_AT");
	unsigned at = 0, mode = CUT_BEFORE;

	if (text == NULL || sscanf(text, "%u:%u", &at, &mode) < 1 || mode >= CUT_MODES)
		abort();
	cut_vfs_install();
	cut_vfs_set(at, (enum cut_mode)mode);
}

static void __attribute__((destructor))
report(void)
{
	fprintf(stderr, "bed_cut: %s %u\n", cut_vfs_met() ? "cut" : "whole", cut_vfs_count());
}
