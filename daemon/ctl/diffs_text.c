/*
 * diffs_text.c - what differs, to be read
 */
#include "ctl/diffs.h"

#include "core/space_text.h"

const char *const trace_words[] = {
    [TRACE_ADDED] = "added", [TRACE_REMOVED] = "removed", [TRACE_CHANGED] = "changed"};
const char *const list_words[] = {[LIST_ORGANISATIONS] = "organisations",
                                  [LIST_CATEGORIES] = "categories",
                                  [LIST_REGIONS] = "regions",
                                  [LIST_CHANNELS] = "channels",
                                  [LIST_CALENDAR] = "calendar"};

bool diffs_none(const struct difference *d)
{
    return d->n_changes == 0 && d->n_classifiers == 0 && d->n_lists == 0;
}

const char *part_doubt(const struct part *p)
{
    if (p->not_before)
        return "its place or category is new: no such referral could come before";
    return doubt_text(p->doubt, "one of the rule sets decides this referral otherwise");
}

static void row(FILE *out, const char *label, struct str text)
{
    fprintf(out, "    %-9s " STR_FMT "\n", label, STR_ARG(text));
}

/* ---- rules ---- */

static struct str rule_named(const struct diffs_report *r, const struct ruleset *rs, int rule)
{
    const struct rule *x = &rs->rules[rule];
    return arena_printf(r->arena, "`" STR_FMT "` (" STR_FMT ":%u)", STR_ARG(x->id), STR_ARG(x->file), x->line);
}

static struct str headline(const struct diffs_report *r, const struct change *x)
{
    struct str was = x->was >= 0 ? rule_named(r, r->was, x->was) : STR("");
    struct str is = x->is >= 0 ? rule_named(r, r->is, x->is) : STR("");
    if (x->was < 0)
        return arena_printf(r->arena, STR_FMT " takes what no rule took", STR_ARG(is));
    if (x->is < 0)
        return arena_printf(r->arena, "no rule takes what " STR_FMT " took", STR_ARG(was));
    if (str_eq(r->was->rules[x->was].id, r->is->rules[x->is].id))
        return arena_printf(r->arena, STR_FMT " does something else", STR_ARG(is));
    return arena_printf(r->arena, STR_FMT " takes from " STR_FMT, STR_ARG(is), STR_ARG(was));
}

static struct str outcome(const struct diffs_report *r, const struct ruleset *rs, int rule)
{
    return rule >= 0 ? outcome_text(r->arena, rs, &rs->rules[rule]) : STR("manual: no-rule");
}

/* What a part asks beyond both rules' own conditions. */
static struct str beyond(const struct diffs_report *r, const struct change *x, const struct part *p)
{
    struct box more = {.n = 0};
    struct lit *lits = ARENA_ARRAY(r->arena, (size_t)p->box.n + 1, struct lit);
    for (int i = 0; lits && i < p->box.n; i++) {
        if (box_set(&x->within, p->box.lits[i].dim) != p->box.lits[i].set)
            lits[more.n++] = p->box.lits[i];
    }
    more.lits = lits;
    return more.n ? box_text(r->arena, &r->found->space, &more) : STR("all of it");
}

static void tell_part(const struct diffs_report *r, const struct change *x, const struct part *p, FILE *out)
{
    row(out, "where", beyond(r, x, p));
    row(out, "for one", witness_given(r->arena, &r->form, p->is));
    if (part_doubt(p))
        row(out, "nearly", str_from(part_doubt(p)));
}

static void tell_change(const struct diffs_report *r, const struct change *x, FILE *out, bool colour)
{
    struct str head = headline(r, x);
    fprintf(out, "%s" STR_FMT "%s\n", colour ? "\x1b[1m" : "", STR_ARG(head), colour ? "\x1b[0m" : "");
    row(out, "was", outcome(r, r->was, x->was));
    row(out, "now", outcome(r, r->is, x->is));
    row(out, "of", box_text(r->arena, &r->found->space, &x->within));
    for (int i = 0; i < x->n_parts; i++)
        tell_part(r, x, &x->parts[i], out);
    if (x->more)
        row(out, "and more", STR("of it, where earlier rules of either set do not take it"));
    if (x->gave_up)
        row(out, "nearly", STR("too entangled with other rules to say whether this is all of it"));
}

/* ---- classifiers ---- */

static void tell_classifier(const struct diffs_report *r, const struct reclassified *x, FILE *out)
{
    const struct classifier *c =
        x->is >= 0 ? &r->is->classifiers[x->is] : &r->was->classifiers[x->was];
    fprintf(out, "classifier `" STR_FMT "` (" STR_FMT ":%u) %s\n", STR_ARG(c->id), STR_ARG(c->file), c->line,
            trace_words[x->trace]);
    if (!x->new) {
        row(out, "nearly", STR("no referral was found that goes elsewhere for it; that is no proof"));
        return;
    }
    row(out, "was", outcome(r, r->was, x->old_rule));
    row(out, "now", outcome(r, r->is, x->new_rule));
    row(out, "for one", witness_given(r->arena, &r->form, x->new));
}

/* ---- lists ---- */

static void tell_entry(const struct list_change *x, FILE *out)
{
    static const char signs[] = {[TRACE_ADDED] = '+', [TRACE_REMOVED] = '-', [TRACE_CHANGED] = '~'};
    fprintf(out, "    %c " STR_FMT "%s" STR_FMT "%s" STR_FMT "\n", signs[x->trace], STR_ARG(x->id),
            x->name.n ? " " : "", STR_ARG(x->name), x->what.n ? ": " : "", STR_ARG(x->what));
}

static void tell_list(const struct diffs_report *r, enum list list, FILE *out)
{
    int n[3] = {0}, told = 0, all = 0;
    for (int i = 0; i < r->found->n_lists; i++) {
        if (r->found->lists[i].list == list) {
            n[r->found->lists[i].trace]++;
            all++;
        }
    }
    if (!all)
        return;
    fprintf(out, "%s: %d added, %d removed, %d changed\n", list_words[list], n[TRACE_ADDED], n[TRACE_REMOVED],
            n[TRACE_CHANGED]);
    for (int i = 0; i < r->found->n_lists && told < r->limit; i++) {
        if (r->found->lists[i].list == list) {
            tell_entry(&r->found->lists[i], out);
            told++;
        }
    }
    if (told < all)
        fprintf(out, "    and %d more; --limit %d shows all\n", all - told, all);
}

/* ---- the whole ---- */

static bool needs_words(const struct difference *d)
{
    for (int i = 0; i < d->n_changes; i++) {
        for (int k = 0; k < d->changes[i].n_parts; k++) {
            if (d->changes[i].parts[k].is->summary.n)
                return true;
        }
    }
    return false;
}

static void tell_notes(const struct difference *d, FILE *out)
{
    if (d->n_classifiers)
        fprintf(out, "note: the parts are exact for referrals that both sets classify alike; others reach the "
                     "rules with another category or other tags\n");
    if (d->times)
        fprintf(out, "note: working time differs, and rules ask for it: parts are told by the new hours and days; "
                     "what arrives between the old hours and the new may change hands without being told\n");
    if (needs_words(d))
        fprintf(out, "note: words are taken as independent of each other: a text with just the words of a "
                     "referral shown may never be written\n");
}

void diffs_text(const struct diffs_report *r, FILE *out, bool colour)
{
    const struct difference *d = r->found;
    int told = d->n_changes < r->limit ? d->n_changes : r->limit;
    int classifiers = d->n_classifiers < r->limit ? d->n_classifiers : r->limit;
    for (int i = 0; i < told; i++)
        tell_change(r, &d->changes[i], out, colour);
    if (told < d->n_changes)
        fprintf(out, "and %d more changes; --limit %d shows all\n", d->n_changes - told, d->n_changes);
    for (int i = 0; i < classifiers; i++)
        tell_classifier(r, &d->classifiers[i], out);
    if (classifiers < d->n_classifiers)
        fprintf(out, "and %d more classifiers; --limit %d shows all\n", d->n_classifiers - classifiers,
                d->n_classifiers);
    for (int i = 0; i < LIST_KINDS; i++)
        tell_list(r, (enum list)i, out);
    tell_notes(d, out);
    fprintf(out,
            "%sdiff: %d rule%s before, %d now: %d change%s of hands, %d classifier%s, %d entr%s of lists\n",
            diffs_none(d) ? "" : "\n", r->was->n_rules, r->was->n_rules == 1 ? "" : "s", r->is->n_rules,
            d->n_changes, d->n_changes == 1 ? "" : "s", d->n_classifiers, d->n_classifiers == 1 ? "" : "s",
            d->n_lists, d->n_lists == 1 ? "y" : "ies");
}
