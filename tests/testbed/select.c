/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bed_select: the answer to SELECT, as hex digits, of the card in the first reader. */
#include <stdio.h>
#include <winscard.h>

int
main(void)
{
	static const BYTE cmd[] = {
		0x00,
		0xa4,
		0x04,
		0x00,
		0x06,
		0xf0,
		0x4d,
		0x43,
		0x4b,
		0x44,
		0x01,
		0x00,
	};
	BYTE rsp[258];
	DWORD n = sizeof(rsp), protocol;
	SCARDCONTEXT ctx;
	SCARDHANDLE card;
	int r = 1;

	if (SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &ctx) != SCARD_S_SUCCESS)
		return 1;
	if (SCardConnect(ctx, "Virtual PCD 00 00", SCARD_SHARE_SHARED, SCARD_PROTOCOL_T1, &card,
		&protocol) != SCARD_S_SUCCESS)
		goto out;
	if (SCardTransmit(card, SCARD_PCI_T1, cmd, sizeof(cmd), NULL, rsp, &n) == SCARD_S_SUCCESS) {
		for (DWORD i = 0; i + 2 < n; i++)
			printf("%02x", rsp[i]);
		puts("");
		r = 0;
	}
	SCardDisconnect(card, SCARD_LEAVE_CARD);
out:
	SCardReleaseContext(ctx);
	return r;
}
