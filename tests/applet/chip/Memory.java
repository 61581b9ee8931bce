/* SPDX-License-Identifier: GPL-2.0-or-later */
package chip;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

import javacard.framework.APDU;
import javacard.framework.JCSystem;

/** The chip's memory: what is cleared when, what stays, and power that fails at the n-th write. */
public final class Memory {
	/** The power is gone. Nothing that still runs writes any more. */
	static final class Cut extends Error {
		private static final long serialVersionUID = 1;
	}

	private static final Map<Object, Byte> transients = new IdentityHashMap<>();
	/* By array, in the order in which the applet's fields lead to them: what it holds */
	private static final Map<byte[], byte[]> persistent = new IdentityHashMap<>();
	private static final List<byte[]> order = new ArrayList<>();
	private static int cutAt, points;
	private static boolean installed, dead;

	private Memory() {
	}

	public static void addTransient(Object array, byte event) {
		if (installed)
			throw new IllegalStateException("memory is allocated after installation");
		transients.put(array, event);
	}

	/** One write. Atomic: power fails before it or behind it; else, in its middle too. */
	public static void write(byte[] to, int at, byte[] bytes, boolean atomic) {
		boolean stays = !transients.containsKey(to) && !APDU.isBuffer(to);

		if (stays && dead)
			throw new Cut();
		if (stays && bytes.length > 0) {
			point();
			if (!atomic && bytes.length > 1) {
				store(to, at, bytes, bytes.length / 2);
				point();
			}
		}
		store(to, at, bytes, bytes.length);
	}

	private static void store(byte[] to, int at, byte[] bytes, int length) {
		byte[] known = persistent.get(to);

		System.arraycopy(bytes, 0, to, at, length);
		if (known != null)
			System.arraycopy(bytes, 0, known, at, length);
	}

	private static void point() {
		points++;
		if (points == cutAt) {
			dead = true;
			throw new Cut();
		}
	}

	/** Power fails at the n-th point from now on, counted from 1; 0: never. */
	static void cutAt(int n) {
		cutAt = n;
		points = 0;
	}

	/** How many points there were since. */
	static int points() {
		return points;
	}

	static void clear(boolean reset) {
		for (Map.Entry<Object, Byte> e : transients.entrySet()) {
			if (!reset && e.getValue() != JCSystem.CLEAR_ON_DESELECT)
				continue;
			if (e.getKey() instanceof byte[])
				Arrays.fill((byte[]) e.getKey(), (byte) 0);
			else
				Arrays.fill((short[]) e.getKey(), (short) 0);
		}
		if (reset)
			dead = false;
	}

	/** All that the applet holds and that is not transient, found by its fields. */
	static void installed(Object applet) {
		collect(applet);
		installed = true;
	}

	private static void collect(Object o) {
		if (o instanceof byte[] && !transients.containsKey(o) && !persistent.containsKey(o)) {
			persistent.put((byte[]) o, ((byte[]) o).clone());
			order.add((byte[]) o);
		} else if (o instanceof Object[]) {
			for (Object each : (Object[]) o)
				collect(each);
		} else if (o != null && o.getClass().getPackage() != null
				&& o.getClass().getPackage().getName().equals("mckd")) {
			for (Field f : o.getClass().getDeclaredFields())
				collect(value(f, o));
		}
	}

	private static Object value(Field f, Object o) {
		try {
			f.setAccessible(true);
			return Modifier.isStatic(f.getModifiers()) ? null : f.get(o);
		} catch (IllegalAccessException e) {
			throw new IllegalStateException(e);
		}
	}

	/** A chip tears a plain assignment too, but this one cannot see it: the applet has none. */
	static void audit() {
		for (byte[] array : order) {
			if (!Arrays.equals(array, persistent.get(array)))
				throw new IllegalStateException("persistent memory was written past Util");
		}
	}

	static List<byte[]> image() {
		List<byte[]> image = new ArrayList<>();

		for (byte[] array : order)
			image.add(array.clone());
		return image;
	}

	static void restore(List<byte[]> image) {
		for (int i = 0; i < order.size(); i++)
			store(order.get(i), 0, image.get(i), image.get(i).length);
	}

	static int persistentBytes() {
		int n = 0;

		for (byte[] array : order)
			n += array.length;
		return n;
	}

	static int transientBytes() {
		int n = 0;

		for (Object array : transients.keySet())
			n += array instanceof byte[] ? ((byte[]) array).length : 2 * ((short[]) array).length;
		return n;
	}
}
