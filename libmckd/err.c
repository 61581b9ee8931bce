/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "err.h"

#include "intl.h"

static const char *const texts[MCKD_E_COUNT] = {
	[MCKD_OK] = N_("no error"),
	[MCKD_E_INTERNAL] = N_("internal error"),
	[MCKD_E_NOMEM] = N_("out of memory"),
	[MCKD_E_CRYPTO] = N_("the cryptographic library failed"),
	[MCKD_E_USAGE] = N_("wrong arguments"),
	[MCKD_E_PARSE] = N_("malformed data"),
	[MCKD_E_CONFIG] = N_("the configuration is wrong or not trusted"),
	[MCKD_E_STORE_ABSENT] = N_("there is no client information store"),
	[MCKD_E_STORE_UNTRUSTED] = N_("the client information store is not trusted"),
	[MCKD_E_STORE_IO] = N_("the client information store cannot be read or written"),
	[MCKD_E_STORE_BUSY] = N_("the client information store is busy"),
	[MCKD_E_STORE_FULL] = N_("the client information store cannot be written: disk full or read-only"),
	[MCKD_E_STORE_NOT_FOUND] = N_("not in the client information store"),
	[MCKD_E_STORE_EXISTS] = N_("already in the client information store"),
	[MCKD_E_NO_SERVICE] = N_("the PC/SC service (pcscd) does not answer"),
	[MCKD_E_NO_READER] = N_("no smartcard reader"),
	[MCKD_E_NO_CARD] = N_("no card in the reader"),
	[MCKD_E_CARD_GONE] = N_("the card was removed or reset"),
	[MCKD_E_CARD_IO] = N_("the card or its reader failed"),
	[MCKD_E_CARD_FOREIGN] = N_("not an MCKD card"),
	[MCKD_E_CARD_BLANK] = N_("the card is blank"),
	[MCKD_E_CARD_TERMINATED] = N_("the card is terminated"),
	[MCKD_E_CARD_WRONG] = N_("the card is not one that serves here"),
	[MCKD_E_CARD_REFUSED] = N_("the card refused the command"),
	[MCKD_E_PIN_FORMAT] = N_("a PIN is 4 to 12 printable characters without spaces"),
	[MCKD_E_PIN_WRONG] = N_("wrong PIN"),
	[MCKD_E_PIN_BLOCKED] = N_("the PIN is blocked"),
	[MCKD_E_PIN_ABSENT] = N_("no PIN was given"),
	[MCKD_E_PIN_KEPT] = N_("the last tries are kept for a prompt that shows them"),
	[MCKD_E_PIN_TRIES] = N_("too many wrong PINs in this login"),
	[MCKD_E_AUTH] = N_("the card's answer is not valid"),
	[MCKD_E_CLONE] = N_("the card's counter went back: a clone or a restored card"),
	[MCKD_E_RESYNC] = N_("card and store disagree"),
	[MCKD_E_SUSPENDED] = N_("the card is suspended"),
	[MCKD_E_REVOKED] = N_("the card is revoked"),
	[MCKD_E_TIMEOUT] = N_("timed out"),
};

const char *
mckd_err_str(enum mckd_err e)
{
	if ((unsigned)e >= MCKD_E_COUNT || texts[e] == 0)
		return N_("unknown error");
	return texts[e];
}
