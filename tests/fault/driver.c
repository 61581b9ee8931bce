/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bed_fault [-i] [-n] FAMILY once|on STRIDE FIRST SERVICE USER PIN
 * Logs in again and again, letting the 1st, the (1 + STRIDE)th ... call of a family fail, until
 * there is no such call. A login that comes to SUCCESS all the same must have been a whole one:
 * the store's counter has risen. -n: no login may come to SUCCESS (the card in the reader is
 * no true one). -i: the calls are those of this process, the host's, not those of mckd-auth.
 * A service with a module behind ours that lets everyone in turns an IGNORE into SUCCESS, too.
 */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <security/pam_appl.h>
#include <sqlite3.h>

#define STORE "/var/lib/mckd/store.db"
#define ENOUGH 100000

struct run {
	const char *family, *mode, *service, *user, *pin, *path;
	long stride, first;
	bool inside, never;
	void (*arm)(const char *path, const char *order);
	void (*disarm)(void);
};

static int
conv(int n, const struct pam_message **msg, struct pam_response **resp, void *arg)
{
	if (n != 1 || (*resp = calloc(1, sizeof(**resp))) == NULL)
		return PAM_CONV_ERR;
	if (msg[0]->msg_style == PAM_PROMPT_ECHO_OFF)
		(*resp)->resp = strdup(arg);
	return PAM_SUCCESS;
}

static long long
counters(void)
{
	sqlite3_stmt *st = NULL;
	sqlite3 *db = NULL;
	long long n = -1;

	if (sqlite3_open_v2(STORE, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
	    sqlite3_busy_timeout(db, 5000) == SQLITE_OK &&
	    sqlite3_prepare_v2(db, "SELECT sum(counter) FROM card", -1, &st, NULL) == SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_ROW)
		n = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	sqlite3_close(db);
	if (n < 0) {
		fprintf(stderr, "bed_fault: the store cannot be read\n");
		exit(1);
	}
	return n;
}

static int
login(const struct run *r, const char *order)
{
	const struct pam_conv c = { conv, (void *)(size_t)r->pin };
	pam_handle_t *p = NULL;
	int rc = pam_start(r->service, r->user, &c, &p);

	if (rc != PAM_SUCCESS)
		return rc;
	if (order != NULL && r->inside)
		r->arm(r->path, order);
	rc = pam_authenticate(p, 0);
	if (r->inside)
		r->disarm();
	(void)pam_end(p, rc);
	return rc;
}

static bool
set_order(const struct run *r, const char *order)
{
	char hit[256];
	FILE *f;

	(void)snprintf(hit, sizeof(hit), "%s.hit", r->path);
	(void)unlink(hit);
	(void)unlink(r->path);
	if (order == NULL)
		return true;
	f = fopen(r->path, "w");
	return f != NULL && fputs(order, f) >= 0 && fclose(f) == 0;
}

/* The name of the call that was struck; "": there was no Nth call. */
static void
struck(const struct run *r, char *name, size_t room)
{
	char hit[256];
	FILE *f;

	(void)snprintf(hit, sizeof(hit), "%s.hit", r->path);
	name[0] = '\0';
	if ((f = fopen(hit, "r")) == NULL)
		return;
	if (fgets(name, (int)room, f) == NULL)
		name[0] = '\0';
	(void)fclose(f);
}

static int
control(const struct run *r, const char *when)
{
	int rc;

	(void)set_order(r, NULL);
	rc = login(r, NULL);
	if ((rc == PAM_SUCCESS) == !r->never)
		return 0;
	printf("%s, with nothing failing: code %d\n", when, rc);
	return -1;
}

static int
strike_all(const struct run *r)
{
	long n, logins = 0, struck_n = 0;
	char order[64], name[64];
	int bad = 0;

	for (n = r->first; n < ENOUGH; n += r->stride) {
		long long before = counters();
		int rc;

		(void)snprintf(order, sizeof(order), "%s %ld %s", r->family, n, r->mode);
		if (!set_order(r, order))
			return -1;
		rc = login(r, order);
		struck(r, name, sizeof(name));
		if (name[0] == '\0')
			break;
		struck_n++;
		if (rc != PAM_SUCCESS)
			continue;
		logins++;
		if (r->never || counters() <= before) {
			printf("%s number %ld (%s) failed, and it came to SUCCESS\n", r->family, n, name);
			bad = -1;
		}
	}
	printf("note: %s %s: %ld failed one by one, %ld logins all the same\n", r->family, r->mode, struck_n,
	    logins);
	return struck_n == 0 || n >= ENOUGH ? -1 : bad;
}

int
main(int argc, char **argv)
{
	struct run r = { .path = getenv("MCKD_FAULT") };
	int c;

	while ((c = getopt(argc, argv, "+in")) != -1) {
		r.inside |= c == 'i';
		r.never |= c == 'n';
	}
	argv += optind;
	if (argc - optind != 7 || r.path == NULL || (r.stride = atol(argv[2])) < 1 ||
	    (r.first = atol(argv[3])) < 1)
		return 2;
	r.family = argv[0];
	r.mode = argv[1];
	r.service = argv[4];
	r.user = argv[5];
	r.pin = argv[6];
	if (r.inside) {
		*(void **)&r.arm = dlsym(RTLD_DEFAULT, "fault_arm");
		*(void **)&r.disarm = dlsym(RTLD_DEFAULT, "fault_disarm");
		if (r.arm == NULL || r.disarm == NULL)
			return 2;
	}
	return control(&r, "before") == 0 && strike_all(&r) == 0 && control(&r, "after") == 0 ? 0 : 1;
}
