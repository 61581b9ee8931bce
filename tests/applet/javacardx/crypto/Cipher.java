/* SPDX-License-Identifier: GPL-2.0-or-later */
package javacardx.crypto;

import java.security.GeneralSecurityException;

import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

import javacard.security.CryptoException;
import javacard.security.Key;
import javacard.security.KeyBuilder;

public final class Cipher {
	public static final byte ALG_AES_BLOCK_128_CBC_NOPAD = 13;
	public static final byte MODE_DECRYPT = 1;
	public static final byte MODE_ENCRYPT = 2;
	private static final byte NO_MODE = 0;

	private final javax.crypto.Cipher cipher;
	private KeyBuilder.TransientAes key;
	private byte mode = NO_MODE;

	private Cipher() throws GeneralSecurityException {
		cipher = javax.crypto.Cipher.getInstance("AES/CBC/NoPadding");
	}

	public static Cipher getInstance(byte algorithm, boolean external) {
		try {
			if (algorithm == ALG_AES_BLOCK_128_CBC_NOPAD && !external)
				return new Cipher();
		} catch (GeneralSecurityException e) {
			/* as on a chip without it */
		}
		throw new CryptoException(CryptoException.NO_SUCH_ALGORITHM);
	}

	public void init(Key with, byte as) {
		if (as != MODE_DECRYPT && as != MODE_ENCRYPT)
			throw new CryptoException(CryptoException.INVALID_INIT);
		key = (KeyBuilder.TransientAes) with;
		key.value();
		mode = as;
	}

	public short doFinal(byte[] from, short at, short length, byte[] to, short toAt) {
		if (mode == NO_MODE)
			throw new CryptoException(CryptoException.INVALID_INIT);
		if (length % 16 != 0)
			throw new CryptoException(CryptoException.ILLEGAL_USE);
		try {
			cipher.init(mode == MODE_ENCRYPT ? javax.crypto.Cipher.ENCRYPT_MODE : javax.crypto.Cipher.DECRYPT_MODE,
					new SecretKeySpec(key.value(), "AES"), new IvParameterSpec(new byte[16]));
			return (short) cipher.doFinal(from, at, length, to, toAt);
		} catch (GeneralSecurityException e) {
			throw new CryptoException(CryptoException.ILLEGAL_USE);
		}
	}
}
