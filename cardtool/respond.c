/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "respond.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "hex.h"
#include "known.h"
#include "ui.h"

enum { OPT_HOST = OPT_OWN, OPT_PIN, OPT_PIN_FILE, OPT_PIN_FD };

#define TEXT_MAX 8192
#define HEX_HOST (2 * MCKD_HOST_ID_LEN + 1)

struct asked {
	const char *name;	/* --host, or what ssh put before the challenge */
	bool pin;
	struct secret_source from;
	struct mckd_challenge challenge;
	struct mckd_challenge_prefix prefix;
};

/* On a terminal the last line of the challenge is the end; otherwise all of it counts. */
static int
read_challenge(const struct tool *t, struct asked *a)
{
	char text[TEXT_MAX + 1] = "", line[1024], why[MCKD_CHALLENGE_WHY] = "";
	bool tty = isatty(STDIN_FILENO) == 1;
	size_t n = 0;

	if (tty)
		fputs(_("Paste the challenge, from BEGIN to END:\n"), stderr);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		size_t len = strlen(line);

		if (len > TEXT_MAX - n)
			return tool_usage(t, "the text is too long for a challenge");
		memcpy(text + n, line, len + 1);
		n += len;
		if (tty && strstr(line, "-----END ") != NULL)
			break;
	}
	if (mckd_challenge_read(text, &a->challenge, &a->prefix, why) == MCKD_OK)
		return -1;
	say("%s. Nothing was answered.", why);
	return EX_OTHER;
}

static bool
says_yes(void)
{
	FILE *tty = fopen("/dev/tty", "r+e");
	char answer[16];
	bool yes;

	if (tty == NULL)
		return false;
	fputs(_("Type yes if this is the host ID that \"cardtool doctor\" shows on that host: "), stderr);
	yes = fgets(answer, sizeof(answer), tty) != NULL && strcmp(answer, "yes\n") == 0;
	fclose(tty);
	return yes;
}

static int
pin_host(const struct tool *t, const struct asked *a, const char *path, const char *was, const char *shown)
{
	char why[MCKD_KNOWN_WHY] = "";

	fprintf(stderr, _("Host:     %s (calls itself %s)\nHost ID:  %s\n"), a->name, a->challenge.host, shown);
	if (was != NULL)
		fprintf(stderr, _("Pinned:   %s\n          ANOTHER ONE. Was the host's store made anew?\n"), was);
	if (!t->force && !says_yes()) {
		say("nothing was pinned or answered");
		return EX_CONFIRM;
	}
	if (mckd_known_pin(path, a->name, a->challenge.host_id, why) != MCKD_OK) {
		say("%s", why);
		return EX_OTHER;
	}
	say("pinned in %s", path);
	return -1;
}

/* Whoever passes on another host's challenge has another host ID than the one pinned. */
static int
check_host(const struct tool *t, const struct asked *a)
{
	char path[MCKD_KNOWN_PATH], why[MCKD_KNOWN_WHY] = "", was[HEX_HOST], shown[HEX_HOST];
	uint8_t host[MCKD_HOST_ID_LEN];
	enum mckd_err e = mckd_known_path(path);

	if (e == MCKD_OK)
		e = mckd_known_find(path, a->name, host, why);
	hex(a->challenge.host_id, MCKD_HOST_ID_LEN, shown);
	if (e == MCKD_OK && memcmp(host, a->challenge.host_id, sizeof(host)) == 0)
		return -1;
	if (e == MCKD_E_STORE_NOT_FOUND && a->pin)
		return pin_host(t, a, path, NULL, shown);
	if (e == MCKD_E_STORE_NOT_FOUND) {
		say("the host %s is not known yet. Its challenge shows the host ID %s; compare that with "
		    "\"cardtool doctor\" on the host, then say --pin, once", a->name, shown);
		return EX_CONFIRM;
	}
	if (e != MCKD_OK) {
		say("%s", why[0] != '\0' ? why : _(mckd_err_str(e)));
		return EX_OTHER;
	}
	hex(host, sizeof(host), was);
	if (a->pin)
		return pin_host(t, a, path, was, shown);
	say("this challenge is not from %s: its host ID is %s, and that of %s is %s. Somebody may be passing "
	    "on another host's challenge. Nothing was answered.", a->name, shown, a->name, was);
	return EX_OTHER;
}

static int
explain(enum mckd_err e, const struct mckd_respond *r)
{
	if (e == MCKD_E_CARD_REFUSED)
		say("this card takes its PIN only sealed by the host that has it in its reader: it cannot "
		    "log in from afar");
	else if (e == MCKD_E_CARD_WRONG)
		say("the card in the reader is none of those that this login takes");
	else if (e == MCKD_E_PIN_WRONG)
		say(ngettext("wrong PIN (%d try left)", "wrong PIN (%d tries left)", (unsigned long)r->tries), r->tries);
	else
		say("%s", _(mckd_err_str(e)));
	return e == MCKD_E_CARD_REFUSED ? EX_WRONG_CARD : exit_of(e);
}

static int
respond(const struct tool *t, const struct asked *a)
{
	char pin[SECRET_MAX] = "", reply[MCKD_REPLY_TEXT] = "", prompt[128], label[MCKD_LABEL];
	struct mckd_respond r = { .link = NULL };
	struct mckd_pcsc *pcsc = NULL;
	enum mckd_err e = mckd_pcsc_open(&pcsc);
	int rc = -1;

	if (e == MCKD_OK)
		e = mckd_respond_find(pcsc, t->reader, &a->challenge, &r);
	if (e == MCKD_OK) {
		/* The name may be copied, too: only the person knows where they called. */
		fprintf(stderr, _("The reply logs you in at %s.\n"), a->name);
		mckd_label(r.info.card, label);
		snprintf(prompt, sizeof(prompt), ngettext("PIN for card %s (%d try left)",
		    "PIN for card %s (%d tries left)", (unsigned long)r.tries), label, r.tries);
		rc = secret_get(&a->from, prompt, false, pin);
	}
	if (rc == -1 && e == MCKD_OK)
		e = mckd_respond(&r, &a->challenge, pin, reply);
	mckd_wipe(pin, sizeof(pin));
	if (e != MCKD_OK)
		rc = explain(e, &r);
	else if (rc == -1)
		rc = puts(reply) == EOF ? EX_OTHER : EX_DONE;
	mckd_respond_close(&r);
	if (pcsc != NULL)
		mckd_pcsc_close(pcsc);
	return rc;
}

static int
run(struct tool *t, int argc, char **argv)
{
	static const struct option options[] = { COMMON_OPTIONS, OPTION_READER, OPTION_FORCE,
		{ "host", required_argument, NULL, OPT_HOST }, { "pin", no_argument, NULL, OPT_PIN },
		{ "pin-file", required_argument, NULL, OPT_PIN_FILE },
		{ "pin-fd", required_argument, NULL, OPT_PIN_FD }, OPTIONS_END };
	struct asked a = { .from = { NULL, -1 } };
	int c, rc = -1;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == OPT_HOST)
			a.name = optarg;
		else if (c == OPT_PIN)
			a.pin = true;
		else if (c == OPT_PIN_FILE)
			a.from.file = optarg;
		else
			rc = c == OPT_PIN_FD ? secret_fd(t, &a.from, optarg) : tool_option(t, c);
		if (rc != -1)
			return rc;
	}
	if (argc > optind)
		return tool_usage(t, "respond: the challenge comes by standard input");
	if ((rc = read_challenge(t, &a)) != -1)
		return rc;
	if (a.name == NULL && a.prefix.there)
		a.name = a.prefix.host;
	if (a.name == NULL)
		return tool_usage(t, "respond: nothing says which host asks; say --host NAME, as for ssh");
	rc = check_host(t, &a);
	return rc == -1 ? respond(t, &a) : rc;
}

const struct verb verb_respond = { "respond", run, N_("answer a login at another host, with the card here"),
	N_("[--host NAME] [--pin [--force]] [--pin-file FILE | --pin-fd N]\n"
	"                       [--reader PATTERN]\n\n"
	"Reads the challenge of a login from afar, asks for the PIN, prints the reply. The challenge must\n"
	"be of the host pinned under NAME; --pin shows its host ID and pins it. No store is needed.\n") };
