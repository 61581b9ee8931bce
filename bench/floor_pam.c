/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The floor as a PAM module that lets everybody in: for the bench's own /etc/pam.d alone. */
#include <security/pam_modules.h>

#include "floor.h"

int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh;
	(void)flags;
	(void)argc;
	(void)argv;
	return floor_exchange() == 0 ? PAM_SUCCESS : PAM_AUTHINFO_UNAVAIL;
}
