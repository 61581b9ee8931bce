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

EXTRA_DIST += tests/vectors/aes-256-cmac.txt tests/vectors/hmac-sha-256.txt tests/vectors/kbkdf.txt

check_PROGRAMS += test_card test_card_select test_crypto test_pcsc test_select test_ticket
test_card_SOURCES = tests/unit/test_card.c tests/unit/card_script.h tests/unit/vectors.c tests/unit/vectors.h
test_card_CPPFLAGS = $(unit_cppflags)
test_card_LDADD = $(unit_ldadd)
test_card_select_SOURCES = tests/unit/test_card_select.c tests/unit/card_script.h
test_card_select_CPPFLAGS = $(unit_cppflags)
test_card_select_LDADD = $(unit_ldadd)
test_crypto_SOURCES = tests/unit/test_crypto.c tests/unit/vectors.c tests/unit/vectors.h
test_crypto_CPPFLAGS = $(unit_cppflags)
test_crypto_LDADD = $(unit_ldadd)
test_pcsc_SOURCES = tests/unit/test_pcsc.c tests/unit/pcsc_double.c tests/unit/pcsc_double.h
test_pcsc_CPPFLAGS = $(unit_cppflags) $(PCSC_CFLAGS)
test_pcsc_CFLAGS = $(AM_CFLAGS) -fvisibility=default
test_pcsc_LDADD = $(unit_ldadd)
test_select_SOURCES = tests/unit/test_select.c tests/unit/vectors.c tests/unit/vectors.h
test_select_CPPFLAGS = $(unit_cppflags)
test_select_LDADD = $(unit_ldadd)
test_ticket_SOURCES = tests/unit/test_ticket.c tests/unit/vectors.c tests/unit/vectors.h
test_ticket_CPPFLAGS = $(unit_cppflags)
test_ticket_LDADD = $(unit_ldadd)
TESTS += test_card test_card_select test_crypto test_pcsc test_select test_ticket

check_PROGRAMS += test_nonce
test_nonce_SOURCES = tests/unit/test_nonce.c
test_nonce_CPPFLAGS = $(unit_cppflags)
test_nonce_LDADD = $(unit_ldadd)
TESTS += test_nonce

check_PROGRAMS += test_json test_store test_store_process test_store_host test_store_trust
test_store_host_SOURCES = tests/unit/test_store_host.c tests/unit/store_setup.c tests/unit/store_setup.h
test_store_host_CPPFLAGS = $(unit_cppflags) $(SQLITE_CFLAGS)
test_store_host_LDADD = $(unit_ldadd) $(SQLITE_LIBS)
test_json_SOURCES = tests/unit/test_json.c
test_json_CPPFLAGS = $(unit_cppflags)
test_json_LDADD = $(unit_ldadd)
test_store_SOURCES = tests/unit/test_store.c tests/unit/store_setup.c tests/unit/store_setup.h
test_store_CPPFLAGS = $(unit_cppflags) $(SQLITE_CFLAGS)
test_store_LDADD = $(unit_ldadd) $(SQLITE_LIBS)
test_store_process_SOURCES = tests/unit/test_store_process.c tests/unit/store_setup.c tests/unit/store_setup.h
test_store_process_CPPFLAGS = $(unit_cppflags) $(SQLITE_CFLAGS)
test_store_process_LDADD = $(unit_ldadd) $(SQLITE_LIBS)
test_store_trust_SOURCES = tests/unit/test_store_trust.c tests/unit/store_setup.c tests/unit/store_setup.h
test_store_trust_CPPFLAGS = $(unit_cppflags) $(SQLITE_CFLAGS)
test_store_trust_LDADD = $(unit_ldadd) $(SQLITE_LIBS)
TESTS += test_json test_store test_store_process test_store_host test_store_trust

check_PROGRAMS += test_afar test_afar_decoys test_challenge test_known test_soft
login_rig = tests/unit/login_rig.c tests/unit/login_rig.h tests/unit/soft_card.c tests/unit/soft_card.h \
	$(card_application)
afar_rig = tests/unit/afar_rig.c tests/unit/afar_rig.h $(login_rig)
test_afar_SOURCES = tests/unit/test_afar.c $(afar_rig)
test_afar_CPPFLAGS = $(unit_cppflags) $(CRYPTO_CFLAGS)
test_afar_LDADD = $(unit_ldadd) $(CRYPTO_LIBS)
test_afar_decoys_SOURCES = tests/unit/test_afar_decoys.c $(afar_rig)
test_afar_decoys_CPPFLAGS = $(unit_cppflags) $(CRYPTO_CFLAGS)
test_afar_decoys_LDADD = $(unit_ldadd) $(CRYPTO_LIBS)
test_soft_SOURCES = tests/unit/test_soft.c $(login_rig)
test_soft_CPPFLAGS = $(unit_cppflags) $(CRYPTO_CFLAGS)
test_soft_LDADD = $(unit_ldadd) $(CRYPTO_LIBS)
test_challenge_SOURCES = tests/unit/test_challenge.c
test_challenge_CPPFLAGS = $(unit_cppflags)
test_challenge_LDADD = $(unit_ldadd)
test_known_SOURCES = tests/unit/test_known.c
test_known_CPPFLAGS = $(unit_cppflags)
test_known_LDADD = $(unit_ldadd)
TESTS += test_afar test_afar_decoys test_challenge test_known test_soft

check_PROGRAMS += test_store_account
test_store_account_SOURCES = tests/unit/test_store_account.c tests/unit/store_setup.c tests/unit/store_setup.h
test_store_account_CPPFLAGS = $(unit_cppflags) $(SQLITE_CFLAGS)
test_store_account_LDADD = $(unit_ldadd) $(SQLITE_LIBS)
TESTS += test_store_account

check_PROGRAMS += test_session
test_session_SOURCES = tests/unit/test_session.c mckd-auth/session.c mckd-auth/session.h
test_session_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/mckd-auth $(CMOCKA_CFLAGS)
test_session_LDADD = $(CMOCKA_LIBS)
TESTS += test_session
check_PROGRAMS += test_store_event
test_store_event_SOURCES = tests/unit/test_store_event.c tests/unit/store_setup.c tests/unit/store_setup.h
test_store_event_CPPFLAGS = $(unit_cppflags) $(SQLITE_CFLAGS)
test_store_event_LDADD = $(unit_ldadd) $(SQLITE_LIBS)
TESTS += test_store_event

check_PROGRAMS += test_login test_login_forged test_login_meanwhile test_login_rotation
test_login_SOURCES = tests/unit/test_login.c $(login_rig)
test_login_CPPFLAGS = $(unit_cppflags) $(CRYPTO_CFLAGS)
test_login_LDADD = $(unit_ldadd) $(CRYPTO_LIBS)
test_login_forged_SOURCES = tests/unit/test_login_forged.c $(login_rig)
test_login_forged_CPPFLAGS = $(unit_cppflags) $(CRYPTO_CFLAGS)
test_login_forged_LDADD = $(unit_ldadd) $(CRYPTO_LIBS)
test_login_meanwhile_SOURCES = tests/unit/test_login_meanwhile.c $(login_rig)
test_login_meanwhile_CPPFLAGS = $(unit_cppflags) $(CRYPTO_CFLAGS)
test_login_meanwhile_LDADD = $(unit_ldadd) $(CRYPTO_LIBS)
test_login_rotation_SOURCES = tests/unit/test_login_rotation.c $(login_rig)
test_login_rotation_CPPFLAGS = $(unit_cppflags) $(CRYPTO_CFLAGS)
test_login_rotation_LDADD = $(unit_ldadd) $(CRYPTO_LIBS)
TESTS += test_login test_login_forged test_login_meanwhile test_login_rotation
