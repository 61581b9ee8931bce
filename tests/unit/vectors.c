/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static size_t
unhex(const char *s, uint8_t *out, size_t room)
{
	size_t n = 0;
	unsigned byte;

	while (n < room && sscanf(s + 2 * n, "%2x", &byte) == 1)
		out[n++] = (uint8_t)byte;
	return n;
}

size_t
vector(const char *section, const char *name, uint8_t *out, size_t room)
{
	const char *path = getenv("MCKD_VECTORS");
	FILE *f = fopen(path != NULL ? path : "tests/vectors/mckd.txt", "r");
	char line[2048], key[64], value[1024], at[64] = "";
	size_t n = 0;

	assert_non_null(f);
	while (n == 0 && fgets(line, sizeof(line), f) != NULL) {
		if (sscanf(line, "[%63[^]]]", at) == 1)
			continue;
		if (strcmp(at, section) == 0 &&
		    sscanf(line, "%63s = %1023s", key, value) == 2 && strcmp(key, name) == 0)
			n = unhex(value, out, room);
	}
	fclose(f);
	if (n == 0)
		fail_msg("no vector %s in [%s]", name, section);
	return n;
}
