/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench_phases FILE SERVICE USER PIN
 * One login through libpam; adds a line "PROMPT VERDICT" to FILE, in microseconds: from the
 * call to the prompt, and, what a person feels, from the PIN to the verdict.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <security/pam_appl.h>

struct answer {
	const char *pin;
	long long asked;
};

static long long
now_us(void)
{
	struct timespec ts = { 0, 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (long long)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static int
converse(int n, const struct pam_message **msg, struct pam_response **out, void *arg)
{
	struct pam_response *r = calloc((size_t)n, sizeof(*r));
	struct answer *a = arg;

	if (r == NULL)
		return PAM_CONV_ERR;
	for (int i = 0; i < n; i++) {
		if (msg[i]->msg_style != PAM_PROMPT_ECHO_OFF)
			continue;
		r[i].resp = strdup(a->pin);
		a->asked = now_us();
	}
	*out = r;
	return PAM_SUCCESS;
}

int
main(int argc, char **argv)
{
	struct answer a = { NULL, 0 };
	struct pam_conv conv = { converse, &a };
	pam_handle_t *pamh = NULL;
	long long start, end;
	FILE *f;
	int rc;

	if (argc != 5) {
		fprintf(stderr, "usage: bench_phases FILE SERVICE USER PIN\n");
		return 2;
	}
	a.pin = argv[4];
	if (pam_start(argv[2], argv[3], &conv, &pamh) != PAM_SUCCESS)
		return 1;
	start = now_us();
	rc = pam_authenticate(pamh, 0);
	end = now_us();
	(void)pam_end(pamh, rc);
	if (rc != PAM_SUCCESS || a.asked == 0 || (f = fopen(argv[1], "a")) == NULL)
		return 1;
	fprintf(f, "%lld %lld\n", a.asked - start, end - a.asked);
	return fclose(f) == 0 ? 0 : 1;
}
