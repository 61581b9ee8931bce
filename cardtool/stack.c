/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "intl.h"
#include "stack.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DEPTH_MAX 8

static int read_file(struct stack *s, const char *name, unsigned depth);

bool
stack_service_valid(const char *service)
{
	static const char fit[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._@+-";

	return service[0] != '\0' && service[0] != '.' && strlen(service) <= 64 &&
	    strspn(service, fit) == strlen(service);
}

/* A word, or what stands in brackets, where "\]" is no end. */
bool
stack_arg(const char **at, char *out, size_t room)
{
	size_t n = 0;
	const char *p = *at + strspn(*at, " \t");
	bool bracket = *p == '[';

	if (*p == '\0')
		return false;
	if (bracket)
		p++;
	for (; *p != '\0' && (bracket ? *p != ']' : strchr(" \t", *p) == NULL); p++) {
		if (bracket && p[0] == '\\' && p[1] == ']')
			p++;
		if (n + 1 < room)
			out[n++] = *p;
	}
	if (bracket && *p == ']')
		p++;
	out[n] = '\0';
	*at = p;
	return true;
}

/* "include" and "substack" name a file of the directory, and so does Debian's "@include". */
static int
add_rule(struct stack *s, const char *control, const char *rest, const char *where, unsigned depth)
{
	struct stack_rule *r = &s->rule[s->n];
	const char *at = rest;

	if (s->n == STACK_RULES) {
		snprintf(s->why, sizeof(s->why), _("%s: more than %d rules"), where, STACK_RULES);
		return -1;
	}
	if (!stack_arg(&at, r->module, sizeof(r->module))) {
		snprintf(s->why, sizeof(s->why), _("%s: no module is named"), where);
		return -1;
	}
	if (strcmp(control, "include") == 0 || strcmp(control, "substack") == 0) {
		char name[STACK_TEXT];

		snprintf(name, sizeof(name), "%s", r->module);
		return read_file(s, name, depth + 1);
	}
	snprintf(r->control, sizeof(r->control), "%s", control);
	snprintf(r->args, sizeof(r->args), "%s", at + strspn(at, " \t"));
	snprintf(r->where, sizeof(r->where), "%s", where);
	s->n++;
	return 0;
}

static int
one_line(struct stack *s, char *line, const char *where, unsigned depth)
{
	char type[STACK_TEXT], control[STACK_TEXT];
	const char *at = line, *kind = type;

	line[strcspn(line, "#\n")] = '\0';
	if (!stack_arg(&at, type, sizeof(type)))
		return 0;
	if (strcmp(type, "@include") == 0) {
		if (!stack_arg(&at, control, sizeof(control)))
			return 0;
		return read_file(s, control, depth + 1);
	}
	if (*kind == '-')
		kind++;
	if (strcasecmp(kind, "auth") != 0)
		return 0;
	at += strspn(at, " \t");
	control[0] = '\0';
	/* The bracket stays: it tells one kind of control from the other. */
	if (*at == '[') {
		const char *end = strchr(at, ']');

		if (end == NULL) {
			snprintf(s->why, sizeof(s->why), _("%s: no ]"), where);
			return -1;
		}
		snprintf(control, sizeof(control), "%.*s", (int)(end + 1 - at), at);
		at = end + 1;
	} else {
		(void)stack_arg(&at, control, sizeof(control));
	}
	return add_rule(s, control, at, where, depth);
}

/* A backslash at a line's end joins it with the next. */
static int
lines_of(struct stack *s, FILE *f, const char *path, unsigned depth)
{
	char *line = NULL, whole[4096] = "", where[STACK_TEXT];
	size_t room = 0;
	unsigned number = 0;
	int rc = 0;

	while (rc == 0 && getline(&line, &room, f) >= 0) {
		size_t n = strcspn(line, "\n"), have = strlen(whole);
		bool more = n > 0 && line[n - 1] == '\\';

		number++;
		line[more ? n - 1 : n] = '\0';
		snprintf(where, sizeof(where), "%s:%u", path, number);
		if ((size_t)snprintf(whole + have, sizeof(whole) - have, "%s%s", line,
			more ? " " : "") >= sizeof(whole) - have) {
			snprintf(s->why, sizeof(s->why), _("%s: line too long"), where);
			rc = -1;
		} else if (!more) {
			rc = one_line(s, whole, where, depth);
			whole[0] = '\0';
		}
	}
	free(line);
	return rc;
}

static int
read_file(struct stack *s, const char *name, unsigned depth)
{
	char path[STACK_TEXT];
	FILE *f;
	int rc;

	if (depth > DEPTH_MAX) {
		snprintf(s->why, sizeof(s->why), _("%s: files include each other"), name);
		return -1;
	}
	if (name[0] == '/')
		snprintf(path, sizeof(path), "%s", name);
	else
		snprintf(path, sizeof(path), STACK_DIR "/%s", name);
	if ((f = fopen(path, "re")) == NULL) {
		rc = errno == ENOENT && depth == 0 ? 1 : -1;
		snprintf(s->why, sizeof(s->why), "%s: %s", path, strerror(errno));
		return rc;
	}
	rc = lines_of(s, f, path, depth);
	fclose(f);
	return rc;
}

int
stack_read(struct stack *s, const char *service)
{
	int rc;

	s->n = 0;
	s->why[0] = '\0';
	rc = read_file(s, service, 0);
	s->missing = rc == 1;
	if (s->missing)
		rc = read_file(s, "other", 0);
	return rc == 0 ? 0 : -1;
}

bool
stack_is_ours(const struct stack_rule *r)
{
	const char *base = strrchr(r->module, '/');

	return strcmp(base != NULL ? base + 1 : r->module, "pam_mckd.so") == 0;
}
