/* SPDX-License-Identifier: GPL-2.0-or-later */
package javacard.framework;

public class APDUException extends CardRuntimeException {
	private static final long serialVersionUID = 1;
	public static final short ILLEGAL_USE = 1, BUFFER_BOUNDS = 2;

	public APDUException(short reason) {
		super(reason);
	}

	public static void throwIt(short reason) {
		throw new APDUException(reason);
	}
}
