/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_STORE_H
#define MCKD_STORE_H

#include <stdbool.h>
#include <stdint.h>
#include "ticket.h"

/*
 * The client information store: SQLite, sealed columns, every change one
 * transaction. `why` arguments receive one line for a person (256 bytes).
 */
#define MCKD_WHY 256
#define MCKD_USER_MAX 64

struct mckd_store;

enum mckd_store_mode {
	MCKD_STORE_READ,
	MCKD_STORE_WRITE,
	MCKD_STORE_CREATE,
	MCKD_STORE_UNPROVED,		/* WRITE, but see mckd_store_prove() */
};
enum mckd_card_status { MCKD_CARD_ACTIVE = 0, MCKD_CARD_SUSPENDED = 1, MCKD_CARD_REVOKED = 2 };

/* What the store holds of one card. ~45 KB: allocate, wipe with mckd_record_free(). */
struct mckd_record {
	struct mckd_block block;
	enum mckd_card_status status;
	char reason[64];		/* of the status */
	uint32_t counter;		/* greatest accepted */
	uint16_t epoch_seen;		/* greatest accepted or receipted */
	bool provisioning;		/* tickets under the transport key are outstanding */
	bool strict;			/* refuse the card until pending tickets are applied */
	int64_t expires;		/* 0: never */
	int64_t last_use;
	bool pin_must_change;
	unsigned pending;		/* tickets without a receipt */
	unsigned unsent;		/* of those, never on their way to a card */
};

struct mckd_event {
	int64_t when;			/* 0: now */
	uint8_t card[MCKD_CARD_ID_LEN];
	bool has_card;
	const char *kind;		/* "login", "provision", "clone", ... */
	const char *user, *service, *origin, *application, *verdict, *reason;	/* NULL: empty */
	const char *mechanism;		/* by which the index came; NULL: none did */
	uint16_t epoch;
	uint8_t index;
};

/*
 * dir: "/var/lib/mckd"; key: "/etc/mckd/store.key". Owner (root; the caller, where that
 * is not root), modes, types and symlinks of every part are checked before it is read.
 * CREATE makes both and the hostID, and is an error where a store exists (STORE_EXISTS).
 * ABSENT, UNTRUSTED, IO, BUSY, FULL as named.
 */
enum mckd_err mckd_store_open(const char *dir, const char *key, enum mckd_store_mode mode,
    struct mckd_store **out, char *why);
void mckd_store_close(struct mckd_store *s);
const char *mckd_store_why(const struct mckd_store *s);	/* of the last error; never NULL */
/*
 * Is the key this store's? UNTRUSTED: no. The other modes ask it at once; opened UNPROVED, a store
 * needs no crypto before this, and nothing it says counts before this is MCKD_OK.
 */
enum mckd_err mckd_store_prove(struct mckd_store *s);
enum mckd_err mckd_store_host_id(struct mckd_store *s, uint8_t out[static MCKD_HOST_ID_LEN]);
/* A key of this store's own, for one purpose: the label. */
enum mckd_err mckd_store_secret(struct mckd_store *s, const char *label, uint8_t out[static MCKD_KEY_LEN]);

/*
 * Reads between the two see the store at one moment, at the price of one lock. Nobody can write
 * meanwhile: nothing that waits for a card or a person goes between. Within a transaction it is that one.
 */
enum mckd_err mckd_store_read_begin(struct mckd_store *s);
void mckd_store_read_end(struct mckd_store *s);
/* Another value once anything was committed, by whomever. Inside a read: of what is read. */
enum mckd_err mckd_store_mark(struct mckd_store *s, uint64_t *mark);

/* Transactions may nest one deep by the calls below; for callers with several changes. */
enum mckd_err mckd_store_begin(struct mckd_store *s);
enum mckd_err mckd_store_commit(struct mckd_store *s);
void mckd_store_rollback(struct mckd_store *s);

enum mckd_err mckd_store_get(struct mckd_store *s, const uint8_t card[static MCKD_CARD_ID_LEN],
    struct mckd_record **out);						/* NOT_FOUND */
enum mckd_err mckd_store_put(struct mckd_store *s, const struct mckd_record *r, bool replace);	/* EXISTS */
enum mckd_err mckd_store_remove(struct mckd_store *s, const uint8_t card[static MCKD_CARD_ID_LEN]);
void mckd_record_free(struct mckd_record *r);
struct mckd_record *mckd_record_new(void);

/* Calls back in order of card ID; stops when cb returns other than MCKD_OK, and returns that. */
typedef enum mckd_err (*mckd_store_card_cb)(void *arg, const uint8_t card[static MCKD_CARD_ID_LEN]);
enum mckd_err mckd_store_cards(struct mckd_store *s, mckd_store_card_cb cb, void *arg);
/* The next card by ID, after the last the first. NOT_FOUND: there is none at all. */
enum mckd_err mckd_store_card_after(struct mckd_store *s, const uint8_t card[static MCKD_CARD_ID_LEN],
    uint8_t out[static MCKD_CARD_ID_LEN]);
enum mckd_err mckd_store_cards_of(struct mckd_store *s, const char *user, mckd_store_card_cb cb, void *arg);
/* Card by hex prefix (>= 4 digits) or by user: NOT_FOUND, USAGE (ambiguous). */
enum mckd_err mckd_store_find(struct mckd_store *s, const char *name, uint8_t card[static MCKD_CARD_ID_LEN]);

/* Who may log in with which application of which card. */
typedef enum mckd_err (*mckd_store_user_cb)(void *arg, const char *user, uint8_t slot);
enum mckd_err mckd_store_users(struct mckd_store *s, const uint8_t card[static MCKD_CARD_ID_LEN],
    mckd_store_user_cb cb, void *arg);
enum mckd_err mckd_store_assign(struct mckd_store *s, const uint8_t card[static MCKD_CARD_ID_LEN],
    uint8_t slot, const char *user);					/* EXISTS */
enum mckd_err mckd_store_unassign(struct mckd_store *s, const uint8_t card[static MCKD_CARD_ID_LEN],
    uint8_t slot, const char *user);					/* slot 0: all. NOT_FOUND */
extern const char mckd_store_clone[];	/* the reason of a suspended clone */
enum mckd_err mckd_store_set_status(struct mckd_store *s, const uint8_t card[static MCKD_CARD_ID_LEN],
    enum mckd_card_status status, const char *reason);

/* An answer whose result matched, and what it was judged by. */
struct mckd_accept {
	const uint8_t *card;
	uint32_t before;		/* the record's counter when the command was sent */
	uint16_t last;			/* the record's last ticket, as it was read */
	const char *user;		/* whom slot must be assigned to; "": anybody; NULL: no matter */
	uint8_t slot, index;
	uint16_t epoch;
	uint32_t counter;
};

/*
 * The counter rule of a login, in one transaction with its event. MCKD_OK: stored.
 * MCKD_E_CLONE: not greater than before, or equal to the stored: the card is now suspended (and
 * that is committed). MCKD_E_AUTH: what the record was judged by holds no more: the index was
 * retired, a ticket ordered, the application removed or taken from the user meanwhile.
 * MCKD_E_TIMEOUT: greater than before, below what another login stored: try once more.
 * STORE_FULL: ENOSPC, EROFS, EDQUOT and nothing else.
 */
enum mckd_err mckd_store_accept(struct mckd_store *s, const struct mckd_accept *a,
    const struct mckd_event *e);

/* The queue of tickets, one chain per card. */
enum mckd_err mckd_store_ticket_add(struct mckd_store *s, const uint8_t card[static MCKD_CARD_ID_LEN],
    const struct mckd_ticket *t);
/* The first queued ticket with epoch > after: NOT_FOUND where there is none. */
enum mckd_err mckd_store_ticket_next(struct mckd_store *s, const uint8_t card[static MCKD_CARD_ID_LEN],
    uint16_t after, struct mckd_ticket *out);
/* A true receipt for this epoch came: settles it and all before it. */
enum mckd_err mckd_store_ticket_done(struct mckd_store *s, const uint8_t card[static MCKD_CARD_ID_LEN],
    uint16_t epoch);
/* Empties the queue with no receipt for any of it: a resync takes the place of all that waits. */
enum mckd_err mckd_store_ticket_forget(struct mckd_store *s,
    const uint8_t card[static MCKD_CARD_ID_LEN]);

/*
 * Events beyond the last max, and older than so many days, go as others come: a few with each,
 * so that no login pays for all. 0: no limit.
 */
void mckd_store_keep_events(struct mckd_store *s, unsigned max, unsigned days);
enum mckd_err mckd_store_event(struct mckd_store *s, const struct mckd_event *e);
/*
 * The event of this handle's last mckd_store_accept() gets user, verdict and reason of e; where it
 * has been pruned meanwhile, e is stored.
 */
enum mckd_err mckd_store_event_name(struct mckd_store *s, const struct mckd_event *e);
typedef enum mckd_err (*mckd_store_event_cb)(void *arg, const struct mckd_event *e);
enum mckd_err mckd_store_events(struct mckd_store *s, unsigned limit, mckd_store_event_cb cb, void *arg);

#endif
