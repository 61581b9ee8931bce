/* SPDX-License-Identifier: GPL-2.0-or-later */
package mckd;

import javacard.framework.JCSystem;
import javacard.framework.Util;

/** The TLVs of a ticket, put into the change that goes on. False: one is wrong, give the change up. */
final class Orders implements State {
	private static final short PUK_LEAST = 8, PIN_LEAST = 4;

	private final Nvm nvm;
	private final byte[] data;
	/* The slot that was entered, or 0; whether 23 or 24 came. */
	private final byte[] run = JCSystem.makeTransientByteArray((short) 2, JCSystem.CLEAR_ON_DESELECT);
	private static final short SLOT = 0, OVER = 1;

	Orders(Nvm nvm, byte[] data) {
		this.nvm = nvm;
		this.data = data;
	}

	boolean apply(short at, short end) {
		run[SLOT] = 0;
		run[OVER] = 0;
		while (at < end) {
			if ((short) (end - at) < 2)
				return false;
			byte tag = data[at];
			short length = (short) (data[(short) (at + 1)] & 0xff);
			at += 2;
			if (length > (short) (end - at) || run[OVER] != 0 || !one(tag, at, length))
				return false;
			at += length;
		}
		return leftWhole();
	}

	private boolean one(byte tag, short v, short length) {
		if (tag >= 0x01 && tag <= 0x09)
			return run[SLOT] != 0 && ofApplication(run[SLOT], tag, v, length);
		switch (tag) {
		case 0x0e:
			return enter(v, length);
		case 0x0f:
			return create(v, length);
		case 0x20:
			return masterKey(v, length);
		case 0x21:
			return deas(v, length);
		case 0x22:
			return puk(v, length);
		case 0x23:
			return activate(length);
		case 0x24:
			return terminate(length);
		default:
			return false;
		}
	}

	private boolean ofApplication(byte slot, byte tag, short v, short length) {
		switch (tag) {
		case 0x01:
			return mechanism(slot, v, length);
		case 0x02:
			nvm.writeByte(slot, HAS_KSEL, (byte) 1);
			return put(slot, KSEL, v, length, KEY_LEN);
		case 0x03:
			return put(slot, RETIRED, v, length, (short) 4);
		case 0x04:
			return seriesNumber(slot, v, length);
		case 0x05:
			nvm.writeByte(TRIES, slot, nvm.changed(slot)[TRIES_FULL]);
			return length == 0;
		case 0x06:
			return pins(slot, v, length);
		case 0x07:
			return n1(slot, v, length);
		case 0x08:
			return flags(slot, v, length);
		default:
			return delete(slot, length);
		}
	}

	private boolean put(byte page, short at, short v, short length, short right) {
		if (length != right)
			return false;
		nvm.write(page, at, data, v, length);
		return true;
	}

	/* Applications */

	private static boolean isSlot(byte slot) {
		return slot >= 1 && slot <= SLOTS;
	}

	private boolean enter(short v, short length) {
		if (length != 1 || !isSlot(data[v]) || nvm.changed(data[v])[USED] == 0)
			return false;
		run[SLOT] = data[v];
		return true;
	}

	private boolean create(short v, short length) {
		short name = (short) (v + 3);
		short nameLength = (short) (length - 3);

		if (length < 4 || !isSlot(data[v]) || !flagsFit(data[(short) (v + 1)]) || data[(short) (v + 2)] < 1
				|| data[(short) (v + 2)] > 15 || !nameFits(name, nameLength))
			return false;
		byte slot = data[v];
		if (nvm.changed(slot)[USED] != 0)
			return false;
		nvm.erase(slot);
		nvm.writeByte(slot, USED, (byte) 1);
		nvm.writeByte(slot, APP_FLAGS, (byte) (data[(short) (v + 1)] & ~HAS_N1));
		nvm.writeByte(slot, MECHANISM, BY_HOST);
		nvm.writeByte(slot, TRIES_FULL, data[(short) (v + 2)]);
		nvm.writeByte(TRIES, slot, data[(short) (v + 2)]);
		nvm.writeByte(slot, NAME_LEN, (byte) nameLength);
		nvm.write(slot, NAME, data, name, nameLength);
		run[SLOT] = slot;
		return true;
	}

	private boolean nameFits(short name, short length) {
		if (length > NAME_MAX)
			return false;
		for (short i = 0; i < length; i++) {
			if (!isNameCharacter(data[(short) (name + i)]))
				return false;
		}
		for (byte slot = 1; slot <= SLOTS; slot++) {
			byte[] app = nvm.changed(slot);

			if (app[USED] != 0 && app[NAME_LEN] == length
					&& Util.arrayCompare(app, NAME, data, name, length) == 0)
				return false;
		}
		return true;
	}

	private static boolean isNameCharacter(byte c) {
		return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
	}

	private boolean delete(byte slot, short length) {
		nvm.erase(slot);
		nvm.writeByte(TRIES, slot, (byte) 0);
		run[SLOT] = 0;
		return length == 0;
	}

	private boolean mechanism(byte slot, short v, short length) {
		return length == 1 && data[v] >= BY_CARD && data[v] <= BY_PIN && put(slot, MECHANISM, v, length, (short) 1);
	}

	private boolean seriesNumber(byte slot, short v, short length) {
		byte index = data[v];

		if (length != SN_LEN + 1 || index < 1 || index > INDICES)
			return false;
		short at = (short) (PRESENT + 3 - (short) ((short) (index - 1) >> 3));
		nvm.writeByte(slot, at, (byte) (nvm.changed(slot)[at] | 1 << ((short) (index - 1) & 7)));
		nvm.write(slot, (short) (SNS + (short) (index - 1) * SN_LEN), data, (short) (v + 1), SN_LEN);
		return true;
	}

	private boolean pins(byte slot, short v, short length) {
		if (length == 0 || length % PIN_LEN != 0 || length > PINS_MAX * PIN_LEN)
			return false;
		for (short at = 0; at < length; at += PIN_LEN) {
			if (!Pin.wellFormed(data, (short) (v + at), PIN_LEAST))
				return false;
		}
		nvm.fill(slot, PINS, (short) (PINS_MAX * PIN_LEN), (byte) 0);
		nvm.write(slot, PINS, data, v, length);
		nvm.writeByte(slot, PIN_COUNT, (byte) (length / PIN_LEN));
		return true;
	}

	private boolean n1(byte slot, short v, short length) {
		byte flags = (byte) (nvm.changed(slot)[APP_FLAGS] & ~HAS_N1);

		if (length > N1_MAX)
			return false;
		nvm.fill(slot, N1, N1_MAX, (byte) 0);
		nvm.write(slot, N1, data, v, length);
		nvm.writeByte(slot, N1_LEN, (byte) length);
		nvm.writeByte(slot, APP_FLAGS, length == 0 ? flags : (byte) (flags | HAS_N1));
		return true;
	}

	private static boolean flagsFit(byte flags) {
		return (flags & ~FLAGS) == 0 && (flags & (SEALED_ONLY | MAY_SIGN)) != (SEALED_ONLY | MAY_SIGN);
	}

	private boolean flags(byte slot, short v, short length) {
		if (length != 1 || !flagsFit(data[v]))
			return false;
		nvm.writeByte(slot, APP_FLAGS, (byte) (data[v] & ~HAS_N1 | nvm.changed(slot)[APP_FLAGS] & HAS_N1));
		return true;
	}

	/* The card */

	private boolean isBlank() {
		return nvm.changed(CARD)[LIFE] == BLANK;
	}

	private boolean masterKey(short v, short length) {
		if (!isBlank() || nvm.changed(CARD)[HAS_MK] != 0)
			return false;
		nvm.writeByte(CARD, HAS_MK, (byte) 1);
		return put(CARD, MK, v, length, KEY_LEN);
	}

	private static boolean isDea(byte dea) {
		return dea == AES || dea == HMAC;
	}

	private boolean deas(short v, short length) {
		return isBlank() && nvm.changed(CARD)[DEAS] == 0 && length == 2 && isDea(data[v])
				&& isDea(data[(short) (v + 1)]) && put(CARD, DEAS, v, length, (short) 2);
	}

	private boolean puk(short v, short length) {
		if (length != PIN_LEN || !Pin.wellFormed(data, v, PUK_LEAST))
			return false;
		nvm.writeByte(CARD, HAS_PUK, (byte) 1);
		nvm.writeByte(TRIES, (byte) 0, PUK_TRIES);
		return put(CARD, PUK, v, length, PIN_LEN);
	}

	private boolean activate(short length) {
		byte[] card = nvm.changed(CARD);

		if (length != 0 || !isBlank() || card[HAS_MK] == 0 || card[DEAS] == 0)
			return false;
		nvm.fill(CARD, TRANSPORT, KEY_LEN, (byte) 0);
		nvm.writeByte(CARD, LIFE, PERSONALISED);
		run[OVER] = 1;
		return true;
	}

	/* The DEAs stay, and so do epoch, T and receipt, which come with the ticket itself. */
	private boolean terminate(short length) {
		byte dea1 = nvm.changed(CARD)[DEAS];
		byte dea2 = nvm.changed(CARD)[(short) (DEAS + 1)];

		for (byte page = CARD; page < PAGES; page++)
			nvm.erase(page);
		nvm.writeByte(CARD, LIFE, TERMINATED);
		nvm.writeByte(CARD, DEAS, dea1);
		nvm.writeByte(CARD, (short) (DEAS + 1), dea2);
		run[SLOT] = 0;
		run[OVER] = 1;
		return length == 0;
	}

	/* What a ticket must not leave behind */
	private boolean leftWhole() {
		for (byte slot = 1; slot <= SLOTS; slot++) {
			byte[] app = nvm.changed(slot);

			if (app[USED] == 0)
				continue;
			if (app[MECHANISM] >= BY_DATE && app[HAS_KSEL] == 0)
				return false;
			if (app[MECHANISM] == BY_PIN && (app[APP_FLAGS] & NEEDS_PIN) == 0)
				return false;
		}
		return true;
	}
}
