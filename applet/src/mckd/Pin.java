/* SPDX-License-Identifier: GPL-2.0-or-later */
package mckd;

import javacard.framework.ISOException;
import javacard.framework.JCSystem;

/** PINs and tries. A try is spent, and durably so, before anything is compared. */
final class Pin implements State {
	private static final byte PUK_TRY = 0;
	private static final byte UNTRIED = -1;

	private final Nvm nvm;
	/* By slot: the tries left behind this one; the greatest of them is at 0. */
	private final byte[] left = JCSystem.makeTransientByteArray(TRIES_LEN, JCSystem.CLEAR_ON_DESELECT);

	Pin(Nvm nvm) {
		this.nvm = nvm;
	}

	/** Printable characters without blanks, then only FF. */
	static boolean wellFormed(byte[] pin, short at, short least) {
		short end = (short) (at + PIN_LEN);
		short first = at;

		while (at < end && pin[at] >= 0x21 && pin[at] <= 0x7e)
			at++;
		if ((short) (at - first) < least)
			return false;
		while (at < end && pin[at] == (byte) 0xff)
			at++;
		return at == end;
	}

	/** Which of the application's PINs it is, or -1. All are compared, always. */
	static short find(byte[] app, byte[] pin, short at) {
		short found = -1;

		for (short i = (short) (PINS_MAX - 1); i >= 0; i--) {
			boolean same = Prf.same(app, (short) (PINS + i * PIN_LEN), pin, at, PIN_LEN);

			if (same && i < app[PIN_COUNT])
				found = i;
		}
		return found;
	}

	/** The slot whose PIN it is. Slot 0: of all that are open to it. */
	byte attempt(byte slot, byte[] pin, short at, boolean sealed) {
		byte found = 0;

		if (!spend(slot, sealed))
			ISOException.throwIt(SW_BLOCKED);
		for (byte s = SLOTS; s >= 1; s--) {
			if (left[s] != UNTRIED && find(nvm.page(s), pin, at) >= 0)
				found = s;
		}
		if (found == 0)
			missed(left[0]);
		for (byte s = 1; s <= SLOTS; s++) {
			if (left[s] != UNTRIED)
				nvm.setTries(s, s == found ? nvm.page(s)[TRIES_FULL] : (byte) (left[s] + 1));
		}
		return found;
	}

	private boolean spend(byte slot, boolean sealed) {
		boolean any = false;

		left[0] = 0;
		for (byte s = 1; s <= SLOTS; s++) {
			left[s] = UNTRIED;
			if ((slot != 0 && s != slot) || !open(nvm.page(s), sealed) || nvm.tries(s) == 0)
				continue;
			left[s] = (byte) (nvm.tries(s) - 1);
			nvm.setTries(s, left[s]);
			if (left[s] > left[0])
				left[0] = left[s];
			any = true;
		}
		return any;
	}

	private static boolean open(byte[] app, boolean sealed) {
		return app[USED] != 0 && app[PIN_COUNT] != 0 && (sealed || (app[APP_FLAGS] & SEALED_ONLY) == 0);
	}

	private static void missed(byte most) {
		ISOException.throwIt(most == 0 ? SW_BLOCKED : (short) (SW_TRIES | most));
	}

	void attemptPuk(byte[] puk, short at) {
		byte[] card = nvm.page(CARD);
		byte tries = nvm.tries(PUK_TRY);

		if (card[HAS_PUK] == 0 || tries == 0)
			ISOException.throwIt(SW_BLOCKED);
		tries--;
		nvm.setTries(PUK_TRY, tries);
		if (!Prf.same(card, PUK, puk, at, PIN_LEN))
			missed(tries);
		nvm.setTries(PUK_TRY, PUK_TRIES);
	}
}
