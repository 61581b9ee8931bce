# The module's sources once more, for a directory that a test may fill.
nss_testdir = $(abs_top_builddir)/tests/nss/public
noinst_LTLIBRARIES += tests/nss/libnss_mckd_test.la
tests_nss_libnss_mckd_test_la_SOURCES = $(nss_mckd_libnss_mckd_la_SOURCES)
tests_nss_libnss_mckd_test_la_CPPFLAGS = $(AM_CPPFLAGS) \
	-UMCKD_PUBLICDIR -DMCKD_PUBLICDIR='"$(nss_testdir)"' -DMCKD_NSS_ETC='"$(nss_testdir)"'
tests_nss_libnss_mckd_test_la_LDFLAGS = $(nss_ldflags) -rpath /nowhere
TESTS_ENVIRONMENT += MCKD_NSS_SO='$(abs_top_builddir)/tests/nss/.libs/libnss_mckd_test.so.2' \
	MCKD_NSS_TESTDIR='$(nss_testdir)' \
	MCKD_NSS_MODULE='$(abs_top_builddir)/nss_mckd/.libs/libnss_mckd.so.2' \
	MCKD_NSS_PUBLICDIR='$(localstatedir)/lib/mckd-public' \
	MCKD_NSS_MAKE='$(abs_top_builddir)/mkaccounts'

check_PROGRAMS += test_accounts test_nss mkaccounts
nss_test_cppflags = $(AM_CPPFLAGS) -I$(srcdir)/libmckd -I$(srcdir)/nss_mckd $(CMOCKA_CFLAGS) $(CDB_CFLAGS)
test_accounts_SOURCES = tests/nss/test_accounts.c
test_accounts_CPPFLAGS = $(nss_test_cppflags)
test_accounts_LDADD = libmckd.la $(CMOCKA_LIBS)
test_nss_SOURCES = tests/nss/test_nss.c tests/nss/test_nss_hostile.c tests/nss/test_nss_local.c tests/nss/nss_so.c tests/nss/nss_so.h
test_nss_CPPFLAGS = $(nss_test_cppflags)
test_nss_LDADD = libmckd.la $(CMOCKA_LIBS) -ldl -lpthread
mkaccounts_SOURCES = tests/nss/mkaccounts.c
mkaccounts_CPPFLAGS = $(nss_test_cppflags)
mkaccounts_LDADD = libmckd.la

TESTS += test_accounts test_nss tests/nss/getent.sh tests/nss/threads.sh
EXTRA_DIST += tests/nss/getent.sh tests/nss/threads.sh tests/nss/threads.c

clean-local: clean-nss
clean-nss:
	rm -rf tests/nss/public
.PHONY: clean-nss
