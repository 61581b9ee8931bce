# The profiles of pam-auth-update, as it writes them into common-auth
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2119,SC2154
# shellcheck source=tests/testbed/doors.sh
. "$here/doors.sh"

# profile_service: one that has nothing but what pam-auth-update made
profile_service() {
	printf '@include common-auth\naccount required pam_permit.so\n' >/etc/pam.d/common
}

profile_off_by_default() {
	doors_setup
	refute grep -q pam_mckd /etc/pam.d/common-auth
}
scenario profile_off_by_default

profile_optional() {
	doors_setup
	profiles --enable mckd
	profile_service
	grep -q pam_mckd /etc/pam.d/common-auth
	expect AUTHINFO_UNAVAIL card alice 246810
	# Without a card the password does, and a wrong one does not
	expect SUCCESS common alice pass-of-alice
	expect AUTH_ERR common alice 246810
	card_in 0 "$BED/alice.card"
	expect SUCCESS common alice 246810
	# The password is asked for anew: a PIN never goes to pam_unix, nor the other way round
	expect SUCCESS common alice 999999 pass-of-alice
	expect SUCCESS common carol pass-of-carol
	profiles --disable mckd
	refute grep -q pam_mckd /etc/pam.d/common-auth
}
scenario profile_optional

# Who has a card needs it; who has none, and root by its password, is not locked out
profile_required() {
	doors_setup
	profiles --enable mckd-required
	profile_service
	login common alice pass-of-alice
	[ "$verdict" = AUTHINFO_UNAVAIL ]
	expect SUCCESS common carol pass-of-carol
	sed -i '/^root:/d' /etc/shadow
	# shellcheck disable=SC2016
	echo "root:$(perl -e 'print crypt("pass-of-root", q($6$bed$))'):19000::::::" >>/etc/shadow
	expect SUCCESS common root pass-of-root
	card_in 0 "$BED/alice.card"
	expect AUTH_ERR common alice 999999 pass-of-alice
	expect SUCCESS common alice 246810
	profiles --disable mckd-required
}
scenario profile_required
