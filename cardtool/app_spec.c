/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "app_spec.h"

#include <stdio.h>
#include <string.h>

#include "ui.h"

#define SNS_DEFAULT 8
#define PERIOD_DEFAULT 86400

/* no-pin,sealed-only,may-sign,duress: what the card would refuse is refused here. */
static int
flags(struct tool *t, struct mckd_app *app, char *list)
{
	char *word;

	while ((word = strsep(&list, ",")) != NULL) {
		if (strcmp(word, "no-pin") == 0)
			app->flags &= (uint8_t)~MCKD_APP_NEEDS_PIN;
		else if (strcmp(word, "sealed-only") == 0)
			app->flags |= MCKD_APP_SEALED_ONLY;
		else if (strcmp(word, "may-sign") == 0)
			app->flags |= MCKD_APP_MAY_SIGN;
		else if (strcmp(word, "duress") == 0)
			app->duress = true;
		else
			return tool_usage(t, "application %s: no flag \"%s\"; there are no-pin, sealed-only, may-sign, duress",
			    app->name, word);
	}
	if ((app->flags & MCKD_APP_SEALED_ONLY) != 0 && (app->flags & MCKD_APP_MAY_SIGN) != 0)
		return tool_usage(t, "application %s: a sealed PIN serves no signature; not both sealed-only and may-sign",
		    app->name);
	if ((app->flags & MCKD_APP_NEEDS_PIN) == 0 &&
	    (app->mechanism == MCKD_SEL_PIN || (app->flags & MCKD_APP_SEALED_ONLY) != 0))
		return tool_usage(t, "application %s: it cannot do without a PIN", app->name);
	return -1;
}

/* MECHANISM, or date/SECONDS and host-date/SECONDS: how long a date lasts. */
static int
mechanism(struct tool *t, struct mckd_app *app, char *text)
{
	char *name = strsep(&text, "/");
	unsigned long seconds;

	app->mechanism = MCKD_SEL_HOST_RANDOM;
	app->period = PERIOD_DEFAULT;
	if (name != NULL && name[0] != '\0' && !mckd_mechanism_parse(name, &app->mechanism))
		return tool_usage(t, "application %s: no mechanism %s", app->name, name);
	if (text == NULL)
		return -1;
	if (!mckd_mechanism_has_period(app->mechanism))
		return tool_usage(t, "application %s: only date and host-date have a period", app->name);
	if (!number(text, UINT32_MAX, &seconds))
		return tool_usage(t, "application %s: a period of %s seconds", app->name, text);
	app->period = (uint32_t)seconds;
	return -1;
}

int
app_spec(struct tool *t, const char *text, struct mckd_app *app)
{
	char copy[128], *at = copy, *name, *select, *count;
	unsigned long n = SNS_DEFAULT;
	int rc;

	memset(app, 0, sizeof(*app));
	if ((size_t)snprintf(copy, sizeof(copy), "%s", text) >= sizeof(copy))
		return tool_usage(t, "application %s: too long", text);
	name = strsep(&at, ":");
	select = strsep(&at, ":");
	count = strsep(&at, ":");
	if (!mckd_app_name_valid(name))
		return tool_usage(t, "application %s: a name is 1-16 of a-z 0-9 . _ -", text);
	if (count != NULL && count[0] != '\0' && !number(count, MCKD_SNS_MAX, &n))
		return tool_usage(t, "application %s: the number of series numbers is 1-%d", text, MCKD_SNS_MAX);
	snprintf(app->name, sizeof(app->name), "%s", name);
	app->flags = MCKD_APP_NEEDS_PIN;
	app->present = UINT32_MAX >> (MCKD_SNS_MAX - n);
	if ((rc = mechanism(t, app, select)) != -1)
		return rc;
	return at != NULL ? flags(t, app, at) : -1;
}

bool
app_periods_agree(const struct mckd_app *app, unsigned n)
{
	const struct mckd_app *odd = mckd_apps_odd_period(app, n);

	if (odd != NULL)
		say("application %s: another one with a PIN selects by date with another period, and a login in "
		    "which the PIN chooses sends one date for both: give them one period", odd->name);
	return odd == NULL;
}

enum mckd_err
app_draw(struct mckd_app *app)
{
	enum mckd_err e = mckd_random(app->ksel, MCKD_KEY_LEN);

	for (unsigned k = 0; k < MCKD_SNS_MAX && e == MCKD_OK; k++)
		if ((app->present >> k & 1) != 0)
			e = mckd_random(app->sn[k], MCKD_SN_LEN);
	return e;
}
