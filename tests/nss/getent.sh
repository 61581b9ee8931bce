#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# glibc's own programs with the built module, in a private mount namespace: an nsswitch.conf of
# its own, and an empty file system over the state directory. The machine's stay as they are.
set -u
: "${MCKD_NSS_MODULE:?the built libnss_mckd.so.2}"
: "${MCKD_NSS_PUBLICDIR:?the directory compiled into it}"
: "${MCKD_NSS_MAKE:?mkaccounts}"

if [ -z "${MCKD_NSS_INSIDE:-}" ]; then
	MCKD_NSS_INSIDE=1
	export MCKD_NSS_INSIDE
	if [ "$(id -u)" = 0 ]; then
		exec unshare -m --propagation private "$0" "$@"
	fi
	exec unshare -r -m --propagation private "$0" "$@"
fi

work=$(mktemp -d) || exit 1
trap 'umount -l "$work"; rmdir "$work"' EXIT
mount -t tmpfs -o mode=755 none "$work" || exit 1
cp "$MCKD_NSS_MODULE" "$MCKD_NSS_MAKE" "$work" || exit 1
make=$work/${MCKD_NSS_MAKE##*/}

over=$MCKD_NSS_PUBLICDIR
while over=$(dirname "$over"); [ ! -d "$over" ]; do :; done
mount -t tmpfs -o mode=755 none "$over" || exit 1
mkdir -p "$(dirname "$MCKD_NSS_PUBLICDIR")"
printf 'passwd: files mckd\ngroup: files mckd\ninitgroups: files mckd\nshadow: files\n' >"$work/nsswitch.conf"
mount --bind "$work/nsswitch.conf" /etc/nsswitch.conf || exit 1

preload=
if nm -D "$MCKD_NSS_MODULE" | grep -q __asan_; then
	preload="$(cc -print-file-name=libasan.so) $(cc -print-file-name=libubsan.so)"
fi
with() {
	env LD_LIBRARY_PATH="$work" LD_PRELOAD="$preload" ASAN_OPTIONS=detect_leaks=0 "$@"
}

failures=0
# processor_us USER: of id(1) for that user, the mean of 50
processor_us() {
	(
		i=0
		while [ "$i" -lt 50 ]; do
			id "$1" >/dev/null || exit 1
			i=$((i + 1))
		done
		times
	) | tail -n 1 | awk -F '[ms ]+' '{ printf "%d", ($1 * 60 + $2 + $3 * 60 + $4) * 1e6 / 50 }'
}

check() { # name, expected, got
	if [ "$2" = "$3" ]; then
		echo "[       OK ] $1"
	else
		echo "[  FAILED  ] $1"
		printf 'expected: %s\ngot: %s\n' "$2" "$3"
		failures=$((failures + 1))
	fi
}

check 'no accounts.cdb: local users are there' root "$(with id -un 0)"
check 'no accounts.cdb: no card-only account' '' "$(with getent passwd alice)"
ASAN_OPTIONS=detect_leaks=0 "$make" "$MCKD_NSS_PUBLICDIR" 0 || exit 1
check 'without the module there is no such account' '' "$(getent passwd alice)"
check 'getent passwd NAME' 'alice:*:30000:30000:Alice Card:/home/alice:/bin/sh' "$(with getent passwd alice)"
check 'getent passwd UID' 'alice:*:30000:30000:Alice Card:/home/alice:/bin/sh' "$(with getent passwd 30000)"
check 'a locked account has nologin' 'bob:*:30001:30001::/home/bob:/usr/sbin/nologin' "$(with getent passwd bob)"
check 'getent group NAME' 'cards:*:31000:alice,bob' "$(with getent group cards)"
check 'getent group GID' 'readers:*:31001:alice' "$(with getent group 31001)"
check 'getent passwd enumerates after files' 'alice bob' \
	"$(with getent passwd | awk -F: '$3 >= 30000 && $3 < 31000 { printf "%s%s", s, $1; s = " " }')"
check 'getent group enumerates' 'alice bob cards readers' \
	"$(with getent group | awk -F: '$3 >= 30000 && $3 < 32000 { printf "%s%s", s, $1; s = " " }')"
check 'getent initgroups' 'alice 31000 31001' "$(with getent initgroups alice | xargs)"
check 'id' 'uid=30000(alice) gid=30000(alice) groups=30000(alice),31000(cards),31001(readers)' "$(with id alice)"
check 'an absent name is absent, not an error' 2 "$(with getent passwd mallory >/dev/null; echo $?)"
check 'root stays root' 'root:0' "$(with getent passwd root | cut -d: -f1,3)"
if [ "$(cat /proc/self/setgroups)" = allow ]; then
	check 'setpriv becomes the account' 'alice alice cards readers' \
		"$(with setpriv --reuid alice --regid alice --init-groups id -un) $(
			with setpriv --reuid alice --regid alice --init-groups id -Gn)"
	check 'chown and stat name the owner' alice \
		"$(touch "$work/f" && with chown alice "$work/f" && with stat -c %U "$work/f")"
	chmod 664 "$MCKD_NSS_PUBLICDIR/accounts.cdb"
	check 'a file others may write is not believed' '' "$(with getent passwd alice)"
fi

ASAN_OPTIONS=detect_leaks=0 "$make" "$MCKD_NSS_PUBLICDIR" 100000 || exit 1
check '100,000 accounts: the last one' 'user099999:*:199999:31000:A Person:/home/someone:/bin/sh' \
	"$(with getent passwd user099999)"
check '100,000 accounts: all enumerated' 100002 "$(with getent passwd | awk -F: '$3 >= 30000 && $3 != 65534' | wc -l)"
if [ -z "$preload" ]; then
	# Processor time: on a busy machine the clock says more of the others.
	export LD_LIBRARY_PATH="$work"
	local=$(processor_us nobody)
	card=$(processor_us user054321)
	echo "             id with 100,000 accounts: $card us of processor time; of a local account: $local us"
	check '100,000 accounts: id takes less than 5 ms more than for a local account' yes \
		"$([ $((card - local)) -lt 5000 ] && [ "$local" -gt 0 ] && echo yes)"
fi
needed=$(objdump -p "$MCKD_NSS_MODULE" | awk '$1 == "NEEDED" { print $2 }' | grep -v -e 'san\.so' | xargs)
[ -n "$preload" ] || check 'the module needs libc only' libc.so.6 "$needed"
check 'its soname' libnss_mckd.so.2 "$(objdump -p "$MCKD_NSS_MODULE" | awk '$1 == "SONAME" { print $2 }')"
check 'it exports _nss_mckd_* only' '' \
	"$(nm -D --defined-only "$MCKD_NSS_MODULE" | awk '$3 !~ /^_nss_mckd_/ { print $3 }')"
[ "$failures" = 0 ]
