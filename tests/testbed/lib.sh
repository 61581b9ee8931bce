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

# helper_true: the installed one again, or the sanitized one where all run with that
helper_true() {
	# One may still be ending, where its host was killed.
	while mountpoint -q "$HELPER"; do
		umount --lazy "$HELPER"
	done
	[ "$REAL_HELPER" = "$HELPER" ] || mount --bind "$REAL_HELPER" "$HELPER"
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

# trace_bytes in|out: bytes to or from the card in reader 0's trace (each command with Le)
trace_bytes() {
	awk -v way="$1" '{ n += way == "out" ? $3 : $2 > 0 ? $2 + 6 : 5 } END { print n + 0 }' "$BED/trace0"
}
