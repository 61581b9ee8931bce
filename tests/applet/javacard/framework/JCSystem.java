/* SPDX-License-Identifier: GPL-2.0-or-later */
package javacard.framework;

import chip.Memory;

public final class JCSystem {
	public static final byte CLEAR_ON_RESET = 1;
	public static final byte CLEAR_ON_DESELECT = 2;

	private JCSystem() {
	}

	private static <T> T transientArray(T array, byte event) {
		if (event != CLEAR_ON_RESET && event != CLEAR_ON_DESELECT)
			throw new SystemException(SystemException.ILLEGAL_TRANSIENT);
		Memory.addTransient(array, event);
		return array;
	}

	public static byte[] makeTransientByteArray(short length, byte event) {
		return transientArray(new byte[length], event);
	}

	public static short[] makeTransientShortArray(short length, byte event) {
		return transientArray(new short[length], event);
	}
}
