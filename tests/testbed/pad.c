/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A driver for pcscd: vpcd's, but that its readers have a PIN pad. The person at it is the file
 * PAD_DIR/person, a line for each time that the pad asks: a PIN, "cancel", "nobody", or either
 * with seconds before it ("5 246810"). What the pad was asked for goes to PAD_DIR/asked.
 */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wintypes.h>
#include <pcsclite.h>
#include <ifdhandler.h>
#include <reader.h>

#define PAD_DIR "/run/bed/pad"
#define VPCD "/usr/lib/pcsc/drivers/serial/libifdvpcd.so"
#define VERIFY_CODE SCARD_CTL_CODE(3600)
#define EXPORT __attribute__((visibility("default")))
#define PIN_ROOM 64

/* vpcd's function of that name; without it there is no reader. */
static void *
theirs(const char *name)
{
	static void *vpcd;
	void *f;

	if (vpcd == NULL)
		vpcd = dlopen(VPCD, RTLD_NOW | RTLD_LOCAL);
	f = vpcd != NULL ? dlsym(vpcd, name) : NULL;
	if (f == NULL)
		abort();
	return f;
}

#define THEIRS(name) ((__typeof__(&(name)))theirs(#name))

EXPORT RESPONSECODE
IFDHCreateChannelByName(DWORD lun, LPSTR name)
{
	return THEIRS(IFDHCreateChannelByName)(lun, name);
}

EXPORT RESPONSECODE
IFDHCreateChannel(DWORD lun, DWORD channel)
{
	return THEIRS(IFDHCreateChannel)(lun, channel);
}

EXPORT RESPONSECODE
IFDHCloseChannel(DWORD lun)
{
	return THEIRS(IFDHCloseChannel)(lun);
}

EXPORT RESPONSECODE
IFDHGetCapabilities(DWORD lun, DWORD tag, PDWORD len, PUCHAR value)
{
	return THEIRS(IFDHGetCapabilities)(lun, tag, len, value);
}

EXPORT RESPONSECODE
IFDHSetCapabilities(DWORD lun, DWORD tag, DWORD len, PUCHAR value)
{
	return THEIRS(IFDHSetCapabilities)(lun, tag, len, value);
}

EXPORT RESPONSECODE
IFDHSetProtocolParameters(DWORD lun, DWORD protocol, UCHAR flags, UCHAR pts1, UCHAR pts2, UCHAR pts3)
{
	return THEIRS(IFDHSetProtocolParameters)(lun, protocol, flags, pts1, pts2, pts3);
}

EXPORT RESPONSECODE
IFDHPowerICC(DWORD lun, DWORD action, PUCHAR atr, PDWORD len)
{
	return THEIRS(IFDHPowerICC)(lun, action, atr, len);
}

EXPORT RESPONSECODE
IFDHTransmitToICC(DWORD lun, SCARD_IO_HEADER send, PUCHAR tx, DWORD tx_len, PUCHAR rx, PDWORD rx_len,
    PSCARD_IO_HEADER recv)
{
	return THEIRS(IFDHTransmitToICC)(lun, send, tx, tx_len, rx, rx_len, recv);
}

EXPORT RESPONSECODE
IFDHICCPresence(DWORD lun)
{
	return THEIRS(IFDHICCPresence)(lun);
}

/* The next line of the person's, which is then said; nobody where there is none. */
static void
listen_to_person(char said[static PIN_ROOM])
{
	char all[1024] = "", *rest;
	FILE *f = fopen(PAD_DIR "/person", "r");
	size_t n = 0;

	if (f != NULL) {
		n = fread(all, 1, sizeof(all) - 1, f);
		fclose(f);
	}
	all[n] = '\0';
	rest = strchr(all, '\n');
	if (rest == NULL) {
		strcpy(said, "nobody");
		return;
	}
	*rest++ = '\0';
	(void)snprintf(said, PIN_ROOM, "%.*s", PIN_ROOM - 1, all);
	if ((f = fopen(PAD_DIR "/person", "w")) != NULL) {
		fputs(rest, f);
		fclose(f);
	}
}

static void
note_asked(const PIN_VERIFY_STRUCTURE *s)
{
	FILE *f = fopen(PAD_DIR "/asked", "a");

	if (f == NULL)
		return;
	fprintf(f, "slot %u, %u to %u characters, %u seconds\n", s->abData[3], s->wPINMaxExtraDigit >> 8,
	    s->wPINMaxExtraDigit & 0xff, s->bTimerOut);
	fclose(f);
}

static RESPONSECODE
says(uint16_t sw, PUCHAR rx, LPDWORD n)
{
	rx[0] = (UCHAR)(sw >> 8);
	rx[1] = (UCHAR)sw;
	*n = 2;
	return IFD_SUCCESS;
}

/* As firmware does it: what it was given is judged, and the PIN goes nowhere but to the card. */
static RESPONSECODE
verify(DWORD lun, const UCHAR *tx, DWORD tx_len, PUCHAR rx, DWORD rx_len, LPDWORD n)
{
	SCARD_IO_HEADER t1 = { 1, sizeof(t1) };
	const PIN_VERIFY_STRUCTURE *s = (const PIN_VERIFY_STRUCTURE *)tx;
	char said[PIN_ROOM], *pin = said;
	UCHAR apdu[5 + 12];
	size_t len;

	if (rx_len < 2 || tx_len != sizeof(*s) + sizeof(apdu) || s->ulDataLength != sizeof(apdu) ||
	    s->bmFormatString != 0x82 || s->bmPINBlockString != 12 || s->bmPINLengthFormat != 0 ||
	    (s->bEntryValidationCondition & 2) == 0 || s->bTimerOut == 0)
		return IFD_COMMUNICATION_ERROR;
	note_asked(s);
	listen_to_person(said);
	if (strchr(pin, ' ') != NULL) {
		sleep((unsigned)strtoul(pin, &pin, 10));
		pin++;
	}
	if (strcmp(pin, "cancel") == 0)
		return says(0x6401, rx, n);
	if (strcmp(pin, "nobody") == 0)
		return says(0x6400, rx, n);
	len = strlen(pin);
	if (len < s->wPINMaxExtraDigit >> 8 || len > (s->wPINMaxExtraDigit & 0xffu))
		return says(0x6403, rx, n);
	memcpy(apdu, s->abData, sizeof(apdu));
	memcpy(apdu + 5, pin, len);
	*n = rx_len;
	return IFDHTransmitToICC(lun, t1, apdu, sizeof(apdu), rx, n, &t1);
}

EXPORT RESPONSECODE
IFDHControl(DWORD lun, DWORD code, PUCHAR tx, DWORD tx_len, PUCHAR rx, DWORD rx_len, LPDWORD n)
{
	const PCSC_TLV_STRUCTURE pad = { FEATURE_VERIFY_PIN_DIRECT, 4, htonl(VERIFY_CODE) };

	*n = 0;
	if (code == VERIFY_CODE)
		return verify(lun, tx, tx_len, rx, rx_len, n);
	if (code != CM_IOCTL_GET_FEATURE_REQUEST || rx_len < sizeof(pad))
		return IFD_ERROR_NOT_SUPPORTED;
	memcpy(rx, &pad, sizeof(pad));
	*n = sizeof(pad);
	return IFD_SUCCESS;
}
