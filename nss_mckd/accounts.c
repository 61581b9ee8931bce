/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bounded reader of cdb(5). tinycdb's own is not used: cdb_init() maps the file (SIGBUS in any
 * program of the host, were it ever cut short) and cdb_seek() trusts the offsets it reads.
 * Here each read is a pread() inside the size found at opening, and positions are 64 bits wide.
 */
#include "nss_mckd.h"
#include "accounts.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int
error_of(int err)
{
	switch (err) {
	case ENOENT:
	case ENOTDIR:
		return ENOENT;
	case EMFILE:
	case ENFILE:
	case ENOMEM:
	case EAGAIN:
	case EINTR:
		return EAGAIN;
	default:
		return EIO;
	}
}

static int
trusted(int fd, mode_t type, struct stat *st)
{
	if (fstat(fd, st) != 0)
		return EIO;
	if ((st->st_mode & S_IFMT) != type || st->st_uid != 0 ||
	    (st->st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return EIO;
	return 0;
}

int
accounts_read(const struct accounts *a, void *out, uint32_t len, uint32_t pos)
{
	char *at = out;
	ssize_t n;

	if (pos > a->size || len > a->size - pos)
		return EIO;
	while (len > 0) {
		n = pread(a->fd, at, len, (off_t)pos);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return EIO;
		at += n;
		pos += (uint32_t)n;
		len -= (uint32_t)n;
	}
	return 0;
}

static uint32_t
unpack(const unsigned char in[4])
{
	return (uint32_t)in[3] << 24 | (uint32_t)in[2] << 16 | (uint32_t)in[1] << 8 | in[0];
}

static int
read_header(struct accounts *a)
{
	unsigned char h[8 + 1 + MCKD_ACCOUNTS_HEADER_LEN];
	int r = accounts_read(a, h, sizeof(h), MCKD_ACCOUNTS_TOC_LEN);

	if (r != 0)
		return r;
	if (unpack(h) != 1 || unpack(h + 4) != MCKD_ACCOUNTS_HEADER_LEN || h[8] != 'H' ||
	    memcmp(h + 9, MCKD_ACCOUNTS_MAGIC, MCKD_ACCOUNTS_MAGIC_LEN) != 0)
		return EIO;
	a->npasswd = mckd_account_get32(h + 9 + MCKD_ACCOUNTS_MAGIC_LEN);
	a->ngroup = mckd_account_get32(h + 13 + MCKD_ACCOUNTS_MAGIC_LEN);
	return 0;
}

int
accounts_open(struct accounts *a)
{
	struct stat st;
	int dir, r = EIO;

	*a = (struct accounts){ .fd = -1 };
	dir = open(MCKD_PUBLICDIR, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir < 0)
		return error_of(errno);
	r = trusted(dir, S_IFDIR, &st);
	if (r != 0)
		goto out;
	/* O_NONBLOCK: a FIFO in its place must not hold the host's program. */
	a->fd = openat(dir, MCKD_ACCOUNTS_FILE,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (a->fd < 0) {
		r = error_of(errno);
		goto out;
	}
	r = trusted(a->fd, S_IFREG, &st);
	if (r != 0)
		goto out;
	if (st.st_size < MCKD_ACCOUNTS_TOC_LEN || st.st_size > MCKD_ACCOUNTS_SIZE_MAX) {
		r = EIO;
		goto out;
	}
	a->size = (uint32_t)st.st_size;
	r = read_header(a);
out:
	close(dir);
	if (r != 0)
		accounts_close(a);
	return r;
}

void
accounts_close(struct accounts *a)
{
	if (a->fd >= 0)
		close(a->fd);
	a->fd = -1;
}

static uint32_t
hash(const unsigned char *key, size_t len)
{
	uint32_t h = 5381;

	while (len-- > 0)
		h = (h + (h << 5)) ^ *key++;
	return h;
}

/* ENOENT: the record at pos is another key's. */
static int
match(const struct accounts *a, const unsigned char *key, uint32_t len, uint32_t at, uint32_t *pos,
    uint32_t *vlen)
{
	unsigned char got[MCKD_ACCOUNT_KEY_MAX];
	uint32_t klen, dlen;

	if (at < MCKD_ACCOUNTS_TOC_LEN || accounts_read(a, got, 8, at) != 0)
		return EIO;
	klen = unpack(got);
	dlen = unpack(got + 4);
	if (klen > a->size - at - 8 || dlen > a->size - at - 8 - klen)
		return EIO;
	if (klen != len)
		return ENOENT;
	if (accounts_read(a, got, len, at + 8) != 0)
		return EIO;
	if (memcmp(got, key, len) != 0)
		return ENOENT;
	*pos = at + 8 + klen;
	*vlen = dlen;
	return 0;
}

static int
find(const struct accounts *a, const unsigned char *key, uint32_t len, uint32_t *pos,
    uint32_t *vlen)
{
	unsigned char slot[8];
	uint32_t h = hash(key, len), table, slots, i, n;
	int r;

	if (accounts_read(a, slot, 8, (h & 255) * 8) != 0)
		return EIO;
	table = unpack(slot);
	slots = unpack(slot + 4);
	if (slots == 0)
		return ENOENT;
	if (table < MCKD_ACCOUNTS_TOC_LEN || table > a->size || slots > (a->size - table) / 8)
		return EIO;
	i = (h >> 8) % slots;
	for (n = 0; n < slots; n++) {
		if (accounts_read(a, slot, 8, table + i * 8) != 0)
			return EIO;
		if (unpack(slot + 4) == 0)
			return ENOENT;
		if (unpack(slot) == h) {
			r = match(a, key, len, unpack(slot + 4), pos, vlen);
			if (r != ENOENT)
				return r;
		}
		i = i + 1 == slots ? 0 : i + 1;
	}
	return ENOENT;
}

int
accounts_find(const struct accounts *a, char tag, const void *key, size_t len, uint32_t *pos,
    uint32_t *vlen)
{
	unsigned char full[MCKD_ACCOUNT_KEY_MAX];

	if (len > MCKD_ACCOUNT_NAME_MAX)
		return ENOENT;
	return find(a, full, mckd_account_key(full, tag, key, len), pos, vlen);
}

int
accounts_find_id(const struct accounts *a, char tag, uint32_t id, uint32_t *pos, uint32_t *vlen)
{
	unsigned char key[4];

	mckd_account_put32(key, id);
	return accounts_find(a, tag, key, sizeof(key), pos, vlen);
}

int
accounts_index(const struct accounts *a, char tag, const void *key, size_t len, uint32_t *index)
{
	unsigned char value[4];
	uint32_t pos, vlen;
	int r = accounts_find(a, tag, key, len, &pos, &vlen);

	if (r != 0)
		return r;
	if (vlen != sizeof(value) || accounts_read(a, value, sizeof(value), pos) != 0)
		return EIO;
	*index = mckd_account_get32(value);
	return 0;
}
