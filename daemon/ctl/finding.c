/*
 * finding.c - one finding in an operator's words
 */
#include "ctl/findings_inner.h"

#include "core/space_text.h"

#define NAMED_MAX 6

static const struct {
    const char *word;
    enum finding_level level;
} kinds[FINDING_KIND_LIMIT] = {
    [FINDING_UNREACHABLE] = {"unreachable", FINDING_ERROR},
    [FINDING_CONTRADICTION] = {"contradiction", FINDING_ERROR},
    [FINDING_GAP] = {"gap", FINDING_ERROR},
    [FINDING_DEAD_END] = {"dead-end", FINDING_WARNING},
    [FINDING_NO_EFFECT] = {"no-effect", FINDING_WARNING},
    [FINDING_CLASSIFIER] = {"idle-classifier", FINDING_WARNING},
    [FINDING_UNDECIDED] = {"undecided", FINDING_WARNING},
    [FINDING_EXPIRED] = {"expired", FINDING_NOTE},
    [FINDING_MERGE] = {"merge", FINDING_NOTE},
    [FINDING_WORD] = {"idle-word", FINDING_NOTE},
};

const char *finding_word(const struct finding *f)
{
    return kinds[f->kind].word;
}

enum finding_level finding_level(const struct finding *f)
{
    return kinds[f->kind].level;
}

/* ---- where ---- */

struct str finding_file(const struct findings_report *r, const struct finding *f)
{
    if (f->line && f->file)
        return *f->file;
    if (f->rule >= 0)
        return r->rs->rules[f->rule].file;
    if (f->classifier >= 0)
        return r->rs->classifiers[f->classifier].file;
    return r->rs->n_rules ? r->rs->rules[r->rs->n_rules - 1].file : STR("rules");
}

unsigned finding_line(const struct findings_report *r, const struct finding *f)
{
    if (f->line)
        return f->line;
    if (f->rule >= 0)
        return r->rs->rules[f->rule].line;
    if (f->classifier >= 0)
        return r->rs->classifiers[f->classifier].line;
    return r->rs->n_rules ? r->rs->rules[r->rs->n_rules - 1].line : 0;
}

/* ---- what ---- */

static struct str join(const struct findings_report *r, struct str a, const char *between, struct str b)
{
    return a.n ? arena_printf(r->arena, STR_FMT "%s" STR_FMT, STR_ARG(a), between, STR_ARG(b)) : b;
}

static struct str quoted(const struct findings_report *r, struct str id)
{
    return arena_printf(r->arena, "`" STR_FMT "`", STR_ARG(id));
}

/* "`a`, `b` and 3 more". */
static struct str others(const struct findings_report *r, const struct finding *f)
{
    struct str text = STR("");
    int shown = f->n_others > NAMED_MAX ? NAMED_MAX : f->n_others;
    for (int i = 0; i < shown; i++) {
        struct str id = f->kind == FINDING_CLASSIFIER ? r->rs->classifiers[f->others[i]].id
                                                      : r->rs->rules[f->others[i]].id;
        text = join(r, text, ", ", quoted(r, id));
    }
    if (f->n_others > shown)
        text = arena_printf(r->arena, STR_FMT " and %d more", STR_ARG(text), f->n_others - shown);
    return text;
}

static struct str regions(const struct findings_report *r, const struct finding *f)
{
    struct str text = STR("");
    int shown = f->n_regions > NAMED_MAX ? NAMED_MAX : f->n_regions;
    for (int i = 0; i < shown; i++) {
        int at = f->regions[i];
        struct str name = region_text(r->arena, &r->rs->regions, at < 0 ? ~at : at);
        if (at < 0)
            name = arena_printf(r->arena, STR_FMT " itself", STR_ARG(name));
        text = join(r, text, ", ", name);
    }
    int more = f->n_regions - shown + f->regions_left_out;
    return more ? arena_printf(r->arena, STR_FMT " and %d more", STR_ARG(text), more) : text;
}

static struct str words(const struct findings_report *r, const struct finding *f)
{
    struct str text = STR("");
    int shown = f->n_words > 2 * NAMED_MAX ? 2 * NAMED_MAX : f->n_words;
    for (int i = 0; i + 1 < shown; i += 2)
        text = join(r, text, ", ",
                    arena_printf(r->arena, STR_FMT " (has " STR_FMT " in it)", STR_ARG(f->words[i]),
                                 STR_ARG(f->words[i + 1])));
    if (f->n_words > shown)
        text = arena_printf(r->arena, STR_FMT " and %d more", STR_ARG(text), (f->n_words - shown) / 2);
    return text;
}

static struct str cause_of_word(const struct findings_report *r, const struct finding *f)
{
    if (!f->n_words)
        return STR("this list of words decides nothing: whatever meets the other conditions has one of them "
                   "already");
    struct str all = words(r, f);
    return arena_printf(r->arena, "words that decide nothing beside others of the list: " STR_FMT,
                        STR_ARG(all));
}

static struct str cause_of_classifier(const struct findings_report *r, const struct finding *f, struct str id)
{
    struct str all = others(r, f);
    if (!f->n_others)
        return arena_printf(r->arena,
                            "classifier " STR_FMT " never sets anything: its conditions exclude each other",
                            STR_ARG(id));
    return arena_printf(r->arena,
                        "classifier " STR_FMT " never sets anything: " STR_FMT " %s there before it",
                        STR_ARG(id), STR_ARG(all), f->n_others == 1 ? "is" : "are");
}

static struct str cause_of_merge(const struct findings_report *r, const struct finding *f, struct str id)
{
    struct str all = others(r, f);
    struct lit any = {(int)f->dim, 0};
    const char *key = f->dim == DIM_TAG    ? "tags"
                      : f->dim == DIM_WORD ? "text"
                                           : dim_key(&r->found->space, any.dim);
    return arena_printf(
        r->arena, "rules " STR_FMT ", " STR_FMT " do the same and differ only in `%s`: one rule can say it",
        STR_ARG(id), STR_ARG(all), key);
}

static struct str cause_of_contradiction(const struct findings_report *r, const struct finding *f,
                                         struct str id)
{
    if (f->classifier < 0)
        return arena_printf(r->arena, "rule " STR_FMT " never fires: its conditions exclude each other",
                            STR_ARG(id));
    const struct classifier *c = &r->rs->classifiers[f->classifier];
    return arena_printf(r->arena,
                        "rule " STR_FMT " never fires: where its conditions would hold, classifier `" STR_FMT
                        "` has set something that excludes them",
                        STR_ARG(id), STR_ARG(c->id));
}

struct str finding_cause(const struct findings_report *r, const struct finding *f)
{
    char day[16];
    struct str id = f->rule >= 0         ? quoted(r, r->rs->rules[f->rule].id)
                    : f->classifier >= 0 ? quoted(r, r->rs->classifiers[f->classifier].id)
                                         : STR("");
    switch (f->kind) {
    case FINDING_UNREACHABLE:
        return arena_printf(r->arena, "rule " STR_FMT " never fires: " STR_FMT " %s every referral it would",
                            STR_ARG(id), STR_ARG(others(r, f)), f->n_others == 1 ? "takes" : "together take");
    case FINDING_CONTRADICTION:
        return cause_of_contradiction(r, f, id);
    case FINDING_GAP:
        return arena_printf(r->arena, "no rule takes: " STR_FMT,
                            STR_ARG(box_text(r->arena, &r->found->space, f->box)));
    case FINDING_DEAD_END:
        return arena_printf(r->arena,
                            "rule " STR_FMT ": on no rung is there anybody for disputes in " STR_FMT
                            "; they always end in the manual queue",
                            STR_ARG(id), STR_ARG(regions(r, f)));
    case FINDING_NO_EFFECT:
        return arena_printf(r->arena,
                            "rule " STR_FMT " changes nothing: without it, " STR_FMT " would do the same",
                            STR_ARG(id), STR_ARG(others(r, f)));
    case FINDING_CLASSIFIER:
        return cause_of_classifier(r, f, id);
    case FINDING_EXPIRED:
        return arena_printf(r->arena, "rule " STR_FMT " never fires again: its last day was %s", STR_ARG(id),
                            calendar_day_text(r->rs->rules[f->rule].until, day));
    case FINDING_MERGE:
        return cause_of_merge(r, f, id);
    case FINDING_WORD:
        return cause_of_word(r, f);
    default:
        return arena_printf(r->arena,
                            f->doubt ? "rule " STR_FMT ": no referral was found that it decides"
                                     : "rule " STR_FMT ": too entangled with others to say more of it",
                            STR_ARG(id));
    }
}

const char *finding_doubt(const struct findings_report *r, const struct finding *f)
{
    (void)r;
    const char *doubt = doubt_text(f->doubt, "the rule set decides the witness otherwise");
    if (doubt)
        return doubt;
    if ((f->kind == FINDING_GAP || f->kind == FINDING_DEAD_END) && f->witness && f->witness->summary.n)
        return "words are taken as independent: a text with these and no other words of the rules may never "
               "be written";
    return NULL;
}
