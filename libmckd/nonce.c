/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nonce.h"

#include <string.h>
#include <sys/mman.h>

/* With left 256 bytes: what getrandom(2) gives whole, and few where a machine is copied as it runs. */
#define BLOCK 21

/* All zeros, as a child finds it: none left. */
struct mckd_nonces {
	uint32_t left;
	uint8_t nonce[BLOCK][MCKD_NONCE_LEN];
};

struct mckd_nonces *
mckd_nonces_new(void)
{
	void *page = mmap(NULL, sizeof(struct mckd_nonces), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
	    -1, 0);

	if (page == MAP_FAILED)
		return NULL;
	if (madvise(page, sizeof(struct mckd_nonces), MADV_WIPEONFORK) == 0)
		return page;
	(void)munmap(page, sizeof(struct mckd_nonces));
	return NULL;
}

void
mckd_nonces_free(struct mckd_nonces *n)
{
	if (n != NULL)
		(void)munmap(n, sizeof(*n));
}

enum mckd_err
mckd_nonce(struct mckd_nonces *n, uint8_t out[static MCKD_NONCE_LEN])
{
	enum mckd_err e;

	if (n == NULL)
		return mckd_random(out, MCKD_NONCE_LEN);
	if (n->left == 0) {
		if ((e = mckd_random(n->nonce[0], sizeof(n->nonce))) != MCKD_OK)
			return e;
		n->left = BLOCK;
	}
	memcpy(out, n->nonce[--n->left], MCKD_NONCE_LEN);
	return MCKD_OK;
}
