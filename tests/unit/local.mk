unit_cppflags = $(AM_CPPFLAGS) -I$(srcdir)/libmckd $(CMOCKA_CFLAGS)
unit_ldadd = libmckd.la $(CMOCKA_LIBS)
EXTRA_DIST += tests/vectors/mckd.txt

check_PROGRAMS += test_keys
test_keys_SOURCES = tests/unit/test_keys.c tests/unit/vectors.c tests/unit/vectors.h
test_keys_CPPFLAGS = $(unit_cppflags)
test_keys_LDADD = $(unit_ldadd)

TESTS += test_keys

check_PROGRAMS += test_block
test_block_SOURCES = tests/unit/test_block.c
test_block_CPPFLAGS = $(unit_cppflags)
test_block_LDADD = $(unit_ldadd)
TESTS += test_block
