/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "provision.h"

#include <string.h>

#include "app_spec.h"
#include "names.h"

enum { OPT_USER = OPT_OWN, OPT_APPLICATION, OPT_DEA1, OPT_DEA2, OPT_PIN_FILE, OPT_PIN_FD,
	OPT_GENERATE_PIN, OPT_PUK_FILE, OPT_PUK_FD, OPT_TRANSPORT_FILE, OPT_TRANSPORT_FD,
	OPT_ACCOUNT };

const char provision_usage[] = N_(
	"--user USER [--user ...] --transport-key-file FILE | --transport-key-fd N\n"
	"         [--application NAME[:MECHANISM[:N[:FLAG,...]]] ...] [--dea1 DEA] [--dea2 DEA]\n"
	"         [--pin-file FILE | --pin-fd N | --generate-pin] [--puk-file FILE | --puk-fd N]\n"
	"         [--account [--home DIR] [--shell FILE] [--gecos TEXT] [--groups NAME,...]\n"
	"         [--publish nss|userdb]] [--reader PATTERN]\n\n"
	"Makes the blank card in the reader a card of these users, with these applications (default:\n"
	"login).\n"
	"An application has N series numbers (1-32, default: 8) and a MECHANISM (default: host-random;\n"
	"card-random, host-date, date, counter, pin; date/SECONDS and host-date/SECONDS set how long a\n"
	"date lasts, by default a day). FLAG: no-pin, sealed-only (the PIN only encrypted, never by a\n"
	"PIN pad; not with may-sign), may-sign (cardtool sign), duress (raises an alert).\n"
	"DEA: aes-256 (default) or hmac-sha-256.\n"
	"A PIN file has one line per application that needs one: a PIN, or up to 4 with blanks between.\n"
	"--account: the users have no other account; they get one, of the next uid (see cardtool account).\n"
	"The transport key is 64 hex digits. A PUK that is not given is drawn, and shown once. After a\n"
	"cut, the same command goes on where the card is.\n");

static int
application(struct tool *t, struct provision *p, const char *text)
{
	struct mckd_app *app = &p->app[p->napps];
	int rc;

	if (p->napps == MCKD_APPS_MAX)
		return tool_usage(t, "a card has at most %d applications", MCKD_APPS_MAX);
	if ((rc = app_spec(t, text, app)) != -1)
		return rc;
	for (unsigned i = 0; i < p->napps; i++)
		if (strcmp(p->app[i].name, app->name) == 0)
			return tool_usage(t, "--application %s: named twice", text);
	app->slot = (uint8_t)(p->napps + 1);
	p->napps++;
	return app_periods_agree(p->app, p->napps) ? -1 : EX_WRONG_USAGE;
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
