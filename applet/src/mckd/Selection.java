/* SPDX-License-Identifier: GPL-2.0-or-later */
package mckd;

import javacard.framework.ISO7816;
import javacard.framework.ISOException;

/** Which SN is the selected one. */
final class Selection implements State {
	private static final byte[] LABEL = { 'M', 'C', 'K', 'D', '1', ' ', 'S', 'E', 'L' };
	private final Nvm nvm;
	private final Session session;
	private final Prf prf;

	Selection(Nvm nvm, Session session, Prf prf) {
		this.nvm = nvm;
		this.session = session;
		this.prf = prf;
	}

	/** The index, by the command's index and figure and by the new counter. */
	byte select(byte slot, byte given, byte[] figure, short figureAt, byte[] counter, short counterAt) {
		byte[] app = nvm.page(slot);
		byte mechanism = app[MECHANISM];

		if (mechanism == BY_HOST)
			return named(app, given);
		if (given != 0)
			ISOException.throwIt(ISO7816.SW_WRONG_DATA);
		if (mechanism == BY_CARD) {
			nvm.random(prf.mac, (short) 0, (short) 2);
			return drawn(app);
		}
		prf.begin(nvm.page(CARD)[DEAS], app, KSEL);
		prf.add(LABEL, (short) 0, (short) LABEL.length);
		prf.add(mechanism);
		if (mechanism == BY_DATE)
			prf.add(figure, figureAt, (short) 4);
		else if (mechanism == BY_COUNTER)
			prf.add(counter, counterAt, (short) 4);
		else
			prf.add(session.ram, Session.PIN, PIN_LEN);
		prf.end();
		return drawn(app);
	}

	private static byte named(byte[] app, byte index) {
		if (index < 1 || index > INDICES || !Applications.isActive(app, index))
			ISOException.throwIt(SW_NOT_FOUND);
		return index;
	}

	/* By the first two bytes of mac */
	private byte drawn(byte[] app) {
		short v = (short) ((short) ((prf.mac[0] & 0x7f) << 8) | (prf.mac[1] & 0xff));
		short nth = (short) (v % Applications.countActive(app));
		byte found = 0;

		for (byte index = 1; index <= INDICES; index++) {
			if (Applications.isActive(app, index) && nth-- == 0)
				found = index;
		}
		return found;
	}
}
