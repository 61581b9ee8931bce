/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_NSS_ACCOUNTS_H
#define MCKD_NSS_ACCOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * accounts.cdb, as libmckd/accounts.c writes it and libnss_mckd reads it: a constant database
 * in D. J. Bernstein's format (cdb(5)). The first record's key is the byte H, its value the
 * header. The other keys are a tag byte and what is looked for, after their own FNV-1a hash:
 * cdb's hash alone puts user000001, user000002... into runs of thousands of slots. Integers
 * are big-endian.
 *
 *	H			-> magic(8) || accounts(4) || groups(4)
 *	p index(4)		-> uid(4) || gid(4) || name NUL gecos NUL home NUL shell NUL
 *	P name, U uid(4)	-> index(4)
 *	g index(4)		-> gid(4) || members(4) || name NUL (member NUL)*
 *	G name, J gid(4)	-> index(4)
 *	I name			-> gid(4)*, the groups that name is a member of
 *
 * An enumeration counts the index up, so it needs neither a lock nor an open file.
 */
#ifndef MCKD_PUBLICDIR
#define MCKD_PUBLICDIR "/var/lib/mckd-public"
#endif
#define MCKD_ACCOUNTS_FILE "accounts.cdb"
#define MCKD_ACCOUNTS_MAGIC "MCKDACC1"
#define MCKD_ACCOUNTS_MAGIC_LEN 8
#define MCKD_ACCOUNTS_HEADER_LEN 16
#define MCKD_ACCOUNTS_TOC_LEN 2048	/* cdb's table of 256 hash tables */
#define MCKD_ACCOUNTS_SIZE_MAX (1u << 30)
#define MCKD_ACCOUNT_NAME_MAX 32
#define MCKD_ACCOUNT_TEXT_MAX 255
#define MCKD_ACCOUNT_ID_MIN 1000
/* uid, gid and four strings. */
#define MCKD_ACCOUNT_RECORD_MAX (8 + MCKD_ACCOUNT_NAME_MAX + 1 + 3 * (MCKD_ACCOUNT_TEXT_MAX + 1))

/* No system account, nobody (65534), or a -1 of 16 or 32 bits can come out of this file. */
static inline bool
mckd_account_id_valid(uint32_t id)
{
	return id >= MCKD_ACCOUNT_ID_MIN && id != 65534 && id != 65535 && id < UINT32_MAX - 1;
}

/* useradd(8): [a-z_][a-z0-9_-]*, at most 32. */
static inline bool
mckd_account_name_valid(const char *name)
{
	unsigned i;

	for (i = 0; name[i] != '\0'; i++) {
		bool letter = (name[i] >= 'a' && name[i] <= 'z') || name[i] == '_';
		bool other = (name[i] >= '0' && name[i] <= '9') || name[i] == '-';

		if (i == MCKD_ACCOUNT_NAME_MAX || !(letter || (other && i > 0)))
			return false;
	}
	return i > 0;
}

/* What would break a line of passwd(5), or a terminal, is in no field. */
static inline bool
mckd_account_text_valid(const char *text)
{
	unsigned i;

	for (i = 0; text[i] != '\0'; i++)
		if (i == MCKD_ACCOUNT_TEXT_MAX || (unsigned char)text[i] < 0x20 ||
		    text[i] == 0x7f || text[i] == ':')
			return false;
	return true;
}

/* hash(8) || tag(1) || what */
#define MCKD_ACCOUNT_KEY_MAX (8 + 1 + MCKD_ACCOUNT_NAME_MAX)

/* len is MCKD_ACCOUNT_NAME_MAX at most. Returns the key's length. */
static inline uint32_t
mckd_account_key(unsigned char out[MCKD_ACCOUNT_KEY_MAX], char tag, const void *what, size_t len)
{
	uint64_t h = 0xcbf29ce484222325u;
	size_t i;

	out[8] = (unsigned char)tag;
	memcpy(out + 9, what, len);
	for (i = 8; i < 9 + len; i++)
		h = (h ^ out[i]) * 0x100000001b3u;
	for (i = 0; i < 8; i++)
		out[i] = (unsigned char)(h >> (56 - 8 * i));
	return (uint32_t)(9 + len);
}

static inline void
mckd_account_put32(unsigned char out[4], uint32_t v)
{
	out[0] = (unsigned char)(v >> 24);
	out[1] = (unsigned char)(v >> 16);
	out[2] = (unsigned char)(v >> 8);
	out[3] = (unsigned char)v;
}

static inline uint32_t
mckd_account_get32(const unsigned char in[4])
{
	return (uint32_t)in[0] << 24 | (uint32_t)in[1] << 16 | (uint32_t)in[2] << 8 | in[3];
}

#endif
