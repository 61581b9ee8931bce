/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "auth.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>
#include <unistd.h>

#include "audit.h"
#include "language.h"
#include "log.h"

#define OPTIONS_MAX 32
#define FIRST_FRAME_MS 2000

/* Over the socket anyone may call: what they say must not loosen what the host's owner said. */
static const char *const anyone[] = { "application", "debug", "nullok", "prompt", "quiet",
	"try_first_pass", "use_first_pass", "wait", "cue", "deadline", "max_tries", "reader" };

struct options {
	char text[OPTIONS_MAX][MCKD_CONF_TEXT + 32];
	size_t n;
};

static bool
text(char *out, size_t room, const uint8_t *v, size_t len)
{
	if (len >= room || memchr(v, '\0', len) != NULL)
		return false;
	memcpy(out, v, len);
	out[len] = '\0';
	return true;
}

static bool
field(struct mckd_auth *a, struct options *o, uint8_t tag, const uint8_t *v, size_t len)
{
	switch (tag) {
	case 'm':
		if (len != 1 || v[0] == '\0' || strchr("acpP", v[0]) == NULL)
			return false;
		a->mode = (char)v[0];
		return true;
	case 's':
		return text(a->service, sizeof(a->service), v, len);
	case 'u':
		a->user_too_long = len >= sizeof(a->user);
		return a->user_too_long || text(a->user, sizeof(a->user), v, len);
	case 'h':
		return text(a->rhost, sizeof(a->rhost), v, len);
	case 't':
		return text(a->tty, sizeof(a->tty), v, len);
	case 'r':
		return true;
	case 'p':
		a->have_pin = text(a->pin, sizeof(a->pin), v, len);
		return a->have_pin;
	case 'o':
		return o->n < OPTIONS_MAX && text(o->text[o->n++], sizeof(o->text[0]), v, len);
	case 'l':
		mckd_language_open(v, len);
		return true;
	case 'f':
		a->silent = len == 1 && (v[0] & 1) != 0;
		return len == 1;
	}
	/* While a package is unpacked the module may be the newer one: what it says beyond this is a hint. */
	return tag >= 'a' && tag <= 'z';
}

static enum mckd_err
unpack(struct mckd_auth *a, struct options *o, const uint8_t *body, size_t len)
{
	size_t at = 0, n;
	const uint8_t *v;
	uint8_t tag;
	int more;

	while ((more = mckd_wire_next(body, len, &at, &tag, &v, &n)) > 0)
		if (!field(a, o, tag, v, n))
			return MCKD_E_PARSE;
	return more == 0 && a->mode != '\0' ? MCKD_OK : MCKD_E_PARSE;
}

static bool
may_say(const struct mckd_auth *a, const char *option)
{
	size_t len = strcspn(option, "=");

	if (!a->restricted)
		return true;
	for (size_t i = 0; i < sizeof(anyone) / sizeof(anyone[0]); i++)
		if (strlen(anyone[i]) == len && strncmp(anyone[i], option, len) == 0)
			return true;
	mckd_log(LOG_ERR, "option \"%.*s\" is not for a caller that is not root: say it in mckd.conf",
	    (int)len, option);
	return false;
}

static enum mckd_err
configure(struct mckd_auth *a, const struct options *o)
{
	char why[MCKD_WHY] = "";
	enum mckd_err err;

	mckd_conf_default(&a->conf);
	err = mckd_conf_read(&a->conf, MCKD_SYSCONFDIR "/mckd.conf", why);
	for (size_t i = 0; i < o->n && err == MCKD_OK; i++)
		err = may_say(a, o->text[i]) ? mckd_conf_option(&a->conf, o->text[i], why) :
		    MCKD_E_CONFIG;
	if (err != MCKD_OK && why[0] != '\0')
		mckd_log(LOG_ERR, "%s", why);
	return err;
}

/* What such a caller says of itself, anyone could say: the record has the uid, which the kernel says. */
static void
note_origin(struct mckd_auth *a)
{
	const char *said = a->rhost[0] != '\0' ? a->rhost : a->tty;

	if (a->restricted)
		(void)snprintf(a->login.origin, sizeof(a->login.origin), MCKD_LOGIN_BY_SOCKET "%u%s%.200s",
		    (unsigned)a->peer_uid, said[0] != '\0' ? " " : "", said);
	else
		(void)snprintf(a->login.origin, sizeof(a->login.origin), "%s", said);
}

enum mckd_err
mckd_start_peer(struct mckd_auth *a, int sock)
{
	struct ucred peer = { 0, (uid_t)-1, (gid_t)-1 };
	socklen_t plen = sizeof(peer);

	if (getsockopt(sock, SOL_SOCKET, SO_PEERCRED, &peer, &plen) < 0 || plen != sizeof(peer))
		return MCKD_E_INTERNAL;
	a->peer_uid = peer.uid;
	a->peer_pid = peer.pid;
	a->restricted = peer.uid != 0 && peer.uid != geteuid();
	note_origin(a);
	return MCKD_OK;
}

enum mckd_err
mckd_start_read(struct mckd_auth *a, int sock)
{
	struct options o = { .n = 0 };
	uint8_t body[MCKD_WIRE_MAX], type = 0;
	size_t len = sizeof(body);
	enum mckd_err err = MCKD_E_PARSE;

	if (mckd_wire_recv(sock, &type, body, &len, a->restricted ? FIRST_FRAME_MS : -1) == 0 &&
	    type == MCKD_WIRE_START)
		err = unpack(a, &o, body, len);
	explicit_bzero(body, sizeof(body));
	(void)snprintf(a->login.user, sizeof(a->login.user), "%s", a->user);
	(void)snprintf(a->login.service, sizeof(a->login.service), "%s", a->service);
	note_origin(a);
	mckd_audit_begin(a);
	if (err == MCKD_OK)
		err = configure(a, &o);
	else
		mckd_log(LOG_ERR, "a malformed START");
	return err;
}
