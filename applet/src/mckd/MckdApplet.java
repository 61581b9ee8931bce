/* SPDX-License-Identifier: GPL-2.0-or-later */
package mckd;

import javacard.framework.APDU;
import javacard.framework.Applet;
import javacard.framework.ISO7816;
import javacard.framework.ISOException;

/** The card application of docs/PROTOCOL: takes commands in, gives answers out. */
public final class MckdApplet extends Applet {
	private static final byte CLA_ISO = 0x00;
	private static final byte CLA_OWN = (byte) 0x80;
	private static final byte INS_SELECT = (byte) 0xa4;
	private static final byte INS_VERIFY = 0x20;
	private static final byte INS_CHANGE = 0x24;
	private static final byte INS_UNBLOCK = 0x2c;
	private static final byte INS_GET_RESPONSE = (byte) 0xc0;
	private static final byte INS_AUTHENTICATE = 0x10;
	private static final byte INS_GET_SECRET = 0x12;
	private static final byte INS_SIGN = 0x14;
	private static final byte INS_TICKET = 0x20;
	/* The rest of getProtocol() is the medium. */
	private static final byte PROTOCOL_TYPE = 0x0f;

	private final Command command;
	private final Nvm nvm;
	private final Session session;
	private final Prf prf;
	private final Keys keys;
	private final Fci fci;
	private final PinCommands pins;
	private final Login login;
	private final Sign sign;
	private final Ticket ticket;

	private MckdApplet(byte[] transportKey, short at) {
		command = new Command();
		nvm = new Nvm();
		session = new Session();
		prf = new Prf();
		keys = new Keys(nvm, prf);
		Applications applications = new Applications(nvm);
		Selection selection = new Selection(nvm, session, prf);
		Pin pin = new Pin(nvm);
		fci = new Fci(command, nvm, session);
		pins = new PinCommands(command, nvm, session, applications, pin);
		login = new Login(command, nvm, session, prf, keys, applications, selection, pin);
		sign = new Sign(command, nvm, session, prf, keys, applications, login);
		ticket = new Ticket(command, nvm, prf, keys);
		nvm.install(transportKey, at);
	}

	/** The parameters of INSTALL are the transport key, its 32 bytes and nothing else. */
	public static void install(byte[] parameters, short offset, byte length) {
		short aid = offset;
		short control = (short) (aid + 1 + (parameters[aid] & 0xff));
		short data = (short) (control + 1 + (parameters[control] & 0xff));

		if (parameters[data] != State.KEY_LEN)
			ISOException.throwIt(ISO7816.SW_WRONG_DATA);
		new MckdApplet(parameters, (short) (data + 1)).register(parameters, (short) (aid + 1), parameters[aid]);
	}

	public void process(APDU apdu) {
		try {
			command.begin(apdu);
			/* GET RESPONSE belongs to the reader's protocol: it ends nothing. */
			if (command.cla() == CLA_ISO && command.ins() == INS_GET_RESPONSE)
				ISOException.throwIt(ISO7816.SW_INS_NOT_SUPPORTED);
			session.begin();
			if (takesData())
				command.gather(apdu);
			run();
			command.answer(apdu);
		} finally {
			/* Behind SELECT this is what power-up left torn. */
			nvm.settle();
			session.settle();
			keys.wipe();
			prf.wipe();
			command.wipe();
		}
	}

	/*
	 * Over T=0 nothing tells whether a fifth byte is Lc or Le: what has no data must not wait for any. Over
	 * T=1 GET SECRET looks whether some came.
	 */
	private boolean takesData() {
		byte ins = command.ins();

		if (command.cla() == CLA_ISO)
			return ins == INS_SELECT || ins == INS_VERIFY || ins == INS_CHANGE || ins == INS_UNBLOCK;
		if (command.cla() == CLA_OWN && ins == INS_GET_SECRET)
			return (byte) (APDU.getProtocol() & PROTOCOL_TYPE) != APDU.PROTOCOL_T0;
		return command.cla() == CLA_OWN
				&& (ins == INS_AUTHENTICATE || ins == INS_SIGN || ins == INS_TICKET);
	}

	private void run() {
		if (command.cla() == CLA_ISO)
			iso(command.ins());
		else if (command.cla() == CLA_OWN)
			own(command.ins());
		else
			ISOException.throwIt(ISO7816.SW_CLA_NOT_SUPPORTED);
	}

	private void iso(byte ins) {
		switch (ins) {
		case INS_SELECT:
			fci.select();
			break;
		case INS_VERIFY:
			pins.verify();
			break;
		case INS_CHANGE:
			pins.change();
			break;
		case INS_UNBLOCK:
			pins.unblock();
			break;
		default:
			ISOException.throwIt(ISO7816.SW_INS_NOT_SUPPORTED);
		}
	}

	private void own(byte ins) {
		switch (ins) {
		case INS_AUTHENTICATE:
			login.authenticate();
			break;
		case INS_GET_SECRET:
			login.secret();
			break;
		case INS_SIGN:
			sign.sign();
			break;
		case INS_TICKET:
			ticket.ticket();
			break;
		default:
			ISOException.throwIt(ISO7816.SW_INS_NOT_SUPPORTED);
		}
	}
}
