# What the scenarios, the demo and the benchmark share. Sourced inside the namespace of
# enter.sh, with BED (logs and states) and MCKD_BUILD (the build directory, whose "root"
# is the prefix that the product was installed under) set.
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh

: "${BED:?}" "${MCKD_BUILD:?}"
PREFIX=$MCKD_BUILD/root
PATH=$PREFIX/sbin:$PREFIX/bin:$MCKD_BUILD:/usr/sbin:/usr/bin:/sbin:/bin
export PATH
HELPER=$PREFIX/libexec/mckd/mckd-auth
REAL_HELPER=$HELPER
if [ -n "${MCKD_SANITIZED:-}" ]; then
	PATH=$MCKD_SANITIZED/root/sbin:$MCKD_SANITIZED/root/bin:$PATH
	REAL_HELPER=$MCKD_SANITIZED/root/libexec/mckd/mckd-auth
	# Where that cardtool puts its own module into a stack: no host could load it.
	sanitized_module=$MCKD_SANITIZED/root/lib/security/pam_mckd.so
	mountpoint -q "$sanitized_module" || mount --bind "$PREFIX/lib/security/pam_mckd.so" "$sanitized_module"
fi
REPORTS=/run/bed/reports
PORT_0=35963	# of the first reader
PORT_1=35964	# of the second

die() {
	echo "$*" >&2
	exit 1
}

# refute COMMAND ...: "!" alone does not end a scenario under set -e
refute() {
	if "$@"; then
		echo "refute $*: it did not fail"
		return 1
	fi
}

# start NAME COMMAND ...: in the background; its pid in $BED/NAME.pid
start() {
	name=$1
	shift
	"$@" >"$BED/$name.out" 2>&1 3>&- &
	echo $! >"$BED/$name.pid"
}

running() {
	[ -s "$BED/$1.pid" ] && kill -0 "$(cat "$BED/$1.pid")" 2>/dev/null
}

stop() {
	[ -s "$BED/$1.pid" ] || return 0
	pid=$(cat "$BED/$1.pid")
	rm -f "$BED/$1.pid"
	# In this order: a CONT while the leak sanitizer looks over a process that ends makes it spin for ever.
	kill -CONT "$pid" 2>/dev/null || return 0
	kill "$pid" 2>/dev/null || :
	# A scenario runs in a subshell, whose children these are not.
	wait "$pid" 2>/dev/null || tail --pid="$pid" -s 0.01 -f /dev/null 2>/dev/null || :
}

pcscd_start() {
	rm -f /run/pcscd/pcscd.comm /run/pcscd/pcscd.pid
	start pcscd pcscd --foreground
	bed_wait service
}

stack_start() {
	bed_clear
	start syslog bed_syslog "$BED/syslog.log"
	pcscd_start
}

# What a scenario has started and, where it failed, not stopped
scenario_stop() {
	for pidfile in "$BED"/*.pid; do
		name=${pidfile##*/}
		case $name in
		pcscd.pid | syslog.pid) ;;
		*) stop "${name%.pid}" ;;
		esac
	done
}

stack_stop() {
	scenario_stop
	stop pcscd
	stop syslog
}

# bed_clear: of $BED all but what is there for all scenarios
bed_clear() {
	find "$BED" -mindepth 1 -maxdepth 1 ! -name 'pcscd.*' ! -name 'syslog.*' ! -name kept ! -name store \
		! -name provision.log ! -name scenario.log ! -name cuts.log -exec rm -rf {} +
}

# card_in READER STATEFILE [option ...]: puts a soft card into reader 0 or 1
card_in() {
	reader=$1
	state=$2
	shift 2
	port=$PORT_0
	[ "$reader" = 0 ] || port=$PORT_1
	start "card$reader" mckd-vcard --port "$port" --trace "$BED/trace$reader" "$@" "$state"
	bed_wait present "$reader" || die "card $state: $(cat "$BED/card$reader.out")"
}

# new_card READER STATEFILE: a blank one; its transport key in STATEFILE.transport
new_card() {
	rm -f "$2" "$2.transport"
	card_in "$1" "$2" --new --transport-key-file "$2.transport"
}

foreign_in() {
	reader=$1
	shift
	port=$PORT_0
	[ "$reader" = 0 ] || port=$PORT_1
	start "card$reader" bed_foreign "$port" "$@"
	bed_wait present "$reader"
}

# public_answer STATEFILE: what the card says to SELECT
public_answer() {
	card_in 0 "$1"
	bed_select
	card_out 0
}

# heard TEXT: did the card in reader 0 that is not ours hear it in clear?
heard() {
	grep "$(printf %s "$1" | od -An -tx1 | tr -d ' \n')" "$BED/card0.out"
}

# terminated_in READER STATEFILE: what is public of that card, its life over
terminated_in() {
	card_in "$1" "$2"
	answer=$(bed_select)
	card_out "$1"
	over=$(echo "$answer" | sed 's/820107/8201ff/')
	[ "$over" != "$answer" ] || die "terminated_in: no state 07 in $answer"
	foreign_in "$1" copy "$over"
}

card_out() {
	running "card$1" || return 0
	stop "card$1"
	bed_wait empty "$1"
}

# provision USER STATEFILE PIN [option ...]: a new soft card in reader 0, then taken out
provision() {
	user=$1
	card=$2
	pin=$3
	shift 3
	(umask 077 && echo "$pin" >"$card.pin")
	new_card 0 "$card"
	cardtool provision --user "$user" --pin-file "$card.pin" \
		--transport-key-file "$card.transport" "$@"
	card_out 0
}

# Alice's and Bob's cards and a store that knows both, kept to start each scenario from
bed_provision() {
	cardtool init
	provision alice "$BED/alice.card" 246810
	provision bob "$BED/bob.card" 135791
	new_card 0 "$BED/blank.card"
	card_out 0
	rm -rf "$BED/kept"
	mkdir -m 700 "$BED/kept"
	cp -a /etc/mckd "$BED/kept/etc"
	cp -a /var/lib/mckd "$BED/kept/store"
	mkdir "$BED/kept/cards"
	cp -a "$BED"/*.card "$BED"/*.card.* "$BED/kept/cards/"
}

# prepare LIB: bed_provision with its words in $BED/provision.log; a shell of its own, for set -e is
# without effect in what "||" follows.
prepare() {
	sh -exc '. "$0"; bed_provision' "$1" >"$BED/provision.log" 2>&1
}

# As after bed_provision, all readers empty
bed_reset() {
	running pcscd || pcscd_start
	card_out 0
	card_out 1
	scenario_stop
	find "$REPORTS" -type f -delete
	helper_true
	bed_clear
	rm -rf /etc/mckd
	cp -a "$BED/kept/etc" /etc/mckd
	find /var/lib/mckd -mindepth 1 -delete
	chmod 700 /var/lib/mckd
	cp -a "$BED/kept/store/." /var/lib/mckd/
	cp -a "$BED/kept/cards/." "$BED/"
	: >"$BED/syslog.log"
	rm -rf /run/systemd/sessions /run/systemd/users
	service card
}

# helper_is FILE: what lies where the module looks for mckd-auth, in this namespace alone
helper_is() {
	helper_true
	chmod 755 "$1"
	mount --bind "$1" "$HELPER"
}

# helper_by COMMAND ...: mckd-auth itself, run by a command. It clears its environment, but what
# a loader or a tool read before that stays read.
helper_by() {
	helper_true
	cp "$REAL_HELPER" "$BED/mckd-auth.real"
	printf '#!/bin/sh\nexec %s %s/mckd-auth.real\n' "$*" "$BED" >"$BED/mckd-auth.by"
	helper_is "$BED/mckd-auth.by"
}

# helper_true: the installed one again, or the sanitized one where all run with that
helper_true() {
	# One may still be ending, where its host was killed.
	while mountpoint -q "$HELPER"; do
		umount --lazy "$HELPER"
	done
	[ "$REAL_HELPER" = "$HELPER" ] || mount --bind "$REAL_HELPER" "$HELPER"
}

# reports: what a sanitizer or valgrind had to say since the scenario began
reports() {
	find "$REPORTS" -type f -size +0 -exec cat {} +
}

# service NAME [module option ...]: a PAM service of pam_mckd alone
service() {
	name=$1
	shift
	cat >"/etc/pam.d/$name" <<-END
		auth required $PREFIX/lib/security/pam_mckd.so $*
		account required pam_permit.so
	END
}

# service_before_permit NAME CONTROL [module option ...]: with pam_permit stacked behind
service_before_permit() {
	name=$1
	control=$2
	shift 2
	cat >"/etc/pam.d/$name" <<-END
		auth $control $PREFIX/lib/security/pam_mckd.so $*
		auth required pam_permit.so
		account required pam_permit.so
	END
}

# service_exact NAME [module option ...]: for bed_host, which is told what the module itself says
service_exact() {
	name=$1
	shift
	for type in auth account password; do
		cat <<-END
			$type [default=die success=done ignore=ignore] $PREFIX/lib/security/pam_mckd.so $*
			$type required pam_debug.so auth=module_unknown acct=module_unknown prechauthtok=module_unknown
		END
	done >"/etc/pam.d/$name"
}

# in_cgroup TEXT COMMAND ...: as a process that the kernel says this of in /proc/PID/cgroup
in_cgroup() {
	echo "$1" >"$BED/cgroup"
	shift
	# shellcheck disable=SC2016
	sh -c 'mount --bind "$0" /proc/$$/cgroup && exec "$@"' "$BED/cgroup" "$@"
}

# session_is ID REMOTE: a session of alice's, as logind notes it, and no other
session_is() {
	mkdir -p /run/systemd/sessions /run/systemd/users
	rm -f /run/systemd/sessions/* /run/systemd/users/*
	printf 'UID=61001\nREMOTE=%s\n' "$2" >"/run/systemd/sessions/$1"
	echo "SESSIONS=$1" >/run/systemd/users/61001
}

# says VERDICT bed_host's arguments ...
says() {
	wanted=$1
	shift
	verdict=$(bed_host "$@" 2>"$BED/host.err" </dev/null) || verdict="$verdict $(cat "$BED/host.err")"
	[ "$verdict" = "$wanted" ] || {
		echo "bed_host $*: $verdict, expected $wanted"
		return 1
	}
}

# helpers: the processes that are mckd-auth, of this testbed and no other
helpers() {
	find /proc -maxdepth 2 -name exe \( -lname "$HELPER" -o -lname "$REAL_HELPER" \) 2>/dev/null |
		while read -r exe; do
			[ "$(readlink "${exe%exe}ns/net")" != "$(readlink /proc/self/ns/net)" ] || echo "$exe"
		done
}

# no_helper_left: within a second of now
no_helper_left() {
	for _ in 1 2 3 4 5 6 7 8 9 10 11; do
		left=$(helpers) || :
		[ -n "$left" ] || return 0
		sleep 0.1
	done
	echo "mckd-auth is still there: $left"
	return 1
}

# grep, but what was sent to the log before has come in when it is read.
grep() {
	case $* in
	*"$BED/syslog.log"*) log_settled ;;
	esac
	command grep "$@"
}

log_settled() {
	running syslog || return 0
	settled=settled-$(od -An -N8 -tx8 /dev/urandom | tr -d ' ')
	logger -t bed "$settled"
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		! command grep -q "$settled" "$BED/syslog.log" || return 0
		sleep 0.1
	done
	die "the log does not come in"
}

# login SERVICE USER [PIN ...]: pamtester; its words in $BED/login.out, PAM's code in $verdict
login() {
	name=$1
	user=$2
	shift 2
	: >"$BED/login.in"
	[ $# = 0 ] || printf '%s\n' "$@" >"$BED/login.in"
	# By lines, so that texts and prompts come in their order.
	timeout 60 stdbuf -oL pamtester "$name" "$user" authenticate <"$BED/login.in" >"$BED/login.out" 2>&1 || :
	case $(grep "pamtester: " "$BED/login.out" | tail -n 1) in
	*"successfully authenticated") verdict=SUCCESS ;;
	*"Authentication failure") verdict=AUTH_ERR ;;
	*"cannot retrieve authentication info"*) verdict=AUTHINFO_UNAVAIL ;;
	*"User not known"*) verdict=USER_UNKNOWN ;;
	*"maximum number of retries"*) verdict=MAXTRIES ;;
	*"Permission denied") verdict=PERM_DENIED ;;
	*"Error in service module") verdict=SERVICE_ERR ;;
	*"Conversation error") verdict=CONV_ERR ;;
	*) verdict=UNKNOWN ;;
	esac
}

# expect VERDICT SERVICE USER [PIN ...]
expect() {
	wanted=$1
	shift
	login "$@"
	[ "$verdict" = "$wanted" ] || {
		echo "login $*: $verdict, expected $wanted"
		cat "$BED/login.out"
		return 1
	}
}

# Commands that reader 0's card has answered since its trace was emptied. A line is
# INS, Lc, the answer's length with its status word, and that.
apdus() {
	wc -l <"$BED/trace0" | tr -d ' '
}

trace_reset() {
	: >"$BED/trace0"
}

card_id() {
	cardtool list | grep -w "$1" | grep -oiE '\b[0-9a-f]{16}\b' | head -n 1
}

# exits STATUS COMMAND ...
exits() {
	wanted=$1
	shift
	got=0
	"$@" >"$BED/exits.out" 2>&1 || got=$?
	cat "$BED/exits.out"
	[ "$got" = "$wanted" ] || {
		echo "$*: exit $got, expected $wanted"
		return 1
	}
}

# The index by which the last login came in
last_index() {
	cardtool log --limit 1 --json | sed -n 's/.*"index":\([0-9]*\).*/\1/p'
}

# pin_files FIRST NEW: into $BED/first.pin and $BED/new.pin
pin_files() {
	(umask 077 && echo "$1" >"$BED/first.pin" && echo "$2" >"$BED/new.pin")
}

# A card of Alice's with a PUK that is known here
card_with_puk() {
	(umask 077 && echo 987654321 >"$BED/puk")
	cardtool revoke alice --force
	cardtool unassign --user alice "$(card_id alice)"
	provision alice "$BED/puk.card" 246810 --puk-file "$BED/puk" "$@"
	card_in 0 "$BED/puk.card"
}

# trace_bytes in|out: bytes to or from the card in reader 0's trace (each command with Le)
trace_bytes() {
	awk -v way="$1" '{ n += way == "out" ? $3 : $2 > 0 ? $2 + 6 : 5 } END { print n + 0 }' "$BED/trace0"
}

# systemctl_is COMMAND: what lies in its place says how it was called, and then does that
systemctl_is() {
	cat >/run/bed/systemctl <<-END
		#!/bin/sh
		echo "\$0 \$*" >>/run/bed/systemctl.out
		env >>/run/bed/systemctl.env
		$1
	END
	chmod 755 /run/bed/systemctl
	rm -f /run/bed/systemctl.out /run/bed/systemctl.env
	mountpoint -q /usr/bin/systemctl || mount --bind /run/bed/systemctl /usr/bin/systemctl
}

# within_a_second COMMAND ...
within_a_second() {
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		! "$@" || return 0
		sleep 0.1
	done
	"$@"
}
