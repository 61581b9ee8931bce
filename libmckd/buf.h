/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_BUF_H
#define MCKD_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A bounded cursor. All bytes of a card, a socket or a sealed column are read
 * and written through it. A failed call leaves the cursor "bad" and every later
 * call fails too, so one check at the end is enough: mckd_buf_end() is true
 * only when nothing failed and nothing is left over.
 */
struct mckd_buf {
	uint8_t *at;
	size_t left;
	bool bad;
};

struct mckd_buf mckd_buf_over(void *bytes, size_t len);
bool mckd_buf_get(struct mckd_buf *b, void *out, size_t len);
bool mckd_buf_get_u8(struct mckd_buf *b, uint8_t *out);
bool mckd_buf_get_u16(struct mckd_buf *b, uint16_t *out);
bool mckd_buf_get_u32(struct mckd_buf *b, uint32_t *out);
/* A cursor over the next len bytes of b (bad when there are fewer). */
struct mckd_buf mckd_buf_sub(struct mckd_buf *b, size_t len);
bool mckd_buf_put(struct mckd_buf *b, const void *in, size_t len);
bool mckd_buf_put_u8(struct mckd_buf *b, uint8_t v);
bool mckd_buf_put_u16(struct mckd_buf *b, uint16_t v);
bool mckd_buf_put_u32(struct mckd_buf *b, uint32_t v);
bool mckd_buf_end(const struct mckd_buf *b);

#endif
