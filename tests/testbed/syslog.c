/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bed_syslog FILE [SOCKET]: what the namespace logs to /dev/log, or sends there, into FILE. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	char message[8192];
	ssize_t n;
	FILE *out;
	int fd;

	if (argc < 2 || argc > 3) {
		fprintf(stderr, "usage: bed_syslog FILE [SOCKET]\n");
		return 2;
	}
	snprintf(at.sun_path, sizeof(at.sun_path), "%s", argc == 3 ? argv[2] : "/dev/log");
	unlink(at.sun_path);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) != 0) {
		perror(at.sun_path);
		return 1;
	}
	chmod(at.sun_path, 0666);
	out = fopen(argv[1], "ae");
	if (out == NULL) {
		perror(argv[1]);
		return 1;
	}
	while ((n = recv(fd, message, sizeof(message) - 1, 0)) >= 0) {
		message[n] = '\0';
		fprintf(out, "%s\n", message);
		fflush(out);
	}
	return 1;
}
