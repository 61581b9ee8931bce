/* SPDX-License-Identifier: GPL-2.0-or-later */
package mckd;

import javacard.framework.JCSystem;
import javacard.framework.Util;

/** The keys of docs/PROTOCOL, by MK or, while the card is blank, by the transport key. */
final class Keys implements State {
	private static final byte[] DK_LABEL = { 'M', 'C', 'K', 'D', '1', ' ', 'D', 'K' };
	private static final byte[] CK_LABEL = { 'M', 'C', 'K', 'D', '1', ' ', 'C', 'F', 'G' };
	private static final byte[] TK_LABEL = { 'M', 'C', 'K', 'D', '1', ' ', 'T', 'E', 'R', 'M' };
	private static final byte[] HOST_LABEL = { 'M', 'C', 'K', 'D', '1', ' ', 'H', 'O', 'S', 'T' };
	private static final byte HOST_LEN = 16;
	private static final short KEYS_LEN = 64;

	/** The one key, or the pair Kenc and Kmac, of the command that runs. */
	final byte[] key = JCSystem.makeTransientByteArray(KEYS_LEN, JCSystem.CLEAR_ON_DESELECT);
	static final short KENC = 0, KMAC = 32;
	private final byte[] context = JCSystem.makeTransientByteArray((short) (ID_LEN + 2 + SN_LEN),
			JCSystem.CLEAR_ON_DESELECT);
	private final Nvm nvm;
	private final Prf prf;

	Keys(Nvm nvm, Prf prf) {
		this.nvm = nvm;
		this.prf = prf;
	}

	byte dea1() {
		byte[] card = nvm.page(CARD);

		return card[LIFE] == BLANK ? AES : card[DEAS];
	}

	byte dea2() {
		return nvm.page(CARD)[(short) (DEAS + 1)];
	}

	/* A key into key[0..32) by the keys that begin(DEA1, MK) stands for */
	private void derive(byte[] label, byte[] from, short length) {
		prf.kdf(label, from, (short) 0, length, key, (short) 0, KEY_LEN);
	}

	void ck() {
		byte[] card = nvm.page(CARD);

		prf.begin(dea1(), card, card[LIFE] == BLANK ? TRANSPORT : MK);
		derive(CK_LABEL, nvm.id(), ID_LEN);
	}

	/** DK = DEA1(MK, SSN) */
	void dk(byte slot, byte index) {
		Util.arrayCopyNonAtomic(nvm.id(), (short) 0, context, (short) 0, ID_LEN);
		context[ID_LEN] = slot;
		context[(short) (ID_LEN + 1)] = index;
		Util.arrayCopyNonAtomic(nvm.page(slot), (short) (SNS + (short) (index - 1) * SN_LEN), context,
				(short) (ID_LEN + 2), SN_LEN);
		prf.begin(dea1(), nvm.page(CARD), MK);
		derive(DK_LABEL, context, (short) context.length);
	}

	private void host(byte[] host, short at) {
		prf.begin(dea2(), key, (short) 0);
		prf.kdf(HOST_LABEL, host, at, HOST_LEN, key, (short) 0, KEY_LEN);
	}

	void hdk(byte slot, byte index, byte[] host, short at) {
		dk(slot, index);
		host(host, at);
	}

	void htk(byte[] host, short at) {
		prf.begin(dea1(), nvm.page(CARD), MK);
		derive(TK_LABEL, nvm.id(), ID_LEN);
		host(host, at);
	}

	/** A pair Kenc and Kmac from a key, which may be key itself. */
	void pair(byte dea, byte[] from, short at, byte[] label, byte[] seed, short seedAt, short seedLen) {
		prf.begin(dea, from, at);
		prf.kdf(label, seed, seedAt, seedLen, key, (short) 0, KEYS_LEN);
	}

	void wipe() {
		Util.arrayFillNonAtomic(key, (short) 0, KEYS_LEN, (byte) 0);
		Util.arrayFillNonAtomic(context, (short) 0, (short) context.length, (byte) 0);
	}
}
