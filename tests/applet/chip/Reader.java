/* SPDX-License-Identifier: GPL-2.0-or-later */
package chip;

import java.io.EOFException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

import javacard.framework.APDU;
import jdk.net.ExtendedSocketOptions;

/**
 * A new card with the applet, in vpcd's reader for as long as this runs.
 * usage: Reader [--t0] [--bench | --cut FILE] [--trace FILE] PORT TRANSPORT-KEY-FILE | Reader --sizes
 * FILE with a number in it: the card is torn out at that point of its writes, counted from the next command. It
 * stays out while FILE.out, which says so, is there.
 */
public final class Reader {
	private static final byte[] AID = { (byte) 0xf0, 0x4d, 0x43, 0x4b, 0x44, 0x01 };
	private static final byte[] ATR_T0 = { 0x3b, (byte) 0x80, 0x00 };
	private static final byte[] ATR_T1 = { 0x3b, (byte) 0x80, 0x01, (byte) 0x81 };
	private static final int OFF = 0, ON = 1, RESET = 2, ASK_ATR = 4;
	/* Of --bench: commands to the chip itself, and their second bytes */
	private static final byte TO_CHIP = (byte) 0xfe;
	private static final int CUT_AT = 0, SNAPSHOT = 1, RESTORE = 2, POINTS = 3;

	private static final long POLL = 5_000_000;

	private static boolean bench;
	private static Path cut;
	private static OutputStream trace;
	private static T0 t0;
	private static List<byte[]> image;

	private Reader() {
	}

	public static void main(String[] args) throws IOException {
		int i = 0;

		for (; i < args.length && args[i].startsWith("--"); i++) {
			switch (args[i]) {
			case "--sizes":
				Card.install(AID, new byte[32]);
				System.out.println(Memory.persistentBytes() + " " + Memory.transientBytes());
				return;
			case "--bench":
				bench = true;
				break;
			case "--cut":
				cut = Paths.get(args[++i]);
				break;
			case "--t0":
				t0 = new T0();
				break;
			case "--trace":
				trace = new FileOutputStream(args[++i], true);
				break;
			default:
				throw new IllegalArgumentException(args[i]);
			}
		}
		APDU.setProtocol(t0 == null ? APDU.PROTOCOL_T1 : APDU.PROTOCOL_T0);
		Card.install(AID, newKey(Paths.get(args[i + 1])));
		InetSocketAddress where = new InetSocketAddress("127.0.0.1", Integer.parseInt(args[i]));

		while (true) {
			if (putIn(where))
				stayOut(Paths.get(cut + ".out"));
			else if (bench)
				return;
			else
				LockSupport.parkNanos(POLL);
		}
	}

	/* True: until it is torn out. A reader that is not there, or forgets the card torn out before, lets go of it. */
	private static boolean putIn(InetSocketAddress where) throws IOException {
		try (SocketChannel reader = SocketChannel.open(where)) {
			boolean in = true;

			reader.setOption(StandardSocketOptions.TCP_NODELAY, true);
			while (in)
				in = serve(reader);
			return true;
		} catch (EOFException | SocketException e) {
			return false;
		}
	}

	private static void stayOut(Path mark) throws IOException {
		Files.createFile(mark);
		while (Files.exists(mark))
			LockSupport.parkNanos(POLL);
	}

	private static byte[] newKey(Path file) throws IOException {
		byte[] key = new byte[32];
		StringBuilder hex = new StringBuilder();

		new SecureRandom().nextBytes(key);
		for (byte b : key)
			hex.append(String.format("%02x", b));
		Files.write(file, (hex + "\n").getBytes(StandardCharsets.US_ASCII));
		return key;
	}

	/* Power that fails is no answer at all: to --bench an empty frame, else the card is out. */
	private static boolean serve(SocketChannel reader) throws IOException {
		byte[] frame = receive(reader, receive(reader, 2));
		byte[] answer;

		if (frame.length <= 1) {
			if (frame.length == 1)
				control(reader, frame[0]);
			return true;
		}
		answer = bench && frame[0] == TO_CHIP ? chip(frame) : command(frame);
		if (answer != null || bench)
			send(reader, answer != null ? answer : new byte[0]);
		return answer != null || bench;
	}

	private static void control(SocketChannel reader, int what) throws IOException {
		if (what == ASK_ATR) {
			send(reader, t0 == null ? ATR_T1 : ATR_T0);
		} else if (what == OFF || what == ON || what == RESET) {
			if (t0 != null)
				t0.drop();
			Card.reset();
		}
	}

	private static byte[] command(byte[] bytes) throws IOException {
		byte[] answer;

		if (cut != null && Files.exists(cut)) {
			Memory.cutAt(Integer.parseInt(new String(Files.readAllBytes(cut), StandardCharsets.US_ASCII).trim()));
			Files.delete(cut);
		}
		answer = t0 == null ? Card.command(bytes) : t0.command(bytes);
		if (answer == null)
			note(bytes, 0, "CUT");
		else
			note(bytes, answer.length, String.format("%02X%02X", answer[answer.length - 2], answer[answer.length - 1]));
		return answer;
	}

	private static void note(byte[] bytes, int length, String status) throws IOException {
		String line = String.format("%02X %d %d %s\n", bytes[1], bytes.length > 5 ? bytes[4] & 0xff : 0, length, status);

		if (trace != null)
			trace.write(line.getBytes(StandardCharsets.US_ASCII));
	}

	private static byte[] chip(byte[] bytes) {
		int n = (bytes[2] & 0xff) << 8 | bytes[3] & 0xff;

		switch (bytes[1]) {
		case CUT_AT:
			Memory.cutAt(n);
			break;
		case SNAPSHOT:
			image = Memory.image();
			break;
		case RESTORE:
			Memory.restore(image);
			Card.reset();
			break;
		case POINTS:
			n = Memory.points();
			break;
		default:
			throw new IllegalArgumentException("chip command " + bytes[1]);
		}
		return new byte[] { (byte) (n >> 8), (byte) n, (byte) 0x90, 0x00 };
	}

	/* vpcd sends a length and then its bytes: unless each is acknowledged at once, Nagle waits 40 ms. */
	private static byte[] receive(SocketChannel reader, int length) throws IOException {
		ByteBuffer buffer = ByteBuffer.allocate(length);

		while (buffer.hasRemaining()) {
			reader.setOption(ExtendedSocketOptions.TCP_QUICKACK, true);
			if (reader.read(buffer) < 0)
				throw new EOFException();
			reader.setOption(ExtendedSocketOptions.TCP_QUICKACK, true);
		}
		return buffer.array();
	}

	private static byte[] receive(SocketChannel reader, byte[] head) throws IOException {
		return receive(reader, (head[0] & 0xff) << 8 | head[1] & 0xff);
	}

	private static void send(SocketChannel reader, byte[] bytes) throws IOException {
		ByteBuffer frame = ByteBuffer.allocate(2 + bytes.length).putShort((short) bytes.length).put(bytes);

		frame.flip();
		while (frame.hasRemaining())
			reader.write(frame);
	}

	/** The reader's protocol T=0: an answer is fetched, by GET RESPONSE or with the right Le. */
	private static final class T0 {
		private byte[] kept, head;
		private int at;
		private boolean wrongLe;

		void drop() {
			kept = null;
		}

		byte[] command(byte[] bytes) {
			int le = bytes.length != 5 ? 0 : bytes[4] == 0 ? 256 : bytes[4] & 0xff;

			if (kept != null && fetches(bytes))
				return give(le);
			drop();
			byte[] answer = Card.command(bytes);
			if (answer == null || answer.length == 2 || answer.length - 2 == le)
				return answer;
			/* The command ran and is not run twice: its answer waits. */
			kept = answer;
			at = 0;
			head = Arrays.copyOf(bytes, 4);
			wrongLe = bytes.length == 5;
			return status(wrongLe ? 0x6c : 0x61, answer.length - 2);
		}

		private boolean fetches(byte[] bytes) {
			return bytes.length == 5 && (wrongLe ? Arrays.equals(Arrays.copyOf(bytes, 4), head)
					: bytes[0] == 0 && bytes[1] == (byte) 0xc0);
		}

		private byte[] give(int le) {
			int left = kept.length - 2 - at;

			if (le > left)
				return status(0x6c, left);
			byte[] part = Arrays.copyOfRange(kept, at, at + le + 2);
			at += le;
			if (le < left) {
				part[le] = 0x61;
				part[le + 1] = (byte) (left - le);
			} else {
				drop();
			}
			return part;
		}

		private static byte[] status(int sw1, int sw2) {
			return new byte[] { (byte) sw1, (byte) sw2 };
		}
	}
}
