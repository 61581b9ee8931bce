/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loaded before libpcsclite, this is another program that resets the card just before the first
 * command to it.
 */
#include <dlfcn.h>

#include <winscard.h>

typedef LONG (*transmit_fn)(SCARDHANDLE card, const SCARD_IO_REQUEST *send, LPCBYTE cmd, DWORD len,
    SCARD_IO_REQUEST *recv, LPBYTE rsp, LPDWORD rsp_len);

LONG __attribute__((visibility("default")))
SCardTransmit(SCARDHANDLE card, const SCARD_IO_REQUEST *send, LPCBYTE cmd, DWORD len, SCARD_IO_REQUEST *recv,
    LPBYTE rsp, LPDWORD rsp_len)
{
	static int commands;
	transmit_fn real;

	if (commands++ == 0)
		return SCARD_W_RESET_CARD;
	*(void **)&real = dlsym(RTLD_NEXT, "SCardTransmit");
	return real(card, send, cmd, len, recv, rsp, rsp_len);
}
