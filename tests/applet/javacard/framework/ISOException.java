/* SPDX-License-Identifier: GPL-2.0-or-later */
package javacard.framework;

public class ISOException extends CardRuntimeException {
	private static final long serialVersionUID = 1;

	public ISOException(short reason) {
		super(reason);
	}

	public static void throwIt(short reason) {
		throw new ISOException(reason);
	}
}
