/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "provision.h"

#include <stdio.h>
#include <string.h>

#define PIN_DIGITS 6
#define PUK_DIGITS 12
#define PIN_FILE_MAX (MCKD_APPS_MAX * PINS_TEXT + 2)

static bool
share_a_pin(const struct compose_pins *a, const struct compose_pins *b)
{
	for (unsigned i = 0; i < a->n; i++)
		for (unsigned k = 0; k < b->n; k++)
			if (mckd_equal(a->pin[i], b->pin[k], MCKD_PIN_LEN))
				return true;
	return false;
}

bool
provision_needs_pin(const struct provision *p, unsigned i)
{
	return (p->app[i].flags & MCKD_APP_NEEDS_PIN) != 0;
}

/* The first from i on that needs a PIN; napps: none. */
static unsigned
next_with_pin(const struct provision *p, unsigned i)
{
	while (i < p->napps && !provision_needs_pin(p, i))
		i++;
	return i;
}

static int
take_pin(struct provision *p, unsigned i, const char *text, size_t len)
{
	struct compose_pins mine, others;
	int rc;

	if (len >= sizeof(p->pin_text[i]))
		return fail(MCKD_E_PIN_FORMAT, p->app[i].name);
	memcpy(p->pin_text[i], text, len);
	p->pin_text[i][len] = '\0';
	rc = pins_parse(p->pin_text[i], p->app[i].name, &mine);
	/* With one PIN for two, the login by PIN never finds the second. */
	for (unsigned k = 0; k < i && rc == -1; k++)
		if (provision_needs_pin(p, k) &&
		    pins_parse(p->pin_text[k], p->app[k].name, &others) == -1 && share_a_pin(&mine, &others)) {
			say("applications %s and %s must not have the same PIN", p->app[k].name, p->app[i].name);
			rc = EX_WRONG_USAGE;
		}
	mckd_wipe(&mine, sizeof(mine));
	mckd_wipe(&others, sizeof(others));
	return rc;
}

static int
pins_from_file(struct provision *p)
{
	char text[PIN_FILE_MAX], *at = text, *line;
	int rc = secret_read(&p->pin, text, sizeof(text));
	unsigned i = next_with_pin(p, 0);

	while (rc == -1 && (line = strsep(&at, "\n")) != NULL) {
		if (i == p->napps) {
			say("more PINs than applications that need one");
			rc = EX_WRONG_USAGE;
			break;
		}
		rc = take_pin(p, i, line, strlen(line));
		i = next_with_pin(p, i + 1);
	}
	if (rc == -1 && i < p->napps) {
		say("no PIN for application %s: one line for each that needs one", p->app[i].name);
		rc = EX_WRONG_USAGE;
	}
	mckd_wipe(text, sizeof(text));
	return rc;
}

int
provision_pins(struct provision *p, bool new)
{
	char text[SECRET_MAX], prompt[96];
	enum mckd_err e;
	int rc = -1;

	if (next_with_pin(p, 0) == p->napps) {
		p->have_pins = true;
		return -1;
	}
	if (secret_given(&p->pin)) {
		rc = pins_from_file(p);
		p->have_pins = rc == -1;
		return rc;
	}
	for (unsigned i = next_with_pin(p, 0); i < p->napps && rc == -1; i = next_with_pin(p, i + 1)) {
		if (p->generate_pin) {
			if ((e = secret_digits(PIN_DIGITS, text)) != MCKD_OK)
				return fail(e, "PIN");
		} else {
			snprintf(prompt, sizeof(prompt),
			    new ? _("new PIN for application %s") : _("PIN for application %s"), p->app[i].name);
			rc = secret_get(&p->pin, prompt, new, text);
		}
		if (rc == -1)
			rc = take_pin(p, i, text, strlen(text));
		mckd_wipe(text, sizeof(text));
	}
	p->have_pins = rc == -1;
	return rc;
}

int
provision_puk(struct provision *p)
{
	char text[SECRET_MAX];
	uint8_t block[MCKD_PIN_LEN];
	enum mckd_err e;
	int rc;

	if (!secret_given(&p->puk)) {
		e = secret_digits(PUK_DIGITS, p->puk_text);
		return e == MCKD_OK ? -1 : fail(e, "PUK");
	}
	if ((rc = secret_read(&p->puk, text, sizeof(text))) != -1)
		return rc;
	if (mckd_pin_block(text, strlen(text), 8, block) != MCKD_OK) {
		say("a PUK is 8 to 12 printable characters without spaces");
		rc = EX_PIN_WRONG;
	} else {
		snprintf(p->puk_text, sizeof(p->puk_text), "%.*s", MCKD_PIN_LEN, text);
	}
	mckd_wipe(text, sizeof(text));
	mckd_wipe(block, sizeof(block));
	return rc;
}

int
provision_transport(const struct provision *p, uint8_t key[static MCKD_KEY_LEN])
{
	char text[SECRET_MAX];
	int rc = secret_get(&p->transport, _("transport key (64 hex digits)"), false, text);

	if (rc == -1 && !unhex(text, key, MCKD_KEY_LEN)) {
		say("the transport key must be 64 hex digits");
		rc = EX_OTHER;
	}
	mckd_wipe(text, sizeof(text));
	return rc;
}

void
provision_show(const struct provision *p)
{
	if (p->generate_pin)
		for (unsigned i = next_with_pin(p, 0); i < p->napps; i = next_with_pin(p, i + 1))
			fprintf(stderr, _("PIN of application %s: %s   (shown only now)\n"), p->app[i].name, p->pin_text[i]);
	if (!secret_given(&p->puk))
		fprintf(stderr, _("PUK: %s   (shown only now)\n"), p->puk_text);
}
