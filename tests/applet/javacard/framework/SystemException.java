/* SPDX-License-Identifier: GPL-2.0-or-later */
package javacard.framework;

public class SystemException extends CardRuntimeException {
	private static final long serialVersionUID = 1;
	public static final short ILLEGAL_TRANSIENT = 3, ILLEGAL_AID = 4, ILLEGAL_USE = 6;

	public SystemException(short reason) {
		super(reason);
	}

	public static void throwIt(short reason) {
		throw new SystemException(reason);
	}
}
