# Cut off anywhere, and whole again afterwards. The syscalls of tool and helper are cut over
# the testbed, by cuts.sh, and what SQLite does for the tool, by cuts_sql.sh.
check_PROGRAMS += bed_cut test_cuts
bed_cut_SOURCES = tests/fault/cut.c
test_cuts_SOURCES = tests/fault/test_cuts.c tests/fault/cut_vfs.c tests/fault/cut_vfs.h \
	$(login_rig) cardtool/compose.c cardtool/rotate_record.c
test_cuts_CPPFLAGS = $(unit_cppflags) $(CRYPTO_CFLAGS) $(SQLITE_CFLAGS)
test_cuts_LDADD = $(unit_ldadd) $(CRYPTO_LIBS) $(SQLITE_LIBS)
TESTS += test_cuts
EXTRA_DIST += tests/fault/cuts.sh tests/fault/cuts_sql.sh
# The same switch in the tool as it is, for what is not done in process.
check_LTLIBRARIES += cut_tool.la
cut_tool_la_SOURCES = tests/fault/cut_tool.c tests/fault/cut_vfs.c tests/fault/cut_vfs.h
cut_tool_la_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
cut_tool_la_LDFLAGS = -module -avoid-version -shared -rpath /nowhere
cut_tool_la_LIBADD = $(SQLITE_LIBS)
# Calls that fail one by one, in the unmodified mckd-auth and module (SECURITY, row 1).
check_LTLIBRARIES += fault_shim.la
fault_shim_la_SOURCES = tests/fault/shim.c tests/fault/calls.h
fault_shim_la_CPPFLAGS = -D_GNU_SOURCE
fault_shim_la_CFLAGS = -std=gnu11 -fvisibility=hidden -fno-builtin $(WARN_CFLAGS)
fault_shim_la_LDFLAGS = -module -avoid-version -shared -rpath /nowhere
fault_shim_la_LIBADD =

check_PROGRAMS += bed_fault
bed_fault_SOURCES = tests/fault/driver.c
bed_fault_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
bed_fault_LDADD = $(SQLITE_LIBS) -lpam -ldl

TESTS += tests/testbed/test_calls.sh
EXTRA_DIST += tests/testbed/test_calls.sh tests/login/fault.sh
