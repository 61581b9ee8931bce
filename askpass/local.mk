bin_PROGRAMS += askpass/mckd-askpass
askpass_mckd_askpass_SOURCES = askpass/ask.h askpass/fallback.c askpass/mckd-askpass.c \
	askpass/pinentry.c askpass/tty.c askpass/tty.h
askpass_mckd_askpass_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/libmckd $(ASSUAN_CFLAGS)
askpass_mckd_askpass_CFLAGS = $(AM_CFLAGS) $(PIE_CFLAGS)
askpass_mckd_askpass_LDFLAGS = $(AM_LDFLAGS) $(PIE_LDFLAGS)
askpass_mckd_askpass_LDADD = libmckd.la $(ASSUAN_LIBS)
