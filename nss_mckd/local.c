/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nss_mckd.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Is this line, NAME:password:NUMBER:..., of that name or number? */
static bool
is_of(const char *line, const char *name, uint32_t id)
{
	size_t len = strcspn(line, ":");
	const char *number = line[len] == '\0' ? NULL : strchr(line + len + 1, ':');
	char *end;

	if (len == strlen(name) && memcmp(line, name, len) == 0)
		return true;
	return number != NULL && strtoul(number + 1, &end, 10) == id && end != number + 1 && *end == ':';
}

int
nss_mckd_not_local(const char *file, const char *name, uint32_t id)
{
	FILE *f = fopen(file, "re");
	char line[1024];
	bool begins = true;
	int r = 0;

	if (f == NULL && errno == ENOENT)
		return 0;
	if (f == NULL)
		return errno == EMFILE || errno == ENFILE || errno == ENOMEM ? EAGAIN : EIO;
	while (r == 0 && fgets(line, sizeof(line), f) != NULL) {
		if (begins && is_of(line, name, id))
			r = ENOENT;
		/* A group of many members is longer than this. */
		begins = strchr(line, '\n') != NULL;
	}
	if (r == 0 && ferror(f))
		r = EIO;
	(void)fclose(f);
	return r;
}
