/* SPDX-License-Identifier: GPL-2.0-or-later */
package mckd;

import javacard.framework.APDU;
import javacard.framework.ISO7816;
import javacard.framework.ISOException;
import javacard.framework.JCSystem;
import javacard.framework.Util;

/** One command, gathered whole, for the APDU buffer may hold no more than 133 bytes; and its answer. */
final class Command {
	private static final short DATA_MAX = 255;

	/**
	 * The data field; and, behind the longest one that is still wanted when an answer is put, the answer:
	 * AUTHENTICATE's 81 bytes, and the 160 of GET SECRET.
	 */
	final byte[] data = JCSystem.makeTransientByteArray((short) 256, JCSystem.CLEAR_ON_DESELECT);
	static final short ANSWER_AT = 96;
	private final byte[] head = JCSystem.makeTransientByteArray((short) 4, JCSystem.CLEAR_ON_DESELECT);
	private final short[] lengths = JCSystem.makeTransientShortArray((short) 2, JCSystem.CLEAR_ON_DESELECT);
	private static final short DATA = 0, ANSWER = 1;

	void begin(APDU apdu) {
		Util.arrayCopyNonAtomic(apdu.getBuffer(), (short) 0, head, (short) 0, (short) 4);
		lengths[DATA] = 0;
		lengths[ANSWER] = 0;
	}

	void gather(APDU apdu) {
		byte[] buffer = apdu.getBuffer();
		short got = apdu.setIncomingAndReceive();
		short from = apdu.getOffsetCdata();

		wantLength(apdu.getIncomingLength() <= DATA_MAX);
		while (got > 0) {
			Util.arrayCopyNonAtomic(buffer, from, data, lengths[DATA], got);
			Util.arrayFillNonAtomic(buffer, from, got, (byte) 0);
			lengths[DATA] += got;
			from = 0;
			got = lengths[DATA] < apdu.getIncomingLength() ? apdu.receiveBytes((short) 0) : 0;
		}
	}

	byte cla() {
		return head[ISO7816.OFFSET_CLA];
	}

	byte ins() {
		return head[ISO7816.OFFSET_INS];
	}

	byte p1() {
		return head[ISO7816.OFFSET_P1];
	}

	byte p2() {
		return head[ISO7816.OFFSET_P2];
	}

	short length() {
		return lengths[DATA];
	}

	/** P1-P2 come first, then the length. */
	void wantP1P2(boolean right) {
		if (!right)
			ISOException.throwIt(ISO7816.SW_INCORRECT_P1P2);
	}

	void wantLength(boolean right) {
		if (!right)
			ISOException.throwIt(ISO7816.SW_WRONG_LENGTH);
	}

	/** So many bytes from ANSWER_AT on are the answer; they leave the card at the command's end. */
	void answers(short length) {
		lengths[ANSWER] = length;
	}

	void answer(APDU apdu) {
		if (lengths[ANSWER] == 0)
			return;
		apdu.setOutgoing();
		apdu.setOutgoingLength(lengths[ANSWER]);
		apdu.sendBytesLong(data, ANSWER_AT, lengths[ANSWER]);
	}

	void wipe() {
		Util.arrayFillNonAtomic(data, (short) 0, (short) data.length, (byte) 0);
	}
}
