/*
 * findings.c - all findings, as text or as JSON
 */
#include "ctl/findings_inner.h"

#include "core/decide.h"
#include "core/space_text.h"

#include <stdlib.h>

#define SLOWEST 5

static const char *const level_words[] = {
    [FINDING_ERROR] = "error", [FINDING_WARNING] = "warning", [FINDING_NOTE] = "note"};
static const char *const level_colours[] = {
    [FINDING_ERROR] = "\x1b[1;31m", [FINDING_WARNING] = "\x1b[1;35m", [FINDING_NOTE] = "\x1b[1;36m"};

struct finding_counts findings_count(const struct analysis *found)
{
    struct finding_counts n = {0};
    for (int i = 0; i < found->n; i++) {
        enum finding_level level = finding_level(&found->findings[i]);
        n.errors += level == FINDING_ERROR;
        n.warnings += level == FINDING_WARNING;
        n.notes += level == FINDING_NOTE;
    }
    return n;
}

/* The rule that decides the witness today, or "no rule". */
static struct str decided_by(const struct findings_report *r, const struct finding *f)
{
    struct arena *scratch = arena_new(0);
    struct decision d;
    bool good = scratch && decide_rule(scratch, r->rs, f->witness, &d);
    arena_free(scratch);
    return good && d.rule >= 0 ? r->rs->rules[d.rule].id : STR("");
}

/* ---- text ---- */

static void tell_others(const struct findings_report *r, const struct finding *f, FILE *out)
{
    static const char *const labels[FINDING_KIND_LIMIT] = {[FINDING_UNREACHABLE] = "taken by",
                                                           [FINDING_NO_EFFECT] = "same as",
                                                           [FINDING_CLASSIFIER] = "set by",
                                                           [FINDING_MERGE] = "with"};
    for (int i = 0; labels[f->kind] && i < f->n_others; i++) {
        bool classifier = f->kind == FINDING_CLASSIFIER;
        int at = f->others[i];
        struct str id = classifier ? r->rs->classifiers[at].id : r->rs->rules[at].id;
        struct str file = classifier ? r->rs->classifiers[at].file : r->rs->rules[at].file;
        fprintf(out, "    %-9s " STR_FMT " (" STR_FMT ":%u)\n", i ? "" : labels[f->kind], STR_ARG(id),
                STR_ARG(file), classifier ? r->rs->classifiers[at].line : r->rs->rules[at].line);
    }
}

static void tell_witness(const struct findings_report *r, const struct finding *f, FILE *out)
{
    struct str given = witness_given(r->arena, &r->form, f->witness), by = decided_by(r, f);
    fprintf(out, "    %-9s " STR_FMT "\n    %-9s goes to " STR_FMT "\n", "for one", STR_ARG(given), "",
            STR_ARG(by.n ? by : STR("no rule")));
}

static void tell(const struct findings_report *r, int i, FILE *out, bool colour)
{
    const struct finding *f = &r->found->findings[i];
    struct str file = finding_file(r, f), cause = finding_cause(r, f);
    enum finding_level level = finding_level(f);
    fprintf(out, "%s/" STR_FMT ":%u: %s%s%s: " STR_FMT "\n", r->shown_as, STR_ARG(file), finding_line(r, f),
            colour ? level_colours[level] : "", level_words[level], colour ? "\x1b[0m" : "", STR_ARG(cause));
    tell_others(r, f, out);
    if (f->witness)
        tell_witness(r, f, out);
    if (finding_doubt(r, f))
        fprintf(out, "    %-9s %s\n", "nearly", finding_doubt(r, f));
    if (r->touched && r->touched[i] >= 0)
        fprintf(out, "    %-9s %lld referral%s since %s\n", "touches", (long long)r->touched[i],
                r->touched[i] == 1 ? "" : "s", r->since);
}

static int by_excess(const void *a, const void *b)
{
    const struct climb_time *x = a, *y = b;
    if (x->workdays - x->limit != y->workdays - y->limit)
        return x->workdays - x->limit > y->workdays - y->limit ? -1 : 1;
    return x->rule - y->rule;
}

static struct climb_time *slowest(const struct findings_report *r)
{
    struct climb_time *all = ARENA_ARRAY(r->arena, (size_t)r->found->n_climbs + 1, struct climb_time);
    if (all && r->found->n_climbs) {
        memcpy(all, r->found->climbs, (size_t)r->found->n_climbs * sizeof *all);
        qsort(all, (size_t)r->found->n_climbs, sizeof *all, by_excess);
    }
    return all;
}

static void tell_slowest(const struct findings_report *r, FILE *out)
{
    const struct climb_time *all = slowest(r);
    int n = r->found->n_climbs < SLOWEST ? r->found->n_climbs : SLOWEST;
    if (!all || n == 0)
        return;
    fprintf(out, "\nladders at their slowest: asked once on each rung, nobody answers before the last day\n");
    for (int i = 0; i < n; i++) {
        const struct rule *rule = &r->rs->rules[all[i].rule];
        fprintf(out, "    %3d workday%s, %d rung%s; %s gives %d in all: " STR_FMT " (" STR_FMT ":%u)\n",
                all[i].workdays, all[i].workdays == 1 ? "" : "s", all[i].rungs, all[i].rungs == 1 ? "" : "s",
                word_of(mode_words, all[i].mode), all[i].limit, STR_ARG(rule->id), STR_ARG(rule->file),
                rule->line);
    }
}

void findings_text(const struct findings_report *r, FILE *out, bool colour)
{
    struct finding_counts n = findings_count(r->found);
    for (int i = 0; i < r->found->n; i++)
        tell(r, i, out, colour);
    if (r->found->more_gaps)
        fprintf(out, "    and more that no rule takes\n");
    tell_slowest(r, out);
    fprintf(out, "%slint: %d rule%s and %d classifier%s: %d error%s, %d warning%s, %d note%s\n",
            r->found->n || r->found->n_climbs ? "\n" : "", r->rs->n_rules, r->rs->n_rules == 1 ? "" : "s",
            r->rs->n_classifiers, r->rs->n_classifiers == 1 ? "" : "s", n.errors, n.errors == 1 ? "" : "s",
            n.warnings, n.warnings == 1 ? "" : "s", n.notes, n.notes == 1 ? "" : "s");
}

/* ---- JSON ---- */

static void json_others(const struct findings_report *r, const struct finding *f, struct json_out *j)
{
    json_key(j, "others");
    json_open(j, '[');
    for (int i = 0; i < f->n_others; i++) {
        bool classifier = f->kind == FINDING_CLASSIFIER;
        int at = f->others[i];
        json_open(j, '{');
        json_key_text_or_null(j, classifier ? "classifier" : "rule",
                 classifier ? r->rs->classifiers[at].id : r->rs->rules[at].id);
        json_key_text_or_null(j, "file", classifier ? r->rs->classifiers[at].file : r->rs->rules[at].file);
        json_key(j, "line"), json_int(j, classifier ? r->rs->classifiers[at].line : r->rs->rules[at].line);
        json_close(j, '}');
    }
    json_close(j, ']');
}

/* Where a gap lies, dimension by dimension. */
static void json_where(const struct findings_report *r, const struct finding *f, struct json_out *j)
{
    json_key(j, "where");
    json_open(j, '[');
    for (int i = 0; i < f->box->n; i++) {
        json_open(j, '{');
        json_key_text_or_null(j, "key", str_from(dim_key(&r->found->space, f->box->lits[i].dim)));
        json_key_text_or_null(j, "text", lit_text(r->arena, &r->found->space, f->box->lits[i]));
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void json_regions(const struct findings_report *r, const struct finding *f, struct json_out *j)
{
    json_key(j, "regions");
    json_open(j, '[');
    for (int i = 0; i < f->n_regions; i++) {
        int at = f->regions[i] < 0 ? ~f->regions[i] : f->regions[i];
        json_open(j, '{');
        json_key_text_or_null(j, f->regions[i] < 0 ? "is" : "within", r->rs->regions.items[at].code);
        json_key_text_or_null(j, "name", r->rs->regions.items[at].name);
        json_close(j, '}');
    }
    json_close(j, ']');
    json_key(j, "regions_left_out"), json_int(j, f->regions_left_out);
}

static void json_witness(const struct findings_report *r, const struct finding *f, struct json_out *j)
{
    json_key(j, "witness");
    if (!f->witness) {
        json_raw(j, "null");
        return;
    }
    witness_json(j, &r->form, f->witness);
    json_key_text_or_null(j, "given", witness_given(r->arena, &r->form, f->witness));
    json_key_text_or_null(j, "decided_by", decided_by(r, f));
}

static void json_finding(const struct findings_report *r, int i, struct json_out *j)
{
    const struct finding *f = &r->found->findings[i];
    json_open(j, '{');
    json_key_text_or_null(j, "kind", str_from(finding_word(f)));
    json_key_text_or_null(j, "level", str_from(level_words[finding_level(f)]));
    json_key_text_or_null(j, "file", finding_file(r, f));
    json_key(j, "line"), json_int(j, finding_line(r, f));
    json_key_text_or_null(j, "rule", f->rule >= 0 ? r->rs->rules[f->rule].id : STR(""));
    json_key_text_or_null(j, "classifier", f->classifier >= 0 ? r->rs->classifiers[f->classifier].id : STR(""));
    json_key_text_or_null(j, "cause", finding_cause(r, f));
    json_others(r, f, j);
    if (f->box)
        json_where(r, f, j);
    if (f->kind == FINDING_DEAD_END)
        json_regions(r, f, j);
    json_witness(r, f, j);
    json_key(j, "exact"), json_raw(j, finding_doubt(r, f) ? "false" : "true");
    json_key_text_or_null(j, "doubt", str_from(finding_doubt(r, f)));
    json_key(j, "touched");
    if (r->touched && r->touched[i] >= 0)
        json_int(j, r->touched[i]);
    else
        json_raw(j, "null");
    json_close(j, '}');
}

static void json_ladders(const struct findings_report *r, struct json_out *j)
{
    json_key(j, "ladders");
    json_open(j, '[');
    for (int i = 0; i < r->found->n_climbs; i++) {
        const struct climb_time *t = &r->found->climbs[i];
        json_open(j, '{');
        json_key_text_or_null(j, "rule", r->rs->rules[t->rule].id);
        json_key_text_or_null(j, "mode", str_from(word_of(mode_words, t->mode)));
        json_key(j, "rungs"), json_int(j, t->rungs);
        json_key(j, "workdays"), json_int(j, t->workdays);
        json_key(j, "limit"), json_int(j, t->limit);
        json_close(j, '}');
    }
    json_close(j, ']');
}

void findings_json(const struct findings_report *r, FILE *out, bool ok)
{
    struct json_out j = {.out = out};
    struct finding_counts n = findings_count(r->found);
    json_open(&j, '{');
    json_key(&j, "ok"), json_raw(&j, ok ? "true" : "false");
    json_key(&j, "rules"), json_int(&j, r->rs->n_rules);
    json_key(&j, "classifiers"), json_int(&j, r->rs->n_classifiers);
    json_key(&j, "errors"), json_int(&j, n.errors);
    json_key(&j, "warnings"), json_int(&j, n.warnings);
    json_key(&j, "notes"), json_int(&j, n.notes);
    json_key(&j, "findings");
    json_open(&j, '[');
    for (int i = 0; i < r->found->n; i++)
        json_finding(r, i, &j);
    json_close(&j, ']');
    json_key(&j, "more_gaps"), json_raw(&j, r->found->more_gaps ? "true" : "false");
    json_ladders(r, &j);
    json_close(&j, '}');
    fputc('\n', out);
}
