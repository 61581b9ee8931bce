man_pages = man/mckd-askpass.1 man/mckd-lock.1 man/mckd-vcard.1 man/pam_mckd.8 man/mckd.conf.5 man/cardtool.8 \
	man/libnss_mckd.8
man_MANS = $(man_pages)
EXTRA_DIST += $(man_pages:=.scd)
CLEANFILES += $(man_pages)

SUFFIXES = .scd
.scd:
	$(AM_V_GEN)$(MKDIR_P) man && $(SCDOC) <$< >$@.tmp && mv $@.tmp $@
