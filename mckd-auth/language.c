/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "language.h"

#include <locale.h>
#include <stdbool.h>
#include <string.h>

#include "wire.h"

static locale_t theirs;

/* The C library makes file names of it. */
static bool
fit(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.@-";

	return name[0] != '\0' && name[0] != '.' && strspn(name, letters) == strlen(name);
}

void
mckd_language_open(const uint8_t *name, size_t len)
{
	char text[MCKD_WIRE_LANGUAGE_MAX + 1] = "";

	if (len > MCKD_WIRE_LANGUAGE_MAX)
		return;
	memcpy(text, name, len);
	if (strlen(text) != len || !fit(text) || theirs != (locale_t)0)
		return;
	(void)bindtextdomain(MCKD_DOMAIN, MCKD_LOCALEDIR);
	theirs = newlocale(LC_CTYPE_MASK | LC_MESSAGES_MASK, text, (locale_t)0);
}

const char *
mckd_language(const char *text)
{
	locale_t before = uselocale(theirs);

	text = dgettext(MCKD_DOMAIN, text);
	(void)uselocale(before);
	return text;
}

const char *
mckd_language_n(const char *one, const char *many, int n)
{
	locale_t before = uselocale(theirs);

	one = dngettext(MCKD_DOMAIN, one, many, (unsigned long)n);
	(void)uselocale(before);
	return one;
}
