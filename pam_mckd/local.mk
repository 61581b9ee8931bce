pamdir = @pamdir@
pam_LTLIBRARIES = pam_mckd.la
pam_mckd_sources = \
	pam_mckd/dialog.c pam_mckd/dialog.h \
	pam_mckd/helper.c pam_mckd/helper.h \
	pam_mckd/language.c \
	pam_mckd/pam_mckd.c \
	pam_mckd/talk.c pam_mckd/talk.h \
	pam_mckd/verdict.c \
	pam_mckd/wire.c pam_mckd/wire.h
pam_mckd_ldflags = $(AM_LDFLAGS) -module -avoid-version -shared -no-undefined \
	-Wl,--version-script=$(srcdir)/pam_mckd/pam_mckd.map
pam_mckd_la_SOURCES = $(pam_mckd_sources)
pam_mckd_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/pam_mckd
pam_mckd_la_LDFLAGS = $(pam_mckd_ldflags)
pam_mckd_la_LIBADD = -lpam
pam_mckd_la_DEPENDENCIES = $(srcdir)/pam_mckd/pam_mckd.map
EXTRA_DIST += pam_mckd/pam_mckd.map
