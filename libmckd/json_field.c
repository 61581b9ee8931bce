/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "json_priv.h"
#include "intl.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum mckd_err
mckd_json_wrong(const struct mckd_json_place *p, const char *key, const char *format, ...)
{
	char text[128];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), _(format), ap);
	va_end(ap);
	snprintf(p->why, MCKD_WHY, "%.40s%.60s: %.127s", p->path, key, text);
	/* The key may come from the file, and why goes to a terminal. */
	for (char *c = p->why; *c != '\0'; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?';
	return MCKD_E_PARSE;
}


enum mckd_err
mckd_json_known(const struct mckd_json_place *p, const char *const *keys)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)p->obj, key, value) {
		size_t i = 0;

		while (keys[i] != NULL && strcmp(keys[i], key) != 0)
			i++;
		if (keys[i] == NULL)
			return mckd_json_wrong(p, key, "unknown field");
	}
	return MCKD_OK;
}

static bool
unhex(const char *text, size_t text_len, uint8_t *out, size_t len)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";

	if (text_len != 2 * len)
		return false;
	for (size_t i = 0; i < 2 * len; i++) {
		const char *at = text[i] == '\0' ? NULL : strchr(digits, text[i]);

		if (at == NULL)
			return false;
		out[i / 2] = (uint8_t)(out[i / 2] << 4 | ((at - digits) & 15));
	}
	return true;
}

enum mckd_err
mckd_json_hex_value(const struct mckd_json_place *p, const char *key, const json_t *v, uint8_t *out, size_t len)
{
	if (!json_is_string(v) || !unhex(json_string_value(v), json_string_length(v), out, len))
		return mckd_json_wrong(p, key, "must be %zu hex digits", 2 * len);
	return MCKD_OK;
}

enum mckd_err
mckd_json_hex(const struct mckd_json_place *p, const char *key, uint8_t *out, size_t len, bool required)
{
	const json_t *v = json_object_get(p->obj, key);

	if (v == NULL)
		return required ? mckd_json_wrong(p, key, "missing") : MCKD_OK;
	return mckd_json_hex_value(p, key, v, out, len);
}

/* Keeps *out where an optional field is absent. */
enum mckd_err
mckd_json_uint(const struct mckd_json_place *p, const char *key, uint32_t min, uint32_t max, bool required, uint32_t *out)
{
	const json_t *v = json_object_get(p->obj, key);

	if (v == NULL)
		return required ? mckd_json_wrong(p, key, "missing") : MCKD_OK;
	if (!json_is_integer(v) || json_integer_value(v) < (json_int_t)min ||
	    json_integer_value(v) > (json_int_t)max)
		return mckd_json_wrong(p, key, "must be a number %" PRIu32 "-%" PRIu32, min, max);
	*out = (uint32_t)json_integer_value(v);
	return MCKD_OK;
}

enum mckd_err
mckd_json_bool(const struct mckd_json_place *p, const char *key, bool required, bool *out)
{
	const json_t *v = json_object_get(p->obj, key);

	*out = false;
	if (v == NULL)
		return required ? mckd_json_wrong(p, key, "missing") : MCKD_OK;
	if (!json_is_boolean(v))
		return mckd_json_wrong(p, key, "must be true or false");
	*out = json_is_true(v);
	return MCKD_OK;
}

enum mckd_err
mckd_json_text(const struct mckd_json_place *p, const char *key, const char **out)
{
	const json_t *v = json_object_get(p->obj, key);

	if (v == NULL)
		return mckd_json_wrong(p, key, "missing");
	if (!json_is_string(v) || strlen(json_string_value(v)) != json_string_length(v))
		return mckd_json_wrong(p, key, "must be text");
	*out = json_string_value(v);
	return MCKD_OK;
}

enum mckd_err
mckd_json_dea(const struct mckd_json_place *p, const char *key, enum mckd_dea *out)
{
	const char *text;
	enum mckd_err e = mckd_json_text(p, key, &text);

	if (e != MCKD_OK)
		return e;
	if (strcmp(text, MCKD_JSON_AES) == 0)
		*out = MCKD_DEA_AES;
	else if (strcmp(text, MCKD_JSON_HMAC) == 0)
		*out = MCKD_DEA_HMAC;
	else
		return mckd_json_wrong(p, key, "must be \"%s\" or \"%s\"", MCKD_JSON_AES, MCKD_JSON_HMAC);
	return MCKD_OK;
}

/* A list of indices, as a bitmap. */
enum mckd_err
mckd_json_indices(const struct mckd_json_place *p, const char *key, bool required, uint32_t *out)
{
	const json_t *v = json_object_get(p->obj, key), *item;
	char name[48];
	uint32_t bit;
	size_t i;

	*out = 0;
	if (v == NULL)
		return required ? mckd_json_wrong(p, key, "missing") : MCKD_OK;
	if (!json_is_array(v))
		return mckd_json_wrong(p, key, "must be a list of indices");
	for (i = 0; i < json_array_size(v); i++) {
		item = json_array_get(v, i);
		snprintf(name, sizeof(name), "%s[%zu]", key, i);
		if (!json_is_integer(item) || json_integer_value(item) < 1 ||
		    json_integer_value(item) > MCKD_SNS_MAX)
			return mckd_json_wrong(p, name, "an index is 1-32");
		bit = UINT32_C(1) << (json_integer_value(item) - 1);
		if ((*out & bit) != 0)
			return mckd_json_wrong(p, name, "an index given twice");
		*out |= bit;
	}
	return MCKD_OK;
}
