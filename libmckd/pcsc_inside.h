/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_PCSC_INSIDE_H
#define MCKD_PCSC_INSIDE_H

#include <winscard.h>

#include "cardlink.h"

/* Between pcsc.c (service and readers) and pcsc_link.c (one card). */
enum mckd_err mckd_pcsc_err(LONG rv);
enum mckd_err mckd_pcsc_link(SCARDCONTEXT ctx, const char *reader, struct mckd_cardlink **out);

#endif
