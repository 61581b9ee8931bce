/* SPDX-License-Identifier: GPL-2.0-or-later */
package chip;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

import javacard.framework.APDU;
import javacard.framework.Applet;
import javacard.framework.ISO7816;
import javacard.framework.ISOException;

/** The runtime environment, with one applet. */
public final class Card {
	private static final String CLASS = "mckd.MckdApplet";
	private static final int NO_APPLET_SELECTED = 0x6999;

	private static Applet applet;
	private static byte[] name;
	private static boolean selected;

	private Card() {
	}

	public static void register(Applet which, byte[] aid) {
		applet = which;
		name = aid;
	}

	static void install(byte[] aid, byte[] parameters) {
		ByteArrayOutputStream all = new ByteArrayOutputStream();

		all.write(aid.length);
		all.write(aid, 0, aid.length);
		all.write(0);
		all.write(parameters.length);
		all.write(parameters, 0, parameters.length);
		try {
			Class.forName(CLASS).getMethod("install", byte[].class, short.class, byte.class)
					.invoke(null, all.toByteArray(), (short) 0, (byte) all.size());
		} catch (ReflectiveOperationException e) {
			throw new IllegalStateException(e);
		}
		Memory.installed(applet);
		reset();
	}

	static void reset() {
		selected = false;
		Memory.clear(true);
	}

	/** The answer with its status word; null: power failed in it. */
	static byte[] command(byte[] bytes) {
		byte[] answer;

		try {
			answer = run(bytes);
		} catch (Memory.Cut e) {
			reset();
			answer = null;
		}
		Memory.audit();
		return answer;
	}

	private static byte[] run(byte[] bytes) {
		if (!isCommand(bytes))
			return status(ISO7816.SW_WRONG_LENGTH);
		if (selects(bytes)) {
			if (selected)
				applet.deselect();
			Memory.clear(false);
			selected = applet.select();
		}
		if (!selected)
			return status(NO_APPLET_SELECTED);
		return process(new APDU(bytes));
	}

	/* Short form */
	private static boolean isCommand(byte[] bytes) {
		int lc = bytes.length > 5 ? bytes[4] & 0xff : 0;

		return bytes.length == 4 || bytes.length == 5
				|| (lc > 0 && (bytes.length == 5 + lc || bytes.length == 6 + lc));
	}

	/* By its name or the beginning of it; what matches no applet goes to the one that is selected. */
	private static boolean selects(byte[] bytes) {
		return bytes[0] == 0 && bytes[1] == (byte) 0xa4 && bytes[2] == 4 && (bytes[3] & 0xf3) == 0
				&& bytes.length > 5 && bytes[4] <= name.length
				&& Arrays.equals(name, 0, bytes[4], bytes, 5, 5 + bytes[4]);
	}

	private static byte[] process(APDU apdu) {
		byte[] data;

		try {
			applet.process(apdu);
			data = apdu.sent();
		} catch (ISOException e) {
			return status(e.getReason());
		} catch (RuntimeException e) {
			e.printStackTrace();
			return status(ISO7816.SW_UNKNOWN);
		}
		byte[] all = Arrays.copyOf(data, data.length + 2);
		all[data.length] = (byte) 0x90;
		return all;
	}

	private static byte[] status(int sw) {
		return new byte[] { (byte) (sw >> 8), (byte) sw };
	}
}
