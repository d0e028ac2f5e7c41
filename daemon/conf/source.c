/*
 * source.c - a configuration directory read whole, in name order
 */
#include "conf/source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define YAML_MAX (1u << 20)
#define CSV_MAX  (8u << 20)

/* The places docs/configuration.md names. A file beside them is not part of the configuration. */
static const struct {
    const char *dir;
    const char *suffix;
    size_t max;
    bool tables; /* CSV too */
} places[] = {
    {"calendar", ".csv", CSV_MAX}, {"categories", ".csv", CSV_MAX}, {"organisations", ".yaml", YAML_MAX},
    {"peers", ".yaml", YAML_MAX},  {"regions", ".csv", CSV_MAX},    {"rules", ".yaml", YAML_MAX, true},
};
static const char *const top_files[] = {"channels.yaml", "referrald.yaml", "watches.yaml"};

/* What somebody may have meant to be read. */
static const char *const telling_suffixes[] = {".yml", ".yaml", ".csv", ".txt", ".json", ".xls", ".xlsx"};

struct collecting {
    struct arena *a;
    const char *dir;
    struct diag *diag;
    struct source_file *files;
    size_t n, cap;
    bool good;
};

static void report(struct collecting *c, enum diag_level level, const char *name, const char *hint,
                   const char *cause)
{
    struct str path = arena_printf(c->a, "%s%s%s", c->dir, name[0] ? "/" : "", name);
    struct diag_place at = {.file = path.p ? path.p : name, .span = 1};
    diag_add(c->diag, level, &at, hint, "%s", cause);
    c->good = c->good && level != DIAG_ERROR;
}

static bool read_fd(struct collecting *c, int fd, size_t size, struct str *out)
{
    char *p = arena_alloc(c->a, size + 1);
    if (!p)
        return false;
    size_t n = 0;
    while (n < size) {
        ssize_t got = read(fd, p + n, size - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return false;
        if (got == 0)
            break; /* shorter than it was: somebody is writing it */
        n += (size_t)got;
    }
    *out = (struct str){p, n};
    return true;
}

static void add_opened(struct collecting *c, const char *name, int fd, size_t max)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        report(c, DIAG_ERROR, name, "put a plain file in its place", "not a plain file");
        return;
    }
    if ((size_t)st.st_size > max) {
        report(c, DIAG_ERROR, name, "split it: all files of the directory are read, in name order",
               max == YAML_MAX ? "larger than 1 MiB" : "larger than 8 MiB");
        return;
    }
    struct str bytes = {0}, kept = arena_str(c->a, str_from(name));
    if (!kept.p || !read_fd(c, fd, (size_t)st.st_size, &bytes)) {
        report(c, DIAG_ERROR, name, "try again", "cannot be read whole");
        return;
    }
    struct source_file *f = ARENA_PUSH(c->a, c->files, c->n, c->cap);
    if (f)
        *f = (struct source_file){kept, bytes, digest_of(bytes.p, bytes.n)};
    else
        report(c, DIAG_ERROR, name, NULL, "memory is out");
}

static void add_file(struct collecting *c, const char *name, size_t max, bool needed)
{
    struct str path = arena_printf(c->a, "%s/%s", c->dir, name);
    int fd = path.p ? open(path.p, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
    if (fd >= 0) {
        add_opened(c, name, fd, max);
        close(fd);
    } else if (needed || errno != ENOENT) {
        struct str cause = arena_printf(c->a, "cannot be opened: %s", strerror(errno));
        report(c, DIAG_ERROR, name, "check that the daemon's user may read it",
               cause.p ? cause.p : "out of memory");
    }
}

static bool ends_with(const char *name, const char *suffix)
{
    size_t n = strlen(name), k = strlen(suffix);
    return n > k && strcmp(name + n - k, suffix) == 0;
}

static bool looks_meant(const char *name)
{
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < sizeof(telling_suffixes) / sizeof(*telling_suffixes); i++)
        if (strcasecmp(dot, telling_suffixes[i]) == 0)
            return true;
    return false;
}

/* One of `places`, or the top when suffix is NULL: there, only names the configuration does not know. */
static void read_place(struct collecting *c, const char *dir, const char *suffix, size_t max, bool tables)
{
    struct str path = arena_printf(c->a, "%s/%s", c->dir, dir);
    DIR *d = path.p ? opendir(path.p) : NULL;
    if (!d) {
        if (errno != ENOENT)
            report(c, DIAG_ERROR, dir, "check that the daemon's user may read it", "cannot be opened");
        return;
    }
    for (const struct dirent *e; (e = readdir(d));) {
        struct str name = arena_printf(c->a, "%s%s%s", dir, dir[0] ? "/" : "", e->d_name);
        if (e->d_name[0] == '.' || !name.p)
            continue;
        if (suffix && ends_with(e->d_name, suffix)) {
            add_file(c, name.p, max, true);
        } else if (tables && ends_with(e->d_name, ".csv")) {
            add_file(c, name.p, CSV_MAX, true);
        } else if (looks_meant(e->d_name)) {
            bool known = false;
            for (size_t i = 0; !suffix && i < sizeof(top_files) / sizeof(*top_files); i++)
                known = known || strcmp(e->d_name, top_files[i]) == 0;
            if (!known)
                report(c, DIAG_WARNING, name.p,
                       !suffix                       ? "docs/configuration.md tells where files belong"
                       : tables                      ? "only names that end in .yaml or .csv are read here"
                       : strcmp(suffix, ".csv") == 0 ? "only names that end in .csv are read here"
                                                     : "only names that end in .yaml are read here",
                       "this file is not read");
        }
    }
    closedir(d);
}

static int by_name(const void *a, const void *b)
{
    return str_cmp(((const struct source_file *)a)->name, ((const struct source_file *)b)->name);
}

bool source_read_dir(struct arena *a, const char *dir, struct diag *diag, struct source *out)
{
    struct collecting c = {.a = a, .dir = dir, .diag = diag, .good = true};
    DIR *d = opendir(dir);
    if (!d) {
        struct str cause = arena_printf(a, "cannot be opened: %s", strerror(errno));
        report(&c, DIAG_ERROR, "", "give the configuration directory, as in `--check /etc/referrald`",
               cause.p ? cause.p : "out of memory");
        return false;
    }
    closedir(d);
    for (size_t i = 0; i < sizeof(top_files) / sizeof(*top_files); i++)
        add_file(&c, top_files[i], YAML_MAX, false);
    read_place(&c, "", NULL, 0, false);
    for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
        read_place(&c, places[i].dir, places[i].suffix, places[i].max, places[i].tables);
    if (c.n)
        qsort(c.files, c.n, sizeof(*c.files), by_name);
    struct str shown = arena_str(a, str_from(dir));
    while (shown.n > 1 && shown.p[shown.n - 1] == '/')
        shown = arena_str(a, (struct str){shown.p, shown.n - 1});
    if (!shown.p)
        return false;
    *out = (struct source){shown.p, c.files, (int)c.n};
    return c.good;
}

static bool in_ruleset(struct str name)
{
    return !str_eqz(name, "referrald.yaml") && (name.n < 6 || memcmp(name.p, "peers/", 6) != 0);
}

bool source_ruleset_part(struct arena *a, const struct source *all, struct source *out)
{
    struct source_file *files = ARENA_ARRAY(a, (size_t)all->n + 1, struct source_file);
    if (!files)
        return false;
    int n = 0;
    for (int i = 0; i < all->n; i++)
        if (in_ruleset(all->files[i].name))
            files[n++] = all->files[i];
    *out = (struct source){all->shown_as, files, n};
    return true;
}

struct digest source_hash(const struct source *s)
{
    size_t size = 0;
    for (int i = 0; i < s->n; i++)
        size += s->files[i].name.n + 1 + DIGEST_HEX_SIZE;
    char *manifest = malloc(size + 1), *p = manifest;
    if (!manifest)
        return (struct digest){{0}};
    for (int i = 0; i < s->n; i++) {
        memcpy(p, s->files[i].name.p, s->files[i].name.n);
        p += s->files[i].name.n;
        *p++ = ' ';
        digest_hex(s->files[i].digest, p);
        p += DIGEST_HEX_SIZE - 1;
        *p++ = '\n';
    }
    struct digest hash = digest_of(manifest, (size_t)(p - manifest));
    free(manifest);
    return hash;
}
