EXTRA_DIST += \
	debian/changelog \
	debian/control \
	debian/copyright \
	debian/libnss-mckd.install \
	debian/libnss-mckd.nss \
	debian/libpam-mckd.install \
	debian/libpam-mckd.lintian-overrides \
	debian/libpam-mckd.postinst \
	debian/libpam-mckd.postrm \
	debian/libpam-mckd.prerm \
	debian/mckd-l10n.install \
	debian/mckd-tools.install \
	debian/mckd-vcard.install \
	debian/rules \
	debian/source/format
