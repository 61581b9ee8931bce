/* SPDX-License-Identifier: GPL-2.0-or-later */
package mckd;

import javacard.framework.JCSystem;
import javacard.framework.Util;
import javacard.security.AESKey;
import javacard.security.KeyBuilder;
import javacard.security.MessageDigest;
import javacardx.crypto.Cipher;

/**
 * PRF, KDF and CBC of docs/PROTOCOL. begin() sets a key; add() any number of times and end() give one
 * PRF under it, and more of them may follow. CMAC is built over CBC and HMAC over SHA-256, which chips
 * have, where they lack the two themselves.
 */
final class Prf implements State {
	private static final short BLOCK = 16;
	private static final short HASH_BLOCK = 64;
	private static final short TEXT_MAX = 64;

	/** What end() computed: 16 bytes by AES, 32 by HMAC. */
	final byte[] mac = JCSystem.makeTransientByteArray((short) 32, JCSystem.CLEAR_ON_DESELECT);
	private final byte[] text = JCSystem.makeTransientByteArray(TEXT_MAX, JCSystem.CLEAR_ON_DESELECT);
	/* AES: the two subkeys, and CBC so far. HMAC: the key, filled up to the hash's block and masked. */
	private final byte[] pad = JCSystem.makeTransientByteArray(HASH_BLOCK, JCSystem.CLEAR_ON_DESELECT);
	private static final short K1 = 0, K2 = 16, CHAIN = 32;
	private static final byte INNER = 0x36, OUTER = 0x5c;
	private final short[] at = JCSystem.makeTransientShortArray((short) 3, JCSystem.CLEAR_ON_DESELECT);
	private static final short TEXT = 0, DEA = 1, HASHING = 2;
	private final AESKey key = (AESKey) KeyBuilder.buildKey(KeyBuilder.TYPE_AES_TRANSIENT_DESELECT,
			KeyBuilder.LENGTH_AES_256, false);
	private final Cipher cbc = Cipher.getInstance(Cipher.ALG_AES_BLOCK_128_CBC_NOPAD, false);
	private final MessageDigest sha = MessageDigest.getInstance(MessageDigest.ALG_SHA_256, false);

	void begin(byte dea, byte[] from, short offset) {
		at[DEA] = dea;
		at[TEXT] = 0;
		at[HASHING] = 0;
		Util.arrayFillNonAtomic(pad, (short) 0, HASH_BLOCK, (byte) 0);
		if (dea == AES) {
			key.setKey(from, offset);
			encrypt(pad, K1, BLOCK);
			doubled(K1);
			Util.arrayCopyNonAtomic(pad, K1, pad, K2, BLOCK);
			doubled(K2);
		} else {
			sha.reset();
			Util.arrayCopyNonAtomic(from, offset, pad, (short) 0, KEY_LEN);
			mask(INNER);
		}
	}

	void add(byte[] from, short offset, short length) {
		while (length > 0) {
			short part = room();

			if (part > length)
				part = length;
			Util.arrayCopyNonAtomic(from, offset, text, at[TEXT], part);
			at[TEXT] += part;
			offset += part;
			length -= part;
		}
	}

	void add(byte value) {
		room();
		text[at[TEXT]] = value;
		at[TEXT]++;
	}

	/* What is full goes on its way only when more comes: the last block is end()'s. */
	private short room() {
		if (at[TEXT] == TEXT_MAX) {
			if (at[DEA] == AES)
				chain(TEXT_MAX);
			else
				hash();
			at[TEXT] = 0;
		}
		return (short) (TEXT_MAX - at[TEXT]);
	}

	/** One PRF over what was added; how many bytes of mac it fills. */
	short end() {
		if (at[DEA] == AES)
			cmac(at[TEXT]);
		else
			hmac(at[TEXT]);
		at[TEXT] = 0;
		return at[DEA] == AES ? BLOCK : (short) 32;
	}

	/** SP 800-108r1 in counter mode under begin()'s key: length bytes, whole PRFs. */
	void kdf(byte[] label, byte[] context, short from, short fromLength, byte[] to, short offset, short length) {
		byte i = 1;
		short done = 0;

		while (done < length) {
			add((byte) 0);
			add((byte) 0);
			add((byte) 0);
			add(i++);
			add(label, (short) 0, (short) label.length);
			add((byte) 0);
			add(context, from, fromLength);
			add((byte) 0);
			add((byte) 0);
			add((byte) (length >> 5));
			add((byte) (length << 3));
			short each = end();
			Util.arrayCopyNonAtomic(mac, (short) 0, to, (short) (offset + done), each);
			done += each;
		}
	}

	/** In place, whole blocks. This takes the place of begin()'s key. */
	void cbc(byte[] by, short offset, byte mode, byte[] buffer, short from, short length) {
		key.setKey(by, offset);
		cbc.init(key, mode);
		cbc.doFinal(buffer, from, length, buffer, from);
	}

	/* The IV is zero by default. */
	private void encrypt(byte[] buffer, short from, short length) {
		cbc.init(key, Cipher.MODE_ENCRYPT);
		cbc.doFinal(buffer, from, length, buffer, from);
	}

	/* SP 800-38B */
	private void doubled(short from) {
		short last = (short) (from + BLOCK - 1);
		byte carry = (byte) (pad[from] < 0 ? 0x87 : 0);

		for (short i = from; i < last; i++)
			pad[i] = (byte) (pad[i] << 1 | (pad[(short) (i + 1)] & 0xff) >> 7);
		pad[last] = (byte) (pad[last] << 1 ^ carry);
	}

	private void cmac(short length) {
		short last = (short) ((short) (length - 1) / BLOCK * BLOCK);
		short whole = (short) (last + BLOCK);

		if (length != whole) {
			text[length] = (byte) 0x80;
			Util.arrayFillNonAtomic(text, (short) (length + 1), (short) (whole - length - 1), (byte) 0);
		}
		xor(last, length == whole ? K1 : K2);
		chain(whole);
		Util.arrayCopyNonAtomic(pad, CHAIN, mac, (short) 0, BLOCK);
		Util.arrayFillNonAtomic(pad, CHAIN, BLOCK, (byte) 0);
	}

	/* The next blocks of CBC. Its state is kept here, for chips differ in what Cipher.update holds back. */
	private void chain(short length) {
		xor((short) 0, CHAIN);
		encrypt(text, (short) 0, length);
		Util.arrayCopyNonAtomic(text, (short) (length - BLOCK), pad, CHAIN, BLOCK);
	}

	private void xor(short to, short from) {
		for (short i = 0; i < BLOCK; i++)
			text[(short) (to + i)] ^= pad[(short) (from + i)];
	}

	private void hash() {
		startHash();
		sha.update(text, (short) 0, TEXT_MAX);
	}

	private void startHash() {
		if (at[HASHING] == 0)
			sha.update(pad, (short) 0, HASH_BLOCK);
		at[HASHING] = 1;
	}

	private void hmac(short length) {
		startHash();
		sha.doFinal(text, (short) 0, length, mac, (short) 0);
		mask((byte) (INNER ^ OUTER));
		sha.update(pad, (short) 0, HASH_BLOCK);
		sha.doFinal(mac, (short) 0, (short) 32, mac, (short) 0);
		mask((byte) (INNER ^ OUTER));
		at[HASHING] = 0;
	}

	private void mask(byte by) {
		for (short i = 0; i < HASH_BLOCK; i++)
			pad[i] ^= by;
	}

	/** In constant time. */
	static boolean same(byte[] a, short atA, byte[] b, short atB, short length) {
		byte differ = 0;

		for (short i = 0; i < length; i++)
			differ |= (byte) (a[(short) (atA + i)] ^ b[(short) (atB + i)]);
		return differ == 0;
	}

	void wipe() {
		Util.arrayFillNonAtomic(mac, (short) 0, (short) 32, (byte) 0);
		Util.arrayFillNonAtomic(text, (short) 0, TEXT_MAX, (byte) 0);
		Util.arrayFillNonAtomic(pad, (short) 0, HASH_BLOCK, (byte) 0);
		key.clearKey();
	}
}
