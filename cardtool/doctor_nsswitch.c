/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "doctor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ui.h"

#define FILE_NAME "/etc/nsswitch.conf"
#define SOURCES_MAX 512

enum { PASSWD, GROUP, INITGROUPS, DATABASES };
static const char *const names[DATABASES] = { "passwd", "group", "initgroups" };

struct lines {
	char sources[DATABASES][SOURCES_MAX];
	bool there[DATABASES];
};

/* The last line of a database counts. */
static void
take(struct lines *l, char *line)
{
	char *colon;

	line[strcspn(line, "#\n")] = '\0';
	if ((colon = strchr(line, ':')) == NULL)
		return;
	*colon = '\0';
	line += strspn(line, " \t");
	line[strcspn(line, " \t")] = '\0';
	for (size_t i = 0; i < DATABASES; i++)
		if (strcmp(line, names[i]) == 0) {
			snprintf(l->sources[i], SOURCES_MAX, "%s", colon + 1);
			l->there[i] = true;
		}
}

/* "[NOTFOUND=return]", or what comes to the same: who is not found there is sought no further. */
static bool
ends(const char *action)
{
	static const char *const ways[] = { "NOTFOUND=return", "!SUCCESS=return", "!UNAVAIL=return", "!TRYAGAIN=return" };

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		const char *at = strcasestr(action, ways[i]);

		if (at != NULL && (ways[i][0] == '!' || at == action || at[-1] != '!'))
			return true;
	}
	return false;
}

static bool
is(const char *word, size_t len, const char *name)
{
	return strlen(name) == len && memcmp(word, name, len) == 0;
}

/* What stands in a database's line before this source; false: the source does not. */
static bool
look_before(const char *sources, const char *source, bool *files, char *end, size_t room)
{
	char action[SOURCES_MAX];
	size_t len;

	*files = false;
	*end = '\0';
	for (const char *p = sources; *(p += strspn(p, " \t")) != '\0'; p += len) {
		if (*p == '[') {
			len = strcspn(p, "]");
			len += p[len] == ']';
			snprintf(action, sizeof(action), "%.*s", (int)len, p);
			if (ends(action))
				snprintf(end, room, "%s", action);
			continue;
		}
		len = strcspn(p, " \t[");
		if (is(p, len, source))
			return true;
		*files = *files || is(p, len, "files") || is(p, len, "compat");
	}
	return false;
}

static bool
judge(struct doctor *d, const char *database, const char *sources, const char *source)
{
	char end[SOURCES_MAX], mend[128];
	bool files;

	snprintf(mend, sizeof(mend), _("put %s behind files in that line: libnss_mckd(8)"), source);
	if (!look_before(sources, source, &files, end, sizeof(end))) {
		found(d, WRONG, FILE_NAME, mend, "%s does not ask %s", database, source);
		return false;
	}
	if (*end != '\0') {
		found(d, WRONG, FILE_NAME, mend, "%s ends at %s before it asks %s", database, end, source);
		return false;
	}
	if (!files)
		found(d, NOTE, FILE_NAME, mend, "%s asks %s before files, which root's own account should not depend on",
		    database, source);
	return true;
}

bool
doctor_nsswitch(struct doctor *d, const char *source)
{
	struct lines *l = calloc(1, sizeof(*l));
	FILE *f = fopen(FILE_NAME, "re");
	char *line = NULL;
	size_t room = 0;
	bool good = true;

	while (l != NULL && f != NULL && getline(&line, &room, f) >= 0)
		take(l, line);
	/* The groups of who logs in are by group's line where there is no other. */
	for (size_t i = 0; l != NULL && i < DATABASES; i++)
		if (i != INITGROUPS || l->there[i])
			good = judge(d, names[i], l->sources[i], source) && good;
	free(line);
	if (f != NULL)
		fclose(f);
	free(l);
	return good;
}
