/*
 * diffs_json.c - what differs, for scripts
 */
#include "ctl/diffs.h"

#include "core/space_text.h"

static void key_flag(struct json_out *j, const char *key, bool yes)
{
    json_key(j, key), json_raw(j, yes ? "true" : "false");
}

static void json_rule(const struct diffs_report *r, const char *key, const struct ruleset *rs, int rule,
                      struct json_out *j)
{
    json_key(j, key);
    if (rule < 0) {
        json_raw(j, "null");
        return;
    }
    json_open(j, '{');
    json_key_text_or_null(j, "rule", rs->rules[rule].id);
    json_key_text_or_null(j, "file", rs->rules[rule].file);
    json_key(j, "line"), json_int(j, rs->rules[rule].line);
    json_key_text_or_null(j, "outcome", outcome_text(r->arena, rs, &rs->rules[rule]));
    json_close(j, '}');
}

static void json_box(const struct diffs_report *r, const char *key, const struct box *b, struct json_out *j)
{
    json_key(j, key);
    json_open(j, '[');
    for (int i = 0; i < b->n; i++) {
        json_open(j, '{');
        json_key_text_or_null(j, "key", str_from(dim_key(&r->found->space, b->lits[i].dim)));
        json_key_text_or_null(j, "text", lit_text(r->arena, &r->found->space, b->lits[i]));
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void json_witness(const struct diffs_report *r, const struct referral *made, struct json_out *j)
{
    json_key(j, "witness");
    if (!made) {
        json_raw(j, "null");
        return;
    }
    witness_json(j, &r->form, made);
    json_key_text_or_null(j, "given", witness_given(r->arena, &r->form, made));
}

static void json_change(const struct diffs_report *r, const struct change *x, struct json_out *j)
{
    json_open(j, '{');
    json_rule(r, "was", r->was, x->was, j);
    json_rule(r, "now", r->is, x->is, j);
    json_box(r, "within", &x->within, j);
    json_key(j, "parts");
    json_open(j, '[');
    for (int i = 0; i < x->n_parts; i++) {
        const struct part *p = &x->parts[i];
        json_open(j, '{');
        json_box(r, "where", &p->box, j);
        json_witness(r, p->is, j);
        key_flag(j, "exact", !part_doubt(p));
        json_key_text_or_null(j, "doubt", str_from(part_doubt(p)));
        json_close(j, '}');
    }
    json_close(j, ']');
    key_flag(j, "more_parts", x->more);
    key_flag(j, "gave_up", x->gave_up);
    json_close(j, '}');
}

static void json_classifier(const struct diffs_report *r, const struct reclassified *x, struct json_out *j)
{
    const struct classifier *c =
        x->is >= 0 ? &r->is->classifiers[x->is] : &r->was->classifiers[x->was];
    json_open(j, '{');
    json_key_text_or_null(j, "classifier", c->id);
    json_key_text_or_null(j, "trace", str_from(trace_words[x->trace]));
    json_key_text_or_null(j, "file", c->file);
    json_key(j, "line"), json_int(j, c->line);
    json_witness(r, x->new, j);
    json_rule(r, "was", r->was, x->old_rule, j);
    json_rule(r, "now", r->is, x->new_rule, j);
    json_close(j, '}');
}

static void json_lists(const struct diffs_report *r, struct json_out *j)
{
    int told[LIST_KINDS] = {0};
    json_key(j, "lists");
    json_open(j, '[');
    for (int i = 0; i < r->found->n_lists; i++) {
        const struct list_change *x = &r->found->lists[i];
        if (told[x->list]++ >= r->limit)
            continue;
        json_open(j, '{');
        json_key_text_or_null(j, "list", str_from(list_words[x->list]));
        json_key_text_or_null(j, "trace", str_from(trace_words[x->trace]));
        json_key_text_or_null(j, "id", x->id);
        json_key_text_or_null(j, "name", x->name);
        json_key_text_or_null(j, "fields", x->what);
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void json_totals(const struct diffs_report *r, struct json_out *j)
{
    json_key(j, "totals");
    json_open(j, '{');
    json_key(j, "rules_before"), json_int(j, r->was->n_rules);
    json_key(j, "rules_now"), json_int(j, r->is->n_rules);
    json_key(j, "changes"), json_int(j, r->found->n_changes);
    json_key(j, "classifiers"), json_int(j, r->found->n_classifiers);
    json_key(j, "lists"), json_int(j, r->found->n_lists);
    json_key(j, "limit"), json_int(j, r->limit);
    json_close(j, '}');
}

void diffs_json(const struct diffs_report *r, FILE *out)
{
    struct json_out j = {.out = out};
    const struct difference *d = r->found;
    json_open(&j, '{');
    key_flag(&j, "same", diffs_none(d));
    json_key_text_or_null(&j, "before", str_from(r->was_in));
    json_key_text_or_null(&j, "after", str_from(r->is_in));
    json_totals(r, &j);
    key_flag(&j, "alike_only", d->n_classifiers > 0);
    key_flag(&j, "working_time_differs", d->times);
    json_key(&j, "changes");
    json_open(&j, '[');
    for (int i = 0; i < d->n_changes && i < r->limit; i++)
        json_change(r, &d->changes[i], &j);
    json_close(&j, ']');
    json_key(&j, "classifiers");
    json_open(&j, '[');
    for (int i = 0; i < d->n_classifiers && i < r->limit; i++)
        json_classifier(r, &d->classifiers[i], &j);
    json_close(&j, ']');
    json_lists(r, &j);
    json_close(&j, '}');
    fputc('\n', out);
}
