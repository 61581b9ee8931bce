# A language is one catalogue, po/LANGUAGE.po; po/update.sh takes new words of the sources in.
catalogue_dedir = $(localedir)/de/LC_MESSAGES
nodist_catalogue_de_DATA = po/de/pam_mckd.mo
catalogue_frdir = $(localedir)/fr/LC_MESSAGES
nodist_catalogue_fr_DATA = po/fr/pam_mckd.mo
CLEANFILES += $(nodist_catalogue_de_DATA) $(nodist_catalogue_fr_DATA)
EXTRA_DIST += po/de.po po/fr.po po/plain.po po/update.sh

compile = $(AM_V_GEN)$(MKDIR_P) $(@D) && $(MSGFMT) --check-format --endianness=little -o $@
po/de/pam_mckd.mo: $(srcdir)/po/de.po
	$(compile) $(srcdir)/po/de.po
po/fr/pam_mckd.mo: $(srcdir)/po/fr.po
	$(compile) $(srcdir)/po/fr.po
