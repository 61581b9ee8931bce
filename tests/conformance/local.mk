# What any card is held to (docs/PROTOCOL): ours in process, and one in a reader.
conformance_sources = \
	tests/conformance/bench.c \
	tests/conformance/bench.h \
	tests/conformance/check_application.c \
	tests/conformance/check_life.c \
	tests/conformance/check_login.c \
	tests/conformance/check_pin.c \
	tests/conformance/check_secret.c \
	tests/conformance/check_select.c \
	tests/conformance/check_sign.c \
	tests/conformance/check_ticket.c \
	tests/conformance/check_vectors.c \
	tests/conformance/orders.c \
	tests/unit/vectors.c \
	tests/unit/vectors.h

check_PROGRAMS += test_conformance
test_conformance_SOURCES = tests/conformance/test_conformance.c tests/unit/soft_card.c tests/unit/soft_card.h \
	$(conformance_sources) $(card_application)
test_conformance_CPPFLAGS = $(unit_cppflags) $(CRYPTO_CFLAGS)
test_conformance_LDADD = $(unit_ldadd) $(CRYPTO_LIBS)
TESTS += test_conformance

check_PROGRAMS += mckd-conformance
mckd_conformance_SOURCES = tests/conformance/mckd-conformance.c $(conformance_sources)
mckd_conformance_CPPFLAGS = $(unit_cppflags) $(PCSC_CFLAGS)
mckd_conformance_LDADD = $(unit_ldadd) $(PCSC_LIBS)

# A defect in the card's own source must show.
TESTS_ENVIRONMENT += CC='$(CC)' MUTANT_FLAGS='-D_GNU_SOURCE -std=gnu11 $(HARDEN_CFLAGS) -O0 -w' \
	MUTANT_LIBS='$(CRYPTO_LIBS) $(CMOCKA_LIBS)'
TESTS += tests/conformance/mutants.sh
EXTRA_DIST += \
	tests/conformance/mutants \
	tests/conformance/mutants.sh
