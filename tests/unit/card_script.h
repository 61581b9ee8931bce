/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TEST_CARD_SCRIPT_H
#define TEST_CARD_SCRIPT_H

#include "card.h"

/* A card that says what the script says, and keeps what it was sent. */
struct script {
	struct mckd_cardlink link;
	uint8_t answer[8][300];
	size_t len[8];
	unsigned answers;	/* the last one is repeated */
	enum mckd_err fail;
	uint8_t cmd[20][261];
	size_t cmd_len[20];
	unsigned n;
};

static enum mckd_err
say(struct mckd_cardlink *l, const uint8_t *cmd, size_t len, uint8_t *rsp, size_t *rsp_len)
{
	struct script *s = (struct script *)l;
	unsigned i = s->n < s->answers ? s->n : s->answers - 1;

	assert_true(s->n < 20 && len <= sizeof(s->cmd[0]));
	memcpy(s->cmd[s->n], cmd, len);
	s->cmd_len[s->n++] = len;
	if (s->fail != MCKD_OK)
		return s->fail;
	if (s->len[i] > *rsp_len)
		return MCKD_E_CARD_IO;
	memcpy(rsp, s->answer[i], s->len[i]);
	*rsp_len = s->len[i];
	return MCKD_OK;
}

static const struct mckd_cardlink_ops ops = { .transmit = say };
static struct script s;

static void
clear(void)
{
	memset(&s, 0, sizeof(s));
	s.link.ops = &ops;
}

static void
then(const void *data, size_t len, unsigned sw)
{
	uint8_t *to = s.answer[s.answers];

	if (len > 0)
		memcpy(to, data, len);
	to[len] = (uint8_t)(sw >> 8);
	to[len + 1] = (uint8_t)sw;
	s.len[s.answers++] = len + 2;
}

static void
script(const void *data, size_t len, unsigned sw)
{
	clear();
	then(data, len, sw);
}

#endif
