/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CARD_VCARD_FILE_H
#define CARD_VCARD_FILE_H

#include "card.h"

/* To be translated where it is shown. */
#define N_(text) text

/* A card's NVM in a file: replaced whole at each sync, so that kill -9 tears nothing. */
struct vcard_file {
	const char *path;
	int lock, dir;
	bool dirty;
	uint8_t *image;
};

/* NULL, or what is wrong with the file (errno says why). create: the file must not be there yet. */
const char *vcard_file_open(struct vcard_file *f, const char *path, bool create);
void vcard_file_close(struct vcard_file *f);
void vcard_file_nvm(struct vcard_file *f, struct card_nvm *nvm);

#endif
