systemddir = $(prefix)/lib/systemd/system
systemd_DATA = etc/systemd/mckd-auth.socket etc/systemd/mckd-auth@.service \
	etc/systemd/mckd-trial.service
userunitdir = $(prefix)/lib/systemd/user
userunit_DATA = etc/systemd/user/mckd-lock.service
EXTRA_DIST += etc/systemd/user/mckd-lock.service.in
CLEANFILES += etc/systemd/user/mckd-lock.service

etc/systemd/user/mckd-lock.service: etc/systemd/user/mckd-lock.service.in
	$(AM_V_GEN)$(MKDIR_P) etc/systemd/user && \
	    sed 's|@bindir[@]|$(bindir)|' $(srcdir)/etc/systemd/user/mckd-lock.service.in >$@

pamconfigsdir = $(datadir)/pam-configs
dist_pamconfigs_DATA = etc/pam-configs/mckd etc/pam-configs/mckd-required
EXTRA_DIST += etc/systemd/mckd-auth.socket etc/systemd/mckd-auth@.service.in
CLEANFILES += etc/systemd/mckd-auth@.service etc/systemd/mckd-trial.service

etc/systemd/mckd-auth@.service: etc/systemd/mckd-auth@.service.in
	$(AM_V_GEN)$(MKDIR_P) etc/systemd && \
	    sed 's|@libexecdir[@]|$(libexecdir)|' $(srcdir)/etc/systemd/mckd-auth@.service.in >$@

etc/systemd/mckd-trial.service: etc/systemd/mckd-trial.service.in
	$(AM_V_GEN)$(MKDIR_P) etc/systemd && \
	    sed 's|@sbindir[@]|$(sbindir)|' $(srcdir)/etc/systemd/mckd-trial.service.in >$@
EXTRA_DIST += etc/pam.d/gdm-password etc/pam.d/login etc/pam.d/sshd etc/pam.d/sshd-afar etc/pam.d/su etc/pam.d/sudo
bashcompdir = $(datadir)/bash-completion/completions
zshcompdir = $(datadir)/zsh/site-functions
dist_zshcomp_DATA = etc/completion/_cardtool
EXTRA_DIST += etc/completion/cardtool.bash etc/systemd/mckd-trial.service.in

# bash looks for a file of the command's name.
install-data-local:
	$(MKDIR_P) '$(DESTDIR)$(bashcompdir)'
	$(INSTALL_DATA) $(srcdir)/etc/completion/cardtool.bash '$(DESTDIR)$(bashcompdir)/cardtool'

uninstall-local:
	rm -f '$(DESTDIR)$(bashcompdir)/cardtool'

apparmordir = $(sysconfdir)/apparmor.d
dist_apparmor_DATA = etc/apparmor.d/usr.libexec.mckd.mckd-auth
polkitexampledir = $(docdir)/examples/polkit
dist_polkitexample_DATA = etc/polkit/mckd.rules
authselectexampledir = $(docdir)/examples/authselect/mckd
dist_authselectexample_DATA = \
	etc/authselect/mckd/README \
	etc/authselect/mckd/REQUIREMENTS \
	etc/authselect/mckd/nsswitch.conf \
	etc/authselect/mckd/password-auth \
	etc/authselect/mckd/system-auth
