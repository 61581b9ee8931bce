/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "signature.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ui.h"

#define BEGIN "-----BEGIN MCKD SIGNATURE-----"
#define END "-----END MCKD SIGNATURE-----"
#define DIGEST "sha-256"

void
signature_write(const struct signature *in, char out[static SIGNATURE_TEXT])
{
	char card[HEX_CARD], mac[2 * sizeof(in->s.signature) + 1];

	hex(in->card, sizeof(in->card), card);
	hex(in->s.signature, sizeof(in->s.signature), mac);
	(void)snprintf(out, SIGNATURE_TEXT, BEGIN "\ncard: %s\nslot: %u\nindex: %u\nepoch: %u\n"
	    "counter: %lu\nflags: %02x\ndigest: " DIGEST "\nsignature: %s\n" END "\n", card, in->s.slot,
	    in->s.index, in->s.epoch, (unsigned long)in->s.counter, in->s.flags, mac);
}

/* The value of the line "name: value"; *at goes to the next line. */
static bool
field(char **at, const char *name, char *out, size_t room)
{
	size_t len = strlen(name);
	char *line = strsep(at, "\n");

	if (line == NULL || strncmp(line, name, len) != 0 || strncmp(line + len, ": ", 2) != 0)
		return false;
	return (size_t)snprintf(out, room, "%s", line + len + 2) < room;
}

static bool
count(char **at, const char *name, unsigned long max, unsigned long *out)
{
	char text[16];

	if (!field(at, name, text, sizeof(text)))
		return false;
	*out = 0;
	return strcmp(text, "0") == 0 || number(text, max, out);
}

/* Digits and case may be spelt in several ways: only the one that is written is read. */
bool
signature_read(const char *text, struct signature *out)
{
	char copy[SIGNATURE_TEXT], again[SIGNATURE_TEXT], value[64], *at = copy, *line;
	unsigned long slot, index, epoch, counter;
	uint8_t flags;

	memset(out, 0, sizeof(*out));
	if ((size_t)snprintf(copy, sizeof(copy), "%s", text) >= sizeof(copy))
		return false;
	line = strsep(&at, "\n");
	if (at == NULL || strcmp(line, BEGIN) != 0 || !field(&at, "card", value, sizeof(value)) ||
	    !unhex(value, out->card, sizeof(out->card)) || !count(&at, "slot", MCKD_APPS_MAX, &slot) ||
	    !count(&at, "index", MCKD_SNS_MAX, &index) || !count(&at, "epoch", 0xffff, &epoch) ||
	    !count(&at, "counter", UINT32_MAX, &counter) || !field(&at, "flags", value, sizeof(value)) ||
	    !unhex(value, &flags, 1) || !field(&at, "digest", value, sizeof(value)) ||
	    !field(&at, "signature", value, sizeof(value)) ||
	    !unhex(value, out->s.signature, sizeof(out->s.signature)))
		return false;
	out->s.slot = (uint8_t)slot;
	out->s.index = (uint8_t)index;
	out->s.epoch = (uint16_t)epoch;
	out->s.counter = (uint32_t)counter;
	out->s.flags = flags;
	signature_write(out, again);
	return strcmp(text, again) == 0;
}

int
signature_digest(const char *path, uint8_t digest[static 32])
{
	int fd = open(path, O_RDONLY | O_NOCTTY | O_CLOEXEC);
	enum mckd_err e;

	errno = fd < 0 ? errno : 0;
	e = fd < 0 ? MCKD_E_USAGE : mckd_sha256_fd(fd, digest);
	if (e == MCKD_E_USAGE)
		say("%s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	if (e == MCKD_E_USAGE)
		return EX_OTHER;
	return e == MCKD_OK ? -1 : fail(e, path);
}
