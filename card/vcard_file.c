/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vcard_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/file.h>
#include <sys/stat.h>

static const char *
beside(const struct vcard_file *f, const char *suffix, char name[static PATH_MAX])
{
	const char *base = strrchr(f->path, '/');

	base = base == NULL ? f->path : base + 1;
	if (snprintf(name, PATH_MAX, "%s%s", base, suffix) >= NAME_MAX)
		name[0] = '\0';
	return name;
}

static bool
write_all(int fd, const uint8_t *p, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

static bool
nvm_read(void *arg, size_t at, uint8_t *out, size_t len)
{
	const struct vcard_file *f = arg;

	memcpy(out, f->image + at, len);
	return true;
}

static bool
nvm_write(void *arg, size_t at, const uint8_t *in, size_t len)
{
	struct vcard_file *f = arg;

	memcpy(f->image + at, in, len);
	f->dirty = true;
	return true;
}

static bool
nvm_sync(void *arg)
{
	struct vcard_file *f = arg;
	char fresh[PATH_MAX], name[PATH_MAX];
	bool ok;
	int fd;

	if (!f->dirty)
		return true;
	beside(f, ".new", fresh);
	fd = openat(f->dir, fresh, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	ok = fchmod(fd, 0600) == 0 && write_all(fd, f->image, card_nvm_size()) && fsync(fd) == 0;
	ok = close(fd) == 0 && ok;
	ok = ok && renameat(f->dir, fresh, f->dir, beside(f, "", name)) == 0 && fsync(f->dir) == 0;
	if (ok)
		f->dirty = false;
	return ok;
}

void
vcard_file_nvm(struct vcard_file *f, struct card_nvm *nvm)
{
	*nvm = (struct card_nvm){ nvm_read, nvm_write, nvm_sync, f };
}

static const char *
load(struct vcard_file *f, const char *name)
{
	size_t have = 0, size = card_nvm_size();
	const char *wrong = N_("cannot be read");
	struct stat st;
	int fd;

	fd = openat(f->dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return N_("cannot be opened");
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size != (off_t)size) {
		errno = EINVAL;
		wrong = N_("not a card's state");
		goto out;
	}
	while (have < size) {
		ssize_t n = read(fd, f->image + have, size - have);

		if (n <= 0)
			goto out;
		have += (size_t)n;
	}
	wrong = NULL;
out:
	close(fd);
	return wrong;
}

static int
open_dir(const char *path)
{
	char dir[PATH_MAX];
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (snprintf(dir, sizeof(dir), "%.*s", (int)(slash - path) + 1, path) >= (int)sizeof(dir))
		return -1;
	return open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

const char *
vcard_file_open(struct vcard_file *f, const char *path, bool create)
{
	char name[PATH_MAX], lock[PATH_MAX];

	*f = (struct vcard_file){ .path = path, .lock = -1, .dir = open_dir(path) };
	if (f->dir < 0)
		return N_("its directory cannot be opened");
	if (*beside(f, "", name) == '\0' || *beside(f, ".lock", lock) == '\0') {
		errno = ENAMETOOLONG;
		return N_("cannot be opened");
	}
	f->image = calloc(1, card_nvm_size());
	if (f->image == NULL)
		return N_("no memory");
	/* The state is renamed over, so the lock is a file of its own. */
	f->lock = openat(f->dir, lock, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (f->lock < 0)
		return N_("cannot be locked");
	if (flock(f->lock, LOCK_EX | LOCK_NB) != 0)
		return N_("another process runs it");
	if (!create)
		return load(f, name);
	if (faccessat(f->dir, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
		errno = EEXIST;
		return N_("not overwritten");
	}
	return errno == ENOENT ? NULL : N_("cannot be looked for");
}

void
vcard_file_close(struct vcard_file *f)
{
	if (f->image != NULL)
		explicit_bzero(f->image, card_nvm_size());
	free(f->image);
	if (f->lock >= 0)
		close(f->lock);
	if (f->dir >= 0)
		close(f->dir);
	*f = (struct vcard_file){ .lock = -1, .dir = -1 };
}
