/* SPDX-License-Identifier: GPL-2.0-or-later */
package mckd;

/** What lies where in the pages of memory, and the words of the protocol that several classes use. */
interface State {
	byte SLOTS = 8;
	byte INDICES = 32;
	byte ID_LEN = 8;
	byte KEY_LEN = 32;
	byte SN_LEN = 16;
	byte MAC_LEN = 16;
	byte PIN_LEN = 12;
	byte PINS_MAX = 4;
	byte PUK_TRIES = 10;
	short N1_MAX = 128;
	byte NAME_MAX = 16;

	byte BLANK = 0x01;
	byte PERSONALISED = 0x07;
	byte TERMINATED = (byte) 0xff;

	byte AES = 1;
	byte HMAC = 2;

	byte NEEDS_PIN = 1;
	byte HAS_N1 = 2;
	byte SEALED_ONLY = 4;
	byte MAY_SIGN = 8;
	byte FLAGS = 15;

	byte BY_CARD = 1;
	byte BY_HOST = 2;
	byte BY_DATE = 3;
	byte BY_COUNTER = 4;
	byte BY_PIN = 5;

	/* The pages: the card's own, one for each slot, all tries (the PUK's, then the slots'). */
	byte CARD = 0;
	byte TRIES = SLOTS + 1;
	byte PAGES = SLOTS + 2;
	byte TRIES_LEN = SLOTS + 1;

	/* In the card's page */
	short LIFE = 0;
	short EPOCH = 1;
	short LAST_T = 3;
	short RECEIPT = 19;
	short TRANSPORT = 35;
	short HAS_MK = 67;
	short MK = 68;
	short DEAS = 100;
	short HAS_PUK = 102;
	short PUK = 103;
	short CARD_LEN = 115;

	/* In an application's page */
	short USED = 0;
	short APP_FLAGS = 1;
	short MECHANISM = 2;
	short TRIES_FULL = 3;
	short NAME_LEN = 4;
	short HAS_KSEL = 5;
	short N1_LEN = 6;
	short PIN_COUNT = 7;
	short PRESENT = 8;
	short RETIRED = 12;
	short NAME = 16;
	short KSEL = 32;
	short PINS = 64;
	short N1 = 112;
	short SNS = 240;
	short APP_LEN = 752;

	short SW_TRIES = 0x63c0;
	short SW_SECURITY = 0x6982;
	short SW_BLOCKED = 0x6983;
	short SW_STATE = 0x6985;
	short SW_NOT_FOUND = 0x6a88;
}
