/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "doctor.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "card.h"
#include "stack.h"
#include "ui.h"

enum { OPT_SERVICE = OPT_OWN, OPT_USER };

void
found(struct doctor *d, enum finding f, const char *what, const char *mend, const char *format, ...)
{
	static const char *const words[] = { [GOOD] = "ok", [NOTE] = "note", [WRONG] = "PROBLEM" };
	va_list ap;

	printf(_("%-8s %s: "), words[f], what);
	va_start(ap, format);
	vprintf(gettext(format), ap);
	va_end(ap);
	putchar('\n');
	if (mend != NULL)
		printf(_("         mend: %s\n"), _(mend));
	d->problems += f == WRONG;
}

const char *
mend_of(enum mckd_err e)
{
	switch (e) {
	case MCKD_E_CONFIG:
		return N_("see mckd.conf(5); the line is named above");
	case MCKD_E_STORE_ABSENT:
		return "cardtool init";
	case MCKD_E_STORE_UNTRUSTED:
		return geteuid() != 0 ? N_("you are not root, whose store it is: run this as root") :
		    N_("give the path named its owner and mode back (SECURITY lists them), or "
		       "restore the store");
	case MCKD_E_STORE_FULL:
		return N_("make room on the store's file system, or remount it writable");
	case MCKD_E_STORE_BUSY:
		return N_("another process holds the store: try again, then look who");
	case MCKD_E_STORE_IO:
		return N_("look at the disk (dmesg), then restore the store");
	case MCKD_E_NO_SERVICE:
		return "systemctl enable --now pcscd.socket";
	case MCKD_E_NO_READER:
		return N_("plug the reader in; lsusb shows it, libccid drives it; a reader= pattern "
		       "may leave it out");
	case MCKD_E_NO_CARD:
		return N_("put the card in");
	case MCKD_E_CARD_GONE:
	case MCKD_E_CARD_IO:
		return N_("take the card out, clean its contacts, put it in again");
	case MCKD_E_CARD_BLANK:
		return N_("cardtool provision makes it somebody's");
	case MCKD_E_CARD_WRONG:
		return N_("cardtool assign --user USER CARD, or take the right card");
	case MCKD_E_SUSPENDED:
		return N_("cardtool show says why; cardtool resume lifts it");
	case MCKD_E_REVOKED:
	case MCKD_E_CARD_TERMINATED:
		return N_("this card is over: provision another");
	case MCKD_E_PIN_BLOCKED:
		return N_("cardtool pin unblock with the PUK, or cardtool pin reset");
	case MCKD_E_STORE_NOT_FOUND:
		return N_("cardtool provision --user USER, or cardtool assign");
	default:
		return NULL;
	}
}

static enum mckd_err
count(void *arg, const uint8_t card[static MCKD_CARD_ID_LEN])
{
	(void)card;
	++*(unsigned long *)arg;
	return MCKD_OK;
}

/* As a login notes what it came to; nothing of it is kept. */
static enum mckd_err
try_write(struct mckd_store *s)
{
	const struct mckd_event note = { .kind = "doctor", .service = "cardtool" };
	enum mckd_err e = mckd_store_begin(s);

	if (e != MCKD_OK)
		return e;
	e = mckd_store_event(s, &note);
	mckd_store_rollback(s);
	return e;
}

/* Opened for writing, as a login does. */
static void
check_store(struct doctor *d)
{
	struct tool *t = d->t;
	char why[MCKD_WHY] = "", id[2 * MCKD_HOST_ID_LEN + 1] = "";
	uint8_t host[MCKD_HOST_ID_LEN];
	unsigned long cards = 0;
	enum mckd_err e = mckd_store_open(t->store_dir, t->key, MCKD_STORE_WRITE, &t->store, why);

	if (e == MCKD_OK && (e = mckd_store_cards(t->store, count, &cards)) != MCKD_OK)
		snprintf(why, sizeof(why), "%s", mckd_store_why(t->store));
	if (e == MCKD_OK && mckd_store_host_id(t->store, host) == MCKD_OK)
		hex(host, sizeof(host), id);
	if (e != MCKD_OK) {
		found(d, WRONG, _("store"), mend_of(e), "%s", why[0] != '\0' ? why : _(mckd_err_str(e)));
		mckd_store_close(t->store);
		t->store = NULL;
	} else if ((e = try_write(t->store)) != MCKD_OK) {
		d->unwritable = true;
		found(d, WRONG, _("store"), mend_of(e), "%s", mckd_store_why(t->store));
	} else if (cards == 0) {
		found(d, WRONG, _("store"), "cardtool provision", "no card in it yet");
	} else {
		found(d, GOOD, _("store"), NULL, ngettext("%lu card, host ID %s", "%lu cards, host ID %s", cards),
		    cards, id);
	}
}

/* SELECT alone: it spends nothing. */
static void
check_card(struct doctor *d, const struct mckd_reader *r)
{
	struct mckd_cardlink *link = NULL;
	struct mckd_card_info info;
	enum mckd_err e;

	if (!r->present) {
		found(d, GOOD, r->name, NULL, "empty");
		return;
	}
	if ((e = mckd_pcsc_connect(d->pcsc, r->name, &link)) == MCKD_OK) {
		e = mckd_card_select(link, &info);
		link->ops->close(link);
	}
	if (e == MCKD_OK && info.state == 0x01)
		e = MCKD_E_CARD_BLANK;
	else if (e == MCKD_OK && info.state != 0x07)
		e = MCKD_E_CARD_TERMINATED;
	if (e != MCKD_OK) {
		found(d, NOTE, r->name, mend_of(e), "%s", _(mckd_err_str(e)));
		return;
	}
	char id[HEX_CARD];

	hex(info.card, sizeof(info.card), id);
	found(d, GOOD, r->name, NULL, "card %s", id);
}

static void
check_readers(struct doctor *d)
{
	struct mckd_reader readers[MCKD_READERS_MAX];
	size_t n = MCKD_READERS_MAX;
	enum mckd_err e = mckd_pcsc_open(&d->pcsc);

	if (e != MCKD_OK) {
		found(d, WRONG, "pcscd", mend_of(e), "%s", _(mckd_err_str(e)));
		return;
	}
	found(d, GOOD, "pcscd", NULL, "answers");
	e = mckd_pcsc_readers(d->pcsc, d->t->reader, readers, &n);
	if (e == MCKD_OK && n == 0)
		e = MCKD_E_NO_READER;
	if (e != MCKD_OK)
		found(d, WRONG, _("readers"), mend_of(e), "%s", _(mckd_err_str(e)));
	for (size_t i = 0; e == MCKD_OK && i < n; i++)
		check_card(d, &readers[i]);
}

static int
check(struct doctor *d)
{
	int rc = tool_conf(d->t);

	if (rc != -1) {
		found(d, WRONG, _("configuration"), mend_of(MCKD_E_CONFIG),
		    "see above; every login fails with it");
		return rc;
	}
	found(d, GOOD, _("configuration"), NULL, "%s",
	    d->t->config != NULL ? d->t->config : MCKD_SYSCONFDIR "/mckd.conf");
	doctor_installation(d);
	check_store(d);
	doctor_accounts(d);
	doctor_clock(d);
	check_readers(d);
	if (d->service != NULL || d->user != NULL)
		doctor_login(d);
	mckd_pcsc_close(d->pcsc);
	return d->problems == 0 ? EX_DONE : EX_OTHER;
}

static int
run(struct tool *t, int argc, char **argv)
{
	static const struct option options[] = { COMMON_OPTIONS, OPTION_READER,
		{ "service", required_argument, NULL, OPT_SERVICE },
		{ "user", required_argument, NULL, OPT_USER }, OPTIONS_END };
	struct doctor d = { .t = t };
	int c, rc;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == OPT_SERVICE)
			d.service = optarg;
		else if (c == OPT_USER)
			d.user = optarg;
		else if ((rc = tool_option(t, c)) != -1)
			return rc;
	}
	if (optind < argc)
		return tool_usage(t, "doctor: one argument too many: %s", argv[optind]);
	if (d.service != NULL && !stack_service_valid(d.service))
		return tool_usage(t, "--service %s: no name of a PAM service", d.service);
	return check(&d);
}

const struct verb verb_doctor = { "doctor", run, N_("look for what would keep a login from working"),
	N_("[--service SERVICE] [--user USER] [--reader PATTERN]\n\n"
	"Looks at installation, configuration, store, clock, pcscd, readers and cards; with "
	"--service at\n"
	"that PAM stack, and with --user at what a login would come to, without spending a try of "
	"a PIN.\n"
	"One finding a line, each with what mends it; exit 0 where none is a PROBLEM.\n") };
