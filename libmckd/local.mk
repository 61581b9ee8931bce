noinst_LTLIBRARIES += libmckd.la
libmckd_la_SOURCES = \
	libmckd/accounts.c libmckd/accounts.h libmckd/accounts_check.c \
	libmckd/accounts_file.c libmckd/accounts_file.h nss_mckd/accounts.h \
	libmckd/block.c libmckd/block.h \
	libmckd/buf.c libmckd/buf.h \
	libmckd/crypto.c libmckd/crypto.h \
	libmckd/err.c libmckd/err.h \
	libmckd/intl.c libmckd/intl.h \
	libmckd/keys.c libmckd/keys.h \
	libmckd/nonce.c libmckd/nonce.h \
	libmckd/userdb.c libmckd/userdb.h libmckd/userdb_sweep.c libmckd/userdb_sweep.h
libmckd_la_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS) $(PCSC_CFLAGS) $(SQLITE_CFLAGS) $(ECONF_CFLAGS) $(JANSSON_CFLAGS) $(CDB_CFLAGS)
libmckd_la_LIBADD = $(CRYPTO_LIBS) $(PCSC_LIBS) $(SQLITE_LIBS) $(ECONF_LIBS) $(JANSSON_LIBS) $(CDB_LIBS)
libmckd_la_SOURCES += \
	libmckd/card.c libmckd/card_secret.c libmckd/card_select.c libmckd/card_transmit.c \
	libmckd/card.h libmckd/cardlink.h \
	libmckd/pcsc.c libmckd/pcsc.h libmckd/pcsc_link.c libmckd/pcsc_inside.h \
	libmckd/pcsc_pad.c libmckd/pcsc_pad.h \
	libmckd/select.c libmckd/select.h \
	libmckd/ticket.c libmckd/ticket.h
libmckd_la_SOURCES += \
	libmckd/json.c libmckd/json.h libmckd/json_field.c libmckd/json_priv.h libmckd/json_write.c \
	libmckd/store.c libmckd/store.h libmckd/store_accept.c \
	libmckd/store_account.c libmckd/store_account.h libmckd/store_block.c \
	libmckd/store_card.c libmckd/store_event.c libmckd/store_host.c libmckd/store_host.h \
	libmckd/store_mac.c libmckd/store_path.c libmckd/store_priv.h \
	libmckd/store_rotate.c libmckd/store_rotate.h libmckd/store_rotation.c \
	libmckd/store_schema.c libmckd/store_seal.c libmckd/store_sql.c libmckd/store_statements.c \
	libmckd/store_ticket.c
libmckd_la_SOURCES += \
	libmckd/conf.c libmckd/conf.h libmckd/conf_file.c libmckd/conf_file.h \
	libmckd/journal.c libmckd/journal.h libmckd/log.c libmckd/log.h \
	libmckd/login.c libmckd/login.h libmckd/login_change.c libmckd/login_event.c libmckd/login_inside.h \
	libmckd/login_judge.c libmckd/login_pin.c libmckd/login_send.c libmckd/login_sign.c libmckd/login_soft.c \
	libmckd/login_verdict.c
libmckd_la_SOURCES += \
	libmckd/challenge.c libmckd/challenge.h libmckd/reply.c \
	libmckd/hex.c libmckd/hex.h \
	libmckd/known.c libmckd/known.h \
	libmckd/login_afar.c libmckd/login_afar.h \
	libmckd/respond.c libmckd/respond.h
