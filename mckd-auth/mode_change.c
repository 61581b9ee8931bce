/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "auth.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <security/_pam_types.h>

#include "audit.h"
#include "hex.h"
#include "language.h"
#include "log.h"
#include "talk.h"

static const char elsewhere[] =
    N_("The PIN of this card can only be changed with cardtool, by who has its full block.");

struct pins {
	char old[MCKD_WIRE_ANSWER_MAX + 1], new[MCKD_WIRE_ANSWER_MAX + 1],
	    again[MCKD_WIRE_ANSWER_MAX + 1];
	uint8_t old_block[MCKD_PIN_LEN], new_block[MCKD_PIN_LEN];
};

static uint8_t
refuse(struct mckd_auth *a, const char *text)
{
	mckd_talk_tell(true, _(text));
	return mckd_audit_because(a, PAM_AUTHTOK_ERR, text);
}

static bool
sealed_only(const struct mckd_auth *a)
{
	struct mckd_block *b = &a->login.record->block;
	const struct mckd_app *found = mckd_block_app(b, a->login.slot);

	if (found != NULL)
		return (found->flags & MCKD_APP_SEALED_ONLY) != 0;
	for (unsigned i = 0; i < b->napps; i++)
		if ((a->login.slots >> (b->app[i].slot - 1) & 1) != 0 &&
		    (b->app[i].flags & MCKD_APP_SEALED_ONLY) == 0)
			return false;
	return true;
}

/* The old PIN proves itself sealed, before a new one is asked for. */
static enum mckd_err
old_pin(struct mckd_auth *a, struct pins *p)
{
	char text[256], label[MCKD_LABEL];
	int tries = mckd_login_tries(&a->login);

	if (tries == 0 && a->login.record->pending == 0)
		return MCKD_E_PIN_BLOCKED;
	mckd_label(a->login.info.card, label);
	(void)snprintf(text, sizeof(text), mckd_language_n("Current PIN for card %s (%d try left): ",
	    "Current PIN for card %s (%d tries left): ", tries), label, tries);
	if (a->have_pin)
		(void)snprintf(p->old, sizeof(p->old), "%s", a->pin);
	else if (mckd_talk_ask(false, text, p->old, sizeof(p->old)) < 0)
		return MCKD_E_INTERNAL;
	return mckd_login_decide(&a->login, p->old, !a->have_pin);
}

static uint8_t
new_pin(struct mckd_auth *a, struct pins *p)
{
	if (mckd_talk_ask(false, _("New PIN: "), p->new, sizeof(p->new)) < 0)
		return PAM_ABORT;
	if (mckd_pin_block(p->new, strlen(p->new), 4, p->new_block) != MCKD_OK)
		return refuse(a, mckd_err_str(MCKD_E_PIN_FORMAT));
	if (mckd_talk_ask(false, _("New PIN again: "), p->again, sizeof(p->again)) < 0)
		return PAM_ABORT;
	if (strlen(p->new) != strlen(p->again) || !mckd_equal(p->new, p->again, strlen(p->new)))
		return refuse(a, N_("The two PINs are not the same."));
	if (mckd_pin_block(p->old, strlen(p->old), 4, p->old_block) != MCKD_OK)
		return PAM_AUTHTOK_ERR;
	return PAM_SUCCESS;
}

/* Where VERIFY and CHANGE serve, one PIN of several is changed; a ticket needs the full block. */
static bool
can_change(const struct mckd_auth *a)
{
	return mckd_login_tries(&a->login) >= 0 && (!sealed_only(a) || a->login.record->block.full);
}

static void
settle(struct mckd_auth *a)
{
	struct mckd_event e = { .kind = "pin-change", .has_card = true, .user = a->user,
		.service = a->service, .application = a->login.application, .verdict = "success" };
	struct mckd_record *r = NULL;

	memcpy(e.card, a->login.info.card, sizeof(e.card));
	if (mckd_store_event(a->store, &e) != MCKD_OK)
		mckd_log(LOG_WARNING, "the change of a PIN cannot be stored");
	if (!a->login.record->pin_must_change || mckd_store_begin(a->store) != MCKD_OK)
		return;
	if (mckd_store_get(a->store, a->login.info.card, &r) == MCKD_OK) {
		r->pin_must_change = false;
		if (mckd_store_put(a->store, r, true) == MCKD_OK &&
		    mckd_store_commit(a->store) == MCKD_OK) {
			mckd_record_free(r);
			return;
		}
	}
	mckd_record_free(r);
	mckd_store_rollback(a->store);
	mckd_log(LOG_WARNING, "that the PIN was changed cannot be stored: %s",
	    mckd_store_why(a->store));
}

static uint8_t
change(struct mckd_auth *a)
{
	struct pins p = { .old = "" };
	enum mckd_err err = old_pin(a, &p);
	bool ordered = false;
	uint16_t sw;
	uint8_t code;

	if (err != MCKD_OK) {
		code = mckd_audit_code(a, err, a->login.pin_accepted);
		goto out;
	}
	if (!can_change(a)) {
		code = refuse(a, elsewhere);
		goto out;
	}
	/* A ticket goes behind those that wait; after a soft rotation the card is in without them. */
	if (sealed_only(a) && a->login.record->pending != 0) {
		code = refuse(a, N_("The card has not taken an earlier order yet; its PIN can be changed once it has."));
		goto out;
	}
	if ((code = new_pin(a, &p)) != PAM_SUCCESS)
		goto out;
	err = mckd_login_change_pin(&a->login, p.old_block, p.new_block, &ordered, &sw);
	if (err != MCKD_OK && ordered)
		code = refuse(a, N_("The card has not taken the new PIN yet; it will at its next login, and counts then."));
	else if (err == MCKD_E_CARD_REFUSED)
		code = refuse(a, N_("The card refused the new PIN."));
	else
		code = mckd_audit_code(a, err, true);
	if (err == MCKD_OK)
		settle(a);
out:
	explicit_bzero(&p, sizeof(p));
	return code;
}

uint8_t
mckd_mode_change(struct mckd_auth *a)
{
	enum mckd_err err;

	if (a->restricted)
		return PAM_PERM_DENIED;
	if (a->user[0] == '\0')
		return PAM_USER_UNKNOWN;
	if ((err = mckd_users_have_card(a, false)) != MCKD_OK || (err = mckd_find_card(a)) != MCKD_OK)
		return mckd_audit_code(a, err, false);
	if (!can_change(a))
		return refuse(a, elsewhere);
	return a->mode == 'p' ? PAM_SUCCESS : change(a);
}
