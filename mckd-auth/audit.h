/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_AUTH_AUDIT_H
#define MCKD_AUTH_AUDIT_H

#include "auth.h"

/* mckd_verdict_code(), and what it came from is kept for mckd_audit(). */
uint8_t mckd_audit_code(struct mckd_auth *a, enum mckd_err err, bool pin_accepted);
/* The same for a code of one's own. */
uint8_t mckd_audit_because(struct mckd_auth *a, uint8_t code, const char *reason);
/*
 * One line for the attempt, and a record of the kernel's audit where that was built in. None for
 * who has no card and needs none, nor for an account that is as it should be.
 */
void mckd_audit(const struct mckd_auth *a, uint8_t code);

/* From now on, mckd_audit_late() knows of it. */
void mckd_audit_begin(const struct mckd_auth *a);
/* The watchdog's: the deadline is over, and nobody else will say so. */
void mckd_audit_late(bool pin_accepted);

#endif
