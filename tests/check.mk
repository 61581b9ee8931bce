# What "./dev check" runs side by side: most of it waits for readers, prompts and deadlines. The
# longest come first. The scenarios are dealt out, file by file, among the suites of that name.
# SPDX-License-Identifier: GPL-2.0-or-later
suites = sanitized scenarios-1 scenarios-2 packages unit valgrind installed fuzz lint hardening

.PHONY: all $(suites)
all: $(suites)
$(suites):
	env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS ./dev suite $@
