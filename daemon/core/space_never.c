/*
 * space_never.c - where no referral lies: facts that hold of every text, count, day and classification
 */
#include "core/space_inner.h"

#include <stdlib.h>

#define PICKS_MAX                                                                                            \
    5000 /* boxes that say "no more kinds of parties than parties"; past it they are left out                \
          */

static struct lit yes(struct space *s, int dim)
{
    return (struct lit){dim, set_of_class(s, dim, 1)};
}

static struct lit no(struct space *s, int dim)
{
    return (struct lit){dim, set_of_class(s, dim, 0)};
}

static bool add_by(struct space *s, const struct lit *lits, int n, int of, int classifier)
{
    struct never *slot = ARENA_PUSH(s->arena, s->never, s->n_never, s->cap_never);
    if (!slot)
        return false;
    *slot = (struct never){box_of_lits(s, lits, n), of, classifier};
    for (int i = 0; i < n; i++) {
        if (lits[i].set < 0)
            return false;
    }
    return slot->box.lits != NULL;
}

static bool add(struct space *s, const struct lit *lits, int n)
{
    return add_by(s, lits, n, -1, -1);
}

static bool add_pair(struct space *s, struct lit a, struct lit b)
{
    return add(s, (const struct lit[]){a, b}, 2);
}

/* The classes from `first` to before `end` of one dimension. */
static struct lit run(struct space *s, int dim, int first, int end)
{
    uint64_t *bits = ARENA_ARRAY(s->arena, (size_t)s->dims[dim].size, uint64_t);
    for (int i = first; bits && i < end; i++)
        bits[i / 64] |= (uint64_t)1 << (i % 64);
    return (struct lit){dim, bits ? set_of_bits(s, dim, bits) : -1};
}

/* ---- a text that has a word has every word within it, and that of the source category ---- */

static bool words_of(struct space *s, const struct textscan *scan, unsigned char *hits, struct str text,
                     struct lit has)
{
    textscan_run(scan, text, hits);
    for (int w = 0; w < s->words.n; w++) {
        if ((hits[w / 8] >> (w % 8) & 1) && s->first_word + w != has.dim &&
            !add_pair(s, has, no(s, s->first_word + w)))
            return false;
    }
    return true;
}

static bool words(struct space *s, struct arena *scratch)
{
    const struct textscan *scan = textscan_build(scratch, s->words.items, s->words.n);
    unsigned char *hits = scan ? arena_alloc(scratch, textscan_hits_size(scan)) : NULL;
    if (!hits)
        return false;
    for (int i = 0; i < s->words.n; i++) {
        if (!words_of(s, scan, hits, s->words.items[i], yes(s, s->first_word + i)))
            return false;
    }
    for (int i = 0; i < s->sources.n; i++) {
        struct lit has = {DIM_SOURCE, set_of_class(s, DIM_SOURCE, i + 1)};
        if (!words_of(s, scan, hits, s->sources.items[i], has))
            return false;
    }
    return true;
}

/* ---- parties ---- */

/* Every choice of `size` kinds of parties, where there are at most size - 1 parties. */
static bool too_many_kinds(struct space *s, struct lit few, int size)
{
    struct lit *lits = ARENA_ARRAY(s->arena, (size_t)size + 1, struct lit);
    int *pick = ARENA_ARRAY(s->arena, (size_t)size + 1, int), n = s->n_party_classes;
    if (!lits || !pick)
        return false;
    for (int i = 0; i < size; i++)
        pick[i] = i;
    lits[size] = few;
    for (int made = 0; size <= n && made < PICKS_MAX; made++) {
        int at = size - 1;
        for (int i = 0; i < size; i++)
            lits[i] = yes(s, s->first_party + pick[i]);
        if (!add(s, lits, size + 1))
            return false;
        while (at >= 0 && pick[at] == n - size + at)
            at--;
        if (at < 0)
            return true;
        pick[at]++;
        for (int i = at + 1; i < size; i++)
            pick[i] = pick[i - 1] + 1;
    }
    return true;
}

static bool nobody_of_a_kind(struct space *s)
{
    int n = s->n_party_classes, some = range_class(&s->parties, 1);
    struct lit *lits = ARENA_ARRAY(s->arena, (size_t)n + 1, struct lit);
    if (!lits || some < 0)
        return lits != NULL;
    for (int i = 0; i < n; i++)
        lits[i] = no(s, s->first_party + i);
    lits[n] = run(s, DIM_PARTIES, some, s->parties.n);
    return add(s, lits, n + 1);
}

static bool parties(struct space *s)
{
    bool good = true;
    for (int class = 0; class < s->parties.n && s->n_party_classes && good; class ++) {
        int64_t most = range_last(&s->parties, class);
        if (most < s->n_party_classes)
            good = too_many_kinds(s, run(s, DIM_PARTIES, class, class + 1), (int)most + 1);
    }
    if (s->n_party_classes && s->party_plain < 0)
        good = good && nobody_of_a_kind(s);
    int two = range_class(&s->parties, 2);
    if (two > 0)
        good = good && add_pair(s, yes(s, DIM_SAME_VILLAGE), run(s, DIM_PARTIES, 0, two));
    return good;
}

/* ---- days ---- */

static bool earlier(struct space *s)
{
    int some = range_class(&s->earlier_count, 1);
    if (some <= 0)
        return true;
    return add_pair(s, run(s, DIM_EARLIER, 0, 1), run(s, DIM_EARLIER_COUNT, some, s->earlier_count.n)) &&
           add_pair(s, run(s, DIM_EARLIER, 1, s->earlier.n), run(s, DIM_EARLIER_COUNT, 0, some));
}

int64_t space_moment(const struct space *s, int arrived, bool working)
{
    const struct ruleset *rs = s->lists;
    const struct hours *h = policy_working(&rs->policies);
    int64_t first = s->arrived.starts[arrived], last = range_last(&s->arrived, arrived);
    if (first <= s->bounds.today && s->bounds.today <= last)
        first = s->bounds.today;
    else if (arrived == 0)
        first = last - first > 400 ? last - 400 : first;
    for (int64_t day = first; day <= last && day < first + 400; day++) {
        int64_t midnight = calendar_ms_of_day((int32_t)day);
        for (int i = -3; i < 2 * h->n;
             i++) { /* ten o'clock, both ends of the day, every change of the hours */
            int minute = i == -3   ? 600
                         : i == -2 ? 0
                         : i == -1 ? 1439
                         : i % 2   ? h->items[i / 2].until
                                   : h->items[i / 2].from;
            int64_t ms = midnight + (minute < 1440 ? minute : 1439) * INT64_C(60000);
            if (hours_open(&rs->calendar, h, ms) == working)
                return ms;
        }
    }
    return -1;
}

static bool working(struct space *s)
{
    for (int class = 0; class < s->arrived.n; class ++) {
        for (int is = 0; is < 2; is++) {
            if (space_moment(s, class, is) < 0 &&
                !add_pair(s, run(s, DIM_ARRIVED, class, class + 1),
                          (struct lit){DIM_WORKING, set_of_class(s, DIM_WORKING, is)}))
                return false;
        }
    }
    return true;
}

/* ---- what classifiers leave behind ---- */

static bool reads_category(const struct cond *when, int n)
{
    for (int i = 0; i < n; i++) {
        if (when[i].kind == COND_CATEGORY_UNDER || when[i].kind == COND_CATEGORY_IS ||
            when[i].kind == COND_CATEGORY_MISSING)
            return true;
    }
    return false;
}

static bool may_add(const struct classifier *c, struct str tag)
{
    for (int i = 0; i < c->n_tags; i++) {
        if (str_eq(c->tags[i], tag))
            return true;
    }
    for (int i = 0; i < c->n_otherwise; i++) {
        if (str_eq(c->otherwise[i], tag))
            return true;
    }
    for (int i = 0; c->weigh && i < c->weigh->n_targets; i++) {
        if (c->weigh->targets[i].category < 0 && str_eq(c->weigh->targets[i].tag, tag))
            return true;
    }
    return false;
}

/* Whether a tag that `own` reads may be set by `later`. */
static bool reads_tags_of(const struct classifier *own, const struct classifier *later)
{
    for (int i = 0; i < own->n_when; i++) {
        for (int k = 0; own->when[i].kind == COND_TAGS && k < own->when[i].n; k++) {
            if (may_add(later, own->when[i].strings[k]))
                return true;
        }
    }
    return false;
}

/* Whether something that it reads may be set by itself or after it: then nothing can be said of the end. */
static bool reads_ahead(const struct ruleset *rs, int c)
{
    const struct classifier *own = &rs->classifiers[c];
    for (int i = c; i < rs->n_classifiers; i++) {
        const struct classifier *later = &rs->classifiers[i];
        if ((!classifier_sets_category(own) && classifier_sets_category(later) &&
             reads_category(own->when, own->n_when)) ||
            reads_tags_of(own, later))
            return true;
    }
    return false;
}

/* Where the classifier's conditions hold, and `also`, every one of these tags is there. */
static bool tagged(struct space *s, int of, int c, const struct box *also, const struct str *tags, int n)
{
    for (int k = 0; k < n; k++) {
        const struct lit tag = no(s, space_tag(s, tags[k]));
        struct box unset = {&tag, 1, false}, both;
        if (!boxes_both(s, &s->of[of].classifiers[c], &unset, &both) || !boxes_both(s, &both, also, &both) ||
            (!both.empty && !add_by(s, both.lits, both.n, of, c)))
            return false;
    }
    return true;
}

static bool classified(struct space *s, int of, int c)
{
    static const struct box everything;
    const struct classifier *own = &s->of[of].rs->classifiers[c];
    const struct lit none = {DIM_CATEGORY, set_of_class(s, DIM_CATEGORY, 0)};
    const struct box missing = {&none, 1, false};
    struct box both;
    if (own->weigh) /* what the words are worth is not known; but what is added when they do not tell */
        return !weigher_sets_category(own->weigh) ||
               tagged(s, of, c, &missing, own->otherwise, own->n_otherwise);
    if (own->category < 0)
        return tagged(s, of, c, &everything, own->tags, own->n_tags);
    return boxes_both(s, &s->of[of].classifiers[c], &missing, &both) &&
           (both.empty || add_by(s, both.lits, both.n, of, c));
}

static bool classifiers(struct space *s)
{
    for (int of = 0; of < s->n_rulesets; of++) {
        s->weighs |= s->of[of].rs->weighs;
        for (int c = 0; c < s->of[of].rs->n_classifiers; c++) {
            if (reads_ahead(s->of[of].rs, c))
                s->stages = true;
            else if (!classified(s, of, c))
                return false;
        }
    }
    return true;
}

/* ---- who sends ---- */

static bool sends(struct space *s, const struct peer *p, struct lit agency)
{
    uint64_t modes = 0, *regions = ARENA_ARRAY(s->arena, (size_t)s->dims[DIM_REGION].size, uint64_t);
    if (!regions)
        return false;
    for (int i = 0; i < s->n_modes; i++)
        modes |= (uint64_t)(mode_channel(s->modes[i]) != (int)p->channel) << i;
    for (int i = 0; i < s->region.n; i++) {
        if (!region_within(&s->lists->regions, s->region.node[i], p->region))
            regions[i / 64] |= (uint64_t)1 << (i % 64);
    }
    return add_pair(s, agency, (struct lit){DIM_MODE, set_of_bits(s, DIM_MODE, &modes)}) &&
           add_pair(s, agency, (struct lit){DIM_REGION, set_of_bits(s, DIM_REGION, regions)});
}

static bool peers(struct space *s)
{
    const struct peers *p = s->bounds.peers;
    for (int i = 0; p && i < s->agencies.n; i++) {
        int at = peers_by_id(p, s->agencies.items[i]);
        struct lit agency = {DIM_AGENCY, set_of_class(s, DIM_AGENCY, i + 1)};
        if (at >= 0 && p->items[at].kind == PEER_AGENCY && !sends(s, &p->items[at], agency))
            return false;
    }
    return true;
}

bool space_never(struct space *s, struct arena *scratch)
{
    return words(s, scratch) && parties(s) && earlier(s) && working(s) && classifiers(s) && peers(s);
}
