# Built by "./dev fuzz" alone, with clang and configure --enable-sanitizers=fuzzer.
fuzz_cppflags = $(AM_CPPFLAGS) -I$(srcdir)/libmckd
fuzz_ldflags = $(AM_LDFLAGS) -fsanitize=fuzzer

EXTRA_PROGRAMS = $(fuzz_targets)
fuzz_targets = \
	fuzz_accounts \
	fuzz_answers \
	fuzz_apdu \
	fuzz_challenge \
	fuzz_conf \
	fuzz_dialog \
	fuzz_json \
	fuzz_start
CLEANFILES += $(fuzz_targets)

fuzz_accounts_SOURCES = tests/fuzz/fuzz_accounts.c tests/fuzz/fuzz.h \
	nss_mckd/accounts.c nss_mckd/group.c nss_mckd/local.c nss_mckd/nss_mckd.c nss_mckd/passwd.c
fuzz_accounts_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/nss_mckd -UMCKD_PUBLICDIR -DMCKD_PUBLICDIR='"."'
fuzz_accounts_LDFLAGS = $(fuzz_ldflags)

fuzz_answers_SOURCES = tests/fuzz/fuzz_answers.c tests/fuzz/fuzz.h
fuzz_answers_CPPFLAGS = $(fuzz_cppflags)
fuzz_answers_LDFLAGS = $(fuzz_ldflags)
fuzz_answers_LDADD = libmckd.la

fuzz_apdu_SOURCES = tests/fuzz/fuzz_apdu.c tests/fuzz/fuzz.h \
	tests/unit/soft_card.c tests/unit/soft_card.h $(card_application)
fuzz_apdu_CPPFLAGS = $(fuzz_cppflags) $(CRYPTO_CFLAGS)
fuzz_apdu_LDFLAGS = $(fuzz_ldflags)
fuzz_apdu_LDADD = libmckd.la $(CRYPTO_LIBS)

fuzz_challenge_SOURCES = tests/fuzz/fuzz_challenge.c tests/fuzz/fuzz.h
fuzz_challenge_CPPFLAGS = $(fuzz_cppflags)
fuzz_challenge_LDFLAGS = $(fuzz_ldflags)
fuzz_challenge_LDADD = libmckd.la

fuzz_conf_SOURCES = tests/fuzz/fuzz_conf.c tests/fuzz/fuzz.h
fuzz_conf_CPPFLAGS = $(fuzz_cppflags)
fuzz_conf_LDFLAGS = $(fuzz_ldflags)
fuzz_conf_LDADD = libmckd.la

fuzz_dialog_SOURCES = tests/fuzz/fuzz_dialog.c tests/fuzz/fuzz.h \
	pam_mckd/dialog.c pam_mckd/language.c pam_mckd/talk.c pam_mckd/verdict.c pam_mckd/wire.c
fuzz_dialog_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/pam_mckd
fuzz_dialog_LDFLAGS = $(fuzz_ldflags)

fuzz_json_SOURCES = tests/fuzz/fuzz_json.c tests/fuzz/fuzz.h
fuzz_json_CPPFLAGS = $(fuzz_cppflags)
fuzz_json_LDFLAGS = $(fuzz_ldflags)
fuzz_json_LDADD = libmckd.la

fuzz_start_SOURCES = tests/fuzz/fuzz_start.c tests/fuzz/fuzz.h \
	mckd-auth/language.c mckd-auth/start.c pam_mckd/wire.c
fuzz_start_CPPFLAGS = $(fuzz_cppflags) -I$(srcdir)/mckd-auth -I$(srcdir)/pam_mckd
fuzz_start_LDFLAGS = $(fuzz_ldflags)
fuzz_start_LDADD = libmckd.la

fuzz: $(fuzz_targets) mkaccounts
.PHONY: fuzz
EXTRA_DIST += \
	tests/fuzz/run.sh \
	tests/fuzz/seeds.sh
