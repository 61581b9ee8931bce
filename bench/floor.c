/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The PC/SC floor of a login: establish, connect, SELECT, one command of AUTHENTICATE's
 * size, disconnect, release. No store, no decision. The card refuses the seal (6982),
 * which costs no PIN try, after the same work on its keys.
 */
#include "floor.h"

#include <stdio.h>
#include <string.h>
#include <winscard.h>

static const BYTE select_mckd[] = { 0x00, 0xa4, 0x04, 0x00, 0x06, 0xf0, 0x4d, 0x43, 0x4b, 0x44,
	0x01, 0x00 };

static int
exchange(SCARDHANDLE card, const BYTE *cmd, DWORD len)
{
	BYTE rsp[258];
	DWORD n = sizeof(rsp);

	return SCardTransmit(card, SCARD_PCI_T1, cmd, len, NULL, rsp, &n) == SCARD_S_SUCCESS ? 0
											     : -1;
}

int
floor_exchange(void)
{
	BYTE authenticate[5 + 81 + 1] = { 0x80, 0x10, 0x01, 0x02, 81, 0x01 };
	SCARDCONTEXT ctx;
	SCARDHANDLE card;
	DWORD protocol;
	int r;

	if (SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &ctx) != SCARD_S_SUCCESS) {
		fprintf(stderr, "floor: no pcscd\n");
		return 1;
	}
	if (SCardConnect(ctx, "Virtual PCD 00 00", SCARD_SHARE_SHARED, SCARD_PROTOCOL_T1, &card,
		&protocol) != SCARD_S_SUCCESS) {
		fprintf(stderr, "floor: no card\n");
		SCardReleaseContext(ctx);
		return 1;
	}
	r = exchange(card, select_mckd, sizeof(select_mckd));
	if (r == 0)
		r = exchange(card, authenticate, sizeof(authenticate));
	SCardDisconnect(card, SCARD_LEAVE_CARD);
	SCardReleaseContext(ctx);
	return r == 0 ? 0 : 1;
}
