/*
 * values.c - the readers of schema.h: scalars and lists of them into typed values
 */
#include "conf/schema.h"

#include "base/fold.h"

#include <stdlib.h>

#define TEXT_MAX  500
#define SLUG_MAX  64
#define WORDS_MAX 64
/* No number here comes near; far from where yuan times 100 would overflow. */
#define DIGITS_MAX 15

bool read_node(struct reading *r, const struct node *v, const struct field *f, void *out)
{
    (void)r, (void)f;
    *(const struct node **)out = v;
    return true;
}

static bool store_text(struct reading *r, const struct node *v, void *out)
{
    if (v->text.n > TEXT_MAX)
        return reading_error(r, v->at, "shorten it", "a text of %zu bytes; at most %d", v->text.n, TEXT_MAX);
    if (text_check(v->text, false) != TEXT_OK)
        return reading_error(r, v->at, "make it one line", "a line break or control character in a text");
    struct str s = arena_str(r->arena, v->text);
    if (!s.p)
        return reading_full(r);
    *(struct str *)out = s;
    return true;
}

bool read_text(struct reading *r, const struct node *v, const struct field *f, void *out)
{
    (void)f;
    if (!node_is_text(r, v, "a text"))
        return false;
    if (v->text.n == 0)
        return reading_error(r, v->at, "write something between the quotes", "an empty text");
    return store_text(r, v, out);
}

bool read_text_any(struct reading *r, const struct node *v, const struct field *f, void *out)
{
    (void)f;
    return node_is_text(r, v, "a text") && store_text(r, v, out);
}

bool slug_valid(struct str s)
{
    if (s.n == 0 || s.n > SLUG_MAX || s.p[0] == '-' || s.p[s.n - 1] == '-')
        return false;
    for (size_t i = 0; i < s.n; i++) {
        bool letter = (s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9');
        if (!letter && (s.p[i] != '-' || s.p[i - 1] == '-'))
            return false;
    }
    return true;
}

bool slug_check(struct reading *r, const struct node *v, const char *what)
{
    if (!node_is_text(r, v, what))
        return false;
    if (slug_valid(v->text))
        return true;
    return reading_error(r, v->at, "small letters a-z, digits, single hyphens between them; at most 64 bytes",
                         "`" STR_FMT "` cannot be %s", STR_ARG(v->text), what);
}

bool read_slug(struct reading *r, const struct node *v, const struct field *f, void *out)
{
    return slug_check(r, v, f->of ? (const char *)f->of : "an id") && store_text(r, v, out);
}

bool read_bool(struct reading *r, const struct node *v, const struct field *f, void *out)
{
    (void)f;
    if (!node_is_text(r, v, "true or false"))
        return false;
    bool yes = str_eqz(v->text, "true");
    if (!yes && !str_eqz(v->text, "false"))
        return reading_error(r, v->at, "write true or false", "`" STR_FMT "` is neither true nor false",
                             STR_ARG(v->text));
    *(bool *)out = yes;
    return true;
}

bool read_true(struct reading *r, const struct node *v, const struct field *f, void *out)
{
    bool yes = false;
    if (!read_bool(r, v, f, &yes))
        return false;
    if (!yes)
        return reading_error(r, v->at, "remove the key", "`%s` can only be true", f->key);
    *(bool *)out = true;
    return true;
}

bool digits_parse(struct str s, int64_t *out)
{
    if (s.n == 0 || s.n > DIGITS_MAX)
        return false;
    int64_t value = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        value = value * 10 + (s.p[i] - '0');
    }
    *out = value;
    return true;
}

bool read_int(struct reading *r, const struct node *v, const struct field *f, void *out)
{
    if (!node_is_text(r, v, "a number"))
        return false;
    int64_t value;
    if (!digits_parse(v->text, &value))
        return reading_error(r, v->at,
                             reading_hint(r, "write a whole number in digits, %lld to %lld",
                                          (long long)f->low, (long long)f->high),
                             "`" STR_FMT "` is not a number", STR_ARG(v->text));
    if (value < f->low || value > f->high)
        return reading_error(r, v->at, NULL, "`%s` is %lld; it goes from %lld to %lld", f->key,
                             (long long)value, (long long)f->low, (long long)f->high);
    *(int *)out = (int)value;
    return true;
}

bool decimal_parse(struct str s, int64_t *hundredths)
{
    const char *dot = memchr(s.p, '.', s.n);
    struct str whole = {s.p, dot ? (size_t)(dot - s.p) : s.n};
    struct str rest = {dot ? dot + 1 : "00", dot ? s.n - whole.n - 1 : 2};
    int64_t units, parts;
    if (!digits_parse(whole, &units) || rest.n > 2 || !digits_parse(rest, &parts))
        return false;
    *hundredths = units * 100 + (rest.n == 1 ? parts * 10 : parts);
    return true;
}

bool read_yuan(struct reading *r, const struct node *v, const struct field *f, void *out)
{
    (void)f;
    if (!node_is_text(r, v, "a sum in yuan"))
        return false;
    if (!decimal_parse(v->text, out))
        return reading_error(r, v->at, "digits only, in yuan: 500000 or 500000.50; at most 15 digits",
                             "`" STR_FMT "` is not a sum of money", STR_ARG(v->text));
    return true;
}

static const char *suggest_word(struct reading *r, struct str wrong, const struct word *table)
{
    const char *words[WORDS_MAX] = {0};
    size_t n = 0;
    for (const struct word *w = table; w->word && n < WORDS_MAX; w++) {
        if (wrong.n >= 6 && text_contains(str_from(w->zh), wrong.p))
            return reading_hint(r, "write `%s` for %s", w->word, w->zh);
        words[n++] = w->word;
    }
    const char *near = diag_nearest(wrong, words, n);
    if (near)
        return reading_hint(r, "did you mean `%s`?", near);
    struct str list = STR("");
    for (size_t i = 0; i < n; i++)
        list = arena_printf(r->scratch, STR_FMT "%s%s", STR_ARG(list), i ? ", " : "", words[i]);
    return reading_hint(r, "one of: " STR_FMT, STR_ARG(list));
}

static int word_at(struct reading *r, const struct node *v, const struct field *f)
{
    if (!node_is_text(r, v, "a word"))
        return 0;
    int value = word_value(f->of, v->text);
    if (!value)
        reading_error(r, v->at, suggest_word(r, v->text, f->of), "`" STR_FMT "` is not a word for `%s`",
                      STR_ARG(v->text), f->key);
    return value;
}

bool read_word(struct reading *r, const struct node *v, const struct field *f, void *out)
{
    int value = word_at(r, v, f);
    if (!value)
        return false;
    *(int *)out = value;
    return true;
}

static bool not_empty(struct reading *r, const struct node *v)
{
    return v->kind != NODE_LIST || v->n > 0 ||
           reading_error(r, v->at, "name at least one, or remove the key", "an empty list");
}

bool read_words(struct reading *r, const struct node *v, const struct field *f, void *out)
{
    bool good = not_empty(r, v);
    uint64_t bits = 0;
    int left = node_elements_count(v);
    for (const struct node *e = node_elements(v); left-- > 0; e = e->next) {
        int value = word_at(r, e, f);
        good = good && value;
        bits |= (uint64_t)1 << value;
    }
    if (good)
        *(uint64_t *)out = bits;
    return good;
}

bool read_flags(struct reading *r, const struct node *v, const struct field *f, void *out)
{
    if (!node_is(r, v, NODE_LIST, "a list of words"))
        return false;
    bool good = true;
    unsigned flags = 0;
    for (const struct node *e = v->first; e; e = e->next) {
        int value = word_at(r, e, f);
        good = good && value;
        flags |= (unsigned)value;
    }
    if (good)
        *(unsigned *)out = flags;
    return good;
}

bool read_each(struct reading *r, const struct node *v, const struct field *f, field_reader *one,
                      void *out)
{
    int n = node_elements_count(v), left = n;
    struct str *items = ARENA_ARRAY(r->arena, (size_t)n + 1, struct str);
    if (!items)
        return reading_full(r);
    bool good = true;
    struct str *item = items;
    for (const struct node *e = node_elements(v); left-- > 0; e = e->next)
        good = (e->kind != NODE_BROKEN && one(r, e, f, item++)) && good;
    if (good)
        *(struct strs *)out = (struct strs){items, n};
    return good;
}

bool read_texts(struct reading *r, const struct node *v, const struct field *f, void *out)
{
    return node_is(r, v, NODE_LIST, "a list of texts") && read_each(r, v, f, read_text, out);
}

bool read_slugs(struct reading *r, const struct node *v, const struct field *f, void *out)
{
    return not_empty(r, v) && read_each(r, v, f, read_slug, out);
}

bool read_slug_list(struct reading *r, const struct node *v, const struct field *f, void *out)
{
    return node_is(r, v, NODE_LIST, "a list") && read_each(r, v, f, read_slug, out);
}

bool read_fields(struct reading *r, const struct node *v, const struct field *f, void *out)
{
    return schema_read(r, v, f->key, f->of, out);
}
