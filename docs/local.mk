dist_doc_DATA = \
	NEWS \
	README \
	SECURITY \
	docs/ARCHITECTURE \
	docs/BENCH \
	docs/PATENT \
	docs/PROTOCOL \
	docs/QUICKSTART \
	docs/SESSION \
	docs/locker.png \
	docs/ssh-afar.txt
pamexampledir = $(docdir)/examples/pam.d
pamexample_DATA = etc/pam.d/gdm-password etc/pam.d/login etc/pam.d/sshd etc/pam.d/sshd-afar \
	etc/pam.d/su etc/pam.d/sudo
