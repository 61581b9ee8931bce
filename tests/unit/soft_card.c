/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "../../card/card.h"
#include "../../card/engine_openssl.h"
#include "soft_card.h"

struct soft_card {
	struct card card;
	struct card_engine engine;
	struct card_nvm nvm;
	size_t len;
	uint8_t *bytes;
	long left;		/* bytes until power fails; -1: never */
};

static bool
nvm_read(void *arg, size_t at, uint8_t *out, size_t len)
{
	struct soft_card *c = arg;

	memcpy(out, c->bytes + at, len);
	return true;
}

static bool
nvm_write(void *arg, size_t at, const uint8_t *in, size_t len)
{
	struct soft_card *c = arg;

	for (size_t i = 0; i < len; i++) {
		if (c->left == 0)
			return false;
		if (c->left > 0)
			c->left--;
		c->bytes[at + i] = in[i];
	}
	return true;
}

static bool
nvm_sync(void *arg)
{
	(void)arg;
	return true;
}

static struct soft_card *
make(void)
{
	struct soft_card *c = calloc(1, sizeof(*c));

	if (c == NULL)
		abort();
	c->left = -1;
	c->len = card_nvm_size();
	c->bytes = calloc(1, c->len);
	if (c->bytes == NULL || !card_engine_openssl(&c->engine))
		abort();
	c->nvm = (struct card_nvm){ nvm_read, nvm_write, nvm_sync, c };
	card_init(&c->card, &c->engine, &c->nvm);
	return c;
}

struct soft_card *
soft_card_new(const uint8_t transport[32])
{
	struct soft_card *c = make();

	soft_card_again(c, transport);
	return c;
}

void
soft_card_again(struct soft_card *c, const uint8_t transport[32])
{
	memset(c->bytes, 0, c->len);
	if (!card_install(&c->card, transport))
		abort();
	soft_card_reset(c);
}

struct soft_card *
soft_card_copy(const struct soft_card *from)
{
	struct soft_card *c = make();

	memcpy(c->bytes, from->bytes, from->len);
	soft_card_reset(c);
	return c;
}

void
soft_card_reset(struct soft_card *c)
{
	if (!card_reset(&c->card))
		abort();
}

size_t
soft_card_apdu(struct soft_card *c, const uint8_t *cmd, size_t len, uint8_t *rsp)
{
	return card_apdu(&c->card, cmd, len, rsp);
}

void
soft_card_cut(struct soft_card *c, long bytes)
{
	c->left = bytes;
}

bool
soft_card_torn(const struct soft_card *c)
{
	return c->left == 0;
}

void
soft_card_free(struct soft_card *c)
{
	if (c == NULL)
		return;
	card_engine_openssl_free(&c->engine);
	free(c->bytes);
	free(c);
}
