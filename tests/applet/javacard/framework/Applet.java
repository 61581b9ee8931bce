/* SPDX-License-Identifier: GPL-2.0-or-later */
package javacard.framework;

import chip.Card;

public abstract class Applet {
	protected Applet() {
	}

	public boolean select() {
		return true;
	}

	public void deselect() {
	}

	public abstract void process(APDU apdu);

	protected final void register(byte[] aid, short offset, byte length) {
		if (length < 5 || length > 16)
			throw new SystemException(SystemException.ILLEGAL_AID);
		Card.register(this, java.util.Arrays.copyOfRange(aid, offset, offset + length));
	}
}
