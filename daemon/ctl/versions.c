/*
 * versions.c - kept rule sets brought back as files: `rules show`, and `rules rollback --out`
 */
#include "base/digest.h"
#include "ctl/progress.h"
#include "ctl/remote.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ANSWER_BUDGET = 256 * 1024 * 1024, FILE_BUDGET = 64 * 1024 * 1024, PATH_SIZE = 1024 };

static const struct sheet *find(const struct sheets *s, const char *name)
{
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->items[i].name, name) == 0)
            return &s->items[i];
    return NULL;
}

/* The cell of a row under `key`; empty when there is none. */
static struct str cell(const struct sheet *s, size_t row, const char *key)
{
    for (int i = 0; s && row < s->n_rows && i < s->n_columns; i++)
        if (strcmp(s->columns[i].key, key) == 0)
            return s->cells[row * (size_t)s->n_columns + (size_t)i];
    return STR("");
}

static int ask_file(struct arena *a, const struct call *c, struct str hash, struct str name, struct sheets *out)
{
    const struct str words[] = {STR("rules"), STR("show"), hash, name};
    return remote_ask(a, c, words, 4, out);
}

/* ---- writing ---- */

/* Whether `name` stays below a directory: no root, no "..", no empty part. */
static bool name_is_safe(struct str name)
{
    size_t part = 0;
    if (name.n == 0 || name.n >= PATH_SIZE / 2 || memchr(name.p, 0, name.n))
        return false;
    for (size_t i = 0; i <= name.n; i++) {
        if (i < name.n && name.p[i] != '/')
            continue;
        struct str s = {name.p + part, i - part};
        if (s.n == 0 || s.p[0] == '.')
            return false;
        part = i + 1;
    }
    return true;
}

static bool make_parents(char *path, size_t from)
{
    for (char *p = path + from; (p = strchr(p, '/')); *p++ = '/') {
        *p = 0;
        if (mkdir(path, 0755) != 0 && errno != EEXIST)
            return false;
    }
    return true;
}

static bool write_file(const char *dir, struct str name, struct str content)
{
    char path[2 * PATH_SIZE];
    int n = snprintf(path, sizeof(path), "%s/" STR_FMT, dir, STR_ARG(name));
    if (n < 0 || (size_t)n >= sizeof(path) || !make_parents(path, strlen(dir) + 1))
        return false;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
    FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (!f) {
        if (fd >= 0)
            close(fd);
        return false;
    }
    bool whole = fwrite(content.p, 1, content.n, f) == content.n;
    return fclose(f) == 0 && whole;
}

/* One file fetched, compared with its digest, and written. */
static int save(const struct call *c, const char *dir, struct str hash, struct str name, struct str digest)
{
    struct arena *a = arena_new(FILE_BUDGET);
    char hex[DIGEST_HEX_SIZE];
    struct sheets answer;
    int code = a ? ask_file(a, c, hash, name, &answer) : CTL_NO_ANSWER;
    if (code == CTL_OK && !str_empty(answer.error)) {
        fprintf(stderr, "referralctl: " STR_FMT "\n", STR_ARG(answer.error));
        code = CTL_NO;
    } else if (code == CTL_OK) {
        struct str content = cell(find(&answer, "file"), 0, "content");
        if (!str_eqz(digest, digest_hex(digest_of(content.p, content.n), hex))) {
            fprintf(stderr, "referralctl: " STR_FMT ": what came is not what was kept; its hash is %s\n", STR_ARG(name), hex);
            code = CTL_NO;
        } else if (!write_file(dir, name, content)) {
            fprintf(stderr, "referralctl: %s/" STR_FMT ": %s\n", dir, STR_ARG(name), strerror(errno));
            code = CTL_USAGE;
        }
    }
    arena_free(a);
    return code;
}

static bool make_directory(const char *dir)
{
    if (mkdir(dir, 0755) == 0)
        return true;
    fprintf(stderr, "referralctl: --out: %s: %s\n  name a directory that does not exist yet\n", dir, strerror(errno));
    return false;
}

/* All files that the answer to `rules show HASH` lists. */
static int save_all(const struct call *c, const char *dir, const struct sheets *listed)
{
    const struct sheet *files = find(listed, "files");
    struct str hash = cell(find(listed, "version"), 0, "hash");
    struct progress bar = progress_start(stderr, "writing", files ? files->n_rows : 0);
    int code = CTL_OK;
    for (size_t i = 0; files && i < files->n_rows && code == CTL_OK; i++) {
        struct str name = cell(files, i, "name");
        progress_at(&bar, i);
        if (!name_is_safe(name)) {
            fprintf(stderr, "referralctl: a file cannot be named `" STR_FMT "`; it is not written\n", STR_ARG(name));
            code = CTL_NO;
        } else {
            code = save(c, dir, hash, name, cell(files, i, "sha256"));
        }
    }
    progress_end(&bar);
    if (code == CTL_OK && !call_has(c, OPT_JSON))
        printf("%zu files of rule set " STR_FMT " written to %s\n", files ? files->n_rows : 0, STR_ARG(hash), dir);
    return code;
}

/* ---- commands ---- */

/* One file, as it is. */
static int print_file(const struct call *c, const struct sheets *answer)
{
    struct str content = cell(find(answer, "file"), 0, "content");
    if (call_has(c, OPT_JSON) || !str_empty(answer->error))
        return remote_print(c, answer);
    fwrite(content.p, 1, content.n, stdout);
    return fflush(stdout) == 0 ? CTL_OK : CTL_USAGE;
}

int run_rules_show(const struct call *c)
{
    const char *dir = call_value(c, OPT_OUT, NULL);
    struct arena *a = arena_new(ANSWER_BUDGET);
    struct sheets answer;
    if (dir && c->n_args > 1) {
        fprintf(stderr, "referralctl: --out writes all files; without it, one is printed\n");
        arena_free(a);
        return CTL_USAGE;
    }
    int code = a ? remote_call(a, c, &answer) : CTL_NO_ANSWER;
    if (code == CTL_OK && c->n_args > 1)
        code = print_file(c, &answer);
    else if (code == CTL_OK && (!dir || !str_empty(answer.error) || call_has(c, OPT_JSON)))
        code = remote_print(c, &answer);
    if (code == CTL_OK && dir)
        code = make_directory(dir) ? save_all(c, dir, &answer) : CTL_USAGE;
    arena_free(a);
    return code;
}

int run_rules_rollback(const struct call *c)
{
    const char *dir = call_value(c, OPT_OUT, NULL);
    struct arena *a = arena_new(ANSWER_BUDGET);
    struct sheets answer, listed;
    if (dir && !make_directory(dir)) {
        arena_free(a);
        return CTL_USAGE;
    }
    int code = a ? remote_call(a, c, &answer) : CTL_NO_ANSWER;
    if (code == CTL_OK)
        code = remote_print(c, &answer);
    if (code == CTL_OK && dir) {
        const struct str words[] = {STR("rules"), STR("show"), str_from(c->args[0])};
        code = remote_ask(a, c, words, 3, &listed);
        if (code == CTL_OK)
            code = save_all(c, dir, &listed);
    } else if (dir) {
        (void)rmdir(dir); /* nothing was rolled back */
    }
    arena_free(a);
    return code;
}
