/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "floor.h"

int
main(void)
{
	return floor_exchange();
}
