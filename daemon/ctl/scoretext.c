/*
 * scoretext.c - a score for a terminal, and as JSON
 */
#include "ctl/score.h"

#include "base/fold.h"
#include "ctl/json.h"
#include "ctl/layout.h"

enum { NAME_MAX_COLUMNS = 26, LABEL_MAX_COLUMNS = 34 };

struct rates {
    int precision, recall, f1; /* permille */
};

static struct rates rates_of(const struct score_class *c)
{
    struct rates r = {score_permille(c->right, c->answered), score_permille(c->right, c->gold), 0};
    r.f1 = score_permille(2 * c->right, c->answered + c->gold);
    return r;
}

/* As much of `s` as fits into `columns`. */
static struct str fitting(struct str s, int columns)
{
    while (s.n && text_width(s) > columns)
        do
            s.n--;
        while (s.n && ((unsigned char)s.p[s.n] & 0xc0) == 0x80);
    return s;
}

static struct str shown_name(const struct score_class *c)
{
    return fitting(c->name.n ? c->name : c->code, NAME_MAX_COLUMNS);
}

static void percent(FILE *out, int permille)
{
    fprintf(out, "  %5d.%d", permille / 10, permille % 10);
}

static void head(FILE *out, bool colour, const char *text)
{
    fprintf(out, colour ? "\n\x1b[1m%s\x1b[0m\n" : "\n%s\n", text);
}

static void write_classes(FILE *out, const struct score *s, bool colour)
{
    head(out, colour, "By answer");
    layout_padded(out, STR(""), 4 + NAME_MAX_COLUMNS, false);
    fputs("   gold  given  right   precis  recall      F1\n", out);
    for (size_t i = 0; i < s->n_classes; i++) {
        const struct score_class *c = &s->classes[i];
        struct rates r = rates_of(c);
        fprintf(out, "%3zu ", i + 1);
        layout_padded(out, shown_name(c), NAME_MAX_COLUMNS, false);
        fprintf(out, "  %5d  %5d  %5d", c->gold, c->answered, c->right);
        percent(out, r.precision);
        percent(out, r.recall);
        percent(out, r.f1);
        fputc('\n', out);
    }
}

static void write_labels(FILE *out, const struct score *s, bool colour)
{
    head(out, colour, "By label");
    layout_padded(out, STR(""), LABEL_MAX_COLUMNS, false);
    fputs("      n     main     also\n", out);
    for (size_t i = 0; i < s->n_labels; i++) {
        const struct score_label *l = &s->by_label[i];
        layout_padded(out, fitting(l->label, LABEL_MAX_COLUMNS), LABEL_MAX_COLUMNS, false);
        fprintf(out, "  %5d", l->n);
        percent(out, score_permille(l->main, l->n));
        percent(out, score_permille(l->right, l->n));
        fputc('\n', out);
    }
}

/* Rows are what was asked for, columns what came out, by the numbers of the classes. */
static void write_confusion(FILE *out, const struct score *s, bool colour)
{
    head(out, colour, "Asked for (rows), given (columns)");
    layout_padded(out, STR(""), 4 + NAME_MAX_COLUMNS, false);
    for (size_t k = 0; k < s->n_classes; k++)
        fprintf(out, "%4zu", k + 1);
    fputc('\n', out);
    for (size_t i = 0; i < s->n_classes; i++) {
        if (!s->classes[i].gold)
            continue;
        fprintf(out, "%3zu ", i + 1);
        layout_padded(out, shown_name(&s->classes[i]), NAME_MAX_COLUMNS, false);
        for (size_t k = 0; k < s->n_classes; k++) {
            int n = s->pairs[i * s->stride + k];
            if (n)
                fprintf(out, "%4d", n);
            else
                fputs(i == k ? "   0" : "   .", out);
        }
        fputc('\n', out);
    }
}

void score_text(FILE *out, const struct score *s, bool colour)
{
    fprintf(out, "%d lines, %d scored", s->lines, s->scored);
    if (s->skipped)
        fprintf(out, ", %d without a label to score", s->skipped);
    if (s->faulty)
        fprintf(out, ", %d could not be read", s->faulty);
    fputs("\nright in the main:", out);
    percent(out, score_permille(s->main, s->scored));
    fprintf(out, " %%  (%d)\nright:            ", s->main);
    percent(out, score_permille(s->right, s->scored));
    fprintf(out, " %%  (%d)\n", s->right);
    write_classes(out, s, colour);
    write_labels(out, s, colour);
    write_confusion(out, s, colour);
}

/* ---- JSON ---- */

static void key_int(struct json_out *j, const char *key, int64_t v)
{
    json_key(j, key);
    json_int(j, v);
}

static void key_str(struct json_out *j, const char *key, struct str v)
{
    json_key(j, key);
    json_text(j, v);
}

static void key_rate(struct json_out *j, const char *key, int permille)
{
    char number[16];
    snprintf(number, sizeof(number), "%d.%03d", permille / 1000, permille % 1000);
    json_key(j, key);
    json_raw(j, number);
}

static void json_class(struct json_out *j, const struct score_class *c)
{
    struct rates r = rates_of(c);
    json_open(j, '{');
    key_str(j, "code", c->code);
    key_str(j, "name", c->name);
    key_int(j, "gold", c->gold);
    key_int(j, "given", c->answered);
    key_int(j, "right", c->right);
    key_rate(j, "precision", r.precision);
    key_rate(j, "recall", r.recall);
    key_rate(j, "f1", r.f1);
    json_close(j, '}');
}

static void json_label(struct json_out *j, const struct score_label *l)
{
    json_open(j, '{');
    key_str(j, "label", l->label);
    key_int(j, "n", l->n);
    key_int(j, "main", l->main);
    key_int(j, "right", l->right);
    json_close(j, '}');
}

static void json_confusion(struct json_out *j, const struct score *s)
{
    json_key(j, "confusion");
    json_open(j, '[');
    for (size_t i = 0; i < s->n_classes; i++)
        for (size_t k = 0; k < s->n_classes; k++) {
            if (!s->pairs[i * s->stride + k])
                continue;
            json_open(j, '{');
            key_str(j, "asked", s->classes[i].code);
            key_str(j, "given", s->classes[k].code);
            key_int(j, "n", s->pairs[i * s->stride + k]);
            json_close(j, '}');
        }
    json_close(j, ']');
}

void score_json(FILE *out, const struct score *s)
{
    struct json_out j = {.out = out};
    json_open(&j, '{');
    key_int(&j, "lines", s->lines);
    key_int(&j, "scored", s->scored);
    key_int(&j, "skipped", s->skipped);
    key_int(&j, "faulty", s->faulty);
    key_int(&j, "main", s->main);
    key_int(&j, "right", s->right);
    key_rate(&j, "accuracy_main", score_permille(s->main, s->scored));
    key_rate(&j, "accuracy", score_permille(s->right, s->scored));
    json_key(&j, "classes");
    json_open(&j, '[');
    for (size_t i = 0; i < s->n_classes; i++)
        json_class(&j, &s->classes[i]);
    json_close(&j, ']');
    json_key(&j, "labels");
    json_open(&j, '[');
    for (size_t i = 0; i < s->n_labels; i++)
        json_label(&j, &s->by_label[i]);
    json_close(&j, ']');
    json_confusion(&j, s);
    json_close(&j, '}');
    fputc('\n', out);
}
