/*
 * control_sample.c - `dossier sample` and `dossier samples`: which cases are reviewed
 *
 * The name of a sample is SHA-256 over how it was drawn and whom it drew. So the same draw has the same name on any host, is kept once,
 * and what was drawn cannot be exchanged without the name telling.
 */
#include "role/control/review_parts.h"

#include "base/clock.h"
#include "base/fold.h"
#include "conf/period.h"
#include "core/sample.h"
#include "store/desk.h"
#include "store/version.h"

enum { PAGE_ROWS = 5000, LIST_DEFAULT = 20, LIST_MAX = 1000 };

/* ---- naming a sample ---- */

bool job_sample(struct clerk *c, struct job *j, struct str text, struct sample_row *out)
{
    struct digest low, high;
    struct sample_row *found;
    int n;
    if (!version_range(text, &low, &high)) {
        job_fail(j, "`" STR_FMT "` does not name a sample: give at least the first %d hexadecimal digits of its name, as in "
                 "`dossier samples`", STR_ARG(text), VERSION_PREFIX_MIN);
        return false;
    }
    if (!clerk_ok(c, j, sample_between(c->db, j->arena, low, high, 2, &found, &n)))
        return false;
    if (n == 1)
        *out = found[0];
    else if (n == 0)
        job_fail(j, "no sample is kept whose name begins with `" STR_FMT "`; `dossier samples` lists those that were drawn", STR_ARG(text));
    else
        job_fail(j, "`" STR_FMT "` begins the names of several samples; give more digits", STR_ARG(text));
    return n == 1;
}

struct str organisation_now(struct arena *a, const struct snapshot *now, struct str id)
{
    int i = now ? roster_find(&now->rules->roster, id) : -1;
    return i >= 0 ? arena_str(a, now->rules->roster.items[i].name) : STR("");
}

static struct str place_now(struct arena *a, const struct snapshot *now, struct str code)
{
    int i = now ? region_find(&now->rules->regions, code) : -1;
    return i >= 0 ? arena_str(a, now->rules->regions.items[i].name) : STR("");
}

static struct str channel_zh(struct str word)
{
    int value = word_value(channel_words, word);
    return value ? str_from(word_zh(channel_words, value)) : STR("");
}

struct str stratum_name(struct arena *a, const struct snapshot *now, int by, struct str key)
{
    const char *slash = memchr(key.p, '/', key.n);
    size_t n = slash ? (size_t)(slash - key.p) : key.n;
    switch ((enum sample_by)by) {
    case SAMPLE_BY_CHANNEL:
        return channel_zh(key);
    case SAMPLE_BY_CITY:
        return place_now(a, now, key);
    case SAMPLE_BY_CHANNEL_CITY: {
        struct str city = slash ? place_now(a, now, (struct str){slash + 1, key.n - n - 1}) : STR("");
        return arena_printf(a, STR_FMT " " STR_FMT, STR_ARG(channel_zh((struct str){key.p, n})), STR_ARG(city));
    }
    case SAMPLE_BY_OUTCOME:
        return word_value(conclusion_words, key) ? str_from(word_zh(conclusion_words, word_value(conclusion_words, key))) : STR("");
    case SAMPLE_BY_ORGANISATION:
        return organisation_now(a, now, key);
    }
    return STR("");
}

/* ---- telling ---- */

static const struct sheet_column sample_columns[] = {{"sample", "sample", CELL_TEXT},
                                                     {"at", "drawn", CELL_TIME},
                                                     {"who", "by", CELL_TEXT},
                                                     {"period", "period", CELL_TEXT},
                                                     {"strata", "stratified by", CELL_TEXT},
                                                     {"seed", "seed", CELL_TEXT},
                                                     {"size", "wanted", CELL_INTEGER},
                                                     {"members", "drawn of", CELL_INTEGER},
                                                     {"population", "population", CELL_INTEGER},
                                                     {"hash", "whole name", CELL_TEXT},
                                                     {NULL, NULL, 0}};

static void fill_sample(struct job *j, struct sheet *sheet, const struct sample_row *s)
{
    struct arena *a = j->arena;
    struct str *row = sheet_row(&j->sheets, sheet);
    if (!row)
        return;
    const struct str cells[] = {cell_hash(a, s->hash), cell_time(a, s->at_ms), s->who, s->period, cell_word(sample_by_words, s->by), s->seed,
                                cell_int(a, s->size), cell_int(a, s->members), cell_int(a, s->population), cell_whole_hash(a, s->hash)};
    memcpy(row, cells, sizeof(cells));
}

void sheet_sample(struct job *j, const struct sample_row *s)
{
    fill_sample(j, sheet_add(&j->sheets, "sample", "Sample", sample_columns, true), s);
}

void verb_dossier_samples(struct clerk *c, struct job *j)
{
    struct sample_row *list;
    int limit, n;
    if (!job_number(j, "limit", LIST_MAX, LIST_DEFAULT, &limit) || !clerk_ok(c, j, sample_list(c->db, j->arena, limit, &list, &n)))
        return;
    struct sheet *sheet = sheet_add(&j->sheets, "samples", "Samples, newest first", sample_columns, false);
    for (int i = 0; i < n; i++)
        fill_sample(j, sheet, &list[i]);
}

static void sheet_strata(struct job *j, const struct snapshot *now, const struct sampling *s, int by)
{
    static const struct sheet_column columns[] = {{"stratum", "stratum", CELL_TEXT},
                                                  {"name", "名称", CELL_TEXT},
                                                  {"population", "population", CELL_INTEGER},
                                                  {"drawn", "drawn", CELL_INTEGER},
                                                  {NULL, NULL, 0}};
    struct sheet *sheet = sheet_add(&j->sheets, "strata", "Strata", columns, false);
    for (int i = 0; i < s->n_strata; i++) {
        struct str *row = sheet_row(&j->sheets, sheet);
        if (!row)
            return;
        row[0] = s->strata[i]->key;
        row[1] = stratum_name(j->arena, now, by, s->strata[i]->key);
        row[2] = cell_int(j->arena, s->strata[i]->population);
        row[3] = cell_int(j->arena, s->strata[i]->drawn);
    }
}

static void sheet_members(struct job *j, const struct snapshot *now, const struct member_row *members, int n)
{
    static const struct sheet_column columns[] = {{"n", "no.", CELL_INTEGER},
                                                  {"referral", "referral", CELL_TEXT},
                                                  {"stratum", "stratum", CELL_TEXT},
                                                  {"organisation", "organisation", CELL_TEXT},
                                                  {"name", "组织", CELL_TEXT},
                                                  {NULL, NULL, 0}};
    struct sheet *sheet = sheet_add(&j->sheets, "members", "Cases to review", columns, false);
    for (int i = 0; i < n; i++) {
        struct str *row = sheet_row(&j->sheets, sheet);
        if (!row)
            return;
        row[0] = cell_int(j->arena, members[i].n);
        row[1] = case_id_text(j->arena, members[i].referral);
        row[2] = members[i].stratum;
        row[3] = members[i].organisation;
        row[4] = organisation_now(j->arena, now, members[i].organisation);
    }
}

/* ---- drawing ---- */

struct drawing {
    struct period period;
    struct str seed;
    int by, size;
    struct sampling sampling;
};

static bool wanted(struct job *j, struct drawing *d)
{
    struct str period = job_option(j, "period"), by = job_option(j, "by");
    d->seed = job_option(j, "seed");
    d->by = by.p ? word_value(sample_by_words, by) : SAMPLE_BY_CHANNEL;
    if (!period.p || !period_parse(period, &d->period))
        job_fail(j, "--period takes a year, half, quarter or month: 2026, 2026H1, 2026Q3, 2026-10");
    else if (!d->by)
        job_fail(j, "--by takes channel (default), city, channel-city, outcome or organisation");
    else if (d->seed.n == 0 || d->seed.n > SAMPLE_SEED_MAX || text_check(d->seed, false) != TEXT_OK)
        job_fail(j, "--seed TEXT is required, at most %d bytes: who knows it can draw the same sample again", SAMPLE_SEED_MAX);
    else if (!job_option(j, "size").p)
        job_fail(j, "--size N is required: how many cases to review");
    else
        return job_number(j, "size", SAMPLE_SIZE_MAX, 0, &d->size);
    return false;
}

static struct str stratum_of(struct arena *a, const struct drawing *d, const struct concluded_row *r)
{
    struct str channel = str_from(word_of(channel_words, r->channel)), unit = region_unit(r->place);
    switch ((enum sample_by)d->by) {
    case SAMPLE_BY_CHANNEL:
        return channel;
    case SAMPLE_BY_CITY:
        return unit;
    case SAMPLE_BY_CHANNEL_CITY:
        return arena_printf(a, STR_FMT "/" STR_FMT, STR_ARG(channel), STR_ARG(unit));
    case SAMPLE_BY_OUTCOME:
        return str_from(word_of(conclusion_words, r->conclusion));
    case SAMPLE_BY_ORGANISATION:
        return r->organisation;
    }
    return channel;
}

/* Every page of one city; `a` is only for pages. */
static bool walk_city(struct clerk *c, struct job *j, struct arena *a, struct drawing *d, int city)
{
    struct concluded_row *rows;
    struct id after = {{0}};
    int n;
    do {
        arena_reset(a);
        if (!clerk_ok(c, j, concluded_page(c->db, a, city, d->period.since_ms, d->period.until_ms, PAGE_ROWS, &after, &rows, &n)))
            return false;
        for (int i = 0; i < n; i++)
            sampling_offer(&d->sampling, stratum_of(a, d, &rows[i]), rows[i].id, rows[i].organisation);
        if (atomic_load(&c->office->stopping)) {
            job_fail(j, "the daemon is on its way down; nothing was drawn");
            return false;
        }
    } while (n == PAGE_ROWS);
    return true;
}

static bool walk(struct clerk *c, struct job *j, struct drawing *d)
{
    int *cities, n;
    struct arena *a = arena_new(0);
    bool good = a && clerk_ok(c, j, city_list(c->db, j->arena, &cities, &n));
    for (int i = 0; good && i < n; i++)
        good = walk_city(c, j, a, d, cities[i]);
    arena_free(a);
    return good;
}

static bool drawn(struct job *j, struct drawing *d)
{
    if (d->sampling.population == 0)
        job_fail(j, "nothing to draw from: of what was received in %s, no organisation has mediated anything to a conclusion",
                 d->period.text);
    else if (!sampling_draw(&d->sampling))
        job_fail(j, "--size %d is less than one for each of %s%d strata; take more, or a coarser --by", d->size,
                 d->sampling.too_many ? "more than " : "", d->sampling.n_strata);
    else
        return true;
    return false;
}

static struct member_row *members_of(struct arena *a, const struct sampling *s, int *n)
{
    struct member_row *rows = ARENA_ARRAY(a, (size_t)s->size + 1, struct member_row);
    *n = 0;
    for (int i = 0; rows && i < s->n_strata; i++)
        for (int k = 0; k < s->strata[i]->drawn; k++, (*n)++)
            rows[*n] = (struct member_row){*n + 1, s->strata[i]->members[k].id, s->strata[i]->members[k].organisation, s->strata[i]->key,
                                           s->strata[i]->population};
    return rows;
}

static struct digest name_of(struct arena *a, const struct drawing *d, const struct member_row *members, int n)
{
    struct str head = arena_printf(a, "dossier-sample 1\n%s\n%s\n%d\n" STR_FMT "\n", d->period.text, word_of(sample_by_words, d->by), d->size,
                                   STR_ARG(d->seed));
    struct digest name = digest_of(head.p, head.n);
    for (int i = 0; i < n; i++)
        name = digest_chain(name, members[i].referral.b, sizeof members[i].referral.b);
    return name;
}

/* As it is kept: one that was drawn before tells who drew it first. */
static bool keep(struct clerk *c, struct job *j, struct drawing *d, struct member_row **members, int *n, struct sample_row *out)
{
    struct sample_row *kept;
    int n_kept;
    *members = members_of(j->arena, &d->sampling, n);
    if (!*members || arena_overflowed(j->arena)) {
        job_fail(j, "out of memory; nothing was drawn");
        return false;
    }
    struct sample_row row = {.hash = name_of(j->arena, d, *members, *n), .at_ms = clock_now_ms(), .who = j->request.operator_name,
                             .period = arena_str(j->arena, str_from(d->period.text)), .seed = d->seed, .by = d->by, .size = d->size,
                             .population = d->sampling.population, .members = *n};
    if (!clerk_ok(c, j, sample_keep(c->db, &row, *members, *n)) ||
        !clerk_ok(c, j, sample_between(c->db, j->arena, row.hash, row.hash, 1, &kept, &n_kept)))
        return false;
    *out = n_kept ? kept[0] : row;
    return true;
}

void verb_dossier_sample(struct clerk *c, struct job *j)
{
    struct drawing d = {0};
    struct member_row *members;
    struct sample_row row;
    int n;
    if (!act_operator(j) || !wanted(j, &d))
        return;
    sampling_begin(&d.sampling, j->arena, d.seed, d.size);
    if (!walk(c, j, &d) || !drawn(j, &d) || !keep(c, j, &d, &members, &n, &row))
        return;
    struct snapshot *now = publication_get(c->office->publication);
    sheet_sample(j, &row);
    sheet_strata(j, now, &d.sampling, d.by);
    sheet_members(j, now, members, n);
    snapshot_unref(now);
}
