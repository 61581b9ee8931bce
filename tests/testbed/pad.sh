# A reader with a PIN pad: vpcd's, with tests/testbed/pad.c in front of its driver. Sourced behind lib.sh.
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154

PAD=/run/bed/pad

# pad_setup: pcscd with that driver, for this scenario
pad_setup() {
	rm -rf "$PAD"
	mkdir "$PAD"
	stop pcscd
	cp /etc/reader.conf.d/vpcd /run/bed/vpcd.conf
	trap 'stop pcscd; cp /run/bed/vpcd.conf /etc/reader.conf.d/vpcd' EXIT
	sed -i "s#^LIBPATH.*#LIBPATH $MCKD_BUILD/.libs/bed_pad.so#" /etc/reader.conf.d/vpcd
	pcscd_start
	service_exact exact
}

# person WORD ...: what the person will do at the pad, time after time
person() {
	printf '%s\n' "$@" >"$PAD/person"
	: >"$PAD/asked"
}
