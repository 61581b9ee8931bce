/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "doctor.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "store_account.h"

#define LOOKED_AT 16	/* of the accounts: what is wrong with one is mostly so with all */
#define ANSWER_MAX (1 << 16)

struct accounts {
	struct doctor *d;
	char *text;
	unsigned long n;
	bool wrong;
};

/* Do the host's programs see it as the store has it? */
static enum mckd_err
look(void *arg, const struct mckd_account *a)
{
	static const char nologin[] = "/usr/sbin/nologin";
	struct accounts *all = arg;
	struct passwd pw, *found_one = NULL;
	const char *shell = a->locked ? nologin : a->shell;

	if (all->n++ == 0)
		all->wrong = !doctor_nsswitch(all->d, account_source(all->d->t));
	if (all->n > LOOKED_AT || all->wrong)
		return MCKD_OK;
	all->wrong = true;
	if (getpwnam_r(a->name, &pw, all->text, ANSWER_MAX, &found_one) != 0 || found_one == NULL)
		found(all->d, WRONG, _("accounts"), N_("cardtool account writes it anew; then see CACHES in libnss_mckd(8)"),
		    "%s is in the store, and this host knows no such user", a->name);
	else if (pw.pw_uid != a->uid)
		found(all->d, WRONG, _("accounts"), N_("getent passwd says who; rename or remove one of the two"),
		    "%s has uid %u in the store, and %u on this host", a->name, a->uid, (unsigned)pw.pw_uid);
	else if (strcmp(pw.pw_shell, shell) != 0 || strcmp(pw.pw_dir, a->home) != 0)
		found(all->d, WRONG, _("accounts"), N_("cardtool account writes it anew; then see CACHES in libnss_mckd(8)"),
		    "%s is not published as the store has it", a->name);
	else
		all->wrong = false;
	return MCKD_OK;
}

void
doctor_accounts(struct doctor *d)
{
	struct accounts all = { .d = d, .text = malloc(ANSWER_MAX) };
	enum mckd_err e = MCKD_E_NOMEM;

	if (d->t->store == NULL) {
		free(all.text);
		return;
	}
	if (all.text != NULL)
		e = mckd_store_accounts(d->t->store, look, &all);
	if (e != MCKD_OK)
		found(d, WRONG, _("accounts"), mend_of(e), "%s", e == MCKD_E_NOMEM ? _(mckd_err_str(e)) : mckd_store_why(d->t->store));
	else if (!all.wrong && all.n > 0)
		found(d, GOOD, _("accounts"), NULL, "%lu, known to this host", all.n);
	free(all.text);
}
