/*
 * predicate_text.c - `text` and `source_category`: words, folded as the referral's text is
 */
#include "conf/define.h"
#include "conf/index.h"
#include "conf/predicates.h"

#include "base/fold.h"

/* Folded copies; what folds to nothing is an error. */
bool read_folded(struct reading *r, const struct node *v, const struct field *unused, void *out)
{
    (void)unused;
    if (!node_is(r, v, NODE_LIST, "a list of texts"))
        return false;
    struct str *items = ARENA_ARRAY(r->arena, (size_t)v->n + 1, struct str);
    if (!items)
        return reading_full(r);
    int n = 0;
    bool good = true;
    for (const struct node *e = v->first; e; e = e->next) {
        const struct field f = {.key = "text"};
        if (e->kind == NODE_BROKEN || !read_text(r, e, &f, &items[n])) {
            good = false;
            continue;
        }
        items[n] = fold(r->arena, items[n]);
        if (!items[n].p || items[n].n == 0)
            good = reading_error(r, e->at, "write a word that can be found in a text",
                                 "nothing is left of this text when spaces are taken away");
        n++;
    }
    if (good)
        *(struct strs *)out = (struct strs){items, n};
    return good;
}

bool source_category_cond(struct reading *r, const struct node *v, const struct cond_key *k,
                                 struct cond_list *l)
{
    struct strs s;
    v = set_elements(r, v, SET_SOURCE_CATEGORIES);
    return v && read_folded(r, v, NULL, &s) && push_strings(r, v, l, k->kind, s);
}

int word_number(struct reading *r, struct str word)
{
    int number = index_put(r->word_numbers, word, (int)r->n_words);
    if (number >= 0)
        return number;
    struct str *slot = ARENA_PUSH(r->arena, r->words, r->n_words, r->cap_words);
    if (number == -2 || !slot) {
        reading_full(r);
        return -1;
    }
    *slot = word;
    return (int)r->n_words - 1;
}

void warn_commas(struct reading *r, const struct node *v)
{
    for (const struct node *e = v->first; e; e = e->next)
        if (e->kind == NODE_SCALAR && (text_contains(e->text, FULL_WIDTH_COMMA) || text_contains(e->text, IDEOGRAPHIC_COMMA)))
            reading_warn(r, e->at, "if these are several words, put a plain comma between them",
                         "one word with a comma in it: `" STR_FMT "`", STR_ARG(e->text));
}

bool text_cond(struct reading *r, const struct node *v, const struct cond_key *k, struct cond_list *l)
{
    struct strs s;
    warn_commas(r, v);
    v = set_elements(r, v, SET_TEXT);
    if (!v || !read_folded(r, v, NULL, &s))
        return false;
    int *numbers = ARENA_ARRAY(r->arena, (size_t)s.n + 1, int);
    if (!numbers)
        return reading_full(r);
    if (s.n == 0)
        return reading_error(r, v->at, "name at least one, or remove the key", "an empty list");
    for (int i = 0; i < s.n; i++)
        if ((numbers[i] = word_number(r, s.items[i])) < 0)
            return false;
    return push_list(r, v, l, k->kind, (struct ints){numbers, s.n});
}
