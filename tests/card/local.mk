check_PROGRAMS += test_card_application
test_card_application_SOURCES = tests/card/test_card.c tests/card/rig.c tests/card/rig.h tests/card/issuer.c \
	tests/card/issuer.h $(card_application)
test_card_application_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/card $(CRYPTO_CFLAGS) $(CMOCKA_CFLAGS)
test_card_application_LDADD = $(CRYPTO_LIBS) $(CMOCKA_LIBS)
TESTS += test_card_application
