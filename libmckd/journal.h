/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_JOURNAL_H
#define MCKD_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>

/*
 * systemd's journal, by its native protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL): one datagram of
 * lines KEY=value. libsystemd would do it too, and bring five more libraries into every login.
 * false: there is no journal, or it does not take it now.
 */
bool mckd_journal_send(const char *fields, size_t len);

#endif
