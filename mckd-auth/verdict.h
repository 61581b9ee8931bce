/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_AUTH_VERDICT_H
#define MCKD_AUTH_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"

/* The one place where an error becomes a PAM code. Never PAM_IGNORE; any unknown value: PAM_ABORT. */
uint8_t mckd_verdict_code(enum mckd_err err, bool pin_accepted);

#endif
