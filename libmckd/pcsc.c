/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pcsc.h"
#include "pcsc_inside.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#define PNP "\\\\?PnP?\\Notification"
#define LIST_LEN (MCKD_READERS_MAX * MCKD_READER_NAME + 1)

struct mckd_pcsc {
	SCARDCONTEXT ctx;
	char list[LIST_LEN];			/* names, each ended by NUL, then a NUL */
	DWORD list_len;
	size_t n;				/* readers; state[n] is PNP */
	SCARD_READERSTATE state[MCKD_READERS_MAX + 1];
};

enum mckd_err
mckd_pcsc_err(LONG rv)
{
	switch ((DWORD)rv & 0xffffffff) {
	case (DWORD)SCARD_S_SUCCESS:
		return MCKD_OK;
	case (DWORD)SCARD_E_NO_SERVICE & 0xffffffff:
	case (DWORD)SCARD_E_SERVICE_STOPPED & 0xffffffff:
	case (DWORD)SCARD_F_COMM_ERROR & 0xffffffff:
	case (DWORD)SCARD_E_INVALID_HANDLE & 0xffffffff:	/* pcscd was restarted */
		return MCKD_E_NO_SERVICE;
	case (DWORD)SCARD_E_UNKNOWN_READER & 0xffffffff:
	case (DWORD)SCARD_E_NO_READERS_AVAILABLE & 0xffffffff:
	case (DWORD)SCARD_E_READER_UNAVAILABLE & 0xffffffff:
		return MCKD_E_NO_READER;
	case (DWORD)SCARD_E_NO_SMARTCARD & 0xffffffff:
		return MCKD_E_NO_CARD;
	case (DWORD)SCARD_W_REMOVED_CARD & 0xffffffff:
	case (DWORD)SCARD_W_RESET_CARD & 0xffffffff:
		return MCKD_E_CARD_GONE;
	case (DWORD)SCARD_E_TIMEOUT & 0xffffffff:
		return MCKD_E_TIMEOUT;
	case (DWORD)SCARD_E_NO_MEMORY & 0xffffffff:
		return MCKD_E_NOMEM;
	}
	return MCKD_E_CARD_IO;
}

enum mckd_err
mckd_pcsc_open(struct mckd_pcsc **out)
{
	struct mckd_pcsc *p = calloc(1, sizeof(*p));
	LONG rv;

	*out = NULL;
	if (p == NULL)
		return MCKD_E_NOMEM;
	rv = SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &p->ctx);
	if (rv != SCARD_S_SUCCESS) {
		free(p);
		return rv == SCARD_E_NO_MEMORY ? MCKD_E_NOMEM : MCKD_E_NO_SERVICE;
	}
	*out = p;
	return MCKD_OK;
}

void
mckd_pcsc_close(struct mckd_pcsc *p)
{
	if (p == NULL)
		return;
	(void)SCardReleaseContext(p->ctx);
	free(p);
}

/* Names of all readers; no reader is an empty list. */
static enum mckd_err
list(struct mckd_pcsc *p, char names[static LIST_LEN], DWORD *len)
{
	LONG rv;

	*len = LIST_LEN;
	names[0] = '\0';
	rv = SCardListReaders(p->ctx, NULL, names, len);
	if (rv == SCARD_E_NO_READERS_AVAILABLE) {
		*len = 1;
		return MCKD_OK;
	}
	if (rv != SCARD_S_SUCCESS)
		return mckd_pcsc_err(rv);
	if (*len < 1 || *len > LIST_LEN || names[*len - 1] != '\0')
		return MCKD_E_INTERNAL;
	return MCKD_OK;
}

/* Fills state[] from the list: the readers, then PNP with their number. */
static void
watch_all(struct mckd_pcsc *p)
{
	const char *name = p->list, *end = p->list + p->list_len;

	memset(p->state, 0, sizeof(p->state));
	for (p->n = 0; name < end && *name != '\0' && p->n < MCKD_READERS_MAX;
	    name += strlen(name) + 1)
		p->state[p->n++].szReader = name;
	p->state[p->n].szReader = PNP;
	/* Newer pcscd compares this number, so that an arrival between calls is not missed. */
	p->state[p->n].dwCurrentState = (DWORD)p->n << 16;
}

static enum mckd_err
look(struct mckd_pcsc *p)
{
	enum mckd_err err = list(p, p->list, &p->list_len);
	LONG rv;

	if (err != MCKD_OK) {
		p->list_len = 0;
		watch_all(p);
		return err;
	}
	watch_all(p);
	if (p->n == 0)
		return MCKD_OK;
	rv = SCardGetStatusChange(p->ctx, 0, p->state, (DWORD)p->n);
	/* A reader that went away meanwhile: the wait will end at once. */
	if (rv != SCARD_S_SUCCESS && rv != SCARD_E_TIMEOUT && rv != SCARD_E_UNKNOWN_READER)
		return mckd_pcsc_err(rv);
	for (size_t i = 0; i < p->n; i++)
		p->state[i].dwCurrentState = p->state[i].dwEventState & ~(DWORD)SCARD_STATE_CHANGED;
	return MCKD_OK;
}

enum mckd_err
mckd_pcsc_readers(struct mckd_pcsc *p, const char *pattern, struct mckd_reader *out, size_t *n)
{
	size_t room = *n;
	enum mckd_err err;

	*n = 0;
	if ((err = look(p)) != MCKD_OK)
		return err;
	for (size_t i = 0; i < p->n && *n < room; i++) {
		const char *name = p->state[i].szReader;
		DWORD state = p->state[i].dwEventState;

		if (strlen(name) >= MCKD_READER_NAME || (state & SCARD_STATE_UNKNOWN) != 0 ||
		    (pattern != NULL && fnmatch(pattern, name, 0) != 0))
			continue;
		strcpy(out[*n].name, name);
		out[*n].present = (state & SCARD_STATE_PRESENT) != 0;
		out[*n].seen = (unsigned)(state >> 16 & 0xffff);
		(*n)++;
	}
	return MCKD_OK;
}

enum mckd_err
mckd_pcsc_wait(struct mckd_pcsc *p, int timeout_ms)
{
	DWORD timeout = timeout_ms < 0 ? INFINITE : (DWORD)timeout_ms, len;
	char names[LIST_LEN];
	enum mckd_err err;
	LONG rv;

	if ((err = list(p, names, &len)) != MCKD_OK)
		return err;
	if (p->state[p->n].szReader == NULL || len != p->list_len ||
	    memcmp(names, p->list, len) != 0)
		return MCKD_OK;
	rv = SCardGetStatusChange(p->ctx, timeout, p->state, (DWORD)p->n + 1);
	err = mckd_pcsc_err(rv);
	/* A reader that was pulled out is a change, too. */
	return err == MCKD_E_NO_READER ? MCKD_OK : err;
}

enum mckd_err
mckd_pcsc_connect(struct mckd_pcsc *p, const char *reader, struct mckd_cardlink **out)
{
	return mckd_pcsc_link(p->ctx, reader, out);
}
