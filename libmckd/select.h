/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_SELECT_H
#define MCKD_SELECT_H

#include <time.h>
#include "block.h"

/* The selection algorithm (docs/PROTOCOL, "Keys"; WO 97/24831, pages 8-10). */

/* The figure that a mechanism takes of the host: the date figure, or 0. */
uint32_t mckd_select_figure(const struct mckd_app *app, time_t now);
/*
 * The common algorithm over the active set; figure is 4 bytes, or the PIN block.
 * Only for DATE, COUNTER, PIN, HOST_DATE. MCKD_E_AUTH: no active index.
 */
enum mckd_err mckd_select_common(enum mckd_dea dea1, const struct mckd_app *app,
    const uint8_t *figure, size_t len, uint8_t *index);
/* What the host sends in a command: an active index at random or by date, or 0. */
enum mckd_err mckd_select_host(enum mckd_dea dea1, const struct mckd_app *app, time_t now,
    uint8_t *index);
/*
 * The index rule of a login: is the answered index active and the one that the
 * mechanism demands? sent is what the host sent; pin is NULL where the host does
 * not know it. MCKD_OK, MCKD_E_AUTH, or what the crypto said.
 */
enum mckd_err mckd_select_check(enum mckd_dea dea1, const struct mckd_app *app, uint8_t sent,
    uint32_t figure, uint32_t counter, const uint8_t *pin, uint8_t index);

#endif
