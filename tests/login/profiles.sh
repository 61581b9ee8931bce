# The profiles of pam-auth-update, as it writes them into common-auth
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2119,SC2154
# shellcheck source=tests/testbed/doors.sh
. "$here/doors.sh"

# profile_service: one that has nothing but what pam-auth-update made
profile_service() {
	printf '@include common-auth\naccount required pam_permit.so\n' >/etc/pam.d/common
}

# as_from HOST USER ANSWER: the verdict where PAM is told of a remote host
as_from() {
	printf '%s\n' "$3" | timeout 60 pamtester -I rhost="$1" common "$2" authenticate >"$BED/from.out" 2>&1 || :
	case $(tail -n 1 "$BED/from.out") in
	*"cannot retrieve authentication info"*) echo AUTHINFO_UNAVAIL ;;
	*) cat "$BED/from.out" ;;
	esac
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
	# From afar there is no card here, and nobody gets in by password
	[ "$(as_from elsewhere.example carol pass-of-carol)" = AUTHINFO_UNAVAIL ]
	profiles --disable mckd-required
}
scenario profile_required

# The way back of pam_mckd(8): root, where nobody gets in any more
profile_required_way_back() {
	doors_setup
	profiles --enable mckd-required
	profile_service
	sed -i '/^root:/d' /etc/shadow
	# shellcheck disable=SC2016
	echo "root:$(perl -e 'print crypt("pass-of-root", q($6$bed$))'):19000::::::" >>/etc/shadow
	chmod 777 /var/lib/mckd
	expect SERVICE_ERR common root pass-of-root
	expect SERVICE_ERR common carol pass-of-carol
	pam-auth-update --disable mckd-required
	expect SUCCESS common root pass-of-root
	expect SUCCESS common carol pass-of-carol
}
scenario profile_required_way_back

# What pam-auth-update makes of the profiles never hands a password on as a PIN, and never runs
# the card behind a login that another module made
profiles_are_primary() {
	for profile in "$here"/../../etc/pam-configs/*; do
		grep -q '^Default: no$' "$profile"
		refute grep -E '_first_pass|Additional' "$profile"
	done
	grep -q 'success=end user_unknown=ignore default=die' "$here/../../etc/pam-configs/mckd-required"
}
scenario profiles_are_primary

# GNOME's greeter: the card and nothing else, and never root
gdm_takes_the_card_alone() {
	doors_setup
	login gdm-password alice pass-of-alice
	[ "$verdict" = AUTHINFO_UNAVAIL ]
	card_in 0 "$BED/alice.card"
	expect SUCCESS gdm-password alice 246810
	expect AUTH_ERR gdm-password alice 999999
	login gdm-password carol pass-of-carol
	[ "$verdict" != SUCCESS ]
	login gdm-password root 246810
	[ "$verdict" != SUCCESS ]
	tail -n +"$(grep -n pam_mckd.so /etc/pam.d/gdm-password | cut -d: -f1)" /etc/pam.d/gdm-password |
		grep -m 1 -A 1 '^auth' | grep -q '^auth.*pam_deny.so'
}
scenario gdm_takes_the_card_alone

# authselect is not here; what it would make of the templates is
as_authselect() {
	sed -e "/{$1 if \"with-card-required\"}/d" -e 's/ *{[a-z]* if .*}$//' \
		"$here/../../etc/authselect/mckd/system-auth" | grep '^auth' >/etc/pam.d/common
	echo 'account required pam_permit.so' >>/etc/pam.d/common
}

authselect_stacks() {
	doors_setup
	cmp "$here/../../etc/authselect/mckd/system-auth" "$here/../../etc/authselect/mckd/password-auth"
	as_authselect include
	[ "$(grep -c pam_mckd.so /etc/pam.d/common)" = 1 ]
	expect SUCCESS common alice pass-of-alice
	expect AUTH_ERR common alice 246810
	as_authselect exclude
	[ "$(grep -c pam_mckd.so /etc/pam.d/common)" = 1 ]
	login common alice pass-of-alice
	[ "$verdict" = AUTHINFO_UNAVAIL ]
	expect SUCCESS common carol pass-of-carol
	expect AUTH_ERR common carol wrong
	card_in 0 "$BED/alice.card"
	expect SUCCESS common alice 246810
	expect AUTH_ERR common alice 999999 pass-of-alice
}
scenario authselect_stacks
