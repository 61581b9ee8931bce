/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TEST_CUT_VFS_H
#define TEST_CUT_VFS_H

/*
 * SQLite's file system with a power switch. Writes, truncations, syncs and deletions are
 * counted; the one of number `at` is where the fault is. What the disk then holds:
 */
enum cut_mode {
	CUT_BEFORE,	/* all before it, nothing from it on */
	CUT_TORN,	/* half of it too */
	CUT_LOST,	/* of each file only what was synced */
	CUT_ONCE_IO,	/* it fails with an I/O error; the next ones work */
	CUT_ONCE_FULL,	/* it fails with a full disk */
	CUT_MODES
};

/* Makes it the default; before any store is opened. */
void cut_vfs_install(void);
/* From now on; at 0: never. */
void cut_vfs_set(unsigned at, enum cut_mode mode);
/* Operations since, and whether the fault was met. */
unsigned cut_vfs_count(void);
int cut_vfs_met(void);

#endif
