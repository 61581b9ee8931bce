systemddir = $(prefix)/lib/systemd/system
systemd_DATA = etc/systemd/mckd-auth.socket etc/systemd/mckd-auth@.service
pamconfigsdir = $(datadir)/pam-configs
dist_pamconfigs_DATA = etc/pam-configs/mckd etc/pam-configs/mckd-required
EXTRA_DIST += etc/systemd/mckd-auth.socket etc/systemd/mckd-auth@.service.in etc/polkit/mckd.rules
CLEANFILES += etc/systemd/mckd-auth@.service

etc/systemd/mckd-auth@.service: etc/systemd/mckd-auth@.service.in
	$(AM_V_GEN)$(MKDIR_P) etc/systemd && \
	    sed 's|@libexecdir[@]|$(libexecdir)|' $(srcdir)/etc/systemd/mckd-auth@.service.in >$@
EXTRA_DIST += etc/pam.d/login etc/pam.d/sshd etc/pam.d/su etc/pam.d/sudo
