/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trial.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stack.h"
#include "ui.h"

#define FILE_MAX 65536
#define MARK                                                                                       \
	"# pam_mckd: put here by \"cardtool enable\", taken out by \"cardtool enable "             \
	"--take-back\"\n"

/* By its own name where it lies in libpam's directory. */
static const char *
module(void)
{
	if (strncmp(MCKD_PAMDIR, "/usr/lib/", 9) == 0 || strncmp(MCKD_PAMDIR, "/lib/", 5) == 0)
		return "pam_mckd.so";
	return MCKD_PAMDIR "/pam_mckd.so";
}

static int
failed(const char *path)
{
	say("%s: %s", path, strerror(errno));
	return EX_OTHER;
}

/* A whole small regular file, ended by NUL, for the caller to free. */
static char *
slurp(const char *path, struct stat *st)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	char *text = NULL;
	size_t len = 0;
	ssize_t n = 1;

	if (fd < 0)
		return NULL;
	errno = EINVAL;
	if (fstat(fd, st) == 0 && S_ISREG(st->st_mode) && st->st_size < FILE_MAX &&
	    (text = malloc(FILE_MAX + 1)) != NULL)
		while (len < FILE_MAX && (n = read(fd, text + len, FILE_MAX - len)) > 0)
			len += (size_t)n;
	if (text != NULL && (n != 0 || memchr(text, '\0', len) != NULL)) {
		free(text);
		text = NULL;
	}
	if (text != NULL)
		text[len] = '\0';
	(void)close(fd);
	return text;
}

static int
sync_dir_of(const char *path)
{
	char dir[PATH_MAX];
	int fd, rc;

	snprintf(dir, sizeof(dir), "%s", path);
	*strrchr(dir, '/') = '\0';
	if ((fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		return -1;
	rc = fsync(fd);
	(void)close(fd);
	return rc;
}

/* By rename: libpam sees the old file or the new one. The name begins with a dot: no service. */
static int
replace(const char *path, const char *text, const struct stat *like)
{
	const char *base = strrchr(path, '/') + 1;
	char tmp[PATH_MAX];
	size_t len = strlen(text);
	int fd, rc = -1;

	if (snprintf(tmp, sizeof(tmp), "%.*s.%s.mckd-new", (int)(base - path), path, base) >=
	    (int)sizeof(tmp))
		return -1;
	(void)unlink(tmp);
	fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	if (write(fd, text, len) == (ssize_t)len && fchown(fd, like->st_uid, like->st_gid) == 0 &&
	    fchmod(fd, like->st_mode & 07777) == 0 && fsync(fd) == 0)
		rc = 0;
	if (close(fd) != 0)
		rc = -1;
	if (rc == 0)
		rc = rename(tmp, path);
	if (rc != 0)
		(void)unlink(tmp);
	return rc == 0 ? sync_dir_of(path) : rc;
}

/* Where the rule goes: before the first line that asks for a password, or any auth at all. */
static const char *
place(const char *text)
{
	const char *first = NULL, *line = text;

	while (*line != '\0') {
		const char *p = line + strspn(line, " \t-"), *end = line + strcspn(line, "\n");
		size_t len = (size_t)(end - p);
		bool auth = strncmp(p, "auth", 4) == 0 && (p[4] == ' ' || p[4] == '\t');
		bool include = strncmp(p, "@include", 8) == 0;

		if (include && memmem(p, len, "auth", 4) != NULL)
			return line;
		if (auth &&
		    (memmem(p, len, "pam_unix", 8) != NULL ||
			memmem(p, len, "include", 7) != NULL ||
			memmem(p, len, "substack", 8) != NULL))
			return line;
		if (auth && first == NULL)
			first = line;
		line = *end == '\n' ? end + 1 : end;
	}
	return first;
}

/* The most rules that a control leaps over: [success=2 ...] */
static unsigned long
leap(const char *control)
{
	unsigned long most = 0, n;

	for (const char *p = control; control[0] == '[' && (p = strchr(p, '=')) != NULL;)
		if ((n = strtoul(++p, NULL, 10)) > most)
			most = n;
	return most;
}

/* The rules before the place are of this file alone: one that includes others is the place. */
static bool
leapt_over(const struct stack *s, const char *path, unsigned line, const char **where)
{
	size_t before = 0, len = strlen(path);

	while (before < s->n && strncmp(s->rule[before].where, path, len) == 0 &&
	    s->rule[before].where[len] == ':' &&
	    strtoul(s->rule[before].where + len + 1, NULL, 10) < line)
		before++;
	for (size_t i = 0; i < before; i++)
		if (leap(s->rule[i].control) > before - i - 1) {
			*where = s->rule[i].where;
			return true;
		}
	return false;
}

/* Behind a rule put in between, such a jump would land one rule short. -1, or the exit status. */
static int
refuse_jump(const struct trial *tr, const char *text, const char *at)
{
	struct stack *s = calloc(1, sizeof(*s));
	const char *where = "";
	unsigned line = 1;
	int rc = -1;

	if (s == NULL)
		return fail(MCKD_E_NOMEM, tr->service);
	for (const char *p = text; p < at; p++)
		line += *p == '\n';
	if (stack_read(s, tr->service) != 0) {
		say("%s", s->why);
		rc = EX_OTHER;
	} else if (leapt_over(s, tr->path, line, &where)) {
		say("%s: this rule jumps over the place for the card, and would land one rule short: "
		    "put the rule in yourself",
		    where);
		rc = EX_OTHER;
	}
	free(s);
	return rc;
}

int
trial_compose(struct trial *tr, bool required)
{
	char *text = slurp(tr->path, &tr->like), before[PATH_MAX];
	const char *at;
	int rc = EX_OTHER;

	if (text == NULL) {
		if (errno == ELOOP)
			say("%s is a symbolic link: put the rule into the file behind it yourself",
			    tr->path);
		else
			(void)failed(tr->path);
		return rc;
	}
	if ((at = place(text)) == NULL) {
		say("%s asks for no authentication: there is nothing to put the card before",
		    tr->path);
		goto out;
	}
	if ((rc = refuse_jump(tr, text, at)) != -1)
		goto out;
	if (asprintf(&tr->new,
		"%.*s" MARK
		"auth\t[success=done ignore=ignore%s default=die]\t%s nullok wait=10\n%s",
		(int)(at - text), text, required ? "" : " authinfo_unavail=ignore", module(),
		at) < 0) {
		tr->new = NULL;
		rc = fail(MCKD_E_NOMEM, tr->service);
		goto out;
	}
	snprintf(before, sizeof(before), TRIAL_DIR "/%s.before", tr->service);
	if (replace(before, text, &tr->like) != 0)
		rc = failed(before);
out:
	free(text);
	return rc;
}

int
trial_put(const struct trial *tr)
{
	return replace(tr->path, tr->new, &tr->like) == 0 ? -1 : failed(tr->path);
}

bool
trial_is_put(const struct trial *tr)
{
	struct stat st;
	char *text = slurp(tr->path, &st);
	bool put = text != NULL ? strstr(text, MARK) != NULL : errno != ENOENT;

	free(text);
	return put;
}

/* Our mark and the line behind it; what others changed in the file meanwhile stays. */
int
trial_take_back(struct trial *tr)
{
	struct stat st;
	char *text = slurp(tr->path, &st), *at, *end;
	int rc = -1;

	if (text == NULL)
		return errno == ENOENT ? -1 : failed(tr->path);
	if ((at = strstr(text, MARK)) == NULL)
		goto out;
	end = at + strlen(MARK);
	if (memmem(end, strcspn(end, "\n"), "pam_mckd.so", 11) == NULL) {
		say("%s: the line behind our mark is not ours: look at it", tr->path);
		rc = EX_OTHER;
		goto out;
	}
	end += strcspn(end, "\n");
	end += *end == '\n';
	memmove(at, end, strlen(end) + 1);
	if (replace(tr->path, text, &st) != 0)
		rc = failed(tr->path);
	tr->taken = rc == -1;
out:
	free(text);
	return rc;
}
