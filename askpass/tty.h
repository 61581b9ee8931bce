/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_ASKPASS_TTY_H
#define MCKD_ASKPASS_TTY_H

#include <stdbool.h>
#include <stddef.h>

enum ask { ASK_OK, ASK_CANCELLED, ASK_NOBODY };

/*
 * A line from the terminal that this process belongs to, the prompt first. NOBODY: there is none.
 * Whatever ends or stops the process meanwhile finds the terminal as it was; what stopped and goes
 * on asks again.
 */
enum ask ask_tty(const char *prompt, bool echo, char *out, size_t room);

#endif
