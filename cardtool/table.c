/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "table.h"
#include "ui.h"

#include <ctype.h>
#include <jansson.h>
#include <libsmartcols.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PIECE 2048

struct table {
	const struct column *columns;
	unsigned n;
	unsigned long rows;
	struct libscols_table *lines;	/* NULL: JSON */
};

static int
add_column(struct libscols_table *lines, const struct column *c)
{
	char name[32];
	size_t i;

	for (i = 0; c->name[i] != '\0' && i < sizeof(name) - 1; i++)
		name[i] = c->name[i] == '_' ? ' ' : (char)toupper((unsigned char)c->name[i]);
	name[i] = '\0';
	return scols_table_new_column(lines, name, 0.0, c->number ? SCOLS_FL_RIGHT : 0) == NULL ? -1 : 0;
}

struct table *
table_new(const struct tool *t, const struct column *columns, unsigned n)
{
	struct table *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return NULL;
	b->columns = columns;
	b->n = n;
	if (t->json)
		return b;
	if ((b->lines = scols_new_table()) == NULL)
		goto fail;
	for (unsigned i = 0; i < n; i++)
		if (add_column(b->lines, &columns[i]) != 0)
			goto fail;
	return b;
fail:
	scols_unref_table(b->lines);
	free(b);
	return NULL;
}

/* A number that there is none of is no 0. */
static json_t *
cell(const struct column *c, const char *value)
{
	if (!c->number)
		return json_string(value != NULL ? value : "");
	return value != NULL ? json_integer(strtoll(value, NULL, 10)) : json_null();
}

static int
json_row(const struct table *b, const char *const *values)
{
	json_t *row = json_object(), *v;
	int rc = row == NULL ? -1 : 0;

	for (unsigned i = 0; i < b->n && rc == 0; i++) {
		v = cell(&b->columns[i], values[i]);
		rc = v == NULL ? -1 : json_object_set_new(row, b->columns[i].name, v);
	}
	if (rc == 0) {
		fputs(b->rows == 0 ? "[\n" : ",\n", stdout);
		rc = json_dumpf(row, stdout, JSON_COMPACT | JSON_ENSURE_ASCII);
	}
	json_decref(row);
	return rc;
}

static int
print(struct table *b)
{
	int rc = 0;

	if (scols_table_get_nlines(b->lines) > 0)
		rc = scols_print_table(b->lines);
	scols_table_remove_lines(b->lines);
	(void)scols_table_enable_noheadings(b->lines, 1);
	return rc == 0 ? 0 : -1;
}

int
table_row(struct table *b, const char *const *values)
{
	struct libscols_line *line;
	int rc;

	if (b->lines == NULL) {
		rc = json_row(b, values);
		b->rows++;
		return rc;
	}
	if ((line = scols_table_new_line(b->lines, NULL)) == NULL)
		return -1;
	for (unsigned i = 0; i < b->n; i++)
		if (values[i] != NULL && scols_line_set_data(line, i, values[i]) != 0)
			return -1;
	return ++b->rows % PIECE == 0 ? print(b) : 0;
}

int
table_end(struct table *b, const char *none)
{
	int rc = 0;

	if (b->lines == NULL)
		fputs(b->rows == 0 ? "[]\n" : "\n]\n", stdout);
	else
		rc = print(b);
	if (b->lines != NULL && b->rows == 0 && none != NULL)
		say("%s", _(none));
	scols_unref_table(b->lines);
	free(b);
	return rc;
}
