/* SPDX-License-Identifier: GPL-2.0-or-later */
package javacard.security;

public interface Key {
	void clearKey();
}
