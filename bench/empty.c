/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A helper that does nothing: what a spawn alone costs. */
int
main(void)
{
	return 0;
}
