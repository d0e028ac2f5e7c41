/*
 * target.c - `to` and `jointly_with`: who is considered on a rung, and whether anybody can ever be found
 */
#include "conf/define.h"
#include "conf/rules.h"
#include "conf/sorted.h"
#include "conf/shape.h"

#define LANGUAGES_MAX 64 /* to choose a suggestion from */

struct rating_record {
    int at_least;
};
static const struct field rating_fields[] = {
    {"at_least", read_int, offsetof(struct rating_record, at_least), REQUIRED, NULL, 1, 5, .about = "1 to 5"},
    {0},
};

struct target_record {
    uint64_t kinds, levels;
    const struct node *speciality, *region;
    struct ints organisations;
    bool stationed, open_now;
    struct rating_record rating;
    struct strs languages;
};

struct where {
    int within, is; /* -1: not given */
};
static const struct field where_fields[] = {
    {"within", read_region, offsetof(struct where, within), OPTIONAL,
     .about = "this region and everything below it"},
    {"is", read_region, offsetof(struct where, is), OPTIONAL, .about = "this region alone"},
    {0},
};

static const struct word matching_words[] = {{1, "matching", "与本案类型相符"}, {0}};
static const struct word where_words[] = {
    {TARGET_NEAREST + 1, "nearest", "由近及远"}, {TARGET_NEIGHBOURING + 1, "neighbouring", "相邻县区"}, {0}};
static const struct shape matching_shape = {.kind = SHAPE_WORD, .words = matching_words};
static const struct shape where_word_shape = {.kind = SHAPE_WORD, .words = where_words};
static const struct shape_keys where_keys[] = {{KEYS_ONE, {"within", "is"}}, {0}};
static const struct shape where_fields_shape = {
    .kind = SHAPE_FIELDS, .name = "where", .fields = where_fields, .keys = where_keys};
static const struct shape speciality_shape = {
    .kind = SHAPE_EITHER, .of = &matching_shape, .otherwise = &categories_or_set_shape};
static const struct shape where_shape = {
    .kind = SHAPE_EITHER, .of = &where_word_shape, .otherwise = &where_fields_shape};
static const struct shape languages_shape = {.kind = SHAPE_LIST, .of = &slug_shape, .least = 1};

static const struct field target_fields[] = {
    {"kind", read_words, offsetof(struct target_record, kinds), OPTIONAL, org_kind_words,
     .about = "an organisation of one of these kinds"},
    {"speciality", read_node, offsetof(struct target_record, speciality), OPTIONAL,
     .shape = &speciality_shape,
     .about = "with a speciality that covers one of these, or with `matching` the referral's category"},
    {"level", read_words, offsetof(struct target_record, levels), OPTIONAL, region_level_words,
     .about = "whose own region is of one of these levels"},
    {"organisation", read_organisations_or_set, offsetof(struct target_record, organisations), OPTIONAL,
     .about = "these organisations, wherever they are"},
    {"stationed", read_true, offsetof(struct target_record, stationed), OPTIONAL,
     .about = "rooms stationed with the sending agency, wherever they are"},
    {"region", read_node, offsetof(struct target_record, region), OPTIONAL, .shape = &where_shape,
     .about = "where to look: from the place of the dispute upwards, in the counties around it, or in one "
              "region"},
    {"rating", read_fields, offsetof(struct target_record, rating), OPTIONAL, rating_fields,
     .about = "rated this or better; others are passed over"},
    {"open_now", read_true, offsetof(struct target_record, open_now), OPTIONAL,
     .about = "in its opening hours when the referral arrives; others are passed over"},
    {"languages", read_sorted_slugs, offsetof(struct target_record, languages), OPTIONAL, "a language",
     .shape = &languages_shape, .about = "mediates in all of these; others are passed over"},
    {0},
};
static const struct shape_keys target_keys[] = {
    {KEYS_SOME, {"kind", "speciality", "level", "organisation", "stationed"}}, {0}};
const struct shape target_shape = {
    .kind = SHAPE_FIELDS, .name = "target", .fields = target_fields, .keys = target_keys};

/* `nearest`, `neighbouring`, {within: CODE} or {is: CODE}. */
static bool read_where(struct reading *r, const struct node *v, struct target *to)
{
    static const char hint[] = "write `nearest`, `neighbouring`, {within: \"320505\"} or {is: \"320505\"}";
    struct where w = {-1, -1};
    if (v->kind == NODE_SCALAR) {
        int word = word_value(where_words, v->text);
        to->where = (enum target_region)(word - 1);
        return word ||
               reading_error(r, v->at, hint, "`" STR_FMT "` does not say where to look", STR_ARG(v->text));
    }
    if (!schema_read(r, v, "`region`", where_fields, &w))
        return false;
    if ((w.within >= 0) == (w.is >= 0))
        return reading_error(r, node_key_place(v), hint, "`region` needs exactly one of `within` and `is`");
    to->where = w.is >= 0 ? TARGET_IS : TARGET_WITHIN;
    to->region = w.is >= 0 ? w.is : w.within;
    return true;
}

static bool read_speciality(struct reading *r, const struct node *v, struct target *to)
{
    if (v->kind == NODE_SCALAR && str_eqz(v->text, "matching")) {
        to->speciality_matching = true;
        return true;
    }
    struct ints list;
    if (!read_categories_or_set(r, v, NULL, &list))
        return false;
    to->specialities = list.items;
    to->n_specialities = list.n;
    return true;
}

static bool says_who(const struct node *v)
{
    for (const char *const *key = target_keys[0].of; *key; key++)
        if (node_get(v, *key))
            return true;
    return false;
}

static bool read_criteria(struct reading *r, const struct node *v, struct target *to)
{
    struct target_record t = {0};
    const char *what = v->key ? reading_hint(r, "`" STR_FMT "`", STR_ARG(v->key->text)) : "a target";
    if (!schema_read(r, v, what, target_fields, &t))
        return false;
    if (!says_who(v))
        return reading_error(r, node_key_place(v), "name a kind, a speciality, a level or an organisation",
                             "%s does not say who", what);
    *to = (struct target){.region = -1};
    to->kinds = t.kinds;
    to->levels = t.levels;
    to->organisations = t.organisations.items;
    to->n_organisations = t.organisations.n;
    to->stationed = t.stationed;
    to->rating_at_least = t.rating.at_least;
    to->open_now = t.open_now;
    to->languages = t.languages.items;
    to->n_languages = t.languages.n;
    const struct node *languages = node_get(v, "languages");
    if (languages && t.languages.n == 0)
        return reading_error(r, languages->at, "name at least one, or remove the key", "an empty list");
    bool good = !t.speciality || read_speciality(r, t.speciality, to);
    return (!t.region || read_where(r, t.region, to)) && good;
}

/* ---- against the roster ---- */

/* How near an organisation comes to being found, for some referral. */
enum standing { ELSEWHERE, CLOSED, RATED_LOWER, SPEAKS_NOT, STANDS };

struct survey {
    const struct ruleset *rs;
    const struct target *to;
    enum standing best;
    int standing, first; /* how many stand, at most 2; the first of them */
};

static bool covers(const struct categories *all, const struct organisation *o, const struct target *to)
{
    for (int i = 0; i < to->n_specialities; i++)
        for (int k = 0; k < o->n_specialities; k++)
            if (category_under(all, to->specialities[i], o->specialities[k]))
                return true;
    return to->n_specialities == 0 && (!to->speciality_matching || o->n_specialities > 0);
}

static bool fits_region(const struct regions *all, const struct target *to, int region)
{
    int n = 0;
    switch (to->where) {
    case TARGET_NEAREST:
        return true;
    case TARGET_WITHIN:
        return region_within(all, region, to->region);
    case TARGET_IS:
        return region == to->region;
    case TARGET_NEIGHBOURING:
        region = region_at_level(all, region, LEVEL_COUNTY);
        return region >= 0 && region_neighbours(all, region, &n) && n > 0;
    }
    return false;
}

static bool speaks(const struct organisation *o, struct str language)
{
    for (int i = 0; i < o->n_languages; i++)
        if (str_eq(o->languages[i], language))
            return true;
    return false;
}

static enum standing standing_of(const struct survey *s, const struct organisation *o)
{
    const struct target *to = s->to;
    if ((to->kinds && !(to->kinds >> o->kind & 1)) || (to->stationed && o->n_agencies == 0) ||
        (to->levels && !(to->levels >> s->rs->regions.items[o->region].level & 1)) ||
        !fits_region(&s->rs->regions, to, o->region) || !covers(&s->rs->categories, o, to))
        return ELSEWHERE;
    if (o->closed)
        return CLOSED;
    if (o->rating < to->rating_at_least)
        return RATED_LOWER;
    for (int i = 0; i < to->n_languages; i++)
        if (!speaks(o, to->languages[i]))
            return SPEAKS_NOT;
    return STANDS;
}

/* False when enough have been seen. */
static bool look_at(struct survey *s, int organisation)
{
    enum standing standing = standing_of(s, &s->rs->roster.items[organisation]);
    if (standing > s->best)
        s->best = standing;
    if (standing == STANDS && s->standing++ == 0)
        s->first = organisation;
    return s->standing < 2;
}

/* The organisations of one kind and level, in the region that the target names if it names one. */
static bool look_at_group(struct survey *s, int group)
{
    const struct roster *roster = &s->rs->roster;
    const struct target *to = s->to;
    bool named = to->where == TARGET_WITHIN || to->where == TARGET_IS;
    int from = named ? to->region : 0, end = named ? s->rs->regions.items[from].end : s->rs->regions.n;
    for (int i = roster_group_from(roster, group, from); i < roster->group_start[group + 1]; i++) {
        int organisation = roster->by_group[i];
        if (roster->items[organisation].region >= end)
            break;
        if (!look_at(s, organisation))
            return false;
    }
    return true;
}

static void look_at_all(struct survey *s)
{
    for (int group = 0; group < ROSTER_GROUPS; group++) {
        int kind = group / ROSTER_LEVELS, level = group % ROSTER_LEVELS;
        if ((s->to->kinds && !(s->to->kinds >> kind & 1)) || (s->to->levels && !(s->to->levels >> level & 1)))
            continue;
        if (!look_at_group(s, group))
            return;
    }
}

static struct survey survey(const struct ruleset *rs, const struct target *to)
{
    struct survey s = {.rs = rs, .to = to, .first = -1};
    for (int i = 0; i < to->n_organisations; i++)
        if (!look_at(&s, to->organisations[i]))
            break;
    if (to->n_organisations == 0)
        look_at_all(&s);
    return s;
}

int target_only(struct reading *r, const struct target *to)
{
    struct survey s = {0};
    if (r->whole.roster)
        s = survey(r->rs, to);
    return s.standing == 1 ? s.first : -1;
}

/* ---- what is told ---- */

/* Kinds of which nobody is on the roster. */
static bool check_kinds(struct reading *r, const struct node *v, const struct target *to)
{
    const struct roster *roster = &r->rs->roster;
    const struct node *kind = node_get(v, "kind");
    for (const struct word *w = org_kind_words; w->word; w++) {
        int first = ROSTER_GROUP_OF(w->value, 0);
        if (!(to->kinds >> w->value & 1) ||
            roster->group_start[first] < roster->group_start[first + ROSTER_LEVELS])
            continue;
        return reading_error(r, kind ? kind->at : v->at,
                             "add one to organisations/*.yaml, or take it out here",
                             "no organisation of kind `%s` (%s) is on the roster", w->word, w->zh);
    }
    return true;
}

/* Named organisations that take nothing: an error when no other is named. */
static bool check_closed(struct reading *r, const struct node *v, const struct target *to)
{
    int closed = 0, left = to->n_organisations, i = 0;
    for (int k = 0; k < to->n_organisations; k++)
        closed += r->rs->roster.items[to->organisations[k]].closed;
    const struct node *named = closed ? node_get(v, "organisation") : NULL;
    if (!named)
        return true;
    for (const struct node *e = node_elements(named); left-- > 0; e = e->next, i++) {
        if (!r->rs->roster.items[to->organisations[i]].closed)
            continue;
        if (closed < to->n_organisations)
            reading_warn(r, e->at, "take it out, or open it again",
                         "`" STR_FMT "` is closed: this rung passes it over", STR_ARG(e->text));
        else
            reading_error(r, e->at, "name another one, or open it again",
                          "`" STR_FMT "` is closed (organisations/*.yaml): nobody is left on this rung",
                          STR_ARG(e->text));
    }
    return closed < to->n_organisations;
}

/* Every language on the roster once, as far as they go; for suggestions. */
static size_t list_languages(const struct roster *roster, const char **words)
{
    size_t n = 0;
    for (int i = 0; i < roster->n; i++)
        for (int k = 0; k < roster->items[i].n_languages; k++) {
            struct str language = roster->items[i].languages[k];
            size_t at = 0;
            while (at < n && !str_eqz(language, words[at]))
                at++;
            if (at == n && n < LANGUAGES_MAX)
                words[n++] = language.p;
        }
    return n;
}

static bool language_known(const struct roster *roster, struct str language)
{
    for (int i = 0; i < roster->n; i++)
        if (speaks(&roster->items[i], language))
            return true;
    return false;
}

static bool check_languages(struct reading *r, const struct node *v, const struct target *to)
{
    const struct node *languages = to->n_languages ? node_get(v, "languages") : NULL;
    bool good = true;
    for (const struct node *e = languages ? languages->first : NULL; e; e = e->next) {
        const char *words[LANGUAGES_MAX];
        if (language_known(&r->rs->roster, e->text))
            continue;
        good = reading_error(
            r, e->at,
            reading_suggest(r, e->text, words, list_languages(&r->rs->roster, words),
                            "add it to `languages` of those who speak it (organisations/*.yaml)"),
            "no organisation on the roster has language `" STR_FMT "`", STR_ARG(e->text));
    }
    return good;
}

static bool check_somebody(struct reading *r, const struct node *v, const struct target *to)
{
    static const struct {
        const char *key, *cause, *hint;
    } nobody[] = {
        [ELSEWHERE] = {NULL, "no organisation on the roster can ever take this rung",
                       "loosen what it asks for, or add one to organisations/*.yaml"},
        [CLOSED] = {NULL, "all who could take this rung are closed", "open one, or ask others"},
        [RATED_LOWER] = {"rating", "nobody who could take this rung is rated so high", "lower the rating"},
        [SPEAKS_NOT] = {"languages", "nobody who could take this rung has all of these languages",
                        "loosen what it asks for, or make a rung of its own for each language"},
    };
    enum standing best = survey(r->rs, to).best;
    if (best == STANDS)
        return true;
    const struct node *key = nobody[best].key ? node_get(v, nobody[best].key) : NULL;
    return reading_error(r, node_key_place(key ? key : v), nobody[best].hint, "%s", nobody[best].cause);
}

static bool check_neighbours(struct reading *r, const struct node *v, const struct target *to)
{
    return to->where != TARGET_NEIGHBOURING || !r->whole.regions || r->rs->regions.n_neighbours ||
           reading_error(r, node_get(v, "region")->at, "list the pairs of counties in regions/neighbours.csv",
                         "nothing is known about which counties are neighbours");
}

bool target_read(struct reading *r, const struct node *v, struct target *to)
{
    if (!read_criteria(r, v, to))
        return false;
    if (!r->whole.roster)
        return true;
    return check_neighbours(r, v, to) && check_kinds(r, v, to) && check_closed(r, v, to) &&
           check_languages(r, v, to) && check_somebody(r, v, to);
}
