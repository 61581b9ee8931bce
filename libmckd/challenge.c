/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "challenge.h"

#include <stdio.h>
#include <string.h>

#include "hex.h"
#include "intl.h"

#define INTRO "Card login. Answer with mckd-askpass(1), or paste this into cardtool respond:"
#define BEGIN "-----BEGIN MCKD CHALLENGE-----"
#define END "-----END MCKD CHALLENGE-----"
#define HINT "MCKD CHALLENGE"
#define TRAILER "Answer:"
#define TEXT_MAX 8192
#define BLANKS " \t\r\n"

/* A piece of text that is not ended by a NUL. */
struct span {
	const char *at;
	size_t len;
};

enum mckd_err
mckd_challenge_write(const struct mckd_challenge *c, char out[static MCKD_CHALLENGE_TEXT])
{
	char id[2 * MCKD_HOST_ID_LEN + 1], token[33], ctx[2 * MCKD_CTX_LEN + 1],
	    card[2 * MCKD_CARD_ID_LEN + 1];
	size_t n;

	if (c->ncards < 1 || c->ncards > MCKD_CHALLENGE_CARDS)
		return MCKD_E_USAGE;
	mckd_hex(c->host_id, sizeof(c->host_id), id);
	mckd_hex(c->token, sizeof(c->token), token);
	mckd_hex(c->ctx, sizeof(c->ctx), ctx);
	n = (size_t)snprintf(out, MCKD_CHALLENGE_TEXT, INTRO "\n" BEGIN "\nhost %s\nhostid %s\n"
	    "application %s\ntoken %s\nctx %s\n", c->host, id, c->application, token, ctx);
	for (unsigned i = 0; i < c->ncards && n < MCKD_CHALLENGE_TEXT; i++) {
		mckd_hex(c->card[i].card, MCKD_CARD_ID_LEN, card);
		n += (size_t)snprintf(out + n, MCKD_CHALLENGE_TEXT - n, "card %s %u %u %u\n", card,
		    c->card[i].slot, c->card[i].index, c->card[i].figure);
	}
	if (n < MCKD_CHALLENGE_TEXT)
		n += (size_t)snprintf(out + n, MCKD_CHALLENGE_TEXT - n, END "\n" TRAILER " ");
	return n < MCKD_CHALLENGE_TEXT ? MCKD_OK : MCKD_E_USAGE;
}

bool
mckd_challenge_hinted(const char *text)
{
	return strstr(text, HINT) != NULL;
}

/* Foreign text for a person: nothing that moves a cursor. */
static enum mckd_err
refuse(char *why, const char *what, struct span s)
{
	char shown[121];
	size_t n = s.len < sizeof(shown) - 1 ? s.len : sizeof(shown) - 1;

	for (size_t i = 0; i < n; i++)
		shown[i] = s.at[i] >= 0x20 && s.at[i] < 0x7f ? s.at[i] : '?';
	shown[n] = '\0';
	(void)snprintf(why, MCKD_CHALLENGE_WHY, "%s%s%s%s%s", _(what), n > 0 ? ": \"" : "", shown,
	    n < s.len ? "..." : "", n > 0 ? "\"" : "");
	return MCKD_E_PARSE;
}

static struct span
trim(struct span s)
{
	while (s.len > 0 && strchr(BLANKS, s.at[0]) != NULL) {
		s.at++;
		s.len--;
	}
	while (s.len > 0 && strchr(BLANKS, s.at[s.len - 1]) != NULL)
		s.len--;
	return s;
}

static bool
is(struct span s, const char *text)
{
	return s.len == strlen(text) && memcmp(s.at, text, s.len) == 0;
}

static bool
ends_with(struct span s, const char *text)
{
	size_t len = strlen(text);

	return s.len >= len && memcmp(s.at + s.len - len, text, len) == 0;
}

static struct span
next(struct span *rest)
{
	struct span s;

	*rest = trim(*rest);
	s = *rest;
	for (s.len = 0; s.len < rest->len && strchr(BLANKS, s.at[s.len]) == NULL; s.len++)
		;
	rest->at += s.len;
	rest->len -= s.len;
	return s;
}

static bool
take_text(struct span *rest, const char *key, const char *set, char *out, size_t room)
{
	bool right = is(next(rest), key);
	struct span v = next(rest);

	if (!right || v.len < 1 || v.len >= room)
		return false;
	for (size_t i = 0; i < v.len; i++)
		if (v.at[i] == '\0' || strchr(set, v.at[i]) == NULL)
			return false;
	memcpy(out, v.at, v.len);
	out[v.len] = '\0';
	return true;
}

static bool
take_hex(struct span *rest, const char *key, uint8_t *out, size_t len)
{
	bool right = is(next(rest), key);
	struct span v = next(rest);

	return right && mckd_unhex(v.at, v.len, out, len);
}

static bool
take_number(struct span *rest, uint32_t max, uint32_t *out)
{
	struct span v = next(rest);
	uint64_t n = 0;

	if (v.len < 1 || v.len > 10 || (v.len > 1 && v.at[0] == '0'))
		return false;
	for (size_t i = 0; i < v.len; i++) {
		if (v.at[i] < '0' || v.at[i] > '9')
			return false;
		n = n * 10 + (uint64_t)(v.at[i] - '0');
	}
	*out = (uint32_t)n;
	return n <= max;
}

static bool
take_card(struct span *rest, struct mckd_challenge *c)
{
	struct mckd_challenge_card *card = &c->card[c->ncards];
	uint32_t slot = 0, index = 0;

	if (c->ncards == MCKD_CHALLENGE_CARDS || !take_hex(rest, "card", card->card, MCKD_CARD_ID_LEN) ||
	    !take_number(rest, MCKD_APPS_MAX, &slot) || !take_number(rest, MCKD_SNS_MAX, &index) ||
	    !take_number(rest, UINT32_MAX, &card->figure))
		return false;
	card->slot = (uint8_t)slot;
	card->index = (uint8_t)index;
	for (unsigned i = 0; i < c->ncards; i++)
		if (memcmp(c->card[i].card, card->card, MCKD_CARD_ID_LEN) == 0)
			return false;
	c->ncards++;
	return true;
}

static bool
read_body(struct span rest, struct mckd_challenge *out)
{
	static const char lower[] = "abcdefghijklmnopqrstuvwxyz0123456789._-",
	    any[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

	if (!take_text(&rest, "host", any, out->host, sizeof(out->host)) ||
	    !take_hex(&rest, "hostid", out->host_id, sizeof(out->host_id)) ||
	    !take_text(&rest, "application", lower, out->application, sizeof(out->application)) ||
	    !take_hex(&rest, "token", out->token, sizeof(out->token)) ||
	    !take_hex(&rest, "ctx", out->ctx, sizeof(out->ctx)))
		return false;
	do {
		if (!take_card(&rest, out))
			return false;
		rest = trim(rest);
	} while (rest.len > 0);
	return true;
}

static bool
is_graph(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] <= 0x20 || text[i] >= 0x7f)
			return false;
	return true;
}

/* The user's name may hold an '@', the host's cannot. */
static bool
read_prefix(const char *text, struct mckd_challenge_prefix *p, size_t *len)
{
	const char *close = strstr(text, ") "), *at;
	size_t user, host;

	*len = 0;
	if (text[0] != '(' || close == NULL)
		return true;
	if ((at = memrchr(text, '@', (size_t)(close - text))) == NULL)
		return true;
	user = (size_t)(at - text - 1);
	host = (size_t)(close - at - 1);
	if (host < 1 || user >= sizeof(p->user) || host >= sizeof(p->host) || !is_graph(at + 1, host))
		return false;
	memcpy(p->user, text + 1, user);
	memcpy(p->host, at + 1, host);
	*len = (size_t)(close - text) + 2;
	p->there = true;
	return true;
}

enum mckd_err
mckd_challenge_read(const char *text, struct mckd_challenge *out,
    struct mckd_challenge_prefix *prefix, char *why)
{
	const struct span none = { "", 0 };
	const char *begin, *end, *body;
	struct span before, after;
	size_t skip = 0;

	memset(out, 0, sizeof(*out));
	memset(prefix, 0, sizeof(*prefix));
	if (strlen(text) > TEXT_MAX)
		return refuse(why, N_("the text is too long for a challenge"), none);
	if ((begin = strstr(text, BEGIN)) == NULL)
		return refuse(why, N_("there is no challenge"), none);
	body = begin + strlen(BEGIN);
	if ((end = strstr(body, END)) == NULL)
		return refuse(why, N_("the challenge is cut off"), none);
	if (strstr(body, BEGIN) != NULL || strstr(end + strlen(END), END) != NULL)
		return refuse(why, N_("there is more than one challenge"), none);
	if (!read_prefix(text, prefix, &skip) || text + skip > begin)
		return refuse(why, N_("ssh's (user@host) cannot be understood"), none);
	before = trim((struct span){ text + skip, (size_t)(begin - text) - skip });
	if (ends_with(before, INTRO)) {
		before.len -= strlen(INTRO);
		before = trim(before);
	}
	if (before.len > 0)
		return refuse(why, N_("unknown text before the challenge"), before);
	after = trim((struct span){ end + strlen(END), strlen(end + strlen(END)) });
	if (after.len > 0 && !is(after, TRAILER))
		return refuse(why, N_("unknown text after the challenge"), after);
	if (!read_body((struct span){ body, (size_t)(end - body) }, out))
		return refuse(why, N_("the challenge is malformed"), none);
	return MCKD_OK;
}
