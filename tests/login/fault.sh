# SECURITY row 1: any call that fails, once or from then on, ends in neither SUCCESS nor IGNORE,
# unless the login was whole all the same. pam_permit stands behind the module, and with
# "ignore=ignore" it would turn an IGNORE into SUCCESS. FAULT_STRIDE thins out the families
# with thousands of calls; "./dev soak" (which sets it to 1) leaves none out.
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154

fault_setup() {
	service_before_permit fault '[success=ok ignore=ignore default=die]' nullok deadline=3
	MCKD_FAULT=$BED/fault
	export MCKD_FAULT
}

# faults FAMILY STRIDE [option of bed_fault]: over the calls of mckd-auth
faults() {
	family=$1
	stride=$((($2 * ${FAULT_STRIDE:-200} + 99) / 100))
	shift 2
	for mode in once on; do
		bed_fault "$@" "$family" "$mode" "$stride" "$((1 + $(date +%s) % stride))" fault alice 246810
	done
}

faults_of_helper() {
	fault_setup
	helper_by env "MCKD_FAULT=$BED/fault" "LD_PRELOAD=$MCKD_BUILD/.libs/fault_shim.so"
	card_in 0 "$BED/alice.card"
	faults "$@"
}

faults_of_memory() {
	# A sanitizer's malloc stands before the one that fails.
	[ -z "${MCKD_SANITIZED:-}" ] || exit 77
	faults_of_helper mem 60
}
faults_of_crypto() { faults_of_helper crypto 2; }
faults_of_pcsc() { faults_of_helper pcsc 1; }
faults_of_store() { faults_of_helper sql 4; }
faults_of_io() { faults_of_helper io 3; }

# The host's own calls: the module's, and those of libpam around it
faults_of_module() {
	fault_setup
	card_in 0 "$BED/alice.card"
	LD_PRELOAD=$MCKD_BUILD/.libs/fault_shim.so
	export LD_PRELOAD
	faults mem 1 -i
	faults io 1 -i
	faults pam 1 -i
}

# A card that has all that is public of Alice's, and says 9000 to everything
faults_with_copied_card() {
	fault_setup
	card_in 0 "$BED/alice.card"
	answer=$(bed_select)
	card_out 0
	foreign_in 0 copy "$answer"
	helper_by env "MCKD_FAULT=$BED/fault" "LD_PRELOAD=$MCKD_BUILD/.libs/fault_shim.so"
	faults crypto 2 -n
	[ -n "${MCKD_SANITIZED:-}" ] || faults mem 150 -n
	faults pcsc 1 -n
}

scenario faults_of_memory
scenario faults_of_crypto
scenario faults_of_pcsc
scenario faults_of_store
scenario faults_of_io
scenario faults_of_module
scenario faults_with_copied_card
