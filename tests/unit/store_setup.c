/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ftw.h>
#include <unistd.h>
#include <cmocka.h>

#include "store_setup.h"

enum mckd_err
setup_open(struct setup *t, enum mckd_store_mode mode)
{
	mckd_store_close(t->store);
	t->store = NULL;
	return mckd_store_open(t->dir, t->key, mode, &t->store, t->why);
}

int
setup_make(void **state)
{
	struct setup *t = calloc(1, sizeof(*t));

	assert_non_null(t);
	snprintf(t->base, sizeof(t->base), "/tmp/mckd-store-XXXXXX");
	assert_non_null(mkdtemp(t->base));
	snprintf(t->dir, sizeof(t->dir), "%s/mckd", t->base);
	snprintf(t->db, sizeof(t->db), "%s/store.db", t->dir);
	snprintf(t->key, sizeof(t->key), "%s/etc/store.key", t->base);
	if (setup_open(t, MCKD_STORE_CREATE) != MCKD_OK)
		fail_msg("%s", t->why);
	*state = t;
	return 0;
}

static int
drop(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

int
setup_remove(void **state)
{
	struct setup *t = *state;

	mckd_store_close(t->store);
	nftw(t->base, drop, 16, FTW_DEPTH | FTW_PHYS);
	free(t);
	return 0;
}

void
setup_record(struct mckd_record *r, uint8_t id, bool full)
{
	struct mckd_block *b = &r->block;

	memset(r, 0, sizeof(*r));
	memset(b->card, id, sizeof(b->card));
	b->dea1 = MCKD_DEA_AES;
	b->dea2 = MCKD_DEA_HMAC;
	b->full = full;
	memset(full ? b->mk : b->htk, id ^ 0x55, MCKD_KEY_LEN);
	b->epoch = 7;
	b->have_last = true;
	memset(b->last_ticket, 0xb0, sizeof(b->last_ticket));
	r->counter = 5;
	r->epoch_seen = 6;
	r->expires = 4102444800;
	r->strict = r->pin_must_change = r->provisioning = true;
	snprintf(r->reason, sizeof(r->reason), "new");
	b->napps = 2;
	for (unsigned i = 0; i < 2; i++) {
		struct mckd_app *app = &b->app[i];

		app->slot = (uint8_t)(i == 0 ? 1 : 8);
		snprintf(app->name, sizeof(app->name), "app-%u", i);
		app->flags = MCKD_APP_NEEDS_PIN | MCKD_APP_MAY_SIGN;
		app->mechanism = i == 0 ? MCKD_SEL_HOST_RANDOM : MCKD_SEL_HOST_DATE;
		app->period = 3600;
		memset(app->ksel, 0x60 + (int)i, MCKD_KEY_LEN);
		app->present = i == 0 ? 0xffffffff : 0x80000001;
		app->retired = 0x80000000;
		app->compromised = 1;
		app->retired_at[0] = 6;
		app->retired_at[31] = 7;
		app->duress = i == 1;
		for (unsigned k = 0; k < MCKD_SNS_MAX; k++)
			if ((app->present >> k & 1) != 0)
				memset(full ? app->sn[k] : app->hdk[k], (int)(id + k),
				    full ? MCKD_SN_LEN : MCKD_KEY_LEN);
	}
}

enum mckd_err
setup_accept(struct mckd_store *s, const uint8_t *card, uint32_t before, uint32_t counter, uint16_t epoch,
    const struct mckd_event *e)
{
	const struct mckd_accept a = { .card = card, .before = before, .last = 7, .slot = 1, .index = 2,
		.epoch = epoch, .counter = counter };

	return mckd_store_accept(s, &a, e);
}

void
setup_sql(struct setup *t, const char *sql)
{
	sqlite3 *db;
	char *message = NULL;

	assert_int_equal(sqlite3_open(t->db, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
		fail_msg("%s", message);
	sqlite3_close(db);
}

void
setup_put(struct setup *t, struct mckd_record *r, uint8_t id)
{
	setup_record(r, id, true);
	assert_int_equal(mckd_store_put(t->store, r, false), MCKD_OK);
}

void
setup_expect(struct setup *t, uint8_t id, uint32_t counter, enum mckd_card_status status)
{
	uint8_t card[MCKD_CARD_ID_LEN];
	struct mckd_record *r;

	memset(card, id, sizeof(card));
	assert_int_equal(mckd_store_get(t->store, card, &r), MCKD_OK);
	assert_int_equal(r->counter, counter);
	assert_int_equal(r->status, status);
	mckd_record_free(r);
}
