# libtool gives a module without a version its own file name as soname: libnss_mckd.so.2.
nss_LTLIBRARIES = nss_mckd/libnss_mckd.la
nss_mckd_libnss_mckd_la_SOURCES = \
	nss_mckd/accounts.c nss_mckd/accounts.h \
	nss_mckd/group.c \
	nss_mckd/local.c \
	nss_mckd/nss_mckd.c nss_mckd/nss_mckd.h \
	nss_mckd/passwd.c
nss_mckd_libnss_mckd_la_CPPFLAGS = $(AM_CPPFLAGS) \
	-UMCKD_PUBLICDIR -DMCKD_PUBLICDIR='"$(localstatedir)/lib/mckd-public"'
nss_ldflags = $(AM_LDFLAGS) -module -avoid-version -shared -shrext .so.2 \
	-Wl,--version-script=$(srcdir)/nss_mckd/nss_mckd.map
nss_mckd_libnss_mckd_la_LDFLAGS = $(nss_ldflags)
nss_mckd_libnss_mckd_la_DEPENDENCIES = nss_mckd/nss_mckd.map
EXTRA_DIST += nss_mckd/nss_mckd.map

install-exec-hook: remove-nss-la
remove-nss-la:
	rm -f $(DESTDIR)$(nssdir)/libnss_mckd.la
uninstall-hook: remove-nss-so
remove-nss-so:
	rm -f $(DESTDIR)$(nssdir)/libnss_mckd.so.2
.PHONY: remove-nss-la remove-nss-so
