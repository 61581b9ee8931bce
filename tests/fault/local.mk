# Cut off anywhere, and whole again afterwards. The syscalls of tool and helper are cut over
# the testbed, by cuts.sh.
check_PROGRAMS += bed_cut test_cuts
bed_cut_SOURCES = tests/fault/cut.c
test_cuts_SOURCES = tests/fault/test_cuts.c tests/fault/cut_vfs.c tests/fault/cut_vfs.h \
	tests/unit/login_rig.c tests/unit/login_rig.h tests/unit/soft_card.c tests/unit/soft_card.h \
	cardtool/compose.c cardtool/rotate_record.c $(card_application)
test_cuts_CPPFLAGS = $(unit_cppflags) $(CRYPTO_CFLAGS) $(SQLITE_CFLAGS)
test_cuts_LDADD = $(unit_ldadd) $(CRYPTO_LIBS) $(SQLITE_LIBS)
TESTS += test_cuts
EXTRA_DIST += tests/fault/cuts.sh
