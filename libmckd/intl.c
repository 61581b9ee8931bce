/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "intl.h"

#include <locale.h>

void
mckd_intl_start(void)
{
	(void)setlocale(LC_CTYPE, "");
	(void)setlocale(LC_MESSAGES, "");
	(void)bindtextdomain(MCKD_DOMAIN, MCKD_LOCALEDIR);
	(void)textdomain(MCKD_DOMAIN);
}
