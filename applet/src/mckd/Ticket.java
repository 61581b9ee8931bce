/* SPDX-License-Identifier: GPL-2.0-or-later */
package mckd;

import javacard.framework.ISO7816;
import javacard.framework.ISOException;
import javacard.framework.Util;
import javacardx.crypto.Cipher;

/** TICKET: an order from the holder of CK. */
final class Ticket implements State {
	private static final byte[] LABEL = { 'M', 'C', 'K', 'D', '1', ' ', 'T', 'K', 'T' };
	private static final short LEAST = 50;
	private static final short BODY = 2;
	private static final short RANDOM_LEN = 16;

	private final Command command;
	private final Nvm nvm;
	private final Prf prf;
	private final Keys keys;
	private final Orders orders;

	Ticket(Command command, Nvm nvm, Prf prf, Keys keys) {
		this.command = command;
		this.nvm = nvm;
		this.prf = prf;
		this.keys = keys;
		orders = new Orders(nvm, command.data);
	}

	void ticket() {
		byte[] card = nvm.page(CARD);
		short length = command.length();

		command.wantP1P2(command.p1() == 0 && command.p2() == 0);
		command.wantLength(length >= LEAST && length % 16 == 2);
		if (isLast(card)) {
			Util.arrayCopyNonAtomic(card, RECEIPT, command.data, Command.ANSWER_AT, MAC_LEN);
		} else {
			if (card[LIFE] == TERMINATED)
				ISOException.throwIt(SW_STATE);
			open(card);
			apply();
		}
		command.answers(MAC_LEN);
	}

	private short t() {
		return (short) (command.length() - MAC_LEN);
	}

	private boolean isLast(byte[] card) {
		short epoch = Util.getShort(command.data, (short) 0);

		return epoch != 0 && epoch == Util.getShort(card, EPOCH)
				&& Prf.same(card, LAST_T, command.data, t(), MAC_LEN);
	}

	/* Whether it is true, and the next; then its body is in clear where it stood. */
	private void open(byte[] card) {
		short length = (short) (t() - BODY);
		short epoch = Util.getShort(card, EPOCH);

		keys.ck();
		keys.pair(keys.dea1(), keys.key, (short) 0, LABEL, command.data, (short) 0, (short) 2);
		beginMac((byte) 0xa5);
		prf.add(card, LAST_T, MAC_LEN);
		prf.add(command.data, BODY, length);
		prf.end();
		if (!Prf.same(prf.mac, (short) 0, command.data, t(), MAC_LEN))
			ISOException.throwIt(SW_SECURITY);
		if (epoch == (short) 0xffff || Util.getShort(command.data, (short) 0) != (short) (epoch + 1))
			ISOException.throwIt(SW_STATE);
		prf.cbc(keys.key, Keys.KENC, Cipher.MODE_DECRYPT, command.data, BODY, length);
	}

	private void beginMac(byte what) {
		prf.begin(keys.dea1(), keys.key, Keys.KMAC);
		prf.add(what);
		prf.add(nvm.id(), (short) 0, ID_LEN);
		prf.add(command.data, (short) 0, (short) 2);
	}

	/* The end of what ISO 9797-1 method 2 padded; 0: it did not. */
	private short unpadded() {
		short end = t();

		while (end > BODY && command.data[(short) (end - 1)] == 0)
			end--;
		return end > BODY && command.data[(short) (end - 1)] == (byte) 0x80 ? (short) (end - 1) : 0;
	}

	/* All of it, epoch, T and receipt, or nothing. */
	private void apply() {
		short first = (short) (BODY + RANDOM_LEN);
		short end = unpadded();

		if (end < first || !orders.apply(first, end))
			ISOException.throwIt(ISO7816.SW_WRONG_DATA);
		nvm.write(CARD, EPOCH, command.data, (short) 0, (short) 2);
		nvm.write(CARD, LAST_T, command.data, t(), MAC_LEN);
		beginMac((byte) 0xa6);
		prf.add(command.data, t(), MAC_LEN);
		prf.end();
		nvm.write(CARD, RECEIPT, prf.mac, (short) 0, MAC_LEN);
		nvm.commit();
		Util.arrayCopyNonAtomic(prf.mac, (short) 0, command.data, Command.ANSWER_AT, MAC_LEN);
	}
}
