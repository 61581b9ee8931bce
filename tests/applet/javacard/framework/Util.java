/* SPDX-License-Identifier: GPL-2.0-or-later */
package javacard.framework;

import chip.Memory;

/** Every write to persistent memory goes through here; past it, Memory.audit() finds it out. */
public final class Util {
	private Util() {
	}

	public static short arrayCopy(byte[] from, short fromAt, byte[] to, short at, short length) {
		Memory.write(to, at, java.util.Arrays.copyOfRange(from, fromAt, check(from, fromAt, length)), true);
		return (short) (at + length);
	}

	public static short arrayCopyNonAtomic(byte[] from, short fromAt, byte[] to, short at, short length) {
		Memory.write(to, at, java.util.Arrays.copyOfRange(from, fromAt, check(from, fromAt, length)), false);
		return (short) (at + length);
	}

	public static short arrayFillNonAtomic(byte[] to, short at, short length, byte value) {
		byte[] bytes = new byte[check(to, at, length) - at];

		java.util.Arrays.fill(bytes, value);
		Memory.write(to, at, bytes, false);
		return (short) (at + length);
	}

	public static byte arrayCompare(byte[] a, short atA, byte[] b, short atB, short length) {
		return (byte) Integer.signum(java.util.Arrays.compareUnsigned(a, atA, check(a, atA, length),
				b, atB, check(b, atB, length)));
	}

	private static int check(byte[] array, short at, short length) {
		if (at < 0 || length < 0 || at + length > array.length)
			throw new ArrayIndexOutOfBoundsException(at + "+" + length + " of " + array.length);
		return at + length;
	}

	public static short getShort(byte[] array, short at) {
		return (short) (array[at] << 8 | array[at + 1] & 0xff);
	}

	public static short setShort(byte[] to, short at, short value) {
		Memory.write(to, at, new byte[] { (byte) (value >> 8), (byte) value }, false);
		return (short) (at + 2);
	}
}
