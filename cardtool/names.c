/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "names.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

const char *
names_status(const struct mckd_record *r)
{
	if (r->status == MCKD_CARD_REVOKED)
		return "revoked";
	if (r->status == MCKD_CARD_SUSPENDED)
		return "suspended";
	if (r->provisioning)
		return "provisioning";
	return r->expires != 0 && time(NULL) >= r->expires ? "expired" : "active";
}

const char *
names_dea(enum mckd_dea dea)
{
	return dea == MCKD_DEA_AES ? "aes-256" : dea == MCKD_DEA_HMAC ? "hmac-sha-256" : "?";
}

bool
names_dea_parse(const char *text, enum mckd_dea *out)
{
	if (strcmp(text, "aes-256") == 0)
		*out = MCKD_DEA_AES;
	else if (strcmp(text, "hmac-sha-256") == 0)
		*out = MCKD_DEA_HMAC;
	else
		return false;
	return true;
}

/* Appends a word; what does not fit becomes "...". */
static void
append(char *out, size_t room, const char *word)
{
	size_t n = strlen(out), need = strlen(word) + (n > 0);

	if (n + need + 4 < room)
		snprintf(out + n, room - n, "%s%s", n > 0 ? "," : "", word);
	else if (n + 4 < room && (n < 3 || strcmp(out + n - 3, "...") != 0))
		snprintf(out + n, room - n, "...");
}

void
names_apps(const struct mckd_block *b, char *out, size_t room)
{
	out[0] = '\0';
	for (unsigned i = 0; i < b->napps; i++)
		append(out, room, b->app[i].name);
}

void
names_indices(uint32_t bits, char *out, size_t room)
{
	char word[16];

	out[0] = '\0';
	for (unsigned i = 0; i < MCKD_SNS_MAX; i++) {
		unsigned last = i;

		if ((bits >> i & 1) == 0)
			continue;
		while (last + 1 < MCKD_SNS_MAX && (bits >> (last + 1) & 1) != 0)
			last++;
		if (last > i)
			snprintf(word, sizeof(word), "%u-%u", i + 1, last + 1);
		else
			snprintf(word, sizeof(word), "%u", i + 1);
		append(out, room, word);
		i = last;
	}
	if (out[0] == '\0')
		snprintf(out, room, "-");
}

static bool
index_parse(const char **at, unsigned *out)
{
	unsigned v = 0, digits = 0;

	while (**at >= '0' && **at <= '9' && digits++ < 3)
		v = v * 10 + (unsigned)(*(*at)++ - '0');
	*out = v;
	return v >= 1 && v <= MCKD_SNS_MAX;
}

bool
names_indices_parse(const char *text, uint32_t *bits)
{
	unsigned first, last;

	for (;;) {
		if (!index_parse(&text, &first))
			return false;
		last = first;
		if (*text == '-') {
			text++;
			if (!index_parse(&text, &last) || last < first)
				return false;
		}
		for (; first <= last; first++)
			*bits |= UINT32_C(1) << (first - 1);
		if (*text == '\0')
			return true;
		if (*text++ != ',')
			return false;
	}
}

struct users {
	char *out;
	size_t room;
	uint8_t slot;
};

static enum mckd_err
user(void *arg, const char *name, uint8_t slot)
{
	struct users *u = arg;
	const char *at = u->out;
	size_t len = strlen(name);

	if (u->slot != 0 && u->slot != slot)
		return MCKD_OK;
	/* Once, though of several applications. */
	while ((at = strstr(at, name)) != NULL) {
		if ((at == u->out || at[-1] == ',') && (at[len] == ',' || at[len] == '\0'))
			return MCKD_OK;
		at++;
	}
	append(u->out, u->room, name);
	return MCKD_OK;
}

enum mckd_err
names_users_of(struct tool *t, const uint8_t card[static MCKD_CARD_ID_LEN], uint8_t slot, char *out,
    size_t room)
{
	struct users u = { .out = out, .room = room, .slot = slot };

	out[0] = '\0';
	return mckd_store_users(t->store, card, user, &u);
}

enum mckd_err
names_users(struct tool *t, const uint8_t card[static MCKD_CARD_ID_LEN], char *out, size_t room)
{
	return names_users_of(t, card, 0, out, room);
}
