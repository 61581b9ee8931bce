/* SPDX-License-Identifier: GPL-2.0-or-later */
package javacard.framework;

public interface ISO7816 {
	short SW_UNKNOWN = 0x6f00;
	short SW_WRONG_LENGTH = 0x6700;
	short SW_WRONG_DATA = 0x6a80;
	short SW_FILE_NOT_FOUND = 0x6a82;
	short SW_INCORRECT_P1P2 = 0x6a86;
	short SW_INS_NOT_SUPPORTED = 0x6d00;
	short SW_CLA_NOT_SUPPORTED = 0x6e00;
	byte OFFSET_CLA = 0;
	byte OFFSET_INS = 1;
	byte OFFSET_P1 = 2;
	byte OFFSET_P2 = 3;
	byte OFFSET_LC = 4;
	byte OFFSET_CDATA = 5;
}
