/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "login_rig.h"

static const uint8_t transport[32] = "a transport key for tests only!";

static void
lie(struct rig *r, uint8_t *rsp, size_t *len)
{
	if (r->fakes > 0) {
		r->fakes--;
		rsp[0] = (uint8_t)(r->fake_sw >> 8);
		rsp[1] = (uint8_t)r->fake_sw;
		*len = 2;
	}
	if (r->replay) {
		memcpy(rsp, r->kept, r->kept_len);
		*len = r->kept_len;
	}
	if (r->record) {
		memcpy(r->kept, rsp, *len);
		r->kept_len = *len;
	}
	if (r->flip >= 0 && (size_t)r->flip / 8 < *len)
		rsp[r->flip / 8] ^= (uint8_t)(1u << (r->flip % 8));
}

static enum mckd_err
transmit(struct mckd_cardlink *l, const uint8_t *cmd, size_t len, uint8_t *rsp, size_t *rsp_len)
{
	static const uint8_t select[] = { 0, 0xa4, 4, 0, 6, 0xf0, 0x4d, 0x43, 0x4b, 0x44, 1, 0 };
	struct rig *r = (struct rig *)l;
	uint8_t got[258];
	size_t n;

	if (r->before_apdu != NULL)
		r->before_apdu(r, cmd[1]);
	r->apdus++;
	r->sent[cmd[1]]++;
	if (cmd[1] != 0xa4)
		assert_true(r->inside);
	if (cmd[1] == 0x10 && r->spoil_challenge) {
		r->spoil_challenge = false;
		(void)soft_card_apdu(r->card, select, sizeof(select), got);
	}
	n = soft_card_apdu(r->card, cmd, len, got);
	if (soft_card_torn(r->card))
		return MCKD_E_CARD_GONE;
	if (cmd[1] == 0x10)
		lie(r, got, &n);
	if (n > *rsp_len)
		return MCKD_E_CARD_IO;
	memcpy(rsp, got, n);
	*rsp_len = n;
	return MCKD_OK;
}

static enum mckd_err
begin(struct mckd_cardlink *l, int *reset)
{
	struct rig *r = (struct rig *)l;

	assert_false(r->inside);
	r->inside = true;
	*reset = r->reset_next ? 1 : 0;
	if (r->reset_next)
		soft_card_reset(r->card);
	r->reset_next = false;
	return MCKD_OK;
}

static void
end(struct mckd_cardlink *l)
{
	struct rig *r = (struct rig *)l;

	assert_true(r->inside);
	r->inside = false;
}

static void
close_link(struct mckd_cardlink *l)
{
	(void)l;
}

static enum mckd_err
on_pad(struct mckd_cardlink *l, uint8_t slot, uint16_t *sw)
{
	struct rig *r = (struct rig *)l;
	uint8_t pin[12];

	assert_true(r->inside);
	assert_int_equal(mckd_pin_block(r->pad_pin, strlen(r->pad_pin), 4, pin), MCKD_OK);
	return mckd_card_verify(l, slot, pin, sw) == MCKD_E_CARD_IO ? MCKD_E_CARD_IO : MCKD_OK;
}

static const struct mckd_cardlink_ops plain = { .transmit = transmit, .begin = begin,
	.end = end, .close = close_link };
const struct mckd_cardlink_ops rig_with_pad = { .transmit = transmit, .begin = begin,
	.end = end, .verify_on_pad = on_pad, .close = close_link };

static void
fill(struct mckd_record *rec)
{
	static const struct {
		const char *name;
		uint8_t flags;
		enum mckd_mechanism mechanism;
	} apps[] = {
		{ "login", MCKD_APP_NEEDS_PIN, MCKD_SEL_HOST_RANDOM },
		{ "backup", MCKD_APP_NEEDS_PIN, MCKD_SEL_COUNTER },
		{ "door", 0, MCKD_SEL_CARD_RANDOM },
	};
	struct mckd_block *b = &rec->block;

	b->dea1 = MCKD_DEA_AES;
	b->dea2 = MCKD_DEA_HMAC;
	b->full = true;
	memset(b->mk, 0x11, sizeof(b->mk));
	for (unsigned i = 0; i < 3; i++) {
		struct mckd_app *app = &b->app[b->napps++];

		app->slot = (uint8_t)(i + 1);
		app->flags = apps[i].flags;
		app->mechanism = apps[i].mechanism;
		(void)snprintf(app->name, sizeof(app->name), "%s", apps[i].name);
		memset(app->ksel, 0x60 + (int)i, sizeof(app->ksel));
		app->present = 0x0f;
		for (unsigned k = 0; k < 4; k++)
			memset(app->sn[k], (int)(0x40 + 8 * i + k), MCKD_SN_LEN);
	}
}

/* Straight to the card, under the transport key while it is blank. */
static void
deliver(struct rig *r, struct mckd_block *b, const uint8_t *ck, const uint8_t *tlv, size_t len)
{
	struct mckd_ticket t;
	uint16_t sw = 0;

	assert_int_equal(mckd_ticket_make(MCKD_DEA_AES, ck, b->card, (uint16_t)(b->epoch + 1),
	    b->last_ticket, tlv, len, &t), MCKD_OK);
	r->inside = true;
	assert_int_equal(mckd_card_ticket(&r->link, &t, &sw), MCKD_OK);
	r->inside = false;
	b->epoch = t.epoch;
	b->have_last = true;
	memcpy(b->last_ticket, t.t, sizeof(t.t));
}

static void
provision(struct rig *r, struct mckd_block *b)
{
	static const char *const pins[] = { "123456", "654321", NULL };
	uint8_t tlv[MCKD_TICKET_TLV_MAX], ck[MCKD_KEY_LEN], pin[12];
	const uint8_t deas[2] = { (uint8_t)b->dea1, (uint8_t)b->dea2 };
	struct mckd_buf w;

	assert_int_equal(mckd_kdf(MCKD_DEA_AES, transport, "MCKD1 CFG", b->card, 8, ck, 32), MCKD_OK);
	for (unsigned i = 0; i < b->napps; i++) {
		w = mckd_buf_over(tlv, sizeof(tlv));
		mckd_tlv_create(&w, &b->app[i], 5);
		mckd_tlv_algorithm(&w, &b->app[i]);
		for (uint8_t k = 0; k < 4; k++)
			mckd_tlv_sn(&w, (uint8_t)(k + 1), b->app[i].sn[k]);
		if (pins[i] != NULL) {
			assert_int_equal(mckd_pin_block(pins[i], 6, 4, pin), MCKD_OK);
			mckd_tlv(&w, 0x06, pin, sizeof(pin));
		}
		if (i == 0)
			mckd_tlv(&w, 0x07, "open sesame", 11);
		assert_false(w.bad);
		deliver(r, b, ck, tlv, sizeof(tlv) - w.left);
	}
	w = mckd_buf_over(tlv, sizeof(tlv));
	mckd_tlv(&w, 0x21, deas, 2);
	mckd_tlv(&w, 0x20, b->mk, MCKD_KEY_LEN);
	mckd_tlv(&w, 0x23, NULL, 0);
	deliver(r, b, ck, tlv, sizeof(tlv) - w.left);
}

int
rig_make(void **state)
{
	struct rig *r = calloc(1, sizeof(*r));
	struct mckd_record *rec = mckd_record_new();
	struct mckd_card_info info;
	char why[MCKD_WHY] = "";

	assert_non_null(r);
	assert_non_null(rec);
	r->link.ops = &plain;
	r->flip = -1;
	r->card = soft_card_new(transport);
	/* In memory where there is such a place: a store's fsyncs are not what is tested. */
	(void)snprintf(r->base, sizeof(r->base), "%s/mckd-login-XXXXXX",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	assert_non_null(mkdtemp(r->base));
	(void)snprintf(r->dir, sizeof(r->dir), "%s/mckd", r->base);
	(void)snprintf(r->key, sizeof(r->key), "%s/etc/store.key", r->base);
	if (mckd_store_open(r->dir, r->key, MCKD_STORE_CREATE, &r->store, why) != MCKD_OK)
		fail_msg("%s", why);
	assert_int_equal(mckd_card_select(&r->link, &info), MCKD_OK);
	memcpy(r->id, info.card, sizeof(r->id));
	memcpy(rec->block.card, info.card, sizeof(r->id));
	fill(rec);
	provision(r, &rec->block);
	rec->epoch_seen = rec->block.epoch;
	assert_int_equal(mckd_store_put(r->store, rec, false), MCKD_OK);
	mckd_record_free(rec);
	for (uint8_t slot = 1; slot <= 3; slot++)
		assert_int_equal(mckd_store_assign(r->store, r->id, slot, "alice"), MCKD_OK);
	mckd_conf_default(&r->conf);
	r->login = (struct mckd_login){ .conf = &r->conf, .store = r->store, .link = &r->link,
		.user = "alice", .service = "sudo", .origin = "pts/0" };
	*state = r;
	return 0;
}

static int
drop(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

int
rig_remove(void **state)
{
	struct rig *r = *state;

	mckd_login_close(&r->login);
	mckd_store_close(r->store);
	soft_card_free(r->card);
	nftw(r->base, drop, 16, FTW_DEPTH | FTW_PHYS);
	free(r);
	return 0;
}

enum mckd_err
rig_open(struct rig *r)
{
	r->apdus = 0;
	memset(r->sent, 0, sizeof(r->sent));
	r->login.have_last_wrong = false;
	return mckd_login_open(&r->login);
}

enum mckd_err
rig_login(struct rig *r, const char *pin)
{
	enum mckd_err err = rig_open(r);

	if (err == MCKD_OK)
		err = mckd_login_decide(&r->login, pin, true);
	assert_false(r->inside);
	return err;
}

struct mckd_record *
rig_record(struct rig *r)
{
	struct mckd_record *rec = NULL;

	assert_int_equal(mckd_store_get(r->store, r->id, &rec), MCKD_OK);
	return rec;
}

void
rig_put(struct rig *r, struct mckd_record *rec)
{
	assert_int_equal(mckd_store_put(r->store, rec, true), MCKD_OK);
	mckd_record_free(rec);
}

void
rig_queue(struct rig *r, const uint8_t *tlv, size_t len)
{
	struct mckd_record *rec = rig_record(r);
	struct mckd_block *b = &rec->block;
	uint8_t ck[MCKD_KEY_LEN];
	struct mckd_ticket t;

	assert_int_equal(mckd_keys_ck(b->dea1, b->mk, b->card, ck), MCKD_OK);
	assert_int_equal(mckd_ticket_make(b->dea1, ck, b->card, (uint16_t)(b->epoch + 1),
	    b->last_ticket, tlv, len, &t), MCKD_OK);
	assert_int_equal(mckd_store_begin(r->store), MCKD_OK);
	assert_int_equal(mckd_store_ticket_add(r->store, r->id, &t), MCKD_OK);
	mckd_record_free(rec);
	rec = rig_record(r);
	rec->block.epoch = t.epoch;
	rec->block.have_last = true;
	memcpy(rec->block.last_ticket, t.t, sizeof(t.t));
	rig_put(r, rec);
	assert_int_equal(mckd_store_commit(r->store), MCKD_OK);
}

enum mckd_card_status
rig_status(struct rig *r, char reason[static 64])
{
	struct mckd_record *rec = rig_record(r);
	enum mckd_card_status s = rec->status;

	memcpy(reason, rec->reason, 64);
	mckd_record_free(rec);
	return s;
}
