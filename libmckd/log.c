/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#define LINE_MAX_LEN 1024

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
mckd_log_open(const char *program)
{
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

void
mckd_log_event(int priority, const struct mckd_event *e)
{
	const char *const names[] = { "user", "service", "origin", "application", "verdict",
		"reason" };
	const char *const values[] = { e->user, e->service, e->origin, e->application, e->verdict,
		e->reason };
	char line[2 * LINE_MAX_LEN], value[MCKD_WHY * 2], card[2 * MCKD_CARD_ID_LEN + 1] = "";
	size_t n;

	for (size_t i = 0; e->has_card && i < MCKD_CARD_ID_LEN; i++)
		(void)snprintf(card + 2 * i, 3, "%02X", e->card[i]);
	escape(e->kind, value, sizeof(value), "\"\\ ");
	n = (size_t)snprintf(line, sizeof(line), "%s: card=%s epoch=%u index=%u", value, card,
	    e->epoch, e->index);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && n < sizeof(line); i++) {
		escape(values[i], value, sizeof(value), "\"\\");
		n += (size_t)snprintf(line + n, sizeof(line) - n, " %s=\"%s\"", names[i], value);
	}
	syslog(LOG_AUTHPRIV | priority, "%s", line);
}
