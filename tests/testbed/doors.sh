# The hosts' own programs on the shipped PAM samples. Sourced by scenarios, behind lib.sh.
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154

BED_LIB=$here/lib.sh
export BED_LIB

# as UID COMMAND ...: as that user, with nothing of root's
as() {
	uid=$1
	shift
	setpriv --reuid="$uid" --regid="$uid" --clear-groups "$@"
}
alice=61001
bob=61002
carol=61003

# talk: an expect script on standard input, with the words of talk.exp
talk() {
	{ cat "$here/talk.exp" && cat; } >"$BED/talk.exp"
	command expect "$BED/talk.exp"
}

# doors_mounts: once for the namespace. libpam's own directory gets the module, and
# pam-auth-update our profiles beside that of passwords alone.
doors_mounts() {
	[ ! -d /run/bed/security ] || return 0
	dir=$(dirname "$(find -L /lib /usr/lib -maxdepth 4 -name pam_unix.so | head -n 1)")
	cp -a "$dir" /run/bed/security
	cp "$PREFIX/lib/security/pam_mckd.so" /run/bed/security/
	mount --bind /run/bed/security "$dir"
	mkdir /run/bed/profiles
	cp /usr/share/pam-configs/unix /run/bed/profiles/
	cp "$PREFIX"/share/pam-configs/mckd* /run/bed/profiles/
	mount --bind /run/bed/profiles /usr/share/pam-configs
	cp -a /var/cache/debconf /run/bed/debconf
	mount --bind /run/bed/debconf /var/cache/debconf
	mount -t tmpfs -o mode=755 bed /var/log
	mkdir -p /run/sshd
	for uid in $alice $bob $carol; do
		name=$(getent passwd "$uid" | cut -d: -f1)
		sed -i "/^$name:/d" /etc/shadow
		# shellcheck disable=SC2016
		printf '%s:%s:19000:0:99999:7:::\n' "$name" \
			"$(perl -e 'print crypt("pass-of-$ARGV[0]", q($6$bed$))' "$name")" >>/etc/shadow
	done
	rm -rf /etc/sudoers.d
}

# profiles [--enable NAME | --disable NAME] ...: pam-auth-update, without questions
profiles() {
	mkdir -p /var/lib/pam
	DEBIAN_FRONTEND=noninteractive pam-auth-update --package "$@"
}

# doors_setup [sed expression for the samples]: /etc/pam.d as a host has it
doors_setup() {
	doors_mounts
	printf '%s\n' 'Defaults !lecture, timestamp_timeout=0' 'alice ALL=(root) ALL' \
		'carol ALL=(root) ALL' >/etc/sudoers
	chmod 440 /etc/sudoers
	rm -rf /etc/pam.d/common-* /var/lib/pam
	# As where libpam-runtime is installed for the first time
	profiles --force
	for sample in "$PREFIX"/share/doc/pam_mckd/examples/pam.d/*; do
		sed "${1:-}" "$sample" >"/etc/pam.d/$(basename "$sample")"
	done
}

# sudo_stdin PIN ...: sudo -S, with those lines on its standard input
sudo_stdin() {
	printf '%s\n' "$@" | as "$alice" sudo -S -p '' -- id -u
}

# 192.0.2.7 (TEST-NET-1) is ours too, but no loopback address: a session from afar
AFAR=192.0.2.7
export AFAR

# sshd_start [line of sshd_config ...]
sshd_start() {
	stop sshd
	rm -f "$BED/host.key"
	ssh-keygen -q -t ed25519 -N '' -f "$BED/host.key"
	printf '%s\n' "$@" >"$BED/sshd_config"
	cat >>"$BED/sshd_config" <<-END
		Port 2222
		HostKey $BED/host.key
		PidFile none
		UsePAM yes
		KbdInteractiveAuthentication yes
		PasswordAuthentication no
		PubkeyAuthentication no
		PrintLastLog no
	END
	ip addr replace $AFAR/32 dev lo
	start sshd "$(command -v sshd)" -D -e -f "$BED/sshd_config"
	until grep -q 'Server listening on 0.0.0.0' "$BED/sshd.out"; do
		running sshd || die "sshd: $(cat "$BED/sshd.out")"
	done
	SSH='ssh -p 2222 -F none -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR'
	export SSH
}
