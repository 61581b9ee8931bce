/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mckd.conf, whole; and each of its lines as a module's option. */
#include "fuzz.h"

#include <stdio.h>
#include <unistd.h>

#include "conf.h"
#include "store.h"

static char path[64];

static void
leave(void)
{
	(void)unlink(path);
	*strrchr(path, '/') = '\0';
	(void)rmdir(path);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	char dir[] = "/dev/shm/mckd-fuzz.XXXXXX";

	(void)argc;
	(void)argv;
	MUST(mkdtemp(dir) != NULL);
	(void)snprintf(path, sizeof(path), "%s/mckd.conf", dir);
	(void)atexit(leave);
	return 0;
}

static void
sound(const struct mckd_conf *c)
{
	MUST(c->wait <= 600 && c->max_tries >= 1 && c->max_tries <= 15 && c->keep_tries <= 14 &&
	    c->deadline >= 1 && c->deadline <= 120);
	MUST(memchr(c->application, '\0', sizeof(c->application)) != NULL && c->application[0] != '\0');
	MUST(c->store[0] == '/' && c->key[0] == '/');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char why[MCKD_WHY] = "", *text, *line, *save = NULL;
	struct mckd_conf c, o;
	FILE *f = fopen(path, "w");

	MUST(f != NULL && fwrite(data, 1, len, f) == len);
	MUST(fclose(f) == 0);
	mckd_conf_default(&c);
	if (mckd_conf_read(&c, path, why) != MCKD_OK)
		MUST(why[0] != '\0');
	sound(&c);
	MUST((text = calloc(1, len + 1)) != NULL);
	memcpy(text, data, len);
	mckd_conf_default(&o);
	for (line = strtok_r(text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save)) {
		(void)mckd_conf_option(&o, line, why);
		sound(&o);
	}
	free(text);
	return 0;
}
