/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An empty program with mckd-auth's libraries: what loading them costs. With an argument it
 * gets the crypto ready too, as mckd-auth does beside the rest.
 */
#include "crypto.h"

int
main(int argc, char **argv)
{
	(void)argv;
	return argc > 1 && mckd_crypto_start() != MCKD_OK ? 1 : 0;
}
