# What the scenarios of tests/login need beside the product. They run over the real
# stack, in a namespace of their own, by "./dev check".
check_PROGRAMS += bed_caller bed_wait bed_foreign bed_forger bed_select bed_syslog bed_tracer
bed_caller_SOURCES = tests/testbed/caller.c pam_mckd/wire.c pam_mckd/wire.h
bed_caller_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/pam_mckd
bed_wait_SOURCES = tests/testbed/wait.c
bed_wait_CPPFLAGS = $(AM_CPPFLAGS) $(PCSC_CFLAGS)
bed_wait_LDADD = $(PCSC_LIBS)
bed_foreign_SOURCES = tests/testbed/foreign.c tests/testbed/vpcd.c tests/testbed/vpcd.h
bed_forger_SOURCES = tests/testbed/forger.c tests/testbed/vpcd.c tests/testbed/vpcd.h
bed_forger_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/libmckd
bed_forger_LDADD = libmckd.la
bed_select_SOURCES = tests/testbed/select.c
bed_select_CPPFLAGS = $(AM_CPPFLAGS) $(PCSC_CFLAGS)
bed_select_LDADD = $(PCSC_LIBS)
bed_syslog_SOURCES = tests/testbed/syslog.c
bed_tracer_SOURCES = tests/testbed/tracer.c
check_LTLIBRARIES += bed_audit.la
bed_audit_la_SOURCES = tests/testbed/audit.c
bed_audit_la_LDFLAGS = -module -avoid-version -shared -rpath /nowhere
check_PROGRAMS += bed_host
bed_host_SOURCES = tests/testbed/host.c tests/pam/kinds.c tests/pam/kinds.h
bed_host_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests/pam
bed_host_LDADD = -lpam -lpthread
check_LTLIBRARIES += bed_pad.la
bed_pad_la_SOURCES = tests/testbed/pad.c
bed_pad_la_CPPFLAGS = -D_GNU_SOURCE $(PCSC_CFLAGS)
bed_pad_la_CFLAGS = -std=gnu11 -fvisibility=hidden $(WARN_CFLAGS)
bed_pad_la_LDFLAGS = -module -avoid-version -shared -rpath /nowhere
check_LTLIBRARIES += bed_reset.la
bed_reset_la_SOURCES = tests/testbed/reset.c
bed_reset_la_CPPFLAGS = -D_GNU_SOURCE $(PCSC_CFLAGS)
bed_reset_la_CFLAGS = -std=gnu11 -fvisibility=hidden $(WARN_CFLAGS)
bed_reset_la_LDFLAGS = -module -avoid-version -shared -rpath /nowhere
if SANITIZED
mckd_auth_mckd_auth_SOURCES += tests/testbed/sanitized.c
cardtool_cardtool_SOURCES += tests/testbed/sanitized.c
mckd_vcard_SOURCES += tests/testbed/sanitized.c
askpass_mckd_askpass_SOURCES += tests/testbed/sanitized.c
lock_mckd_lock_SOURCES += tests/testbed/sanitized.c
endif
TESTS += tests/testbed/test_units.sh tests/testbed/test_polkit.sh tests/testbed/test_samples.sh \
	tests/testbed/test_completion.sh tests/testbed/test_patent.sh
EXTRA_DIST += \
	tests/SKIPS \
	tests/check.mk \
	tests/hardening.sh \
	tests/lint.sh \
	tests/login/account.sh \
	tests/login/afar.sh \
	tests/login/afar_person.sh \
	tests/login/applications.sh \
	tests/login/apparmor.sh \
	tests/login/audit.sh \
	tests/login/cardfirst.sh \
	tests/login/cards.sh \
	tests/login/compromised.sh \
	tests/login/conformance.sh \
	tests/login/console.sh \
	tests/login/disagree.sh \
	tests/login/doctor.sh \
	tests/login/enable.sh \
	tests/login/hosts.sh \
	tests/login/hosts_many.sh \
	tests/login/import.sh \
	tests/login/keyring.sh \
	tests/login/language.sh \
	tests/login/lock.sh \
	tests/login/locker.sh \
	tests/login/pad.sh \
	tests/login/pin.sh \
	tests/login/pin_tool.sh \
	tests/login/profiles.sh \
	tests/login/programs.sh \
	tests/login/provision.sh \
	tests/login/returns.sh \
	tests/login/rotation.sh \
	tests/login/secret.sh \
	tests/login/selection.sh \
	tests/login/sign.sh \
	tests/login/socket.sh \
	tests/login/ssh.sh \
	tests/login/state.sh \
	tests/login/su.sh \
	tests/login/sudo.sh \
	tests/login/t0.sh \
	tests/login/time.sh \
	tests/login/usage.sh \
	tests/login/userdb.sh \
	tests/login/valgrind.sh \
	tests/testbed/afar.exp \
	tests/testbed/afar.sh \
	tests/testbed/bureau.sh \
	tests/testbed/confined.pl \
	tests/testbed/cuts.sh \
	tests/testbed/demo.sh \
	tests/testbed/door.sh \
	tests/testbed/doors.sh \
	tests/testbed/hosts.sh \
	tests/testbed/enter.sh \
	tests/testbed/installed.sh \
	tests/testbed/lib.sh \
	tests/testbed/nss.sh \
	tests/testbed/packages.sh \
	tests/testbed/quickstart.exp \
	tests/testbed/quickstart.sh \
	tests/testbed/pad.sh \
	tests/testbed/run.sh \
	tests/testbed/scenario.sh \
	tests/testbed/talk.exp \
	tests/testbed/test_completion.sh \
	tests/testbed/test_patent.sh \
	tests/testbed/test_polkit.sh \
	tests/testbed/test_samples.sh \
	tests/testbed/test_units.sh \
	tests/valgrind.sh
