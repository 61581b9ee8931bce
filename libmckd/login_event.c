/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "login_inside.h"

#include <string.h>

struct mckd_event
mckd_login_event(const struct mckd_login *l, const char *verdict)
{
	static const uint8_t none[MCKD_CARD_ID_LEN];
	struct mckd_event e = {
		.kind = "login", .user = l->user, .service = l->service, .origin = l->origin,
		.application = l->application, .mechanism = l->mechanism, .verdict = verdict,
		.reason = l->reason, .epoch = l->epoch, .index = l->index,
	};

	memcpy(e.card, l->info.card, sizeof(e.card));
	e.has_card = memcmp(e.card, none, sizeof(none)) != 0;
	return e;
}

struct mckd_event
mckd_login_accepted(const struct mckd_login *l)
{
	struct mckd_event e = mckd_login_event(l, "success");

	if (l->user[0] == '\0') {
		e.verdict = "denied";
		e.reason = "no user was named";
	}
	return e;
}

enum mckd_err
mckd_login_name(struct mckd_login *l, const char *user)
{
	struct mckd_event e = mckd_login_event(l, "success");

	e.user = user;
	return mckd_store_event_name(l->store, &e);
}
