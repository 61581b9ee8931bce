/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ui.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void
say(const char *format, ...)
{
	va_list ap;

	fputs("cardtool: ", stderr);
	va_start(ap, format);
	vfprintf(stderr, gettext(format), ap);
	va_end(ap);
	fputc('\n', stderr);
}

int
exit_of(enum mckd_err e)
{
	switch (e) {
	case MCKD_OK:
		return EX_DONE;
	case MCKD_E_USAGE:
		return EX_WRONG_USAGE;
	case MCKD_E_NO_SERVICE:
	case MCKD_E_NO_READER:
	case MCKD_E_NO_CARD:
	case MCKD_E_CARD_GONE:
		return EX_NO_CARD;
	case MCKD_E_PIN_FORMAT:
	case MCKD_E_PIN_WRONG:
	case MCKD_E_PIN_ABSENT:
	case MCKD_E_PIN_KEPT:
		return EX_PIN_WRONG;
	case MCKD_E_PIN_BLOCKED:
	case MCKD_E_PIN_TRIES:
		return EX_PIN_BLOCKED;
	case MCKD_E_CARD_FOREIGN:
	case MCKD_E_CARD_BLANK:
	case MCKD_E_CARD_TERMINATED:
	case MCKD_E_CARD_WRONG:
	case MCKD_E_RESYNC:
	case MCKD_E_CLONE:
		return EX_WRONG_CARD;
	case MCKD_E_STORE_ABSENT:
	case MCKD_E_STORE_UNTRUSTED:
	case MCKD_E_STORE_IO:
	case MCKD_E_STORE_BUSY:
	case MCKD_E_STORE_FULL:
	case MCKD_E_STORE_NOT_FOUND:
	case MCKD_E_STORE_EXISTS:
		return EX_STORE;
	default:
		return EX_OTHER;
	}
}

int
fail(enum mckd_err e, const char *what)
{
	say("%s: %s", _(what), _(mckd_err_str(e)));
	return exit_of(e);
}

int
fail_store(struct tool *t, enum mckd_err e)
{
	const char *why = mckd_store_why(t->store);

	say("%s", why[0] != '\0' ? why : _(mckd_err_str(e)));
	return exit_of(e);
}

void
hex(const uint8_t *in, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		*out++ = digits[in[i] >> 4];
		*out++ = digits[in[i] & 15];
	}
	*out = '\0';
}

bool
unhex(const char *text, uint8_t *out, size_t len)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";

	if (strlen(text) != 2 * len)
		return false;
	for (size_t i = 0; i < 2 * len; i++) {
		const char *at = strchr(digits, text[i]);

		if (at == NULL)
			return false;
		out[i / 2] = (uint8_t)(out[i / 2] << 4 | ((at - digits) & 15));
	}
	return true;
}

bool
number(const char *text, unsigned long max, unsigned long *out)
{
	unsigned long v = 0;

	if (text[0] == '\0' || strlen(text) > 9 || strspn(text, "0123456789") != strlen(text))
		return false;
	for (; *text != '\0'; text++)
		v = v * 10 + (unsigned long)(*text - '0');
	*out = v;
	return v >= 1 && v <= max;
}

void
moment(int64_t when, char out[static 32])
{
	time_t at = (time_t)when;
	struct tm tm;

	if (when == 0 || localtime_r(&at, &tm) == NULL || strftime(out, 32, "%Y-%m-%d %H:%M:%S", &tm) == 0)
		strcpy(out, "-");
}

int
confirm(const struct tool *t, const uint8_t *card, const char *what)
{
	char id[HEX_CARD] = "", answer[16];
	FILE *tty;
	bool yes;

	if (t->force)
		return -1;
	if (card != NULL)
		hex(card, MCKD_CARD_ID_LEN, id);
	if ((tty = fopen("/dev/tty", "r+e")) == NULL) {
		if (card != NULL)
			say("card %s: %s. This needs --force where there is no terminal to ask.", id, what);
		else
			say("%s. This needs --force where there is no terminal to ask.", what);
		return EX_CONFIRM;
	}
	if (card != NULL)
		fprintf(stderr, _("Card %s: %s.\n"), id, what);
	else
		fprintf(stderr, "%s.\n", what);
	fputs(_("Type yes to go on: "), stderr);
	yes = fgets(answer, sizeof(answer), tty) != NULL && strcmp(answer, "yes\n") == 0;
	fclose(tty);
	if (yes)
		return -1;
	say("nothing was changed");
	return EX_CONFIRM;
}

void
progress(struct progress *p, int64_t cards)
{
	time_t now = time(NULL);

	if (p->at == 0)
		p->at = now;
	if (now == p->at)
		return;
	p->at = now;
	p->open = isatty(STDERR_FILENO);
	fputs(p->open ? "\r" : "cardtool: ", stderr);
	fprintf(stderr, _("%" PRId64 " cards"), cards);
	fputs(p->open ? "" : "\n", stderr);
}

void
progress_end(struct progress *p)
{
	if (p->open)
		fputc('\n', stderr);
	p->open = false;
}
