/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_VECTORS_H
#define TESTS_VECTORS_H

#include <stddef.h>
#include <stdint.h>

/*
 * Reads "name = hex" below "[section]" of the file named by MCKD_VECTORS
 * (default tests/vectors/mckd.txt). Fails the test when it is not there.
 * Returns the number of bytes.
 */
size_t vector(const char *section, const char *name, uint8_t *out, size_t room);

#endif
