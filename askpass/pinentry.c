/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask.h"
#include "intl.h"

#include <assuan.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE 900	/* Assuan's lines hold 1000 */

struct got {
	char *out;
	size_t len;
	bool too_long;
};

static gpg_error_t
take(void *arg, const void *data, size_t len)
{
	struct got *g = arg;

	if (len > ASK_MAX - 1 - g->len || memchr(data, '\0', len) != NULL) {
		g->too_long = true;
		return 0;
	}
	memcpy(g->out + g->len, data, len);
	g->len += len;
	return 0;
}

static gpg_error_t
command(assuan_context_t ctx, const char *verb, const char *text)
{
	char line[LINE];
	size_t n = (size_t)snprintf(line, sizeof(line), "%s ", verb);

	for (; *text != '\0' && n + 4 < sizeof(line); text++) {
		if (*text == '%' || *text == '\n' || *text == '\r')
			n += (size_t)snprintf(line + n, sizeof(line) - n, "%%%02X", (unsigned char)*text);
		else
			line[n++] = *text;
	}
	line[n] = '\0';
	return assuan_transact(ctx, line, NULL, NULL, NULL, NULL, NULL, NULL);
}

/* Where to ask, for those that need a terminal. What a pinentry does not know, it does without. */
static void
tell_place(assuan_context_t ctx)
{
	const char *tty = getenv("GPG_TTY"), *type = getenv("TERM"), *ctype = getenv("LC_ALL");
	char text[256];

	if (ctype == NULL)
		ctype = getenv("LC_CTYPE") != NULL ? getenv("LC_CTYPE") : getenv("LANG");
	(void)snprintf(text, sizeof(text), "ttyname=%s", tty != NULL ? tty : "/dev/tty");
	(void)command(ctx, "OPTION", text);
	if (type != NULL) {
		(void)snprintf(text, sizeof(text), "ttytype=%s", type);
		(void)command(ctx, "OPTION", text);
	}
	if (ctype != NULL) {
		(void)snprintf(text, sizeof(text), "lc-ctype=%s", ctype);
		(void)command(ctx, "OPTION", text);
	}
}

static enum ask
talk(assuan_context_t ctx, const char *description, char out[static ASK_MAX])
{
	struct got g = { .out = out };
	gpg_error_t err;

	tell_place(ctx);
	if (command(ctx, "SETTITLE", _("Login by card")) != 0 ||
	    command(ctx, "SETDESC", description) != 0 || command(ctx, "SETPROMPT", _("PIN:")) != 0)
		return ASK_NOBODY;
	assuan_begin_confidential(ctx);
	err = assuan_transact(ctx, "GETPIN", take, &g, NULL, NULL, NULL, NULL);
	assuan_end_confidential(ctx);
	if (err == 0 && !g.too_long) {
		out[g.len] = '\0';
		return ASK_OK;
	}
	explicit_bzero(out, ASK_MAX);
	if (err == 0 || gpg_err_code(err) == GPG_ERR_CANCELED ||
	    gpg_err_code(err) == GPG_ERR_FULLY_CANCELED)
		return ASK_CANCELLED;
	return ASK_NOBODY;
}

enum ask
ask_pinentry(const char *description, char out[static ASK_MAX])
{
	const char *path = getenv("MCKD_PINENTRY");
	const char *argv[2] = { "pinentry", NULL };
	assuan_context_t ctx = NULL;
	enum ask rc = ASK_NOBODY;

	if (path == NULL)
		path = "/usr/bin/pinentry";
	if (path[0] != '/' || access(path, X_OK) != 0)
		return ASK_NOBODY;
	if (assuan_new(&ctx) != 0)
		return ASK_NOBODY;
	if (assuan_pipe_connect(ctx, path, argv, NULL, NULL, NULL, 0) == 0)
		rc = talk(ctx, description, out);
	assuan_release(ctx);
	return rc;
}
