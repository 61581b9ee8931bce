/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CARDTOOL_STACK_H
#define CARDTOOL_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What libpam reads for a service's authentication: /etc/pam.d, its files flattened. */
#define STACK_DIR "/etc/pam.d"
#define STACK_RULES 64
#define STACK_TEXT 256

struct stack_rule {
	char control[STACK_TEXT], module[STACK_TEXT];
	char args[STACK_TEXT];
	char where[STACK_TEXT]; /* file:line */
};

struct stack {
	struct stack_rule rule[STACK_RULES];
	size_t n;
	char why[2 * STACK_TEXT]; /* of an error, or where missing */
	bool missing;			/* no file: these are the rules of "other" */
};

/* May be a file's name in STACK_DIR, and is a service of its own. */
bool stack_service_valid(const char *service);
/* The auth rules of a service, or of "other" where it has no file. 0, or -1 with why. */
int stack_read(struct stack *s, const char *service);
bool stack_is_ours(const struct stack_rule *r);
/* The next argument of a module, brackets taken off; false at the end. */
bool stack_arg(const char **at, char *out, size_t room);

/* What a rule does with a PAM code. */
enum stack_act {
	STACK_IGNORE,
	STACK_OK,
	STACK_DONE,
	STACK_BAD,
	STACK_DIE,
	STACK_RESET,
	STACK_JUMP
};
enum stack_act stack_act(const struct stack_rule *r, uint8_t code, unsigned *jump);
const char *stack_code_name(uint8_t code);

#endif
