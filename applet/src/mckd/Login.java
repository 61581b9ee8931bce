/* SPDX-License-Identifier: GPL-2.0-or-later */
package mckd;

import javacard.framework.ISOException;
import javacard.framework.Util;
import javacardx.crypto.Cipher;

/** AUTHENTICATE, and GET SECRET behind it. */
final class Login implements State {
	private static final byte[] SM_LABEL = { 'M', 'C', 'K', 'D', '1', ' ', 'S', 'M' };
	private static final byte PLAIN = 0x00, SEALED = 0x02;
	static final byte PIN_VERIFIED = 1, HOST_PROVED = 2;

	/* The request */
	private static final short INDEX = 0, FIGURE = 1, HOST = 5, TOKEN = 21, SEAL = 53, T = 65;
	private static final short PLAIN_LEN = 53, SEALED_LEN = 81;
	private static final short TOKEN_CTX_LEN = 32;

	/* The answer; Sign's begins alike. */
	static final short SLOT = Command.ANSWER_AT, SELECTED = SLOT + 1, ANSWER_EPOCH = SLOT + 2, COUNTER = SLOT + 4,
			ANSWER_FLAGS = SLOT + 8, HEAD_LEN = 9;
	private static final short NONCE = SLOT + 9, RESULT = SLOT + 25, ANSWER_LEN = 41;
	private static final short NONCE_LEN = 16, TOKEN_LEN = 16;

	private final Command command;
	private final Nvm nvm;
	private final Session session;
	private final Prf prf;
	private final Keys keys;
	private final Applications applications;
	private final Selection selection;
	private final Pin pin;

	Login(Command command, Nvm nvm, Session session, Prf prf, Keys keys, Applications applications,
			Selection selection, Pin pin) {
		this.command = command;
		this.nvm = nvm;
		this.session = session;
		this.prf = prf;
		this.keys = keys;
		this.applications = applications;
		this.selection = selection;
		this.pin = pin;
	}

	void authenticate() {
		boolean sealed = command.p2() == SEALED;
		byte slot = command.p1();
		byte flags = 0;

		command.wantP1P2(sealed || command.p2() == PLAIN);
		command.wantLength(command.length() == (sealed ? SEALED_LEN : PLAIN_LEN));
		applications.want(slot);
		if (sealed) {
			slot = unsealed(slot);
			flags = PIN_VERIFIED | HOST_PROVED;
		} else {
			slot = session.verified(slot, slot != 0 && (nvm.page(slot)[APP_FLAGS] & NEEDS_PIN) != 0);
			flags = session.has(Session.A_PIN) ? PIN_VERIFIED : 0;
		}
		if (command.p1() == 0)
			applications.wantUsable(slot);
		answer(slot, flags);
	}

	/* T is checked over E before E is opened. */
	private byte unsealed(byte slot) {
		byte[] ram = session.ram;

		if (slot != 0 && nvm.page(slot)[PIN_COUNT] == 0)
			ISOException.throwIt(SW_STATE);
		keys.htk(command.data, HOST);
		wantT(slot);
		prf.add((byte) 0xa7);
		prf.add(session.challenge, (short) 0, Session.CHALLENGE_LEN);
		prf.add(command.data, TOKEN, TOKEN_CTX_LEN);
		prf.end();
		session.endChallenge();
		for (short i = 0; i < PIN_LEN; i++)
			ram[(short) (Session.PIN + i)] = (byte) (command.data[(short) (SEAL + i)] ^ prf.mac[i]);
		return pin.attempt(slot, ram, Session.PIN, true);
	}

	private void wantT(byte slot) {
		boolean had = session.spendChallenge();

		prf.begin(keys.dea2(), keys.key, (short) 0);
		prf.add((byte) 0xa4);
		prf.add(session.challenge, (short) 0, Session.CHALLENGE_LEN);
		prf.add(nvm.id(), (short) 0, ID_LEN);
		prf.add(slot);
		prf.add(command.data, INDEX, T);
		prf.end();
		if (Prf.same(prf.mac, (short) 0, command.data, T, MAC_LEN) && had)
			return;
		session.endChallenge();
		ISOException.throwIt(SW_SECURITY);
	}

	/* DEA2(DK, token): the result, and what GET SECRET may need next. */
	private void answer(byte slot, byte flags) {
		byte[] data = command.data;
		byte index = head(slot, data[INDEX], flags);

		nvm.random(data, NONCE, NONCE_LEN);
		keys.hdk(slot, index, data, HOST);
		prf.begin(keys.dea2(), keys.key, (short) 0);
		prf.add((byte) 0xa1);
		prf.add(nvm.id(), (short) 0, ID_LEN);
		prf.add(data, SLOT, HEAD_LEN);
		prf.add(data, FIGURE, (short) 4);
		prf.add(data, TOKEN, TOKEN_CTX_LEN);
		prf.add(data, NONCE, NONCE_LEN);
		prf.end();
		nvm.setCounter(data, COUNTER);
		Util.arrayCopyNonAtomic(prf.mac, (short) 0, data, RESULT, MAC_LEN);
		Util.arrayFillNonAtomic(session.ram, Session.PIN, PIN_LEN, (byte) 0);
		Util.arrayCopyNonAtomic(keys.key, (short) 0, session.ram, Session.HDK, KEY_LEN);
		Util.arrayCopyNonAtomic(data, TOKEN, session.ram, Session.TOKEN, TOKEN_LEN);
		Util.arrayCopyNonAtomic(data, NONCE, session.ram, Session.NONCE, NONCE_LEN);
		session.leave(Session.A_LOGIN, slot);
		command.answers(ANSWER_LEN);
	}

	/** Selects, and puts what the answers of AUTHENTICATE and SIGN begin with. */
	byte head(byte slot, byte given, byte flags) {
		byte[] to = command.data;

		/* With slot 0 the host cannot know whether its index is wanted. */
		if (command.p1() == 0 && nvm.page(slot)[MECHANISM] != BY_HOST)
			given = 0;
		nvm.nextCounter(to, COUNTER);
		to[SLOT] = slot;
		to[SELECTED] = selection.select(slot, given, command.data, FIGURE, to, COUNTER);
		Util.arrayCopyNonAtomic(nvm.page(CARD), EPOCH, to, ANSWER_EPOCH, (short) 2);
		to[ANSWER_FLAGS] = flags;
		return to[SELECTED];
	}

	/** EN1 of figure 3. */
	void secret() {
		byte[] to = command.data;

		command.wantP1P2(command.p1() == 0 && command.p2() == 0);
		command.wantLength(command.length() == 0);
		applications.want((byte) 0);
		if (!session.has(Session.A_LOGIN))
			ISOException.throwIt(SW_SECURITY);
		short length = padded(nvm.page(session.slot()));
		keys.pair(keys.dea2(), session.ram, Session.HDK, SM_LABEL, session.ram, Session.TOKEN,
				(short) (TOKEN_LEN + NONCE_LEN));
		prf.cbc(keys.key, Keys.KENC, Cipher.MODE_ENCRYPT, to, Command.ANSWER_AT, length);
		prf.begin(keys.dea2(), keys.key, Keys.KMAC);
		prf.add((byte) 0xa3);
		prf.add(to, Command.ANSWER_AT, length);
		prf.end();
		Util.arrayCopyNonAtomic(prf.mac, (short) 0, to, (short) (Command.ANSWER_AT + length), MAC_LEN);
		command.answers((short) (length + MAC_LEN));
	}

	/* N1 into the answer, padded by ISO 9797-1 method 2 */
	private short padded(byte[] app) {
		short length = (short) (app[N1_LEN] & 0xff);
		short whole = (short) (length / 16 * 16 + 16);
		short end = (short) (Command.ANSWER_AT + length);

		if (length == 0)
			ISOException.throwIt(SW_NOT_FOUND);
		Util.arrayCopyNonAtomic(app, N1, command.data, Command.ANSWER_AT, length);
		Util.arrayFillNonAtomic(command.data, end, (short) (whole - length), (byte) 0);
		command.data[end] = (byte) 0x80;
		return whole;
	}
}
