/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store_host.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "intl.h"
#include "store_priv.h"

/*
 * A store on its way to another host is out of the care of file modes, and not every column is
 * sealed: who may log in is not. So the whole file has a MAC, looked at before SQLite opens it.
 */
#define MAC_FILE "store.mac"
#define MAC_LEN 32

static enum mckd_err
say_errno(char *why, const char *dir, const char *name)
{
	(void)snprintf(why, MCKD_WHY, "%.200s/%s: %s", dir, name, strerror(errno));
	return MCKD_E_STORE_IO;
}

static enum mckd_err
mac_of(int dirfd, const char *dir, const uint8_t key[static MCKD_KEY_LEN], uint8_t out[static MAC_LEN],
    char *why)
{
	int fd = openat(dirfd, MCKD_STORE_DB, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	uint8_t mk[MCKD_KEY_LEN];
	enum mckd_err e = MCKD_E_INTERNAL;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0) {
		e = say_errno(why, dir, MCKD_STORE_DB);
		goto out;
	}
	if (!S_ISREG(st.st_mode) || st.st_size == 0) {
		(void)snprintf(why, MCKD_WHY, _("%.200s/%s: not a store"), dir, MCKD_STORE_DB);
		e = MCKD_E_STORE_UNTRUSTED;
		goto out;
	}
	e = mckd_kdf(MCKD_DEA_HMAC, key, "MCKD1 HOST STORE", NULL, 0, mk, sizeof(mk));
	if (e == MCKD_OK && (e = mckd_prf_fd(MCKD_DEA_HMAC, mk, fd, out)) == MCKD_E_USAGE)
		e = say_errno(why, dir, MCKD_STORE_DB);
out:
	if (fd >= 0)
		close(fd);
	mckd_wipe(mk, sizeof(mk));
	return e;
}

/* Opens the directory and the key, both by the rules of any store. */
static enum mckd_err
open_both(const char *dir, const char *path, int *dirfd, uint8_t key[static MCKD_KEY_LEN], char *why)
{
	enum mckd_err e = mckd_path_dir(dir, false, dirfd, why);

	if (e == MCKD_OK)
		e = mckd_path_db(*dirfd, dir, false, why);
	return e == MCKD_OK ? mckd_path_key(path, false, key, why) : e;
}

enum mckd_err
mckd_store_mac_write(const char *dir, const char *path, char *why)
{
	uint8_t key[MCKD_KEY_LEN], mac[MAC_LEN];
	int at = -1, fd = -1, real = -1;
	enum mckd_err e = open_both(dir, path, &at, key, why);

	if (e != MCKD_OK)
		goto out;
	/* Zeroed at its commit, and nothing that the MAC covers. */
	if (unlinkat(at, MCKD_STORE_DB "-journal", 0) != 0 && errno != ENOENT) {
		e = say_errno(why, dir, MCKD_STORE_DB "-journal");
		goto out;
	}
	if ((e = mac_of(at, dir, key, mac, why)) != MCKD_OK)
		goto out;
	fd = openat(at, MAC_FILE, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	real = openat(at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || real < 0 || write(fd, mac, sizeof(mac)) != (ssize_t)sizeof(mac) || fsync(fd) != 0 ||
	    fsync(real) != 0)
		e = say_errno(why, dir, MAC_FILE);
out:
	if (fd >= 0)
		close(fd);
	if (real >= 0)
		close(real);
	if (at >= 0)
		close(at);
	mckd_wipe(key, sizeof(key));
	return e;
}

enum mckd_err
mckd_store_mac_check(const char *dir, const char *path, char *why)
{
	uint8_t key[MCKD_KEY_LEN], mac[MAC_LEN], there[MAC_LEN + 1];
	int at = -1, fd = -1;
	struct stat st;
	enum mckd_err e = open_both(dir, path, &at, key, why);

	if (e != MCKD_OK)
		goto out;
	e = MCKD_E_STORE_UNTRUSTED;
	/* SQLite would replay it into the file after it was found right. */
	if (fstatat(at, MCKD_STORE_DB "-journal", &st, AT_SYMLINK_NOFOLLOW) == 0) {
		(void)snprintf(why, MCKD_WHY, _("%.200s/%s: no part of an export"), dir, MCKD_STORE_DB "-journal");
		goto out;
	}
	fd = openat(at, MAC_FILE, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0) {
		(void)snprintf(why, MCKD_WHY, _("%.200s/%s: %s: not an export, or one that was cut short"),
		    dir, MAC_FILE, strerror(errno));
		goto out;
	}
	if (read(fd, there, sizeof(there)) != MAC_LEN) {
		(void)snprintf(why, MCKD_WHY, _("%.200s/%s: not a MAC"), dir, MAC_FILE);
		goto out;
	}
	if ((e = mac_of(at, dir, key, mac, why)) == MCKD_OK && !mckd_equal(mac, there, MAC_LEN)) {
		(void)snprintf(why, MCKD_WHY, _("%.180s: changed on its way, or sealed by another transport key"), dir);
		e = MCKD_E_STORE_UNTRUSTED;
	}
out:
	if (fd >= 0)
		close(fd);
	if (at >= 0)
		close(at);
	mckd_wipe(key, sizeof(key));
	return e;
}
