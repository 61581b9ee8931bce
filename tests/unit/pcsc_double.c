/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <reader.h>

#include "pcsc_double.h"

struct pcsc_double d;

LONG
SCardEstablishContext(DWORD scope, LPCVOID r1, LPCVOID r2, LPSCARDCONTEXT ctx)
{
	(void)scope, (void)r1, (void)r2;
	*ctx = 1;
	return d.establish;
}

LONG
SCardReleaseContext(SCARDCONTEXT ctx)
{
	(void)ctx;
	d.releases++;
	return SCARD_S_SUCCESS;
}

LONG
SCardListReaders(SCARDCONTEXT ctx, LPCSTR groups, LPSTR names, LPDWORD len)
{
	(void)ctx, (void)groups;
	if (d.list != SCARD_S_SUCCESS)
		return d.list;
	if (d.names == NULL)
		return SCARD_E_NO_READERS_AVAILABLE;
	assert_true(d.names_len <= *len);
	memcpy(names, d.names, d.names_len);
	*len = d.names_len;
	return SCARD_S_SUCCESS;
}

LONG
SCardGetStatusChange(SCARDCONTEXT ctx, DWORD timeout, SCARD_READERSTATE *s, DWORD n)
{
	(void)ctx;
	d.timeout = timeout;
	d.watched = n;
	snprintf(d.pnp, sizeof(d.pnp), "%s", s[n - 1].szReader);
	d.pnp_state = s[n - 1].dwCurrentState;
	for (DWORD i = 0; i < n && i < 4; i++)
		s[i].dwEventState = d.state[i];
	return d.status;
}

LONG
SCardConnect(SCARDCONTEXT ctx, LPCSTR reader, DWORD share, DWORD protocols, LPSCARDHANDLE h,
    LPDWORD protocol)
{
	(void)ctx, (void)reader;
	assert_int_equal(share, SCARD_SHARE_SHARED);
	assert_int_equal(protocols, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1);
	d.connects++;
	*h = 2;
	*protocol = d.protocol;
	return d.connect;
}

LONG
SCardReconnect(SCARDHANDLE h, DWORD share, DWORD protocols, DWORD init, LPDWORD protocol)
{
	(void)h;
	assert_int_equal(share, SCARD_SHARE_SHARED);
	assert_int_equal(protocols, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1);
	assert_int_equal(init, SCARD_LEAVE_CARD);
	d.reconnects++;
	*protocol = d.protocol;
	return SCARD_S_SUCCESS;
}

LONG
SCardDisconnect(SCARDHANDLE h, DWORD disposition)
{
	(void)h;
	assert_int_equal(disposition, SCARD_LEAVE_CARD);
	d.disconnects++;
	return SCARD_S_SUCCESS;
}

LONG
SCardBeginTransaction(SCARDHANDLE h)
{
	(void)h;
	return d.begin[d.begins < 3 ? d.begins++ : 3];
}

LONG
SCardEndTransaction(SCARDHANDLE h, DWORD disposition)
{
	(void)h;
	d.disposition = disposition;
	d.ends++;
	return SCARD_S_SUCCESS;
}

LONG
SCardTransmit(SCARDHANDLE h, const SCARD_IO_REQUEST *pci, LPCBYTE cmd, DWORD len,
    SCARD_IO_REQUEST *recv, LPBYTE rsp, LPDWORD rsp_len)
{
	(void)h, (void)recv;
	d.pci = pci;
	memcpy(d.cmd, cmd, len);
	d.cmd_len = len;
	assert_true(d.rsp_len <= *rsp_len);
	memcpy(rsp, d.rsp, d.rsp_len);
	*rsp_len = d.rsp_len;
	return d.transmit;
}

LONG
SCardControl(SCARDHANDLE h, DWORD code, LPCVOID in, DWORD in_len, LPVOID out, DWORD room,
    LPDWORD len)
{
	(void)h;
	if (code == CM_IOCTL_GET_FEATURE_REQUEST) {
		assert_true(d.features_len <= room);
		memcpy(out, d.features, d.features_len);
		*len = d.features_len;
		return SCARD_S_SUCCESS;
	}
	d.code = code;
	d.block_len = in_len;
	memcpy(d.block, in, in_len);
	memcpy(out, d.rsp, d.rsp_len);
	*len = d.rsp_len;
	return d.control;
}
