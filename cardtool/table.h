/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CARDTOOL_TABLE_H
#define CARDTOOL_TABLE_H

#include "cardtool.h"

/*
 * Rows on stdout: aligned columns, or with --json one array of objects. Long lists are
 * printed in pieces, so that memory does not grow with them.
 */
struct column {
	const char *name;	/* of the JSON field; the heading is in capitals */
	bool number;
};

struct table;

struct table *table_new(const struct tool *t, const struct column *columns, unsigned n);
/* One value per column, NULL is empty (a number: null). 0 or -1. */
int table_row(struct table *b, const char *const *values);
/* Prints what is left, frees. Where there was no row: says none, unless that is NULL. 0 or -1. */
int table_end(struct table *b, const char *none);

#endif
