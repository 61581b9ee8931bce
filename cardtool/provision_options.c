/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "provision.h"

#include <stdio.h>
#include <string.h>

#include "names.h"

#define SNS_DEFAULT 8
#define PERIOD_DEFAULT 86400

enum { OPT_USER = OPT_OWN, OPT_APPLICATION, OPT_DEA1, OPT_DEA2, OPT_PIN_FILE, OPT_PIN_FD,
	OPT_GENERATE_PIN, OPT_PUK_FILE, OPT_PUK_FD, OPT_TRANSPORT_FILE, OPT_TRANSPORT_FD,
	OPT_ACCOUNT };

const char provision_usage[] =
	"--user USER [--user ...] --transport-key-file FILE | --transport-key-fd N\n"
	"         [--application NAME[:MECHANISM[:N[:FLAG,...]]] ...] [--dea1 DEA] [--dea2 DEA]\n"
	"         [--pin-file FILE | --pin-fd N | --generate-pin] [--puk-file FILE | --puk-fd N]\n"
	"         [--account [--home DIR] [--shell FILE] [--gecos TEXT] [--groups NAME,...]\n"
	"         [--publish nss|userdb]] [--reader PATTERN]\n\n"
	"Makes the blank card in the reader a card of these users: one application (default: login)\n"
	"of N series numbers (1-32, default: 8) and a mechanism (default: host-random; card-random,\n"
	"host-date, date, counter, pin; date/SECONDS and host-date/SECONDS set how long a date lasts,\n"
	"by default a day). FLAG: no-pin, sealed-only (the PIN only encrypted, never by a\n"
	"PIN pad; not with may-sign), may-sign (cardtool sign). DEA: aes-256 (default) or hmac-sha-256.\n"
	"A PIN file has one line per application that needs one: a PIN, or up to 4 with blanks between.\n"
	"--account: the users have no other account; they get one, of the next uid (see cardtool account).\n"
	"The transport key is 64 hex digits. A PUK that is not given is drawn, and shown once. After a\n"
	"cut, the same command goes on where the card is.\n";

/* no-pin,sealed-only,may-sign: what the card would refuse is refused here. */
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
		else
			return tool_usage(t, "--application %s: no flag \"%s\"; there are no-pin, sealed-only, may-sign",
			    app->name, word);
	}
	if ((app->flags & MCKD_APP_SEALED_ONLY) != 0 && (app->flags & MCKD_APP_MAY_SIGN) != 0)
		return tool_usage(t, "--application %s: a sealed PIN serves no signature; not both sealed-only and may-sign",
		    app->name);
	if ((app->flags & MCKD_APP_NEEDS_PIN) == 0 &&
	    (app->mechanism == MCKD_SEL_PIN || (app->flags & MCKD_APP_SEALED_ONLY) != 0))
		return tool_usage(t, "--application %s: it cannot do without a PIN", app->name);
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
		return tool_usage(t, "--application %s: no mechanism %s", app->name, name);
	if (text == NULL)
		return -1;
	if (app->mechanism != MCKD_SEL_DATE && app->mechanism != MCKD_SEL_HOST_DATE)
		return tool_usage(t, "--application %s: only date and host-date have a period", app->name);
	if (!number(text, UINT32_MAX, &seconds))
		return tool_usage(t, "--application %s: a period of %s seconds", app->name, text);
	app->period = (uint32_t)seconds;
	return -1;
}

/* NAME[:MECHANISM[:N[:FLAG,...]]] */
static int
application(struct tool *t, struct provision *p, const char *text)
{
	struct mckd_app *app = &p->app[p->napps];
	char copy[128], *at = copy, *name, *select, *count;
	unsigned long n = SNS_DEFAULT;
	int rc = -1;

	if (p->napps == MCKD_APPS_MAX)
		return tool_usage(t, "a card has at most %d applications", MCKD_APPS_MAX);
	if ((size_t)snprintf(copy, sizeof(copy), "%s", text) >= sizeof(copy))
		return tool_usage(t, "--application %s: too long", text);
	name = strsep(&at, ":");
	select = strsep(&at, ":");
	count = strsep(&at, ":");
	if (!mckd_app_name_valid(name))
		return tool_usage(t, "--application %s: a name is 1-16 of a-z 0-9 . _ -", text);
	if (count != NULL && count[0] != '\0' && !number(count, MCKD_SNS_MAX, &n))
		return tool_usage(t, "--application %s: the number of series numbers is 1-%d", text, MCKD_SNS_MAX);
	for (unsigned i = 0; i < p->napps; i++)
		if (strcmp(p->app[i].name, name) == 0)
			return tool_usage(t, "--application %s: named twice", text);
	snprintf(app->name, sizeof(app->name), "%s", name);
	app->slot = (uint8_t)(p->napps + 1);
	app->flags = MCKD_APP_NEEDS_PIN;
	app->present = UINT32_MAX >> (MCKD_SNS_MAX - n);
	if ((rc = mechanism(t, app, select)) != -1 || (at != NULL && (rc = flags(t, app, at)) != -1))
		return rc;
	p->napps++;
	return -1;
}

static int
option(struct tool *t, struct provision *p, int c)
{
	switch (c) {
	case OPT_USER:
		if (p->nusers == PROVISION_USERS)
			return tool_usage(t, "at most %d users; assign more afterwards", PROVISION_USERS);
		for (unsigned i = 0; i < p->nusers; i++)
			if (strcmp(p->user[i], optarg) == 0)
				return tool_usage(t, "--user %s: named twice", optarg);
		if (optarg[0] == '\0' || strlen(optarg) > MCKD_USER_MAX)
			return tool_usage(t, "a user name has 1-%d characters", MCKD_USER_MAX);
		p->user[p->nusers++] = optarg;
		return -1;
	case OPT_APPLICATION:
		return application(t, p, optarg);
	case OPT_DEA1:
	case OPT_DEA2:
		if (!names_dea_parse(optarg, c == OPT_DEA1 ? &p->dea1 : &p->dea2))
			return tool_usage(t, "%s: a DEA is aes-256 or hmac-sha-256", optarg);
		return -1;
	case OPT_PIN_FILE:
		p->pin.file = optarg;
		return -1;
	case OPT_PUK_FILE:
		p->puk.file = optarg;
		return -1;
	case OPT_TRANSPORT_FILE:
		p->transport.file = optarg;
		return -1;
	case OPT_PIN_FD:
		return secret_fd(t, &p->pin, optarg);
	case OPT_PUK_FD:
		return secret_fd(t, &p->puk, optarg);
	case OPT_TRANSPORT_FD:
		return secret_fd(t, &p->transport, optarg);
	case OPT_GENERATE_PIN:
		p->generate_pin = true;
		return -1;
	case OPT_ACCOUNT:
		p->accounts = true;
		return -1;
	default:
		return account_option(&p->account, c) ? -1 : tool_option(t, c);
	}
}

int
provision_parse(struct tool *t, int argc, char **argv, struct provision *p)
{
	static const struct option options[] = { COMMON_OPTIONS, OPTION_READER, ACCOUNT_OPTIONS,
		{ "account", no_argument, NULL, OPT_ACCOUNT },
		{ "user", required_argument, NULL, OPT_USER },
		{ "application", required_argument, NULL, OPT_APPLICATION },
		{ "dea1", required_argument, NULL, OPT_DEA1 }, { "dea2", required_argument, NULL, OPT_DEA2 },
		{ "pin-file", required_argument, NULL, OPT_PIN_FILE },
		{ "pin-fd", required_argument, NULL, OPT_PIN_FD },
		{ "generate-pin", no_argument, NULL, OPT_GENERATE_PIN },
		{ "puk-file", required_argument, NULL, OPT_PUK_FILE },
		{ "puk-fd", required_argument, NULL, OPT_PUK_FD },
		{ "transport-key-file", required_argument, NULL, OPT_TRANSPORT_FILE },
		{ "transport-key-fd", required_argument, NULL, OPT_TRANSPORT_FD }, OPTIONS_END };
	int c, rc;

	p->dea1 = p->dea2 = MCKD_DEA_AES;
	p->pin.fd = p->puk.fd = p->transport.fd = -1;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1)
		if ((rc = option(t, p, c)) != -1)
			return rc;
	if (optind < argc)
		return tool_usage(t, "provision: %s: the card is the one in the reader; users go by --user", argv[optind]);
	if (p->nusers == 0)
		return tool_usage(t, "provision: for whom? --user USER");
	if (p->generate_pin && secret_given(&p->pin))
		return tool_usage(t, "provision: either a PIN or --generate-pin");
	if (!p->accounts && account_asked(&p->account))
		return tool_usage(t, "provision: --home, --shell, --gecos, --groups and --publish go with --account");
	if (p->nusers > 1 && (p->account.home != NULL || p->account.gecos != NULL))
		return tool_usage(t, "provision: --home and --gecos are for one user; cardtool account changes the others");
	return p->napps == 0 ? application(t, p, "login") : -1;
}
