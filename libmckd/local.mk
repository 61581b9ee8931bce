noinst_LTLIBRARIES += libmckd.la
libmckd_la_SOURCES = \
	libmckd/block.c libmckd/block.h \
	libmckd/buf.c libmckd/buf.h \
	libmckd/crypto.c libmckd/crypto.h \
	libmckd/err.c libmckd/err.h \
	libmckd/keys.c libmckd/keys.h
libmckd_la_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS) $(PCSC_CFLAGS) $(SQLITE_CFLAGS) $(ECONF_CFLAGS) $(JANSSON_CFLAGS)
libmckd_la_LIBADD = $(CRYPTO_LIBS) $(PCSC_LIBS) $(SQLITE_LIBS) $(ECONF_LIBS) $(JANSSON_LIBS)
