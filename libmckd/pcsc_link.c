/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pcsc_inside.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <reader.h>

#include "pcsc.h"
#include "pcsc_pad.h"

#define PROTOCOLS (SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1)
#define TRIES 3
#define INS_VERIFY 0x20
#define INS_SELECT 0xa4

struct pcsc_link {
	struct mckd_cardlink link;
	SCARDCONTEXT ctx;
	char reader[MCKD_READER_NAME];
	SCARDHANDLE handle;	/* 0: a restart came to nothing */
	DWORD protocol;
	DWORD pad;		/* control code of VERIFY_PIN_DIRECT; 0: none */
	bool verified;		/* by the last command that came through, perhaps: the next one, anybody's, may use that */
};

static struct pcsc_link *
mine(struct mckd_cardlink *l)
{
	return (struct pcsc_link *)l;
}

/* Once connected, a card that is not there is a card that has gone. */
static enum mckd_err
talk_err(LONG rv)
{
	enum mckd_err err = mckd_pcsc_err(rv);

	return err == MCKD_E_NO_CARD || err == MCKD_E_NO_READER ? MCKD_E_CARD_GONE : err;
}

/* Another program has reset the card: it is as it was before its first command. */
static LONG
take_again(struct pcsc_link *p)
{
	return SCardReconnect(p->handle, SCARD_SHARE_SHARED, PROTOCOLS, SCARD_LEAVE_CARD, &p->protocol);
}

static LONG
exchange(struct pcsc_link *p, const uint8_t *cmd, size_t len, uint8_t *rsp, DWORD *n)
{
	const SCARD_IO_REQUEST *pci =
	    p->protocol == SCARD_PROTOCOL_T0 ? SCARD_PCI_T0 : SCARD_PCI_T1;

	/* T=0 has no case 4: the answer is fetched by GET RESPONSE. */
	if (p->protocol == SCARD_PROTOCOL_T0 && len > 5 && len == 6u + cmd[4])
		len--;
	return SCardTransmit(p->handle, pci, cmd, len, NULL, rsp, n);
}

static bool
is_command(const uint8_t *cmd, size_t len, uint8_t ins)
{
	return len > 1 && cmd[0] == 0x00 && cmd[1] == ins;
}

static enum mckd_err
pcsc_transmit(struct mckd_cardlink *l, const uint8_t *cmd, size_t len, uint8_t *rsp,
    size_t *rsp_len)
{
	struct pcsc_link *p = mine(l);
	bool verify = is_command(cmd, len, INS_VERIFY);
	DWORD n = *rsp_len, room = n;
	LONG rv;

	*rsp_len = 0;
	p->verified = p->verified || verify;
	rv = exchange(p, cmd, len, rsp, &n);
	/* Nothing that a reset took is missed by SELECT. */
	for (int i = 1; i < TRIES && rv == SCARD_W_RESET_CARD && is_command(cmd, len, INS_SELECT); i++) {
		n = room;
		if ((rv = take_again(p)) == SCARD_S_SUCCESS)
			rv = exchange(p, cmd, len, rsp, &n);
	}
	if (rv != SCARD_S_SUCCESS)
		return talk_err(rv);
	p->verified = verify;
	if (n < 2)
		return MCKD_E_CARD_IO;
	*rsp_len = n;
	return MCKD_OK;
}

static enum mckd_err
pcsc_begin(struct mckd_cardlink *l, int *reset)
{
	struct pcsc_link *p = mine(l);
	LONG rv = SCARD_F_INTERNAL_ERROR;

	*reset = 0;
	for (int i = 0; i < TRIES; i++) {
		rv = SCardBeginTransaction(p->handle);
		if (rv != SCARD_W_RESET_CARD)
			break;
		*reset = 1;
		if ((rv = take_again(p)) != SCARD_S_SUCCESS)
			break;
		rv = SCARD_W_RESET_CARD;
	}
	return rv == SCARD_S_SUCCESS ? MCKD_OK : talk_err(rv);
}

static void
pcsc_end(struct mckd_cardlink *l)
{
	struct pcsc_link *p = mine(l);

	(void)SCardEndTransaction(p->handle, p->verified ? SCARD_RESET_CARD : SCARD_LEAVE_CARD);
	p->verified = false;
}

/*
 * Not by SCardReconnect: where it finds no card, pcscd takes the reader for empty until a card is
 * taken out, also when one has come back by then.
 */
static enum mckd_err
pcsc_restart(struct mckd_cardlink *l)
{
	struct pcsc_link *p = mine(l);
	LONG rv;

	(void)SCardDisconnect(p->handle, SCARD_UNPOWER_CARD);
	p->handle = 0;
	rv = SCardConnect(p->ctx, p->reader, SCARD_SHARE_SHARED, PROTOCOLS, &p->handle, &p->protocol);
	return rv == SCARD_S_SUCCESS ? MCKD_OK : talk_err(rv);
}

static enum mckd_err
pcsc_verify_on_pad(struct mckd_cardlink *l, uint8_t slot, uint16_t *sw)
{
	struct pcsc_link *p = mine(l);
	uint8_t block[MCKD_PAD_BLOCK_LEN], rsp[16];
	DWORD n = 0;
	LONG rv;

	*sw = 0;
	mckd_pad_block(slot, block);
	p->verified = true;
	rv = SCardControl(p->handle, p->pad, block, sizeof(block), rsp, sizeof(rsp), &n);
	if (rv != SCARD_S_SUCCESS)
		return talk_err(rv);
	if (n != 2)
		return MCKD_E_CARD_IO;
	*sw = (uint16_t)(rsp[0] << 8 | rsp[1]);
	switch (*sw) {
	case 0x6400:	/* nobody typed */
	case 0x6401:	/* cancelled at the pad */
		return MCKD_E_TIMEOUT;
	case 0x6403:	/* too short or too long; the reader kept it */
		return MCKD_E_PIN_FORMAT;
	}
	return MCKD_OK;
}

static void
pcsc_close(struct mckd_cardlink *l)
{
	if (l == NULL)
		return;
	(void)SCardDisconnect(mine(l)->handle, SCARD_LEAVE_CARD);
	free(l);
}

static const struct mckd_cardlink_ops plain_ops = {
	.transmit = pcsc_transmit,
	.begin = pcsc_begin,
	.end = pcsc_end,
	.restart = pcsc_restart,
	.close = pcsc_close,
};

static const struct mckd_cardlink_ops pad_ops = {
	.transmit = pcsc_transmit,
	.begin = pcsc_begin,
	.end = pcsc_end,
	.restart = pcsc_restart,
	.verify_on_pad = pcsc_verify_on_pad,
	.close = pcsc_close,
};

static DWORD
find_pad(SCARDHANDLE handle)
{
	uint8_t features[256];
	DWORD n = 0;

	if (SCardControl(handle, CM_IOCTL_GET_FEATURE_REQUEST, NULL, 0, features,
	    sizeof(features), &n) != SCARD_S_SUCCESS || n > sizeof(features))
		return 0;
	return mckd_pad_feature(features, n);
}

enum mckd_err
mckd_pcsc_link(SCARDCONTEXT ctx, const char *reader, struct mckd_cardlink **out)
{
	struct pcsc_link *p = calloc(1, sizeof(*p));
	LONG rv;

	*out = NULL;
	if (p == NULL)
		return MCKD_E_NOMEM;
	p->ctx = ctx;
	(void)snprintf(p->reader, sizeof(p->reader), "%s", reader);
	rv = SCardConnect(ctx, reader, SCARD_SHARE_SHARED, PROTOCOLS, &p->handle, &p->protocol);
	if (rv != SCARD_S_SUCCESS) {
		free(p);
		return mckd_pcsc_err(rv);
	}
	p->pad = find_pad(p->handle);
	p->link.ops = p->pad != 0 ? &pad_ops : &plain_ops;
	*out = &p->link;
	return MCKD_OK;
}
