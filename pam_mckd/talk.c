/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "talk.h"
#include "wire.h"

/* The response is ours only where the conversation says PAM_SUCCESS. */
static int
converse(pam_handle_t *pamh, int style, const char *text, struct pam_response **out)
{
	const struct pam_message msg = { .msg_style = style, .msg = text };
	const struct pam_message *msgs[1] = { &msg };
	struct pam_response *resp = NULL;
	const struct pam_conv *conv;
	const void *item = NULL;

	*out = NULL;
	if (pam_get_item(pamh, PAM_CONV, &item) != PAM_SUCCESS || item == NULL)
		return PAM_CONV_ERR;
	conv = item;
	if (conv->conv == NULL)
		return PAM_CONV_ERR;
	if (conv->conv(1, msgs, &resp, conv->appdata_ptr) != PAM_SUCCESS)
		return PAM_CONV_ERR;
	*out = resp;
	return PAM_SUCCESS;
}

static void
drop(struct pam_response *resp)
{
	if (resp == NULL)
		return;
	if (resp->resp != NULL) {
		explicit_bzero(resp->resp, strlen(resp->resp));
		free(resp->resp);
	}
	free(resp);
}

bool
mckd_talk_ask(pam_handle_t *pamh, bool echo, const char *text, char *answer, size_t *len, int *rc)
{
	struct pam_response *resp = NULL;
	bool ok = false;
	size_t n;

	*rc = PAM_CONV_ERR;
	if (converse(pamh, echo ? PAM_PROMPT_ECHO_ON : PAM_PROMPT_ECHO_OFF, text, &resp) !=
	    PAM_SUCCESS)
		goto out;
	if (resp == NULL || resp->resp == NULL)
		goto out;
	n = strlen(resp->resp);
	if (n > MCKD_WIRE_ANSWER_MAX) {
		*rc = PAM_AUTH_ERR;
		goto out;
	}
	memcpy(answer, resp->resp, n + 1);
	*len = n;
	ok = true;
out:
	drop(resp);
	return ok;
}

void
mckd_talk_tell(pam_handle_t *pamh, bool error, const char *text)
{
	struct pam_response *resp = NULL;

	(void)converse(pamh, error ? PAM_ERROR_MSG : PAM_TEXT_INFO, text, &resp);
	drop(resp);
}
