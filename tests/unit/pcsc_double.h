/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TEST_PCSC_DOUBLE_H
#define TEST_PCSC_DOUBLE_H

#include <stdint.h>
#include <winscard.h>

/* A double of pcscd and its readers: these functions stand before libpcsclite's. */
struct pcsc_double {
	LONG establish, connect, begin[4], transmit, control, status, list;
	unsigned begins, reconnects, ends, disconnects, connects, releases;
	DWORD protocol, state[4], timeout, watched, disposition;
	const char *names;
	DWORD names_len;
	uint8_t features[32], cmd[300], rsp[300], block[64];
	DWORD features_len, rsp_len, cmd_len, block_len, code;
	const SCARD_IO_REQUEST *pci;
	char pnp[32];
	DWORD pnp_state;
};
extern struct pcsc_double d;

#endif
