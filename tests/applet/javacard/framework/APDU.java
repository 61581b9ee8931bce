/* SPDX-License-Identifier: GPL-2.0-or-later */
package javacard.framework;

import java.io.ByteArrayOutputStream;

/** One command over T=0 or T=1, in a buffer as small as a chip's may be. */
public final class APDU {
	public static final byte PROTOCOL_T0 = 0;
	public static final byte PROTOCOL_T1 = 1;
	private static final int BUFFER = 133;

	private enum State { INITIAL, INCOMING, OUTGOING, LENGTH_KNOWN }

	private static byte protocol = PROTOCOL_T1;
	private static final byte[] buffer = new byte[BUFFER];
	private final byte[] command;
	private final ByteArrayOutputStream out = new ByteArrayOutputStream();
	private State state = State.INITIAL;
	private int taken, outgoing;

	/** For the card that plays: command is one that the protocol lets through. */
	public APDU(byte[] command) {
		this.command = command;
		java.util.Arrays.fill(buffer, (byte) 0);
		System.arraycopy(command, 0, buffer, 0, Math.min(command.length, 5));
	}

	public static void setProtocol(byte to) {
		protocol = to;
	}

	public byte[] sent() {
		if (state == State.LENGTH_KNOWN && out.size() != outgoing)
			throw new APDUException(APDUException.ILLEGAL_USE);
		return out.toByteArray();
	}

	public static boolean isBuffer(Object array) {
		return array == buffer;
	}

	public static byte getProtocol() {
		return protocol;
	}

	public byte[] getBuffer() {
		return buffer;
	}

	private void want(State wanted) {
		if (state != wanted)
			throw new APDUException(APDUException.ILLEGAL_USE);
	}

	private int dataLength() {
		if (command.length > 5)
			return command[4] & 0xff;
		/* What a chip does here is wait for ever. */
		if (protocol == PROTOCOL_T0 && command.length == 5 && command[4] != 0)
			throw new IllegalStateException("over T=0 the applet waits for data that do not come");
		return 0;
	}

	public short setIncomingAndReceive() {
		want(State.INITIAL);
		state = State.INCOMING;
		return receive(ISO7816.OFFSET_CDATA);
	}

	public short receiveBytes(short at) {
		want(State.INCOMING);
		return receive(at);
	}

	private short receive(short at) {
		int length = Math.min(dataLength() - taken, BUFFER - at);

		if (length > 0)
			System.arraycopy(command, 5 + taken, buffer, at, length);
		taken += length;
		return (short) length;
	}

	public short getIncomingLength() {
		want(State.INCOMING);
		return (short) dataLength();
	}

	public short getOffsetCdata() {
		want(State.INCOMING);
		return ISO7816.OFFSET_CDATA;
	}

	public short setOutgoing() {
		if (state != State.INITIAL && state != State.INCOMING)
			throw new APDUException(APDUException.ILLEGAL_USE);
		state = State.OUTGOING;
		return 256;
	}

	public void setOutgoingLength(short length) {
		want(State.OUTGOING);
		if (length < 0 || length > 256)
			throw new APDUException(APDUException.BUFFER_BOUNDS);
		outgoing = length;
		state = State.LENGTH_KNOWN;
	}

	public void sendBytesLong(byte[] from, short at, short length) {
		want(State.LENGTH_KNOWN);
		if (out.size() + length > outgoing)
			throw new APDUException(APDUException.ILLEGAL_USE);
		out.write(from, at, length);
	}
}
