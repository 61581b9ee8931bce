/* SPDX-License-Identifier: GPL-2.0-or-later */
package mckd;

import javacard.framework.JCSystem;
import javacard.framework.Util;
import javacard.security.RandomData;

/**
 * The card's memory. Each page is there twice. A change is written into the spare side of the pages
 * it touches, then one write of two bytes makes those sides the live ones, and the other sides are made
 * alike, so that no retired secret lingers. No transaction is opened, for some commit buffers are
 * smaller than a change: what must be atomic is one Util.arrayCopy of at most four bytes, and what
 * need not be never touches what counts.
 */
final class Nvm implements State {
	private static final short CHUNK = 64;

	/* Page p's two sides are at 2p and 2p + 1. */
	private final Object[] sides = new Object[2 * PAGES];
	private final byte[] id = new byte[ID_LEN];
	private final byte[] counter = new byte[4];
	/* Bit p: which side of page p is live; whether its sides may differ. */
	private final byte[] live = new byte[2];
	private final byte[] differ = new byte[2];

	/* Bit p: page p is part of the change that goes on */
	private final short[] touched = JCSystem.makeTransientShortArray((short) 1, JCSystem.CLEAR_ON_DESELECT);
	private final byte[] scratch = JCSystem.makeTransientByteArray((short) 2, JCSystem.CLEAR_ON_DESELECT);
	private final RandomData random = RandomData.getInstance(RandomData.ALG_SECURE_RANDOM);

	Nvm() {
		for (byte page = CARD; page < PAGES; page++) {
			short length = page == CARD ? CARD_LEN : page == TRIES ? TRIES_LEN : APP_LEN;

			sides[(short) (2 * page)] = new byte[length];
			sides[(short) (2 * page + 1)] = new byte[length];
		}
	}

	/** Makes a blank card, before anything can be selected. */
	void install(byte[] transportKey, short at) {
		random(id, (short) 0, ID_LEN);
		writeByte(CARD, LIFE, BLANK);
		write(CARD, TRANSPORT, transportKey, at, KEY_LEN);
		commit();
	}

	void random(byte[] to, short at, short length) {
		random.generateData(to, at, length);
	}

	byte[] id() {
		return id;
	}

	/** The side that counts, to be read. */
	byte[] page(byte page) {
		return side(page, (short) (mark(live) & bit(page)) != 0);
	}

	private byte[] side(byte page, boolean second) {
		return (byte[]) sides[(short) (2 * page + (second ? 1 : 0))];
	}

	private byte[] spare(byte page) {
		return side(page, (short) (mark(live) & bit(page)) == 0);
	}

	private static short bit(byte page) {
		return (short) (1 << page);
	}

	private static short mark(byte[] marks) {
		return Util.getShort(marks, (short) 0);
	}

	private void setMark(byte[] marks, short value) {
		if (mark(marks) == value)
			return;
		Util.setShort(scratch, (short) 0, value);
		Util.arrayCopy(scratch, (short) 0, marks, (short) 0, (short) 2);
	}

	/* The counter */

	boolean counterSpent() {
		return mark(counter) == (short) 0xffff && Util.getShort(counter, (short) 2) == (short) 0xffff;
	}

	/** The next value; not yet the counter's. */
	void nextCounter(byte[] to, short at) {
		short i = 3;

		Util.arrayCopyNonAtomic(counter, (short) 0, to, at, (short) 4);
		while (i >= 0 && ++to[(short) (at + i)] == 0)
			i--;
	}

	/** Durable when this returns. */
	void setCounter(byte[] from, short at) {
		Util.arrayCopy(from, at, counter, (short) 0, (short) 4);
	}

	/* Tries: each its own write, outside of changes */

	byte tries(byte which) {
		return page(TRIES)[which];
	}

	/** Durable when this returns. */
	void setTries(byte which, byte tries) {
		if (tries(which) == tries)
			return;
		scratch[0] = tries;
		Util.arrayCopy(scratch, (short) 0, page(TRIES), which, (short) 1);
	}

	/* Changes */

	private byte[] open(byte page) {
		if ((short) (touched[0] & bit(page)) == 0) {
			setMark(differ, (short) (mark(differ) | bit(page)));
			/* Tries change outside of changes, on the live side alone. */
			if (page == TRIES)
				Util.arrayCopyNonAtomic(page(TRIES), (short) 0, spare(TRIES), (short) 0, TRIES_LEN);
			touched[0] = (short) (touched[0] | bit(page));
		}
		return spare(page);
	}

	/** As the change has made it so far. */
	byte[] changed(byte page) {
		return (short) (touched[0] & bit(page)) == 0 ? page(page) : spare(page);
	}

	void write(byte page, short at, byte[] from, short offset, short length) {
		Util.arrayCopyNonAtomic(from, offset, open(page), at, length);
	}

	void writeByte(byte page, short at, byte value) {
		fill(page, at, (short) 1, value);
	}

	void fill(byte page, short at, short length, byte value) {
		Util.arrayFillNonAtomic(open(page), at, length, value);
	}

	void erase(byte page) {
		fill(page, (short) 0, (short) changed(page).length, (byte) 0);
	}

	/** All of the change from here on, or none of it. */
	void commit() {
		setMark(live, (short) (mark(live) ^ touched[0]));
		settle();
	}

	/** Undoes a change that was not committed, finishes one that was: behind each command, SELECT the first. */
	void settle() {
		short pages = mark(differ);

		touched[0] = 0;
		if (pages == 0)
			return;
		for (byte page = CARD; page < PAGES; page++) {
			if ((short) (pages & bit(page)) != 0)
				makeAlike(page(page), spare(page));
		}
		setMark(differ, (short) 0);
	}

	/* Only what is not: memory wears. */
	private static void makeAlike(byte[] right, byte[] other) {
		for (short at = 0; at < right.length; at += CHUNK) {
			short length = (short) (right.length - at);

			if (length > CHUNK)
				length = CHUNK;
			if (Util.arrayCompare(right, at, other, at, length) != 0)
				Util.arrayCopyNonAtomic(right, at, other, at, length);
		}
	}
}
