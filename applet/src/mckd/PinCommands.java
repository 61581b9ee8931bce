/* SPDX-License-Identifier: GPL-2.0-or-later */
package mckd;

import javacard.framework.ISO7816;
import javacard.framework.ISOException;
import javacard.framework.Util;

/** VERIFY, CHANGE REFERENCE DATA, RESET RETRY COUNTER. */
final class PinCommands implements State {
	private static final short PIN_LEAST = 4;

	private final Command command;
	private final Nvm nvm;
	private final Session session;
	private final Applications applications;
	private final Pin pin;

	PinCommands(Command command, Nvm nvm, Session session, Applications applications, Pin pin) {
		this.command = command;
		this.nvm = nvm;
		this.session = session;
		this.applications = applications;
		this.pin = pin;
	}

	private byte open(short length) {
		byte slot = command.p2();

		command.wantP1P2(command.p1() == 0);
		command.wantLength(command.length() == length);
		applications.want(slot);
		if (slot != 0 && (nvm.page(slot)[APP_FLAGS] & SEALED_ONLY) != 0)
			ISOException.throwIt(SW_STATE);
		return slot;
	}

	private void wantNewPin() {
		if (!Pin.wellFormed(command.data, PIN_LEN, PIN_LEAST))
			ISOException.throwIt(ISO7816.SW_WRONG_DATA);
	}

	private byte attempt(byte slot) {
		byte found = pin.attempt(slot, command.data, (short) 0, false);

		if (slot == 0)
			applications.wantUsable(found);
		return found;
	}

	void verify() {
		byte found = attempt(open(PIN_LEN));

		Util.arrayCopyNonAtomic(command.data, (short) 0, session.ram, Session.PIN, PIN_LEN);
		session.leave(Session.A_PIN, found);
	}

	void change() {
		byte slot = open((short) (2 * PIN_LEN));

		wantNewPin();
		slot = attempt(slot);
		short which = Pin.find(nvm.page(slot), command.data, (short) 0);
		nvm.write(slot, (short) (PINS + which * PIN_LEN), command.data, PIN_LEN, PIN_LEN);
		nvm.commit();
	}

	/** The PUK is the card's: it cannot say which application slot 0 would mean. */
	void unblock() {
		byte slot = open((short) (2 * PIN_LEN));

		if (slot == 0)
			ISOException.throwIt(SW_NOT_FOUND);
		wantNewPin();
		pin.attemptPuk(command.data, (short) 0);
		nvm.fill(slot, PINS, (short) (PINS_MAX * PIN_LEN), (byte) 0);
		nvm.write(slot, PINS, command.data, PIN_LEN, PIN_LEN);
		nvm.writeByte(slot, PIN_COUNT, (byte) 1);
		nvm.writeByte(TRIES, slot, nvm.page(slot)[TRIES_FULL]);
		nvm.commit();
	}
}
