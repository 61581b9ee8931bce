/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_AUTH_LANGUAGE_H
#define MCKD_AUTH_LANGUAGE_H

#include <stddef.h>
#include <stdint.h>

#include "intl.h"

#undef _
#define _(text) mckd_language(text)

/* The locale that the module names; one that is malformed, or not here, is English. */
void mckd_language_open(const uint8_t *name, size_t len);
/* What is said to the person, in their language. The process stays in C: what it logs is English. */
const char *mckd_language(const char *text) __attribute__((format_arg(1)));
const char *mckd_language_n(const char *one, const char *many, int n)
    __attribute__((format_arg(1), format_arg(2)));

#endif
