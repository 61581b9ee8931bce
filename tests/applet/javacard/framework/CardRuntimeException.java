/* SPDX-License-Identifier: GPL-2.0-or-later */
package javacard.framework;

public class CardRuntimeException extends RuntimeException {
	private static final long serialVersionUID = 1;
	private final short reason;

	public CardRuntimeException(short reason) {
		super(String.format("%04x", reason & 0xffff));
		this.reason = reason;
	}

	public short getReason() {
		return reason;
	}
}
