/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_STORE_ACCOUNT_H
#define MCKD_STORE_ACCOUNT_H

#include "accounts.h"
#include "store.h"

/*
 * Card-only accounts and their groups, as they are to be published. A number that was given
 * once, to an account or a group, is never given again.
 */

/* A number of that range that nobody has had and that is greater than all those that were
 * given of it; NOT_FOUND: the range is used up. */
enum mckd_err mckd_store_account_number(struct mckd_store *s, uint32_t min, uint32_t max, uint32_t *out);
enum mckd_err mckd_store_account_add(struct mckd_store *s, const struct mckd_account *a);	/* EXISTS */
/* A NULL stays as it was. NOT_FOUND */
enum mckd_err mckd_store_account_change(struct mckd_store *s, const char *name, const char *gecos,
    const char *home, const char *shell);
enum mckd_err mckd_store_account_withdraw(struct mckd_store *s, const char *name);	/* NOT_FOUND */
enum mckd_err mckd_store_account_uid(struct mckd_store *s, const char *name, uint32_t *uid);	/* NOT_FOUND */

enum mckd_err mckd_store_group_add(struct mckd_store *s, const char *name, uint32_t gid);	/* EXISTS */
enum mckd_err mckd_store_group_gid(struct mckd_store *s, const char *name, uint32_t *gid);	/* NOT_FOUND */
/* uid is a member of these groups, and of no other. */
enum mckd_err mckd_store_groups_of(struct mckd_store *s, uint32_t uid, const uint32_t *gids, size_t n);

/* Each by number; what is called back with lives until the callback returns. */
typedef enum mckd_err (*mckd_store_account_cb)(void *arg, const struct mckd_account *a);
enum mckd_err mckd_store_accounts(struct mckd_store *s, mckd_store_account_cb cb, void *arg);
typedef enum mckd_err (*mckd_store_named_cb)(void *arg, const char *name, uint32_t id);
enum mckd_err mckd_store_groups(struct mckd_store *s, mckd_store_named_cb cb, void *arg);
enum mckd_err mckd_store_members(struct mckd_store *s, uint32_t gid, mckd_store_named_cb cb, void *arg);

/* Kept beside the store's own values; NOT_FOUND where it was never put. */
enum mckd_err mckd_store_setting_get(struct mckd_store *s, const char *name, char *out, size_t room);
enum mckd_err mckd_store_setting_put(struct mckd_store *s, const char *name, const char *value);

#endif
