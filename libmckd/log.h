/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_LOG_H
#define MCKD_LOG_H

#include "store.h"

/* name lives as long as the program. syslog, facility authpriv. Never a secret: names, card IDs, numbers and reasons. */
void mckd_log_open(const char *name);
void mckd_log(int priority, const char *format, ...) __attribute__((format(printf, 2, 3)));
/*
 * The one structured line of an attempt: to the journal with a field for each value, where there is
 * a journal, otherwise to syslog. Control characters in values are escaped.
 */
void mckd_log_event(int priority, const struct mckd_event *e);

#endif
