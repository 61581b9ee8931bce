/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_JSON_PRIV_H
#define MCKD_JSON_PRIV_H

#include <jansson.h>
#include "json.h"

/* What json.c and json_write.c share. */
#define MCKD_JSON_AES "aes-256"
#define MCKD_JSON_HMAC "hmac-sha-256"
#define MCKD_JSON_PERIOD 86400
#define MCKD_JSON_USERS_MAX 4096

/* One object under reading: where it stands ("applications[0]."), and where to complain. */
struct mckd_json_place {
	const json_t *obj;
	const char *path;
	char *why;
};

/* json_field.c: a field of the object, or MCKD_E_PARSE and why, which names it. */
enum mckd_err mckd_json_wrong(const struct mckd_json_place *p, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* keys: NULL-terminated. A field that is not known is an error, never skipped. */
enum mckd_err mckd_json_known(const struct mckd_json_place *p, const char *const *keys);
enum mckd_err mckd_json_hex_value(const struct mckd_json_place *p, const char *key, const json_t *v,
    uint8_t *out, size_t len);
enum mckd_err mckd_json_hex(const struct mckd_json_place *p, const char *key, uint8_t *out, size_t len,
    bool required);
enum mckd_err mckd_json_uint(const struct mckd_json_place *p, const char *key, uint32_t min,
    uint32_t max, bool required, uint32_t *out);
enum mckd_err mckd_json_bool(const struct mckd_json_place *p, const char *key, bool required, bool *out);
enum mckd_err mckd_json_text(const struct mckd_json_place *p, const char *key, const char **out);
enum mckd_err mckd_json_dea(const struct mckd_json_place *p, const char *key, enum mckd_dea *out);
enum mckd_err mckd_json_indices(const struct mckd_json_place *p, const char *key, bool required,
    uint32_t *out);

/*
 * Between begin and end jansson's memory is wiped before it is freed: MK and SNs
 * pass through it. A process-wide switch, so for one thread only.
 */
struct mckd_json_memory {
	json_malloc_t alloc;
	json_free_t free;
};

struct mckd_json_memory mckd_json_memory_begin(void);
void mckd_json_memory_end(struct mckd_json_memory old);

#endif
