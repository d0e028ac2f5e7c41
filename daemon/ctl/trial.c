/*
 * trial.c - lines in, decisions out
 */
#include "ctl/trial.h"

#include "base/clock.h"

#include <errno.h>
#include <stdlib.h>

bool trial_start(struct trial *t, const struct ruleset *rules)
{
    *t = (struct trial){.rules = rules};
    t->line = (struct factline){.rules = rules, .place = factline_place(rules), .now_ms = clock_now_ms()};
    return trial_next(t);
}

void trial_end(struct trial *t)
{
    arena_free(t->line.arena);
    t->line.arena = NULL;
}

bool trial_next(struct trial *t)
{
    arena_free(t->line.arena);
    t->line.arena = arena_new(0);
    t->line.fault = (struct str){NULL, 0};
    return t->line.arena != NULL;
}

static struct load empty(void *context, int organisation)
{
    const struct roster *roster = context;
    return (struct load){.capacity = roster->items[organisation].capacity};
}

bool trial_decide(struct trial *t, const json_t *v)
{
    struct roster *roster = (struct roster *)(uintptr_t)&t->rules->roster;
    const struct load_view load = {empty, roster};
    if (!v || !factline_read(&t->line, v, &t->referral))
        return false;
    if (decide(t->line.arena, t->rules, &t->referral, NULL, 0, load, &t->decision))
        return true;
    t->line.fault = STR("the line is too large");
    return false;
}

/* ---- lines ---- */

static bool open_next(struct lines *l)
{
    bool standard_input = l->n == 0 && l->at == 0;
    if (!standard_input && l->at >= l->n)
        return false;
    const char *name = standard_input ? "-" : l->names[l->at];
    l->at++;
    l->number = 0;
    bool dash = strcmp(name, "-") == 0;
    l->shown = dash ? "standard input" : name;
    l->file = dash ? stdin : fopen(name, "re");
    if (!l->file) {
        fprintf(stderr, "referralctl: %s: %s\n", name, strerror(errno));
        l->failed = true;
    }
    return true;
}

static void close_file(struct lines *l)
{
    if (l->file && ferror(l->file)) {
        fprintf(stderr, "referralctl: %s: cannot be read whole\n", l->shown);
        l->failed = true;
    }
    if (l->file && l->file != stdin)
        fclose(l->file);
    l->file = NULL;
}

bool lines_next(struct lines *l, struct str *out)
{
    for (;;) {
        ssize_t n;
        if (!l->file && !open_next(l))
            return false;
        while (l->file && (n = getline(&l->buffer, &l->cap, l->file)) >= 0) {
            l->number++;
            while (n > 0 && (l->buffer[n - 1] == '\n' || l->buffer[n - 1] == '\r'))
                n--;
            *out = (struct str){l->buffer, (size_t)n};
            if (n > 0)
                return true;
        }
        close_file(l);
    }
}

void lines_end(struct lines *l)
{
    close_file(l);
    free(l->buffer);
    l->buffer = NULL;
}
