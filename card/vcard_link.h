/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CARD_VCARD_LINK_H
#define CARD_VCARD_LINK_H

#include "card.h"

/* One card in vpcd's reader, over T=1 or (61xx, 6Cxx) T=0. */
struct vcard_link {
	struct card *card;
	uint16_t port;
	bool t0;
	int trace;		/* or -1 */
	int refuse;		/* this INS is answered 6581, as a worn memory would; or -1 */
	int sock;		/* -1: not in the reader */
	uint8_t kept[CARD_RSP_MAX], kept_head[4];
	size_t kept_len, kept_at;
	bool kept_wrong_le;
};

bool vcard_link_connect(struct vcard_link *l);
void vcard_link_close(struct vcard_link *l);
/* Serves one frame; false: the reader is gone. */
bool vcard_link_serve(struct vcard_link *l);

#endif
