/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CARD_ENGINE_OPENSSL_H
#define CARD_ENGINE_OPENSSL_H

#include "card.h"

/* OpenSSL in the place of a chip's engine, in a library context of its own. */
bool card_engine_openssl(struct card_engine *engine);
void card_engine_openssl_free(struct card_engine *engine);

#endif
