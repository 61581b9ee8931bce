/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "dialog.h"

static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
#define N_NAMES (sizeof(names) / sizeof(names[0]))

const char *
mckd_host_language(pam_handle_t *pamh)
{
	const char *own = setlocale(LC_MESSAGES, NULL), *v;
	size_t i;

	if (own != NULL && strcmp(own, "C") != 0 && strcmp(own, "POSIX") != 0)
		return own;
	for (i = 0; i < N_NAMES; i++)
		if ((v = pam_getenv(pamh, names[i])) != NULL && v[0] != '\0')
			return v;
	/* Of who is root by a set-user-ID program, nothing. */
	for (i = 0; i < N_NAMES; i++)
		if ((v = secure_getenv(names[i])) != NULL && v[0] != '\0')
			return v;
	return NULL;
}
