/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>
#include <time.h>
#include <security/pam_ext.h>

#include "dialog.h"
#include "helper.h"
#include "talk.h"
#include "wire.h"

/* mckd-auth keeps its own deadline. These bounds are for one that no longer can. */
#define DEADLINE_MAX 120
#define WAIT_MAX 600
#define GRACE_MS 2000
#define SEND_MS 5000
#define ASKS_MAX 64
#define TELLS_MAX 256

struct question {
	bool echo;
	char text[MCKD_TALK_TEXT];
};

struct dialog {
	pam_handle_t *pamh;
	enum mckd_mode mode;
	int argc;
	const char **argv;
	bool silent, nullok, first_pass;
	int budget_ms;		/* what mckd-auth may take between two questions */
	int64_t end;
	struct mckd_helper helper;
	unsigned asks, tells, pads;
	bool started_again;
	bool spent;		/* a PIN was given: nothing that fails now is mere absence */
	bool on_its_way;	/* answer was sent, nothing came back yet */
	bool kept;		/* answer is to question, and reached nobody */
	struct question question;
	char answer[MCKD_WIRE_ANSWER_MAX + 1];
	size_t answer_len;
	size_t body_len;
	uint8_t body[MCKD_WIRE_MAX];
};

static int64_t
now_ms(void)
{
	struct timespec ts = { 0, 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* A bound in seconds, if the options give one; mckd-auth judges the options themselves. */
static int
bound(const struct dialog *d, const char *name, int max)
{
	int found = -1, i;

	for (i = 0; i < d->argc; i++) {
		const char *c = d->argv[i];
		int v = 0;

		if (strncmp(c, name, strlen(name)) != 0)
			continue;
		for (c += strlen(name); *c >= '0' && *c <= '9' && v <= max; c++)
			v = v * 10 + (*c - '0');
		if (*c != '\0' || v > max)
			return max;
		if (v > found)
			found = v;
	}
	return found < 0 ? max : found;
}

static bool
has_option(const struct dialog *d, const char *name)
{
	int i;

	for (i = 0; i < d->argc; i++)
		if (strcmp(d->argv[i], name) == 0)
			return true;
	return false;
}

static bool
put(struct dialog *d, uint8_t tag, const char *v)
{
	return mckd_wire_put(d->body, sizeof(d->body), &d->body_len, tag, v, strlen(v)) == 0;
}

/* An item that is unset, or empty, is left out. */
static bool
put_item(struct dialog *d, uint8_t tag, int item)
{
	const void *v = NULL;

	if (pam_get_item(d->pamh, item, &v) != PAM_SUCCESS)
		return false;
	return v == NULL || *(const char *)v == '\0' || put(d, tag, v);
}

static bool
put_first_pass(struct dialog *d)
{
	int item = d->mode == MCKD_MODE_AUTH ? PAM_AUTHTOK : PAM_OLDAUTHTOK;
	size_t before = d->body_len;
	const void *v = NULL;

	if (!d->first_pass || d->mode == MCKD_MODE_ACCT)
		return true;
	if (pam_get_item(d->pamh, item, &v) != PAM_SUCCESS)
		return false;
	/* What cannot be a PIN counts as an empty one, which cannot either: there may be a prompt yet. */
	if (v != NULL && strlen(v) > MCKD_WIRE_ANSWER_MAX) {
		if (!put(d, 'p', ""))
			return false;
	} else if (!put_item(d, 'p', item)) {
		return false;
	}
	d->spent = d->spent || d->body_len > before;
	return true;
}

static bool
put_start(struct dialog *d)
{
	const char mode[2] = { (char)d->mode, '\0' };
	const char *language = mckd_host_language(d->pamh);
	uint8_t flags = d->silent ? 1 : 0;
	int i;

	d->body_len = 0;
	if (!put(d, 'm', mode) || !put_item(d, 's', PAM_SERVICE) || !put_item(d, 'u', PAM_USER) ||
	    !put_item(d, 'h', PAM_RHOST) || !put_item(d, 't', PAM_TTY) ||
	    !put_item(d, 'r', PAM_RUSER) ||
	    mckd_wire_put(d->body, sizeof(d->body), &d->body_len, 'f', &flags, 1) < 0)
		return false;
	if (language != NULL && strlen(language) <= MCKD_WIRE_LANGUAGE_MAX && !put(d, 'l', language))
		return false;
	for (i = 0; i < d->argc; i++)
		if (!put(d, 'o', d->argv[i]))
			return false;
	return put_first_pass(d);
}

/* Starts mckd-auth and says what is wanted. PAM_SUCCESS never comes from here. */
static bool
start(struct dialog *d, int *rc)
{
	bool ok = false;

	if (!put_start(d)) {
		pam_syslog(d->pamh, LOG_ERR, "options or PAM items too long");
		*rc = PAM_SERVICE_ERR;
		goto out;
	}
	*rc = d->started_again ? PAM_AUTH_ERR : PAM_AUTHINFO_UNAVAIL;
	if (mckd_helper_start(&d->helper) < 0) {
		pam_syslog(d->pamh, LOG_ERR, "cannot reach mckd-auth: %m");
		goto out;
	}
	if (mckd_wire_send(d->helper.fd, MCKD_WIRE_START, d->body, d->body_len, SEND_MS) < 0) {
		pam_syslog(d->pamh, LOG_ERR, "mckd-auth does not listen: %m");
		goto out;
	}
	d->end = now_ms() + d->budget_ms;
	ok = true;
out:
	explicit_bzero(d->body, sizeof(d->body));
	return ok;
}

/* flag(1: 0 or 1) || text, of an ASK or TELL. */
static bool
text_of(const struct dialog *d, bool *flag, char text[static MCKD_TALK_TEXT])
{
	size_t n = d->body_len - 1;

	if (d->body_len < 1 || n >= MCKD_TALK_TEXT || d->body[0] > 1 ||
	    memchr(d->body + 1, '\0', n) != NULL)
		return false;
	*flag = d->body[0] == 1;
	memcpy(text, d->body + 1, n);
	text[n] = '\0';
	return true;
}

static bool
tell(struct dialog *d, int *rc)
{
	char text[MCKD_TALK_TEXT];
	int64_t before = now_ms();
	bool error;

	*rc = PAM_SERVICE_ERR;
	if (++d->tells > TELLS_MAX || !text_of(d, &error, text))
		return false;
	if (!d->silent)
		mckd_talk_tell(d->pamh, error, text);
	d->end += now_ms() - before;
	return true;
}

/* What is typed at the reader is a PIN given, though it never comes here. */
static bool
pad(struct dialog *d, int *rc)
{
	*rc = PAM_SERVICE_ERR;
	if (++d->pads > ASKS_MAX || d->body_len != 1)
		return false;
	d->spent = true;
	d->end = now_ms() + d->budget_ms + d->body[0] * 1000;
	return true;
}

/*
 * mckd-auth went away while the person typed. One new one gets the answer, if it asks the very
 * same; what the old one was given to begin with it has tried, and is not tried twice.
 */
static bool
start_again(struct dialog *d, int *rc)
{
	*rc = PAM_AUTH_ERR;
	if (d->started_again)
		return false;
	d->started_again = true;
	d->kept = true;
	d->first_pass = false;
	mckd_helper_stop(&d->helper);
	return start(d, rc);
}

static bool
ask(struct dialog *d, int *rc)
{
	struct question q;
	bool again;

	*rc = PAM_SERVICE_ERR;
	if (++d->asks > ASKS_MAX || !text_of(d, &q.echo, q.text))
		return false;
	again = d->kept && q.echo == d->question.echo && strcmp(q.text, d->question.text) == 0;
	if (!again) {
		explicit_bzero(d->answer, sizeof(d->answer));
		if (!mckd_talk_ask(d->pamh, q.echo, q.text, d->answer, &d->answer_len, rc))
			return false;
		d->question = q;
	}
	d->kept = false;
	d->spent = true;
	if (mckd_helper_gone(&d->helper))
		return start_again(d, rc);
	if (mckd_wire_send(d->helper.fd, MCKD_WIRE_ANSWER, d->answer, d->answer_len, SEND_MS) < 0) {
		*rc = PAM_AUTH_ERR;
		return errno == EPIPE && start_again(d, rc);
	}
	d->on_its_way = true;
	d->end = now_ms() + d->budget_ms;
	return true;
}

static int
lost(const struct dialog *d, int e)
{
	if (e == EPROTO)
		return PAM_SERVICE_ERR;
	return d->spent ? PAM_AUTH_ERR : PAM_AUTHINFO_UNAVAIL;
}

/* Nothing may follow a verdict. */
static bool
more_behind(const struct dialog *d)
{
	char c;

	return recv(d->helper.fd, &c, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

/* One frame; true: there is more to come. */
static bool
step(struct dialog *d, int *rc)
{
	int64_t left = d->end - now_ms();
	uint8_t type = 0;
	bool more = false;

	d->body_len = sizeof(d->body);
	if (mckd_wire_recv(d->helper.fd, &type, d->body, &d->body_len, left > 0 ? (int)left : 0) < 0) {
		*rc = lost(d, errno);
		/* A local socket says this only of bytes that were never read. */
		if (errno == ECONNRESET && d->on_its_way && !d->started_again) {
			d->on_its_way = false;
			return start_again(d, rc);
		}
		pam_syslog(d->pamh, LOG_ERR, "mckd-auth: no verdict: %m");
		return false;
	}
	if (d->on_its_way)
		explicit_bzero(d->answer, sizeof(d->answer));
	d->on_its_way = false;
	switch (type) {
	case MCKD_WIRE_TELL:
		more = tell(d, rc);
		break;
	case MCKD_WIRE_ASK:
		more = ask(d, rc);
		break;
	case MCKD_WIRE_PAD:
		more = pad(d, rc);
		break;
	case MCKD_WIRE_VERDICT:
		*rc = PAM_SERVICE_ERR;
		if (!more_behind(d))
			*rc = mckd_verdict(d->pamh, d->mode, d->nullok, d->body,
			    d->body_len);
		break;
	default:
		*rc = PAM_SERVICE_ERR;
		break;
	}
	explicit_bzero(d->body, sizeof(d->body));
	return more;
}

int
mckd_dialog(pam_handle_t *pamh, enum mckd_mode mode, int flags, int argc, const char **argv)
{
	struct dialog d = { .pamh = pamh, .mode = mode, .argc = argc, .argv = argv };
	int rc = PAM_ABORT;

	d.helper = (struct mckd_helper)MCKD_HELPER_NONE;
	d.nullok = has_option(&d, "nullok");
	d.silent = ((unsigned)flags & PAM_SILENT) != 0 || has_option(&d, "quiet");
	d.first_pass = has_option(&d, "try_first_pass") || has_option(&d, "use_first_pass");
	d.budget_ms = (bound(&d, "deadline=", DEADLINE_MAX) + bound(&d, "wait=", WAIT_MAX)) * 1000 +
	    GRACE_MS;
	if (start(&d, &rc))
		while (step(&d, &rc))
			;
	mckd_helper_stop(&d.helper);
	explicit_bzero(&d, sizeof(d));
	return rc;
}
