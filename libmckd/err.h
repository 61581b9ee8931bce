/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_ERR_H
#define MCKD_ERR_H

/*
 * The one error enumeration of the host side. MCKD_OK is never the initial
 * value of a result: start from MCKD_E_INTERNAL.
 */
enum mckd_err {
	MCKD_OK = 0,
	MCKD_E_INTERNAL,	/* a bug or a state that cannot be */
	MCKD_E_NOMEM,
	MCKD_E_CRYPTO,		/* libcrypto refused, or no random numbers */
	MCKD_E_USAGE,		/* the caller's arguments */
	MCKD_E_PARSE,		/* bytes that are not what they should be */
	MCKD_E_CONFIG,		/* configuration wrong or untrusted */
	MCKD_E_STORE_ABSENT,
	MCKD_E_STORE_UNTRUSTED,	/* owner, mode, type, key, seal */
	MCKD_E_STORE_IO,
	MCKD_E_STORE_BUSY,
	MCKD_E_STORE_FULL,	/* ENOSPC, EROFS, EDQUOT only */
	MCKD_E_STORE_NOT_FOUND,	/* a clean read proved there is no row */
	MCKD_E_STORE_EXISTS,
	MCKD_E_NO_SERVICE,	/* no pcscd */
	MCKD_E_NO_READER,
	MCKD_E_NO_CARD,
	MCKD_E_CARD_GONE,	/* removed or reset while talking */
	MCKD_E_CARD_IO,
	MCKD_E_CARD_FOREIGN,	/* does not speak MCKD */
	MCKD_E_CARD_BLANK,
	MCKD_E_CARD_TERMINATED,
	MCKD_E_CARD_WRONG,	/* an MCKD card, but not one that serves here */
	MCKD_E_CARD_REFUSED,	/* any status word without a name of its own */
	MCKD_E_PIN_FORMAT,	/* impossible PIN, never sent */
	MCKD_E_PIN_WRONG,
	MCKD_E_PIN_BLOCKED,
	MCKD_E_PIN_ABSENT,	/* none was given, and nobody is to be asked */
	MCKD_E_PIN_KEPT,	/* not sent: nobody was shown that these are the last tries */
	MCKD_E_PIN_TRIES,	/* those of this login; the card may have more */
	MCKD_E_AUTH,		/* wrong result, replay, retired index, old epoch */
	MCKD_E_CLONE,		/* counter not greater than the last seen */
	MCKD_E_RESYNC,		/* card and store disagree; resync the card */
	MCKD_E_SUSPENDED,
	MCKD_E_REVOKED,
	MCKD_E_TIMEOUT,
	MCKD_E_COUNT		/* number of values, not an error */
};

/* A constant sentence in English for any value, to be translated where it is shown; never NULL. */
const char *mckd_err_str(enum mckd_err e);

#endif
