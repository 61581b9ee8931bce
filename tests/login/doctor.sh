# cardtool doctor: what it finds, what mends it, and that it predicts what then happens
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2119,SC2154
# shellcheck source=tests/testbed/doors.sh
. "$here/doors.sh"

# doctor STATUS [option ...]: its words in $BED/doctor
doctor() {
	status=$1
	shift
	rc=0
	cardtool doctor "$@" >"$BED/doctor" 2>"$BED/doctor.err" || rc=$?
	[ "$rc" = "$status" ] || {
		cat "$BED/doctor" "$BED/doctor.err"
		return 1
	}
}

# finds PATTERN: a problem, and the next line is its mend
finds() {
	grep -A1 -E "^PROBLEM .*$1" "$BED/doctor" | grep -q '^         mend: ' || {
		cat "$BED/doctor"
		return 1
	}
}

doctor_says() {
	grep -qE "$1" "$BED/doctor" || {
		cat "$BED/doctor"
		return 1
	}
}

doctor_all_is_well() {
	card_in 0 "$BED/alice.card"
	doctor 0
	doctor_says "^ok .*: card $(card_id alice)$"
	doctor_says '^ok +store: 2 cards, host ID [0-9a-f]{32}$'
	doctor_says '^ok +module: '
	doctor_says '^ok +helper: '
	doctor_says '^note +socket: '
	refute grep -q PROBLEM "$BED/doctor"
}
scenario doctor_all_is_well

# The sample is there, and is said to do what it does (test_polkit.sh shows that it does)
doctor_of_polkit() {
	mkdir -p /run/bed/polkit/actions
	: >/run/bed/polkit/actions/org.debian.pcsc-lite.policy
	mount --bind /run/bed/polkit /usr/share/polkit-1
	doctor 0
	umount /usr/share/polkit-1
	file=$(sed -n 's/^ *mend: \(.*\) keeps cards to root and to who sits at this machine.*/\1/p' "$BED/doctor")
	cmp "$file" "$here/../../etc/polkit/mckd.rules"
}
scenario doctor_of_polkit

# Each prediction beside the login that it is about; none of them spends a try
doctor_predicts() {
	card_in 0 "$BED/alice.card"
	doctor 0 --service card --user alice
	doctor_says 'prediction: success, let in'
	doctor_says 'with a wrong PIN: auth_err, refused in the end'
	doctor_says '8 tries of the PIN left'
	refute grep '^10 ' "$BED/trace0"
	expect SUCCESS card alice 246810
	doctor 1 --service card --user bob
	doctor_says 'prediction: authinfo_unavail'
	expect AUTHINFO_UNAVAIL card bob 135791
	doctor 1 --service card --user carol
	finds 'no card is assigned'
	doctor_says 'prediction: user_unknown'
	expect USER_UNKNOWN card carol 0000
	cardtool suspend alice
	doctor 1 --service card --user alice
	finds 'suspended'
	doctor_says 'prediction: perm_denied'
	expect PERM_DENIED card alice 246810
	card_out 0
	doctor 1 --service card --user alice
	finds 'no card in the reader'
	doctor_says 'prediction: authinfo_unavail'
	doctor 1 --user nobody-here
	finds 'no account of that name'
}
scenario doctor_predicts

doctor_predicts_blocked_pin() {
	service card max_tries=8
	card_in 0 "$BED/alice.card"
	expect MAXTRIES card alice 999991 999992 999993 999994 999995 999996 999997 999998
	doctor 1 --service card --user alice
	finds 'the PIN is blocked'
	doctor_says 'prediction: maxtries'
	expect MAXTRIES card alice 246810
}
scenario doctor_predicts_blocked_pin

doctor_predicts_an_unwritable_store() {
	card_in 0 "$BED/alice.card"
	disk_small
	doctor 0 --service card --user alice
	cardtool log --json >"$BED/log.json"
	refute grep doctor "$BED/log.json"
	disk_fill
	doctor 1 --service card --user alice
	finds 'store: .*database or disk is full'
	doctor_says 'prediction: auth_err'
	refute doctor_says 'prediction: success'
	expect AUTH_ERR card alice 246810
	rm /var/lib/mckd/filler
	mount -o remount,ro /var/lib/mckd
	doctor 1 --service card --user alice
	finds 'store: the store is on a read-only file system'
	doctor_says 'prediction: auth_err'
	expect AUTH_ERR card alice 246810
	mount -o remount,rw /var/lib/mckd
	doctor 0 --service card --user alice
	doctor_says 'prediction: success'
	expect SUCCESS card alice 246810
}
scenario doctor_predicts_an_unwritable_store

# The stack as libpam reads it: includes, controls, options
doctor_reads_stacks() {
	doctor 1 --service other
	finds 'does not have pam_mckd'
	doctor_says 'mend: cardtool enable --service other$'
	doctor 1 --service nosuch
	finds '/etc/pam.d/nosuch: No such file or directory; so /etc/pam.d/other counts'
	doctor_says 'mend: give nosuch a file of its own, then: cardtool enable --service nosuch$'
	[ "$(grep -c PROBLEM "$BED/doctor")" = 1 ]
	doctors_stack 'auth sufficient pam_rootok.so' 'auth [success=done default=die] pam_mckd.so nullok'
	doctor 0 --service stack
	doctor_says '^note .*stack:1: pam_rootok.so may let a user in before'
	# shellcheck disable=SC1003 # the backslash is libpam's
	doctors_stack 'auth [success=done ignore=ignore \' 'default=die] pam_mckd.so [prompt=Your PIN, please]'
	doctor 0 --service stack
	doctor_says 'pam_mckd at /etc/pam.d/stack:2'
	doctors_stack 'auth required pam_mckd.so nulok'
	doctor 1 --service stack
	finds 'unknown option "nulok"'
	expect SERVICE_ERR stack alice 246810
	doctors_stack 'auth [default=ignore] pam_mckd.so'
	doctor 1 --service stack
	finds 'counts for nothing'
	doctors_stack 'auth [success=ok auth_err=ok default=die] pam_mckd.so'
	doctor 1 --service stack
	finds 'a wrong PIN is let in'
	doctors_stack 'auth include missing'
	doctor 1 --service stack
	finds 'missing: No such file'
	doctors_stack 'auth include stack'
	doctor 1 --service stack
	finds 'include each other'
	doctors_stack '@include below' 'auth required pam_deny.so'
	echo "-auth [success=1 user_unknown=ignore default=die] $PREFIX/lib/security/pam_mckd.so" >/etc/pam.d/below
	card_in 0 "$BED/alice.card"
	doctor 0 --service stack --user alice
	doctor_says 'pam_mckd at /etc/pam.d/below:1'
	doctor 1 --service stack --user carol
	doctor_says 'user_unknown, on to pam_deny.so'
}
doctors_stack() {
	printf '%s\n' "$@" >/etc/pam.d/stack
	case $* in
	*/pam_mckd.so*) ;;
	*) sed -i "s|pam_mckd.so|$PREFIX/lib/security/pam_mckd.so|" /etc/pam.d/stack ;;
	esac
}
scenario doctor_reads_stacks

doctor_finds_faults_of_host() {
	stop pcscd
	doctor 1
	finds 'pcscd: the PC/SC service'
	pcscd_start
	chmod 644 /etc/mckd/store.key
	doctor 1
	finds 'store.key: mode is 0644'
	chmod 400 /etc/mckd/store.key
	echo 'wait=20x' >/etc/mckd/mckd.conf
	chmod 644 /etc/mckd/mckd.conf
	doctor 1
	finds 'configuration'
	grep -q 'mckd.conf:1' "$BED/doctor.err"
	rm /etc/mckd/mckd.conf
	find /var/lib/mckd -mindepth 1 -delete
	doctor 1
	finds 'store: '
	doctor_says 'mend: cardtool init'
	card_in 0 "$BED/blank.card"
	doctor 1
	doctor_says '^note .*the card is blank'
}
scenario doctor_finds_faults_of_host

# The samples, each as it is shipped
doctor_likes_samples() {
	doors_setup
	card_in 0 "$BED/alice.card"
	for sample in sudo su login sshd; do
		doctor 0 --service $sample --user alice
		doctor_says 'prediction: success, let in'
		doctor_says 'with a wrong PIN: auth_err, refused$'
		doctor 1 --service $sample --user carol
		doctor_says 'prediction: ignore, on to pam_unix.so'
	done
}
scenario doctor_likes_samples
