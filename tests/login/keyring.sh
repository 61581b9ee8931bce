# The confidential number opens a GNOME key ring: Debian's pam_gnome_keyring and daemon, as they are
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154

KIM=/run/bed/kim

# keyring_setup: a user with a home and a bus, and what ./dev has unpacked where it belongs
keyring_setup() {
	ring=$MCKD_BUILD/gnome-keyring
	lib=usr/lib/$(gcc -print-multiarch)
	mount -t overlay -o "lowerdir=$ring/usr/bin:/usr/bin" bed /usr/bin
	mount -t overlay -o "lowerdir=$ring/$lib:/$lib" bed "/$lib"
	grep -q '^kim:' /etc/passwd || echo "kim:x:61009:61009:Kim:$KIM:/bin/sh" >>/etc/passwd
	rm -rf "$KIM"
	mkdir -p "$KIM/run"
	chown -R 61009:61009 "$KIM"
	chmod 700 "$KIM/run"
	cat >"$BED/as_kim" <<-END
		#!/bin/sh
		exec setpriv --reuid=61009 --regid=61009 --clear-groups env -i PATH=/usr/bin:/bin HOME=$KIM \
			XDG_RUNTIME_DIR=$KIM/run DBUS_SESSION_BUS_ADDRESS=unix:path=$KIM/run/bus "\$@"
	END
	chmod 755 "$BED/as_kim"
	start bus "$BED/as_kim" dbus-daemon --session --nofork --address="unix:path=$KIM/run/bus"
	cat >/etc/pam.d/desk <<-END
		auth required $PREFIX/lib/security/pam_mckd.so authtok=secret
		auth optional $ring/lib/$(gcc -print-multiarch)/security/pam_gnome_keyring.so
		account required pam_permit.so
		session optional $ring/lib/$(gcc -print-multiarch)/security/pam_gnome_keyring.so auto_start
	END
	cardtool assign --user kim "$(card_id alice)"
	card_in 0 "$BED/alice.card"
}

keyring_away() {
	kim_leaves || :
	stop bus
	umount -l /usr/bin "/$lib"
}

# kim_comes: a login by card, and a session; the daemon that it started then serves the bus
kim_comes() {
	echo 246810 | pamtester -E "XDG_RUNTIME_DIR=$KIM/run" \
		-E "DBUS_SESSION_BUS_ADDRESS=unix:path=$KIM/run/bus" desk kim authenticate open_session
	"$BED/as_kim" gnome-keyring-daemon --start --components=secrets
	serving=$(bus_of_kim call org.freedesktop.DBus / org.freedesktop.DBus GetConnectionUnixProcessID \
		s org.freedesktop.secrets | cut -d ' ' -f 2)
}

kim_leaves() {
	[ -n "${serving:-}" ] || return 0
	kill "$serving"
	tail --pid="$serving" -s 0.01 -f /dev/null
	serving=
}

bus_of_kim() {
	"$BED/as_kim" busctl --address="unix:path=$KIM/run/bus" "$@"
}

# ring_is locked|open
ring_is() {
	[ "$1" = locked ] && want='b true' || want='b false'
	[ "$(bus_of_kim get-property org.freedesktop.secrets /org/freedesktop/secrets/collection/login \
		org.freedesktop.Secret.Collection Locked)" = "$want" ]
}

keyring_opened_by_the_number() {
	keyring_setup
	trap keyring_away EXIT
	cardtool secret put --generate alice >"$BED/number"
	# The first login makes the key ring, under the number.
	kim_comes
	ring_is open
	echo hidden | "$BED/as_kim" secret-tool store --label=note which this
	kim_leaves
	[ -s "$KIM/.local/share/keyrings/login.keyring" ]
	refute grep -a hidden "$KIM/.local/share/keyrings/login.keyring"
	kim_comes
	ring_is open
	[ "$("$BED/as_kim" secret-tool lookup which this)" = hidden ]
	kim_leaves
	# Another number is no key to it; that login goes on without.
	cardtool secret put --generate alice >"$BED/other"
	kim_comes
	ring_is locked
	kim_leaves
	printf %s "$(tail -n 1 "$BED/number")" >"$BED/n1"
	cardtool secret put --secret-file "$BED/n1" alice
	kim_comes
	ring_is open
}
scenario keyring_opened_by_the_number
