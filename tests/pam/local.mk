# The module through libpam. A second build of the same sources looks for mckd-auth where a
# double of it lies.
pam_test_fake = $(abs_top_builddir)/tests/pam/fake
pam_test_cppflags = -D_GNU_SOURCE -I$(srcdir)/pam_mckd $(CMOCKA_CFLAGS) \
	-DMCKD_FAKE_SO='"$(abs_top_builddir)/.libs/pam_mckd_fake.so"' \
	-DMCKD_BUILT_SO='"$(abs_top_builddir)/.libs/pam_mckd.so"'

check_LTLIBRARIES += pam_mckd_fake.la
pam_mckd_fake_la_SOURCES = $(pam_mckd_sources)
pam_mckd_fake_la_CPPFLAGS = -D_GNU_SOURCE -I$(srcdir)/pam_mckd -DMCKD_LIBEXECDIR='"$(pam_test_fake)"' \
	-DMCKD_STATEDIR='"/"' -DMCKD_AUTH_SOCKET='"$(pam_test_fake)/auth.sock"'
pam_mckd_fake_la_LDFLAGS = $(pam_mckd_ldflags) -rpath /nowhere
pam_mckd_fake_la_LIBADD = -lpam

check_PROGRAMS += tests/pam/fake/mckd-auth
tests_pam_fake_mckd_auth_SOURCES = tests/pam/fake.c pam_mckd/wire.c pam_mckd/wire.h
tests_pam_fake_mckd_auth_CPPFLAGS = -D_GNU_SOURCE -I$(srcdir)/pam_mckd

check_PROGRAMS += test_wire test_module test_hosts
test_wire_SOURCES = tests/pam/test_wire.c pam_mckd/wire.c pam_mckd/wire.h
test_wire_CPPFLAGS = $(pam_test_cppflags)
test_wire_LDADD = $(CMOCKA_LIBS)
test_module_SOURCES = tests/pam/test_module.c tests/pam/host.c tests/pam/host.h
test_module_CPPFLAGS = $(pam_test_cppflags)
test_module_LDADD = $(CMOCKA_LIBS) -lpam
test_hosts_SOURCES = tests/pam/test_hosts.c tests/pam/host.c tests/pam/host.h tests/pam/kinds.c \
	tests/pam/kinds.h
test_hosts_CPPFLAGS = $(pam_test_cppflags)
test_hosts_LDADD = $(CMOCKA_LIBS) -lpam

TESTS += test_wire test_module test_hosts tests/pam/test_exports.sh
EXTRA_DIST += tests/pam/test_exports.sh
