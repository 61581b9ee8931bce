/* SPDX-License-Identifier: GPL-2.0-or-later */
package mckd;

import javacard.framework.ISOException;

/** Slots, and whether an application can be used at all. */
final class Applications implements State {
	private final Nvm nvm;

	Applications(Nvm nvm) {
		this.nvm = nvm;
	}

	/** The checks that commands share, in the protocol's order. Slot 0 is judged when it is found. */
	void want(byte slot) {
		if (slot < 0 || slot > SLOTS || (slot != 0 && nvm.page(slot)[USED] == 0))
			ISOException.throwIt(SW_NOT_FOUND);
		if (nvm.page(CARD)[LIFE] != PERSONALISED)
			ISOException.throwIt(SW_STATE);
		if (slot != 0)
			wantUsable(slot);
	}

	void wantUsable(byte slot) {
		if (countActive(nvm.page(slot)) == 0 || nvm.counterSpent())
			ISOException.throwIt(SW_STATE);
	}

	void wantFlag(byte slot, byte flag) {
		if ((nvm.page(slot)[APP_FLAGS] & flag) == 0)
			ISOException.throwIt(SW_STATE);
	}

	/* Bitmaps are 32 bits, bit 0 for index 1. */
	static boolean isActive(byte[] app, short index) {
		short at = (short) (3 - (short) ((short) (index - 1) >> 3));
		byte bit = (byte) (1 << ((short) (index - 1) & 7));

		return (app[(short) (PRESENT + at)] & ~app[(short) (RETIRED + at)] & bit) != 0;
	}

	static short countActive(byte[] app) {
		short count = 0;

		for (short index = 1; index <= INDICES; index++) {
			if (isActive(app, index))
				count++;
		}
		return count;
	}
}
