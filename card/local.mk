card_application = card/auth.c card/card.c card/card.h card/engine_openssl.c card/engine_openssl.h \
	card/inside.h card/keys.c card/nvm.c card/pin.c card/select.c card/ticket.c card/tlv.c

bin_PROGRAMS += mckd-vcard
mckd_vcard_SOURCES = card/mckd-vcard.c card/vcard_file.c card/vcard_file.h card/vcard_link.c \
	card/vcard_link.h $(card_application)
mckd_vcard_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/card $(CRYPTO_CFLAGS)
mckd_vcard_CFLAGS = $(AM_CFLAGS) $(PIE_CFLAGS)
mckd_vcard_LDFLAGS = $(AM_LDFLAGS) $(PIE_LDFLAGS)
mckd_vcard_LDADD = $(CRYPTO_LIBS)
