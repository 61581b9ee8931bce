/* SPDX-License-Identifier: GPL-2.0-or-later */
package mckd;

import javacard.framework.ISOException;
import javacard.framework.JCSystem;
import javacard.framework.Util;

/** What outlives a command in RAM: SELECT's challenge, and what VERIFY or AUTHENTICATE left behind. */
final class Session implements State {
	static final byte NOTHING = 0, A_PIN = 1, A_LOGIN = 2;
	static final short CHALLENGE_LEN = 8;

	/* In ram */
	static final short PIN = 0;
	static final short HDK = 12;
	static final short TOKEN = 44;
	static final short NONCE = 60;
	private static final short LEFT = 76, LEFT_BEFORE = 77, LEFT_SLOT = 78;
	private static final short LENGTH = 79;
	/* In challenge, behind its bytes: whether it is one */
	private static final short IS_FRESH = CHALLENGE_LEN;

	final byte[] ram = JCSystem.makeTransientByteArray(LENGTH, JCSystem.CLEAR_ON_DESELECT);
	final byte[] challenge = JCSystem.makeTransientByteArray((short) (CHALLENGE_LEN + 1),
			JCSystem.CLEAR_ON_DESELECT);

	/** What was left is for this command alone. */
	void begin() {
		ram[LEFT_BEFORE] = ram[LEFT];
		ram[LEFT] = NOTHING;
	}

	boolean has(byte what) {
		return ram[LEFT_BEFORE] == what;
	}

	byte slot() {
		return ram[LEFT_SLOT];
	}

	void leave(byte what, byte slot) {
		ram[LEFT] = what;
		ram[LEFT_SLOT] = slot;
	}

	/** At each command's end: nothing stays of what nobody may use any more. */
	void settle() {
		if (ram[LEFT] == NOTHING)
			Util.arrayFillNonAtomic(ram, (short) 0, LENGTH, (byte) 0);
	}

	/**
	 * The slot that the command speaks of, a PIN of which was verified right before; with slot 0 that
	 * one names it. Whether a PIN was given is has(A_PIN) behind this.
	 */
	byte verified(byte asked, boolean needed) {
		boolean fits = has(A_PIN) && (asked == 0 || asked == slot());

		if (!fits && (asked == 0 || needed))
			ISOException.throwIt(SW_SECURITY);
		if (!fits)
			ram[LEFT_BEFORE] = NOTHING;
		return fits ? slot() : asked;
	}

	void newChallenge(Nvm nvm) {
		nvm.random(challenge, (short) 0, CHALLENGE_LEN);
		challenge[IS_FRESH] = 1;
	}

	/** True once for each challenge. Its bytes stay until endChallenge. */
	boolean spendChallenge() {
		boolean fresh = challenge[IS_FRESH] == 1;

		challenge[IS_FRESH] = 0;
		return fresh;
	}

	void endChallenge() {
		Util.arrayFillNonAtomic(challenge, (short) 0, (short) (CHALLENGE_LEN + 1), (byte) 0);
	}
}
