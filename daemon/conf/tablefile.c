/*
 * tablefile.c - which CSV files there are beside the rules, and which of them are used
 */
#include "conf/tablefile.h"
#include "conf/index.h"

#define DIRECTORY "rules/"

/* The name behind the directory; empty for a file that is no table. */
static struct str table_name(const struct source_file *f)
{
    const size_t n = sizeof DIRECTORY - 1;
    if (f->name.n < n + sizeof ".csv" || memcmp(f->name.p, DIRECTORY, n) != 0 ||
        memcmp(f->name.p + f->name.n - 4, ".csv", 4) != 0)
        return STR("");
    return (struct str){f->name.p + n, f->name.n - n};
}

static const char *suggest(struct reading *r, struct str wrong)
{
    const char **names = ARENA_ARRAY(r->scratch, (size_t)r->source->n + 1, const char *);
    size_t n = 0;
    for (int i = 0; names && i < r->source->n; i++) {
        struct str name = table_name(&r->source->files[i]);
        if (name.n)
            names[n++] = arena_str(r->scratch, name).p;
    }
    return names ? reading_suggest(r, wrong, names, n, "put it beside the YAML files of rules") : NULL;
}

bool tablefile_read(struct reading *r, const struct node *name,
                    void (*each)(struct reading *r, const struct text *t, void *state), void *state)
{
    for (int i = 0; i < r->source->n; i++) {
        const struct source_file *f = &r->source->files[i];
        if (name->text.n == 0 || !str_eq(table_name(f), name->text))
            continue;
        if (!r->tables_used && !(r->tables_used = index_new(r->scratch)))
            return reading_full(r);
        if (index_put(r->tables_used, f->name, i) == -2)
            return reading_full(r);
        const char *path = arena_str(r->scratch, f->name).p;
        if (!path)
            return reading_full(r);
        reading_files(r, path, each, state);
        return true;
    }
    return reading_error(r, name->at, suggest(r, name->text), "no table `" STR_FMT "`", STR_ARG(name->text));
}

void tablefiles_warn_unused(struct reading *r)
{
    for (int i = 0; i < r->source->n; i++) {
        const struct source_file *f = &r->source->files[i];
        if (table_name(f).n == 0 || (r->tables_used && index_get(r->tables_used, f->name) >= 0))
            continue;
        const char *path = arena_str(r->scratch, f->name).p;
        if (path)
            reading_warn(r, reading_whole(r, path), "name it in `rules`, `classify` or `weigh`, or remove it",
                         "no rule file uses this table");
    }
}
