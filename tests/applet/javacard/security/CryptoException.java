/* SPDX-License-Identifier: GPL-2.0-or-later */
package javacard.security;

import javacard.framework.CardRuntimeException;

public class CryptoException extends CardRuntimeException {
	private static final long serialVersionUID = 1;
	public static final short UNINITIALIZED_KEY = 2, NO_SUCH_ALGORITHM = 3, INVALID_INIT = 4, ILLEGAL_USE = 5;

	public CryptoException(short reason) {
		super(reason);
	}

	public static void throwIt(short reason) {
		throw new CryptoException(reason);
	}
}
