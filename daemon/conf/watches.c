/*
 * watches.c - watches.yaml: what is counted, by which key, and how many are too many
 */
#include "conf/watches.h"

#include "conf/index.h"
#include "conf/shape.h"

#define YEAR      365
#define DEPTH_MAX 8

/* int64_t: days, low..high */
static bool read_span(struct reading *r, const struct node *v, const struct field *f, void *out)
{
    int64_t days;
    if (!read_days(r, v, f, &days))
        return false;
    if (days < f->low || days > f->high)
        return reading_error(r, v->at, NULL, "`%s` is %lld days; it goes from %lld to %lld", f->key, (long long)days,
                             (long long)f->low, (long long)f->high);
    *(int64_t *)out = days;
    return true;
}
static const struct shape span_shape = {.kind = SHAPE_TEXT,
                                        .about = "14 days, 2 months (of 30 days), 1 year (365 days)",
                                        .pattern = "^[1-9][0-9]{0,4} (day|month|year)s?$"};

/* ---- by: the key ---- */

struct by_record {
    int place, category;
    bool parties;
    uint64_t enterprise;
};
static const struct field by_fields[] = {
    {"place", read_word, offsetof(struct by_record, place), OPTIONAL, region_level_words,
     .about = "each place at this level by itself"},
    {"category", read_int, offsetof(struct by_record, category), OPTIONAL, .low = 1, .high = DEPTH_MAX,
     .about = "each category so deep in the tree by itself; 1: the dispute types at the top"},
    {"parties", read_true, offsetof(struct by_record, parties), OPTIONAL,
     .about = "each set of parties by itself; only those who all have an identity document"},
    {"enterprise", read_words, offsetof(struct by_record, enterprise), OPTIONAL, party_role_words, .shape = &words_shape,
     .about = "each body with a credit code by itself, when it is a party in one of these roles"},
    {0},
};
static const struct shape_keys by_keys[] = {{KEYS_NOT_TOGETHER, {"parties", "enterprise"}}, {0}};
static const struct shape by_shape = {.kind = SHAPE_FIELDS, .name = "watch-key", .fields = by_fields, .least = 1, .keys = by_keys};

/* ---- the tests ---- */

struct places_record {
    int at_least, level;
};
static const struct field places_fields[] = {
    {"at_least", read_int, offsetof(struct places_record, at_least), REQUIRED, .low = 2, .high = 1000,
     .about = "so many places in the window"},
    {"level", read_word, offsetof(struct places_record, level), REQUIRED, region_level_words, .about = "places at this level"},
    {0},
};
static const struct shape places_shape = {.kind = SHAPE_FIELDS, .fields = places_fields};

struct rise_record {
    int64_t times, baseline, false_every;
    int at_least;
};

/* "2", "1.5": int64_t, hundredths. */
static bool read_times(struct reading *r, const struct node *v, const struct field *f, void *out)
{
    int64_t times;
    if (!node_is_text(r, v, "a number"))
        return false;
    if (!decimal_parse(v->text, &times) || times < f->low || times > f->high)
        return reading_error(r, v->at, "write how many times the usual number is too many, as in 2 or 1.5; 1.1 to 20",
                             "`" STR_FMT "` is no such number", STR_ARG(v->text));
    *(int64_t *)out = times;
    return true;
}
static const struct shape times_shape = {.kind = SHAPE_YUAN};

static const struct field rise_fields[] = {
    {"times", read_times, offsetof(struct rise_record, times), REQUIRED, .low = 110, .high = 2000, .shape = &times_shape,
     .about = "so many times what is usual is to be found, as in 2 or 1.5"},
    {"at_least", read_int, offsetof(struct rise_record, at_least), REQUIRED, .low = 2, .high = 100000,
     .about = "no alert on fewer referrals, however unusual they are"},
    {"baseline", read_span, offsetof(struct rise_record, baseline), OPTIONAL, .low = 14, .high = 2 * YEAR, .shape = &span_shape,
     .about = "the days before the window that tell what is usual; 56 days when not said"},
    {"false_alarm_every", read_span, offsetof(struct rise_record, false_every), OPTIONAL, .low = 30, .high = 36500,
     .shape = &span_shape, .about = "one false alarm in so long a time, for each key; 100 years when not said"},
    {0},
};
static const struct shape rise_shape = {.kind = SHAPE_FIELDS, .fields = rise_fields};

struct holiday_record {
    int64_t within, lasting;
};
static const struct field holiday_fields[] = {
    {"within", read_span, offsetof(struct holiday_record, within), REQUIRED, .low = 1, .high = 120, .shape = &span_shape,
     .about = "the days before it begins"},
    {"lasting", read_span, offsetof(struct holiday_record, lasting), OPTIONAL, .low = 3, .high = 30, .shape = &span_shape,
     .about = "days off in a row that make a holiday; 3 days when not said"},
    {0},
};
static const struct shape holiday_shape = {.kind = SHAPE_FIELDS, .fields = holiday_fields};

/* ---- a watch ---- */

struct watch_record {
    struct str id, name;
    struct conds where;
    const struct node *by, *places, *rise, *holiday;
    int64_t window, quiet;
    int referrals;
};
static const struct field watch_fields[] = {
    {"id", read_slug, offsetof(struct watch_record, id), REQUIRED, .about = "unique, for ever: it stands in every alert"},
    {"name", read_text, offsetof(struct watch_record, name), REQUIRED, .about = "for people"},
    {"where", read_conditions, offsetof(struct watch_record, where), OPTIONAL,
     .about = "the referrals that count: conditions as in rules; without it all"},
    {"by", read_node, offsetof(struct watch_record, by), REQUIRED, .shape = &by_shape,
     .about = "the key: what is counted by itself"},
    {"window", read_span, offsetof(struct watch_record, window), REQUIRED, .low = 1, .high = YEAR, .shape = &span_shape,
     .about = "the days that are counted, today included"},
    {"referrals", read_int, offsetof(struct watch_record, referrals), OPTIONAL, .low = 1, .high = 100000,
     .about = "an alert when there are so many in the window"},
    {"places", read_node, offsetof(struct watch_record, places), OPTIONAL, .shape = &places_shape,
     .about = "an alert when they come from so many places"},
    {"rise", read_node, offsetof(struct watch_record, rise), OPTIONAL, .shape = &rise_shape,
     .about = "an alert when there are more than usual"},
    {"before_holiday", read_node, offsetof(struct watch_record, holiday), OPTIONAL, .shape = &holiday_shape,
     .about = "alerts only in the time before a holiday of the calendar"},
    {"quiet_for", read_span, offsetof(struct watch_record, quiet), OPTIONAL, .low = 1, .high = YEAR, .shape = &span_shape,
     .about = "an episode is over after so long without a reason for it; as long as the window when not said"},
    {0},
};
static const struct shape_keys test_keys[] = {{KEYS_ONE, {"referrals", "places", "rise"}}, {0}};
static const struct shape watch_shape = {.kind = SHAPE_FIELDS, .name = "watch", .fields = watch_fields, .keys = test_keys};
static const struct shape watch_list_shape = {.kind = SHAPE_LIST, .of = &watch_shape, .maybe_missing = true};
static const struct field file_fields[] = {
    {"watches", read_node, .shape = &watch_list_shape, .about = "each counts by itself"},
    {0},
};
const struct shape watches_file_shape = {.kind = SHAPE_FIELDS, .fields = file_fields};

static bool apply_by(struct reading *r, const struct node *v, struct watch *w)
{
    struct by_record by = {0};
    if (!schema_read(r, v, "a key", by_fields, &by))
        return false;
    if (v->n == 0)
        return reading_error(r, node_key_place(v), "name a part of the key: place, category, parties or enterprise",
                             "a key without parts counts everything together");
    if (by.parties && by.enterprise)
        return reading_error(r, node_get(v, "enterprise")->key->at, "make two watches of it",
                             "`parties` and `enterprise` in one key");
    w->place = by.place;
    w->category = by.category;
    w->parties = by.parties;
    w->enterprise = by.enterprise;
    return true;
}

static bool apply_places(struct reading *r, const struct node *v, struct watch *w)
{
    struct places_record p = {0};
    if (!schema_read(r, v, "`places`", places_fields, &p))
        return false;
    if (p.level <= w->place)
        return reading_error(r, node_get(v, "level")->at,
                             reading_hint(r, "count places below the level `%s` of the key", word_of(region_level_words, w->place)),
                             "every key has one place at level `%s`", word_of(region_level_words, p.level));
    w->test = WATCH_PLACES;
    w->at_least = p.at_least;
    w->level = p.level;
    return true;
}

static bool apply_rise(struct reading *r, const struct node *v, struct watch *w)
{
    struct rise_record rise = {.baseline = 56, .false_every = 36500};
    if (!schema_read(r, v, "`rise`", rise_fields, &rise))
        return false;
    w->test = WATCH_RISE;
    w->at_least = rise.at_least;
    w->times = rise.times;
    w->baseline = (int)rise.baseline;
    w->false_every = rise.false_every;
    return true;
}

/* One of the three tests. */
static bool apply_test(struct reading *r, const struct node *v, const struct watch_record *rec, struct watch *w)
{
    int given = (rec->referrals != 0) + (rec->places != NULL) + (rec->rise != NULL);
    if (given != 1)
        return reading_error(r, v->at, "write one of `referrals`, `places` and `rise`", "a watch with %s",
                             given ? "more than one test" : "no test: nothing would ever raise an alert");
    w->test = WATCH_REFERRALS;
    w->at_least = rec->referrals;
    return rec->referrals || (rec->places ? apply_places(r, rec->places, w) : apply_rise(r, rec->rise, w));
}

static bool apply_holiday(struct reading *r, const struct node *v, struct watch *w)
{
    struct holiday_record h = {.lasting = 3};
    if (!schema_read(r, v, "`before_holiday`", holiday_fields, &h))
        return false;
    w->before_within = (int)h.within;
    w->before_lasting = (int)h.lasting;
    return true;
}

/* All that is there, so that everything wrong is told at once. A test whose key was misspelled is not called missing. */
static bool watch_read(struct reading *r, const struct node *v, struct watch *out)
{
    struct watch_record rec = {0};
    bool good = schema_read(r, v, "a watch", watch_fields, &rec), tested = rec.referrals || rec.places || rec.rise;
    *out = (struct watch){
        .id = rec.id,
        .name = rec.name,
        .when = rec.where.items,
        .n_when = rec.where.n,
        .window = (int)rec.window,
        .quiet = (int)(rec.quiet ? rec.quiet : rec.window),
        .line = v->at.line,
    };
    bool by = !rec.by || apply_by(r, rec.by, out);
    bool test = !(good || tested) || apply_test(r, v, &rec, out);
    bool holiday = !rec.holiday || apply_holiday(r, rec.holiday, out);
    return good && by && test && holiday;
}

/* ---- the file ---- */

struct watch_rows {
    struct watch *items;
    size_t n, cap;
    struct index *ids;
    struct str file;
};

static void each_watch(struct reading *r, const struct node *v, void *state)
{
    struct watch_rows *rows = state;
    struct watch w;
    if (!watch_read(r, v, &w))
        return;
    int before = index_put(rows->ids, w.id, (int)rows->n);
    struct watch *kept = before == -1 ? ARENA_PUSH(r->arena, rows->items, rows->n, rows->cap) : NULL;
    if (before >= 0)
        reading_error(r, node_get(v, "id")->at,
                      reading_hint(r, "it stands in line %u already: give one of them another id", rows->items[before].line),
                      "watch `" STR_FMT "` a second time", STR_ARG(w.id));
    else if (!kept)
        reading_full(r);
    else {
        *kept = w;
        kept->file = rows->file;
    }
}

static void read_file(struct reading *r, const struct text *t, void *state)
{
    struct watch_rows *rows = state;
    const struct node *root = node_parse(r, t);
    rows->file = arena_str(r->arena, t->name);
    if (!rows->file.p)
        reading_full(r);
    else if (root && schema_root(r, root, file_fields))
        schema_each(r, root, "watches", each_watch, rows);
}

void watches_read(struct reading *r)
{
    struct watch_rows rows = {.ids = index_new(r->scratch)};
    if (!rows.ids) {
        reading_full(r);
        return;
    }
    reading_files(r, "watches.yaml", read_file, &rows);
    r->rs->watches = rows.items;
    r->rs->n_watches = (int)rows.n;
}
