/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <security/_pam_types.h>

static const struct {
	uint8_t code;
	const char *name; /* as pam.conf(5) has it */
} codes[] = {
	{ PAM_SUCCESS, "success" },
	{ PAM_SERVICE_ERR, "service_err" },
	{ PAM_BUF_ERR, "buf_err" },
	{ PAM_PERM_DENIED, "perm_denied" },
	{ PAM_AUTH_ERR, "auth_err" },
	{ PAM_AUTHINFO_UNAVAIL, "authinfo_unavail" },
	{ PAM_USER_UNKNOWN, "user_unknown" },
	{ PAM_MAXTRIES, "maxtries" },
	{ PAM_CONV_ERR, "conv_err" },
	{ PAM_IGNORE, "ignore" },
	{ PAM_ABORT, "abort" },
};

const char *
stack_code_name(uint8_t code)
{
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i].code == code)
			return codes[i].name;
	return "system_err";
}

static enum stack_act
by_word(const char *control, uint8_t code)
{
	bool required = strcasecmp(control, "required") == 0,
	     requisite = strcasecmp(control, "requisite") == 0;

	if (code == PAM_SUCCESS)
		return strcasecmp(control, "sufficient") == 0 ? STACK_DONE : STACK_OK;
	if (code == PAM_IGNORE)
		return STACK_IGNORE;
	return requisite ? STACK_DIE : required ? STACK_BAD : STACK_IGNORE;
}

static enum stack_act
by_action(const char *action, unsigned *jump)
{
	static const struct {
		const char *name;
		enum stack_act act;
	} acts[] = {
		{ "ignore", STACK_IGNORE },
		{ "ok", STACK_OK },
		{ "done", STACK_DONE },
		{ "bad", STACK_BAD },
		{ "die", STACK_DIE },
		{ "reset", STACK_RESET },
	};

	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
		if (strcasecmp(acts[i].name, action) == 0)
			return acts[i].act;
	*jump = (unsigned)strtoul(action, NULL, 10);
	return *jump > 0 && *jump < STACK_RULES ? STACK_JUMP : STACK_DIE;
}

/* [name=action ...]: the code's own, else default's; with neither libpam lets it fail. */
enum stack_act
stack_act(const struct stack_rule *r, uint8_t code, unsigned *jump)
{
	char copy[STACK_TEXT], *at = copy, *word, *equals;
	const char *name = stack_code_name(code), *otherwise = "bad", *own = NULL;

	if (r->control[0] != '[')
		return by_word(r->control, code);
	snprintf(copy, sizeof(copy), "%s", r->control);
	while ((word = strsep(&at, " \t[]")) != NULL) {
		if ((equals = strchr(word, '=')) == NULL)
			continue;
		*equals = '\0';
		if (strcasecmp(word, name) == 0)
			own = equals + 1;
		else if (strcasecmp(word, "default") == 0)
			otherwise = equals + 1;
	}
	return by_action(own != NULL ? own : otherwise, jump);
}
