/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_TALK_H
#define MCKD_TALK_H

#include <stdbool.h>
#include <stddef.h>
#include <security/pam_modules.h>

/* The host's conversation, one message at a time. Nothing else calls it. */
#define MCKD_TALK_TEXT 1024

/*
 * Asks; answer has MCKD_WIRE_ANSWER_MAX + 1 bytes of room, *len is what was used. true, or false
 * with *rc the PAM code: AUTH_ERR where the answer cannot be a PIN, else CONV_ERR.
 */
bool mckd_talk_ask(pam_handle_t *pamh, bool echo, const char *text, char *answer, size_t *len,
    int *rc);
/* Shows; that a host cannot is no reason to fail. */
void mckd_talk_tell(pam_handle_t *pamh, bool error, const char *text);

#endif
