/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "card.h"

#include <string.h>

/*
 * A whole answer takes at most a command, one 6Cxx and two rounds of GET RESPONSE. With
 * SELECT and AUTHENTICATE, each tried twice, a hostile card is sent 16 APDUs.
 */
#define ROUNDS_MAX 4
#define RSP_MAX 258
#define CMD_MAX 261

/* Has a well-formed short command, and where is its Le? 0: none. */
static bool
le_of(const uint8_t *cmd, size_t len, size_t *le)
{
	*le = 0;
	if (len == 4)
		return true;
	if (len == 5) {
		*le = 4;
		return true;
	}
	if (len < 6 || len > CMD_MAX || cmd[4] == 0)
		return false;
	if (len == 6u + cmd[4])
		*le = len - 1;
	return *le != 0 || len == 5u + cmd[4];
}

/* One exchange: data appended to rsp, status word taken off. */
static enum mckd_err
exchange(struct mckd_cardlink *l, const uint8_t *cmd, size_t len, struct mckd_buf *rsp,
    uint16_t *sw)
{
	uint8_t raw[RSP_MAX];
	size_t n = sizeof(raw);
	enum mckd_err err = l->ops->transmit(l, cmd, len, raw, &n);

	if (err != MCKD_OK)
		goto out;
	err = MCKD_E_CARD_IO;
	if (n < 2 || n > sizeof(raw))
		goto out;
	*sw = (uint16_t)(raw[n - 2] << 8 | raw[n - 1]);
	if (mckd_buf_put(rsp, raw, n - 2))
		err = MCKD_OK;
out:
	mckd_wipe(raw, sizeof(raw));
	return err;
}

enum mckd_err
mckd_card_transmit(struct mckd_cardlink *l, const uint8_t *cmd, size_t len, uint8_t *rsp,
    size_t *rsp_len, uint16_t *sw)
{
	uint8_t get_response[5] = { 0x00, 0xc0, 0x00, 0x00, 0x00 }, again[CMD_MAX];
	struct mckd_buf out = mckd_buf_over(rsp, *rsp_len);
	size_t room = *rsp_len, le;
	enum mckd_err err = MCKD_E_CARD_IO;
	uint16_t word = 0;

	*rsp_len = 0;
	*sw = 0;
	if (!le_of(cmd, len, &le))
		return MCKD_E_USAGE;
	memcpy(again, cmd, len);
	cmd = again;
	for (unsigned round = 0; round < ROUNDS_MAX; round++) {
		if ((err = exchange(l, cmd, len, &out, &word)) != MCKD_OK)
			goto out;
		if (word >> 8 == 0x61) {
			get_response[4] = (uint8_t)word;
			cmd = get_response;
			len = sizeof(get_response);
			le = 4;
		} else if (word >> 8 == 0x6c && le != 0) {
			if (cmd == again)
				again[le] = (uint8_t)word;
			else
				get_response[4] = (uint8_t)word;
		} else {
			*sw = word;
			if (word == 0x9000)
				*rsp_len = room - out.left;
			goto out;
		}
		err = MCKD_E_CARD_IO;
	}
out:
	mckd_wipe(again, sizeof(again));
	return err;
}

enum mckd_err
mckd_card_sw_err(uint16_t sw)
{
	if (sw == 0x9000)
		return MCKD_OK;
	if ((sw & 0xfff0) == 0x63c0)
		return MCKD_E_PIN_WRONG;
	if (sw == 0x6983)
		return MCKD_E_PIN_BLOCKED;
	return MCKD_E_CARD_REFUSED;
}
