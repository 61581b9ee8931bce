/* SPDX-License-Identifier: GPL-2.0-or-later */
package mckd;

import javacard.framework.ISO7816;
import javacard.framework.ISOException;
import javacard.framework.Util;

/** SELECT: what the card says of itself, and a challenge. */
final class Fci implements State {
	private static final byte[] AID = { (byte) 0xf0, 0x4d, 0x43, 0x4b, 0x44, 0x01 };
	private static final byte[] VERSION = { 0x01, 0x00 };
	private static final byte FCI = 0x6f, NAME = (byte) 0x84, OWN = (byte) 0xa5;

	private static final short FIRST = Command.ANSWER_AT;

	private final Command command;
	private final Nvm nvm;
	private final Session session;

	Fci(Command command, Nvm nvm, Session session) {
		this.command = command;
		this.nvm = nvm;
		this.session = session;
	}

	void select() {
		session.endChallenge();
		command.wantP1P2(command.p1() == 0x04 && command.p2() == 0x00);
		command.wantLength(command.length() >= 1 && command.length() <= 16);
		if (command.length() != AID.length
				|| Util.arrayCompare(command.data, (short) 0, AID, (short) 0, (short) AID.length) != 0)
			ISOException.throwIt(ISO7816.SW_FILE_NOT_FOUND);
		session.newChallenge(nvm);
		command.answers(put());
	}

	private short put() {
		byte[] to = command.data;
		short name = tlv((short) (FIRST + 2), NAME, AID, (short) 0, (short) AID.length);
		short end = own((short) (name + 2));

		to[FIRST] = FCI;
		to[(short) (FIRST + 1)] = (byte) (end - FIRST - 2);
		to[name] = OWN;
		to[(short) (name + 1)] = (byte) (end - name - 2);
		return (short) (end - FIRST);
	}

	private short own(short at) {
		byte[] card = nvm.page(CARD);

		at = tlv(at, (byte) 0x80, VERSION, (short) 0, (short) 2);
		at = tlv(at, (byte) 0x81, nvm.id(), (short) 0, ID_LEN);
		at = tlv(at, (byte) 0x82, card, LIFE, (short) 1);
		at = tlv(at, (byte) 0x83, card, DEAS, (short) 2);
		at = table(at);
		at = tlv(at, (byte) 0x85, card, EPOCH, (short) 2);
		at = tlv(at, (byte) 0x86, session.challenge, (short) 0, Session.CHALLENGE_LEN);
		return tlv(at, (byte) 0x87, card, LAST_T, MAC_LEN);
	}

	private short tlv(short at, byte tag, byte[] value, short from, short length) {
		command.data[at++] = tag;
		command.data[at++] = (byte) length;
		return Util.arrayCopyNonAtomic(value, from, command.data, at, length);
	}

	private short table(short at) {
		byte[] to = command.data;
		short first = (short) (at + 2);
		short end = first;

		for (byte slot = 1; slot <= SLOTS; slot++) {
			byte[] app = nvm.page(slot);

			if (app[USED] == 0)
				continue;
			to[end++] = slot;
			to[end++] = app[PIN_COUNT] == 0 ? (byte) 0xff : nvm.tries(slot);
			to[end++] = app[APP_FLAGS];
			to[end++] = app[MECHANISM];
		}
		to[at] = (byte) 0x84;
		to[(short) (at + 1)] = (byte) (end - first);
		return end;
	}
}
