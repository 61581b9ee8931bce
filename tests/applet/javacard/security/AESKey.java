/* SPDX-License-Identifier: GPL-2.0-or-later */
package javacard.security;

public interface AESKey extends Key {
	void setKey(byte[] from, short at);
}
