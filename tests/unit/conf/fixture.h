/*
 * fixture.h - a reading over files that live in memory
 */
#ifndef TEST_CONF_FIXTURE_H
#define TEST_CONF_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conf/load.h"
#include "conf/reading.h"

#define FILES_MAX 16

struct fixture {
    struct arena *arena;
    struct diag *diag;
    struct source_file files[FILES_MAX];
    struct source source;
    struct reading reading;
};

static inline void fixture_init(struct fixture *f)
{
    memset(f, 0, sizeof(*f));
    f->arena = arena_new(0);
    f->diag = diag_new();
    f->source = (struct source){"config", f->files, 0};
    f->reading =
        (struct reading){.source = &f->source, .diag = f->diag, .arena = f->arena, .scratch = f->arena};
}

static inline void fixture_fini(struct fixture *f)
{
    diag_free(f->diag);
    arena_free(f->arena);
}

/* Files must be added in name order. The text is borrowed. */
static inline void fixture_add(struct fixture *f, const char *name, struct str text)
{
    assert_true(f->source.n < FILES_MAX);
    f->files[f->source.n++] = (struct source_file){str_from(name), text, digest_of(text.p, text.n)};
}

static inline const struct text *fixture_text(struct fixture *f, const char *name, struct str text)
{
    struct source_file file = {str_from(name), text, digest_of(text.p, text.n)};
    const struct text *t = text_new(f->arena, "config", &file);
    assert_non_null(t);
    return t;
}

/* The one finding there is. */
static inline const struct diag_item *fixture_only(const struct fixture *f)
{
    if (diag_size(f->diag) != 1) {
        char *text = diag_text(f->diag);
        print_error("findings:\n%s", text ? text : "");
        free(text);
    }
    assert_int_equal(diag_size(f->diag), 1);
    return diag_item(f->diag, 0);
}

#endif
