/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "err.h"

static const char *const texts[MCKD_E_COUNT] = {
	[MCKD_OK] = "no error",
	[MCKD_E_INTERNAL] = "internal error",
	[MCKD_E_NOMEM] = "out of memory",
	[MCKD_E_CRYPTO] = "the cryptographic library failed",
	[MCKD_E_USAGE] = "wrong arguments",
	[MCKD_E_PARSE] = "malformed data",
	[MCKD_E_CONFIG] = "the configuration is wrong or not trusted",
	[MCKD_E_STORE_ABSENT] = "there is no client information store",
	[MCKD_E_STORE_UNTRUSTED] = "the client information store is not trusted",
	[MCKD_E_STORE_IO] = "the client information store cannot be read or written",
	[MCKD_E_STORE_BUSY] = "the client information store is busy",
	[MCKD_E_STORE_FULL] = "the client information store cannot be written: disk full or read-only",
	[MCKD_E_STORE_NOT_FOUND] = "not in the client information store",
	[MCKD_E_STORE_EXISTS] = "already in the client information store",
	[MCKD_E_NO_SERVICE] = "the PC/SC service (pcscd) does not answer",
	[MCKD_E_NO_READER] = "no smartcard reader",
	[MCKD_E_NO_CARD] = "no card in the reader",
	[MCKD_E_CARD_GONE] = "the card was removed or reset",
	[MCKD_E_CARD_IO] = "the card or its reader failed",
	[MCKD_E_CARD_FOREIGN] = "not an MCKD card",
	[MCKD_E_CARD_BLANK] = "the card is blank",
	[MCKD_E_CARD_TERMINATED] = "the card is terminated",
	[MCKD_E_CARD_WRONG] = "the card is not one that serves here",
	[MCKD_E_CARD_REFUSED] = "the card refused the command",
	[MCKD_E_PIN_FORMAT] = "a PIN is 4 to 12 printable characters without spaces",
	[MCKD_E_PIN_WRONG] = "wrong PIN",
	[MCKD_E_PIN_BLOCKED] = "the PIN is blocked",
	[MCKD_E_AUTH] = "the card's answer is not valid",
	[MCKD_E_CLONE] = "the card's counter went back: a clone or a restored card",
	[MCKD_E_RESYNC] = "card and store disagree",
	[MCKD_E_SUSPENDED] = "the card is suspended",
	[MCKD_E_REVOKED] = "the card is revoked",
	[MCKD_E_TIMEOUT] = "timed out",
};

const char *
mckd_err_str(enum mckd_err e)
{
	if ((unsigned)e >= MCKD_E_COUNT || texts[e] == 0)
		return "unknown error";
	return texts[e];
}
