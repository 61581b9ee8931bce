/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hidden is the default of the build; these entry points are what a PAM module shows. */
#pragma GCC visibility push(default)
#include <security/pam_modules.h>
#pragma GCC visibility pop

#include "dialog.h"

int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	return mckd_dialog(pamh, MCKD_MODE_AUTH, flags, argc, argv);
}

/* A login leaves no credentials to set. */
int
pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh;
	(void)flags;
	(void)argc;
	(void)argv;
	return PAM_SUCCESS;
}

int
pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	return mckd_dialog(pamh, MCKD_MODE_ACCT, flags, argc, argv);
}

int
pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh;
	(void)flags;
	(void)argc;
	(void)argv;
	return PAM_IGNORE;
}

int
pam_sm_close_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh;
	(void)flags;
	(void)argc;
	(void)argv;
	return PAM_IGNORE;
}

int
pam_sm_chauthtok(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	switch (flags & (PAM_PRELIM_CHECK | PAM_UPDATE_AUTHTOK)) {
	case PAM_PRELIM_CHECK:
		return mckd_dialog(pamh, MCKD_MODE_PRELIM, flags, argc, argv);
	case PAM_UPDATE_AUTHTOK:
		return mckd_dialog(pamh, MCKD_MODE_UPDATE, flags, argc, argv);
	default:
		return PAM_SERVICE_ERR;
	}
}
