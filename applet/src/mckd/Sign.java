/* SPDX-License-Identifier: GPL-2.0-or-later */
package mckd;

import javacard.framework.Util;

/** SIGN. */
final class Sign implements State {
	private static final byte[] LABEL = { 'M', 'C', 'K', 'D', '1', ' ', 'S', 'I', 'G', 'N' };
	private static final short INDEX = 0, DIGEST = 5, DIGEST_LEN = 32, REQUEST_LEN = 37;

	private final Command command;
	private final Nvm nvm;
	private final Session session;
	private final Prf prf;
	private final Keys keys;
	private final Applications applications;
	private final Login login;

	Sign(Command command, Nvm nvm, Session session, Prf prf, Keys keys, Applications applications, Login login) {
		this.command = command;
		this.nvm = nvm;
		this.session = session;
		this.prf = prf;
		this.keys = keys;
		this.applications = applications;
		this.login = login;
	}

	void sign() {
		byte slot = command.p1();

		command.wantP1P2(command.p2() == 0);
		command.wantLength(command.length() == REQUEST_LEN);
		applications.want(slot);
		if (slot != 0)
			applications.wantFlag(slot, MAY_SIGN);
		slot = session.verified(slot, slot != 0 && (nvm.page(slot)[APP_FLAGS] & NEEDS_PIN) != 0);
		if (command.p1() == 0) {
			applications.wantUsable(slot);
			applications.wantFlag(slot, MAY_SIGN);
		}
		answer(slot, session.has(Session.A_PIN) ? Login.PIN_VERIFIED : 0);
	}

	private void answer(byte slot, byte flags) {
		byte[] to = command.data;
		byte index = login.head(slot, command.data[INDEX], flags);

		keys.dk(slot, index);
		prf.begin(keys.dea2(), keys.key, (short) 0);
		prf.kdf(LABEL, command.data, (short) 0, (short) 0, keys.key, (short) 0, KEY_LEN);
		prf.begin(keys.dea2(), keys.key, (short) 0);
		prf.add((byte) 0xa2);
		prf.add(nvm.id(), (short) 0, ID_LEN);
		prf.add(to, Login.SLOT, Login.HEAD_LEN);
		prf.add(command.data, DIGEST, DIGEST_LEN);
		prf.end();
		nvm.setCounter(to, Login.COUNTER);
		Util.arrayCopyNonAtomic(prf.mac, (short) 0, to, (short) (Login.SLOT + Login.HEAD_LEN), MAC_LEN);
		command.answers((short) (Login.HEAD_LEN + MAC_LEN));
	}
}
