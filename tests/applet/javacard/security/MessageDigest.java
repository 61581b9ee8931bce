/* SPDX-License-Identifier: GPL-2.0-or-later */
package javacard.security;

import java.security.DigestException;
import java.security.NoSuchAlgorithmException;

public final class MessageDigest {
	public static final byte ALG_SHA_256 = 4;
	private final java.security.MessageDigest digest;

	private MessageDigest() {
		try {
			digest = java.security.MessageDigest.getInstance("SHA-256");
		} catch (NoSuchAlgorithmException e) {
			throw new CryptoException(CryptoException.NO_SUCH_ALGORITHM);
		}
	}

	public static MessageDigest getInstance(byte algorithm, boolean external) {
		if (algorithm != ALG_SHA_256 || external)
			throw new CryptoException(CryptoException.NO_SUCH_ALGORITHM);
		return new MessageDigest();
	}

	public void reset() {
		digest.reset();
	}

	public void update(byte[] from, short at, short length) {
		digest.update(from, at, length);
	}

	public short doFinal(byte[] from, short at, short length, byte[] to, short toAt) {
		digest.update(from, at, length);
		try {
			return (short) digest.digest(to, toAt, to.length - toAt);
		} catch (DigestException e) {
			throw new CryptoException(CryptoException.ILLEGAL_USE);
		}
	}
}
