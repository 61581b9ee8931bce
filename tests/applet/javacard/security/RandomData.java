/* SPDX-License-Identifier: GPL-2.0-or-later */
package javacard.security;

import java.security.SecureRandom;

import javacard.framework.Util;

public final class RandomData {
	public static final byte ALG_SECURE_RANDOM = 2;
	private final SecureRandom source = new SecureRandom();

	private RandomData() {
	}

	public static RandomData getInstance(byte algorithm) {
		if (algorithm != ALG_SECURE_RANDOM)
			throw new CryptoException(CryptoException.NO_SUCH_ALGORITHM);
		return new RandomData();
	}

	public void generateData(byte[] to, short at, short length) {
		byte[] bytes = new byte[length];

		source.nextBytes(bytes);
		Util.arrayCopyNonAtomic(bytes, (short) 0, to, at, length);
	}
}
