/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "journal.h"

#define LINE_MAX_LEN 1024
/* A line, and its values once more; each of them is MCKD_WHY at most. */
#define EVENT_MAX 8192

static const char *program = "mckd";

/* A value cannot end a line, forge a field or hide behind control characters. */
static void
escape(const char *in, char *out, size_t room, const char *also)
{
	size_t n = 0;

	for (; in != NULL && *in != '\0' && n + 5 < room; in++) {
		unsigned char c = (unsigned char)*in;

		if (c < 0x20 || c == 0x7f || strchr(also, c) != NULL)
			n += (size_t)snprintf(out + n, room - n, "\\x%02x", c);
		else
			out[n++] = (char)c;
	}
	out[n] = '\0';
}

void
mckd_log_open(const char *name)
{
	program = name;
	openlog(program, LOG_PID | LOG_NDELAY, LOG_AUTHPRIV);
}

void
mckd_log(int priority, const char *format, ...)
{
	char raw[LINE_MAX_LEN], line[LINE_MAX_LEN * 2];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(raw, sizeof(raw), format, ap);
	va_end(ap);
	escape(raw, line, sizeof(line), "");
	syslog(LOG_AUTHPRIV | priority, "%s", line);
}

/* In the order of the line; what is empty there is no field of the journal. */
struct field {
	const char *name, *key, *value;
};

/* Appends, as far as there is room. */
static void __attribute__((format(printf, 3, 4)))
append(char out[static EVENT_MAX], size_t *at, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(out + *at, EVENT_MAX - *at, format, ap);
	va_end(ap);
	if (n > 0)
		*at += (size_t)n < EVENT_MAX - *at ? (size_t)n : EVENT_MAX - *at - 1;
}

/* The journal where there is one: what it takes, its host's syslog has from it. */
static void
emit(int priority, const char *line, const struct field *fields, size_t n)
{
	char text[EVENT_MAX], value[MCKD_WHY * 2];
	size_t at = 0;

	append(text, &at, "MESSAGE=%s\nPRIORITY=%d\nSYSLOG_FACILITY=%d\nSYSLOG_IDENTIFIER=%s\nSYSLOG_PID=%ld\n",
	    line, priority, LOG_FAC(LOG_AUTHPRIV), program, (long)getpid());
	for (size_t i = 0; i < n; i++) {
		escape(fields[i].value, value, sizeof(value), "");
		if (value[0] != '\0')
			append(text, &at, "%s=%s\n", fields[i].key, value);
	}
	if (!mckd_journal_send(text, at))
		syslog(LOG_AUTHPRIV | priority, "%s", line);
}

void
mckd_log_event(int priority, const struct mckd_event *e)
{
	char line[EVENT_MAX], value[MCKD_WHY * 2], card[2 * MCKD_CARD_ID_LEN + 1] = "", epoch[8], index[8];
	const struct field fields[] = {
		{ NULL, "MCKD_EVENT", e->kind }, { NULL, "MCKD_CARD", card }, { NULL, "MCKD_EPOCH", epoch },
		{ NULL, "MCKD_INDEX", index }, { "mechanism", "MCKD_MECHANISM", e->mechanism },
		{ "user", "MCKD_USER", e->user }, { "service", "MCKD_SERVICE", e->service },
		{ "origin", "MCKD_ORIGIN", e->origin }, { "application", "MCKD_APPLICATION", e->application },
		{ "verdict", "MCKD_VERDICT", e->verdict }, { "reason", "MCKD_REASON", e->reason },
	};
	size_t at = 0;

	for (size_t i = 0; e->has_card && i < MCKD_CARD_ID_LEN; i++)
		(void)snprintf(card + 2 * i, 3, "%02X", e->card[i]);
	(void)snprintf(epoch, sizeof(epoch), "%u", e->epoch);
	(void)snprintf(index, sizeof(index), "%u", e->index);
	escape(e->kind, value, sizeof(value), "\"\\ ");
	append(line, &at, "%s: card=%s epoch=%s index=%s", value, card, epoch, index);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (fields[i].name == NULL)
			continue;
		escape(fields[i].value, value, sizeof(value), "\"\\");
		append(line, &at, " %s=\"%s\"", fields[i].name, value);
	}
	emit(priority, line, fields, sizeof(fields) / sizeof(fields[0]));
}
