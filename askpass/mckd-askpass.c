/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "ask.h"
#include "hex.h"
#include "intl.h"
#include "known.h"
#include "respond.h"

void
say(const char *format, ...)
{
	va_list ap;

	(void)fputs("mckd-askpass: ", stderr);
	va_start(ap, format);
	(void)vfprintf(stderr, gettext(format), ap);
	va_end(ap);
	(void)fputc('\n', stderr);
}

/* The name that ssh prints is what the person typed; the hostID is whose challenge this is. */
static bool
right_host(const struct mckd_challenge *c, const char *name)
{
	char path[MCKD_KNOWN_PATH], why[MCKD_KNOWN_WHY] = "", shown[2 * MCKD_HOST_ID_LEN + 1],
	    pinned[2 * MCKD_HOST_ID_LEN + 1];
	uint8_t host[MCKD_HOST_ID_LEN];
	enum mckd_err err = mckd_known_path(path);

	if (err == MCKD_OK)
		err = mckd_known_find(path, name, host, why);
	mckd_hex(c->host_id, sizeof(c->host_id), shown);
	if (err == MCKD_E_STORE_NOT_FOUND) {
		say("the host %s is not known yet. Its challenge shows the host ID %s; compare that with "
		    "\"cardtool doctor\" on the host, then once: cardtool respond --pin --host %s",
		    name, shown, name);
		return false;
	}
	if (err != MCKD_OK) {
		say("%s", why[0] != '\0' ? why : _(mckd_err_str(err)));
		return false;
	}
	if (memcmp(host, c->host_id, sizeof(host)) == 0)
		return true;
	mckd_hex(host, sizeof(host), pinned);
	say("this challenge is not from %s: its host ID is %s, and that of %s is %s. The connection may "
	    "lead to somebody who passes on another host's challenge. Nothing was answered.", name, shown,
	    name, pinned);
	return false;
}

static enum ask
ask_pin(const struct mckd_challenge *c, const struct mckd_challenge_prefix *prefix,
    const struct mckd_respond *r, char pin[static ASK_MAX])
{
	char text[2 * MCKD_CHALLENGE_NAME + 256], prompt[sizeof(text) + 16], label[MCKD_LABEL];
	enum ask rc;

	mckd_label(r->info.card, label);
	(void)snprintf(text, sizeof(text), ngettext("Log in as %s at %s\nwith card %s, application %s (%d try left)",
	    "Log in as %s at %s\nwith card %s, application %s (%d tries left)",
	    (unsigned long)r->tries), prefix->user, prefix->host, label,
	    strcmp(c->application, "auto") == 0 ? _("by PIN") : c->application, r->tries);
	if ((rc = ask_pinentry(text, pin)) != ASK_NOBODY)
		return rc;
	(void)snprintf(prompt, sizeof(prompt), _("%s\nPIN: "), text);
	return ask_tty(prompt, false, pin, ASK_MAX);
}

static void
explain(enum mckd_err err, const struct mckd_respond *r)
{
	switch (err) {
	case MCKD_E_CARD_WRONG:
		say("the card in the reader is none of those that this login takes");
		break;
	case MCKD_E_CARD_REFUSED:
		say("this card takes its PIN only sealed by the host that has it in its reader: it cannot "
		    "log in from afar");
		break;
	case MCKD_E_PIN_WRONG:
		say(ngettext("wrong PIN (%d try left)", "wrong PIN (%d tries left)", (unsigned long)r->tries), r->tries);
		break;
	default:
		say("%s", _(mckd_err_str(err)));
		break;
	}
}

static int
answer(const struct mckd_challenge *c, const struct mckd_challenge_prefix *prefix)
{
	char pin[ASK_MAX] = "", reply[MCKD_REPLY_TEXT] = "";
	struct mckd_respond r = { .link = NULL };
	struct mckd_pcsc *pcsc = NULL;
	enum mckd_err err = mckd_pcsc_open(&pcsc);
	enum ask asked = ASK_OK;

	if (err == MCKD_OK)
		err = mckd_respond_find(pcsc, NULL, c, &r);
	if (err == MCKD_OK && (asked = ask_pin(c, prefix, &r, pin)) == ASK_OK)
		err = mckd_respond(&r, c, pin, reply);
	explicit_bzero(pin, sizeof(pin));
	if (asked == ASK_NOBODY)
		say("there is no way to ask for the PIN: no pinentry (MCKD_PINENTRY) and no terminal");
	if (err != MCKD_OK)
		explain(err, &r);
	if (err == MCKD_OK && asked == ASK_OK && (puts(reply) == EOF || fflush(stdout) != 0))
		err = MCKD_E_INTERNAL;
	mckd_respond_close(&r);
	if (pcsc != NULL)
		mckd_pcsc_close(pcsc);
	return err == MCKD_OK && asked == ASK_OK ? 0 : 1;
}

int
main(int argc, char **argv)
{
	const char *prompt = argc > 1 ? argv[1] : "";
	const struct rlimit none = { 0, 0 };
	struct mckd_challenge_prefix prefix;
	struct mckd_challenge c;
	char why[MCKD_CHALLENGE_WHY] = "";

	(void)setrlimit(RLIMIT_CORE, &none);
	mckd_intl_start();
	if (!mckd_challenge_hinted(prompt))
		return fallback(prompt);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	(void)signal(SIGPIPE, SIG_IGN);
	if (mckd_challenge_read(prompt, &c, &prefix, why) != MCKD_OK) {
		say("%s. Nothing was answered.", why);
		return 1;
	}
	if (!prefix.there) {
		say("there is no (user@host) before the challenge: OpenSSH 8.5 or newer is needed to know who "
		    "asks. Nothing was answered.");
		return 1;
	}
	return right_host(&c, prefix.host) ? answer(&c, &prefix) : 1;
}
