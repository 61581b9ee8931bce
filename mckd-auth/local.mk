mckdlibexecdir = $(libexecdir)/mckd
mckdlibexec_PROGRAMS = mckd-auth/mckd-auth
mckd_auth_mckd_auth_SOURCES = \
	mckd-auth/alert.c mckd-auth/audit.c mckd-auth/audit.h mckd-auth/auth.h mckd-auth/find.c mckd-auth/language.c mckd-auth/language.h \
	mckd-auth/main.c mckd-auth/mode_account.c \
	mckd-auth/mode_afar.c mckd-auth/mode_auth.c mckd-auth/mode_change.c mckd-auth/own.c \
	mckd-auth/remote.c mckd-auth/session.c mckd-auth/session.h \
	mckd-auth/slots.c mckd-auth/start.c mckd-auth/talk.c mckd-auth/talk.h mckd-auth/users.c \
	mckd-auth/verdict.c mckd-auth/verdict.h mckd-auth/warm.c mckd-auth/watch.c \
	pam_mckd/wire.c pam_mckd/wire.h
mckd_auth_mckd_auth_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/libmckd -I$(srcdir)/pam_mckd $(AUDIT_CFLAGS)
mckd_auth_mckd_auth_CFLAGS = $(AM_CFLAGS) $(PIE_CFLAGS)
mckd_auth_mckd_auth_LDFLAGS = $(AM_LDFLAGS) $(PIE_LDFLAGS)
mckd_auth_mckd_auth_LDADD = libmckd.la $(AUDIT_LIBS) -lpthread

mckdexampledir = $(docdir)/examples
dist_mckdexample_DATA = etc/mckd.conf

check_PROGRAMS += test_verdict
test_verdict_SOURCES = tests/unit/test_verdict.c mckd-auth/verdict.c mckd-auth/verdict.h
test_verdict_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/libmckd -I$(srcdir)/mckd-auth $(CMOCKA_CFLAGS)
test_verdict_LDADD = libmckd.la $(CMOCKA_LIBS)
TESTS += test_verdict

check_PROGRAMS += test_users
test_users_SOURCES = tests/unit/test_users.c tests/unit/store_setup.c tests/unit/store_setup.h \
	mckd-auth/users.c mckd-auth/auth.h mckd-auth/language.c mckd-auth/language.h
test_users_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/libmckd -I$(srcdir)/mckd-auth -I$(srcdir)/pam_mckd \
	$(SQLITE_CFLAGS) $(CMOCKA_CFLAGS)
test_users_LDADD = libmckd.la $(SQLITE_LIBS) $(CMOCKA_LIBS)
TESTS += test_users

check_PROGRAMS += test_conf
test_conf_SOURCES = tests/unit/test_conf.c
test_conf_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/libmckd $(CMOCKA_CFLAGS)
test_conf_LDADD = libmckd.la $(CMOCKA_LIBS)
TESTS += test_conf
