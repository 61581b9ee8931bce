/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "auth.h"

#include <malloc.h>
#include <pthread.h>

#include "crypto.h"

#define STACK_SIZE (256 * 1024)
#define HEAP_SIZE (512 * 1024)

static void *
warm(void *arg)
{
	(void)mckd_crypto_start();
	return arg;
}

/* Where there is no thread to be had, the first use does it. */
void
mckd_warm_start(void)
{
	pthread_attr_t attr;
	pthread_t thread;

	/* At once: a heap that grows page by page stops the other thread's page faults each time. */
	(void)mallopt(M_TOP_PAD, HEAP_SIZE);
	if (pthread_attr_init(&attr) != 0)
		return;
	if (pthread_attr_setstacksize(&attr, STACK_SIZE) == 0 &&
	    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED) == 0)
		(void)pthread_create(&thread, &attr, warm, NULL);
	(void)pthread_attr_destroy(&attr);
}
