# A host with sshd and remote=challenge, and alice at her own machine. Sourced by scenarios, behind lib.sh.
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154,SC2016,SC2119,SC2120

# A connection from 127.0.0.1 is local, and would use the reader here: the other side has an
# address of its own.
AFAR=192.0.2.1
HOME_OF=/run/bed/home

# afar_setup [module option ...]: sshd with keyboard-interactive alone, and somebody to log in
afar_setup() {
	ip addr show dev lo | grep -q "$AFAR" || ip addr add "$AFAR/32" dev lo
	service sshd remote=challenge "$@"
	echo 'session required pam_permit.so' >>/etc/pam.d/sshd
	mkdir -p /run/sshd "$HOME_OF/.ssh" "$HOME_OF/etc"
	chmod 755 /run/sshd
	rm -rf "$HOME_OF/.config"
	chown -R 61001:61001 "$HOME_OF"
	[ -s /run/bed/host_key ] || ssh-keygen -q -t ed25519 -N '' -f /run/bed/host_key
	cat >/run/bed/sshd_config <<-END
		ListenAddress $AFAR
		Port 2222
		HostKey /run/bed/host_key
		PidFile none
		UsePAM yes
		UseDNS no
		KbdInteractiveAuthentication ${KBDINT:-yes}
		PasswordAuthentication ${PASSWORD:-no}
		PubkeyAuthentication no
		PrintMotd no
		PrintLastLog no
		LogLevel VERBOSE
	END
	/usr/sbin/sshd -t -f /run/bed/sshd_config
	start sshd unshare -u sh -c "hostname ${HOST:-\$(hostname)} && exec /usr/sbin/sshd -D -e -f /run/bed/sshd_config"
	n=0
	until ssh-keyscan -p 2222 "$AFAR" 2>/dev/null | grep -q .; do
		n=$((n + 1))
		[ "$n" -lt 100 ] || die "sshd does not listen: $(cat "$BED/sshd.out")"
		sleep 0.05
	done
	echo "[$AFAR]:2222 $(cut -d' ' -f1-2 /run/bed/host_key.pub)" >"$HOME_OF/.ssh/known_hosts"
	# Plays pinentry, and notes that it was asked
	cat >/run/bed/pinentry <<-'END'
		#!/bin/sh
		echo "OK ready"
		while read -r verb rest; do
			echo "$verb $rest" >>/run/bed/pinentry.log
			case $verb in
			GETPIN) echo "D $(cat /run/bed/pin)" ;;
			BYE) echo OK; exit 0 ;;
			esac
			echo OK
		done
	END
	printf '#!/bin/sh\nprintf "%%s\\n" "$1" >>/run/bed/fallback.log\ncat /run/bed/pin\n' >/run/bed/fallback
	chmod 755 /run/bed/pinentry /run/bed/fallback
	: >/run/bed/pinentry.log
	: >/run/bed/fallback.log
	chmod 666 /run/bed/pinentry.log /run/bed/fallback.log
	echo 246810 >/run/bed/pin
	trap 'stop sshd' EXIT
}

# as_alice COMMAND ...: at her own machine, without a terminal
as_alice() {
	setsid -w setpriv --reuid=61001 --regid=61001 --clear-groups env -i PATH="$PATH" HOME="$HOME_OF" \
		SSH_ASKPASS="${ASKPASS:-$PREFIX/bin/mckd-askpass}" SSH_ASKPASS_REQUIRE=force \
		MCKD_PINENTRY=/run/bed/pinentry MCKD_ASKPASS_FALLBACK=/run/bed/fallback "$@"
}

# afar USER: ssh to the host; what it says in $BED/ssh.out
afar() {
	as_alice timeout 60 ssh -F none -p 2222 -o UserKnownHostsFile="$HOME_OF/.ssh/known_hosts" \
		-o NumberOfPasswordPrompts=1 "$1@$AFAR" id -u >"$BED/ssh.out" 2>&1 </dev/null
}

host_id() {
	cardtool doctor | grep -oE 'host ID [0-9a-f]{32}' | cut -d' ' -f3
}

# pin_host ID: alice knows the host by this host ID
pin_host() {
	mkdir -p "$HOME_OF/.config/mckd"
	echo "$AFAR $1" >"$HOME_OF/.config/mckd/hosts"
	chown -R 61001:61001 "$HOME_OF/.config"
}

# prompt_of USER: the prompt that ssh shows for this user, answered with nothing
prompt_of() {
	printf '#!/bin/sh\nprintf "%%s" "$1" >/run/bed/prompt\necho\n' >/run/bed/recorder
	chmod 755 /run/bed/recorder
	: >/run/bed/prompt
	chmod 666 /run/bed/prompt
	ASKPASS=/run/bed/recorder
	refute afar "$1"
	ASKPASS=
	cp /run/bed/prompt "$BED/prompt"
}
