/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loaded before the libraries of an unmodified program, this lets the Nth call of a family
 * fail: once, or that one and all behind it. In mckd-auth the order is read from the file that
 * MCKD_FAULT names, and counting begins where mckd-auth makes itself its own process; a test
 * that is itself the host calls fault_arm(). What was struck goes into the file with ".hit".
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

enum family { MEM, CRYPTO, PCSC, SQL, IO, PAM, NONE };

/* Up to eight integers or pointers go through in registers and on the stack: so it is where these
 * tests run (x86-64, AArch64), and no call of the list has more, or a floating one. */
typedef long (*call_fn)(long, long, long, long, long, long, long, long);

static const char *const families[] = { "mem", "crypto", "pcsc", "sql", "io", "pam" };
static struct {
	enum family family;
	bool on, armed;
	long at;
	char hit[256];
} fault = { .family = NONE };
static atomic_long calls;
static atomic_bool noted;

extern void *__libc_malloc(size_t n), *__libc_calloc(size_t n, size_t m), *__libc_realloc(void *p, size_t n);
extern void *next_of(void *handle, const char *name) __asm__("dlsym");
extern long raw(long n, ...) __asm__("syscall");

static void
note_hit(const char *name)
{
	long fd = raw(SYS_openat, -100L, fault.hit, 02000000L | 0101L, 0600L);

	if (fd < 0)
		return;
	(void)raw(SYS_write, fd, name, strlen(name));
	(void)raw(SYS_close, fd);
}

static bool
strikes(enum family family, const char *name)
{
	long n;

	if (!fault.armed || family != fault.family)
		return false;
	n = atomic_fetch_add(&calls, 1) + 1;
	if (n != fault.at && !(fault.on && n > fault.at))
		return false;
	/* By each thread, until it is: one that fails behind the first may end the process. */
	if (!atomic_load(&noted)) {
		note_hit(name);
		atomic_store(&noted, true);
	}
	errno = family == MEM ? ENOMEM : EIO;
	return true;
}

#define CALL(family, name, failed) static call_fn real_##name;
#include "calls.h"
#undef CALL

static void __attribute__((constructor))
resolve(void)
{
#define CALL(family, name, failed) real_##name = (call_fn)(size_t)next_of((void *)-1L, #name);
#include "calls.h"
#undef CALL
	real_malloc = (call_fn)(size_t)__libc_malloc;
	real_calloc = (call_fn)(size_t)__libc_calloc;
	real_realloc = (call_fn)(size_t)__libc_realloc;
}

/* A library's own constructor may call before ours. */
static call_fn
true_one(call_fn *real, const char *name)
{
	if (*real == NULL && strcmp(name, "malloc") == 0)
		return (call_fn)(size_t)__libc_malloc;
	if (*real == NULL && strcmp(name, "calloc") == 0)
		return (call_fn)(size_t)__libc_calloc;
	if (*real == NULL && strcmp(name, "realloc") == 0)
		return (call_fn)(size_t)__libc_realloc;
	if (*real == NULL)
		*real = (call_fn)(size_t)next_of((void *)-1L, name);
	return *real;
}

#define EXPORT __attribute__((visibility("default")))
#define CALL(family, name, failed) \
	EXPORT long shim_##name(long, long, long, long, long, long, long, long) __asm__(#name); \
	long shim_##name(long a, long b, long c, long d, long e, long f, long g, long h) \
	{ \
		if (strikes(family, #name)) \
			return (long)(failed); \
		return true_one(&real_##name, #name)(a, b, c, d, e, f, g, h); \
	}
#include "calls.h"
#undef CALL

static enum family
family_named(const char *s, size_t len)
{
	for (int f = MEM; f < NONE; f++)
		if (strlen(families[f]) == len && strncmp(families[f], s, len) == 0)
			return (enum family)f;
	return NONE;
}

/* order: FAMILY, a blank, N, a blank, once or on */
EXPORT void fault_arm(const char *path, const char *order);
EXPORT void fault_disarm(void);

void
fault_arm(const char *path, const char *order)
{
	size_t n = strcspn(order, " ");
	char *end;

	if (strlen(path) + sizeof(".hit") > sizeof(fault.hit) || order[n] != ' ')
		return;
	strcpy(fault.hit, path);
	strcat(fault.hit, ".hit");
	fault.family = family_named(order, n);
	fault.at = strtol(order + n, &end, 10);
	fault.on = strcmp(end, " on") == 0;
	atomic_store(&calls, 0);
	atomic_store(&noted, false);
	fault.armed = true;
}

void
fault_disarm(void)
{
	fault.armed = false;
}

/* mckd-auth's first step to be its own process */
EXPORT int own(unsigned r, unsigned e, unsigned s) __asm__("setresgid");

int
own(unsigned r, unsigned e, unsigned s)
{
	const char *path = getenv("MCKD_FAULT");
	char order[64];
	long fd, n;

	if (path != NULL && (fd = raw(SYS_openat, -100L, path, 02000000L, 0L)) >= 0) {
		n = raw(SYS_read, fd, order, sizeof(order) - 1);
		(void)raw(SYS_close, fd);
		order[n > 0 ? n : 0] = '\0';
		fault_arm(path, order);
	}
	return (int)raw(SYS_setresgid, (long)r, (long)e, (long)s);
}
