/* SPDX-License-Identifier: GPL-2.0-or-later */
package javacard.security;

import chip.Memory;
import javacard.framework.JCSystem;

public final class KeyBuilder {
	public static final byte TYPE_AES_TRANSIENT_DESELECT = 14;
	public static final short LENGTH_AES_256 = 256;

	/** The one kind that the applet has. */
	public static final class TransientAes implements AESKey {
		private final byte[] value = new byte[32];
		private final byte[] isSet = new byte[1];

		private TransientAes() {
			Memory.addTransient(value, JCSystem.CLEAR_ON_DESELECT);
			Memory.addTransient(isSet, JCSystem.CLEAR_ON_DESELECT);
		}

		public void setKey(byte[] from, short at) {
			System.arraycopy(from, at, value, 0, value.length);
			isSet[0] = 1;
		}

		public void clearKey() {
			java.util.Arrays.fill(value, (byte) 0);
			isSet[0] = 0;
		}

		public byte[] value() {
			if (isSet[0] == 0)
				throw new CryptoException(CryptoException.UNINITIALIZED_KEY);
			return value;
		}
	}

	private KeyBuilder() {
	}

	public static Key buildKey(byte type, short bits, boolean encrypted) {
		if (type != TYPE_AES_TRANSIENT_DESELECT || bits != LENGTH_AES_256 || encrypted)
			throw new CryptoException(CryptoException.NO_SUCH_ALGORITHM);
		return new TransientAes();
	}
}
