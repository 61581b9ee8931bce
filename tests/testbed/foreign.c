/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bed_foreign PORT other | garbage | copy HEX
 * A card for vpcd that is not ours. other: has another application, and says 6A82 to
 * any SELECT. garbage: answers bytes without sense, of every length. copy: gives HEX, the
 * public answer of a true card, to SELECT, 16 bytes as of a receipt to TICKET, and 41 bytes
 * and 9000 to everything else. What it is told stands on stdout, a line of hex for each command.
 */
#include <stdio.h>
#include <string.h>

#include "vpcd.h"

struct foreign {
	enum { OTHER, GARBAGE, COPY } kind;
	uint8_t copy[256];
	size_t copy_len;
};

static size_t
answer(void *arg, const uint8_t *cmd, size_t len, uint8_t out[static BED_ANSWER_MAX])
{
	const struct foreign *f = arg;
	static unsigned turn;
	size_t n;

	for (size_t i = 0; i < len; i++)
		printf("%02x", cmd[i]);
	puts("");
	if (f->kind == OTHER) {
		memcpy(out, "\x6a\x82", 2);
		return 2;
	}
	if (f->kind == GARBAGE) {
		n = 1 + (turn * 37) % 258;
		for (size_t i = 0; i < n; i++)
			out[i] = (uint8_t)((i + 1) * 167 + turn * 41);
		turn++;
		return n;
	}
	if (len > 1 && cmd[1] == 0xa4) {
		memcpy(out, f->copy, f->copy_len);
		n = f->copy_len;
	} else if (len > 1 && cmd[0] == 0x80 && cmd[1] == 0x20) {
		n = 16;
		memset(out, 0x5a, n);
	} else {
		n = 41;
		memset(out, 0x5a, n);
		out[0] = 1;
		out[1] = 1;
	}
	memcpy(out + n, "\x90\x00", 2);
	return n + 2;
}

static int
parse_kind(struct foreign *f, int argc, char **argv)
{
	int n = 0;

	if (argc == 3 && strcmp(argv[2], "other") == 0)
		f->kind = OTHER;
	else if (argc == 3 && strcmp(argv[2], "garbage") == 0)
		f->kind = GARBAGE;
	else if (argc == 4 && strcmp(argv[2], "copy") == 0)
		f->kind = COPY;
	else
		return -1;
	if (f->kind == COPY) {
		n = bed_unhex(argv[3], f->copy, sizeof(f->copy) - 2);
		f->copy_len = (size_t)n;
	}
	return n < 0 ? -1 : 0;
}

int
main(int argc, char **argv)
{
	static struct foreign f;

	if (parse_kind(&f, argc, argv) != 0) {
		fprintf(stderr, "usage: bed_foreign PORT other | garbage | copy HEX\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	return bed_vpcd_serve("bed_foreign", argv[1], answer, &f);
}
