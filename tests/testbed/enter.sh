#!/bin/sh
# enter.sh BED COMMAND [ARG ...]
# Runs COMMAND as root with its own /run, /etc, /dev, /var/lib and loopback. Whatever
# it changes there is gone when it ends; the machine's own files are never written.
# BED is a directory for logs; BED_STORE=disk puts /var/lib/mckd on BED's file system
# (a benchmark must pay for its fsyncs), otherwise it is in memory.
# SPDX-License-Identifier: GPL-2.0-or-later
set -eu

if [ "${1:-}" != --inside ]; then
	[ $# -ge 2 ] || { echo "usage: enter.sh BED COMMAND [ARG ...]" >&2; exit 2; }
	[ "$(id -u)" = 0 ] || { echo "enter.sh: only root can make a namespace of mounts" >&2; exit 1; }
	exec unshare -m -n --propagation private -- "$0" --inside "$@"
fi
shift
mkdir -p "$1"
BED=$(cd "$1" && pwd)
shift
export BED
# What is said is compared, in English.
export LC_ALL=C

mount -t tmpfs -o mode=755 bed "/run"
mkdir -m 755 /run/pcscd /run/bed /run/bed/etc /run/bed/dev /run/lock /run/sudo
mkdir -m 1777 /run/bed/reports

# A copy rather than an overlay: an overlay cannot stand on the overlay of a container.
cp -a /etc/. /run/bed/etc/
mount --bind /run/bed/etc /etc

# Of its own, so that the log socket of the namespace is not the machine's.
for node in null zero full random urandom tty; do
	: >"/run/bed/dev/$node"
	mount --bind "/dev/$node" "/run/bed/dev/$node"
done
mkdir /run/bed/dev/pts /run/bed/dev/shm
mount --bind /dev/pts /run/bed/dev/pts
mount -t tmpfs -o mode=1777 bed /run/bed/dev/shm
[ ! -e /dev/ptmx ] || ln -s pts/ptmx /run/bed/dev/ptmx
ln -s /proc/self/fd /run/bed/dev/fd
mount --rbind /run/bed/dev /dev

mkdir /run/bed/dpkg
[ ! -d /var/lib/dpkg ] || mount --bind -o ro /var/lib/dpkg /run/bed/dpkg
mount -t tmpfs -o mode=755 bed /var/lib
mkdir -m 700 /var/lib/mckd /var/lib/sudo
if [ "${BED_STORE:-}" = disk ]; then
	rm -rf "$BED/store"
	mkdir -m 700 "$BED/store"
	mount --bind "$BED/store" /var/lib/mckd
fi

rm -rf /etc/mckd
mkdir -m 755 /etc/mckd
rm -rf /etc/pam.d
mkdir -m 755 /etc/pam.d
for type in auth account password session; do
	echo "$type required pam_deny.so"
done >/etc/pam.d/other

grep -vE '^(alice|bob|carol):' /etc/passwd >/run/bed/passwd
cat >>/run/bed/passwd <<-END
	alice:x:61001:61001:Alice:/nonexistent:/bin/sh
	bob:x:61002:61002:Bob:/nonexistent:/bin/sh
	carol:x:61003:61003:Carol:/nonexistent:/bin/sh
END
cat /run/bed/passwd >/etc/passwd

ip link set lo up
exec "$@"
