/*
 * test_shape.c - conf/shape.h: every key of every table has a shape that says enough
 */
#include "base/check.h"

#include "conf/organisations.h"
#include "conf/peers.h"
#include "conf/predicates.h"
#include "conf/rules.h"
#include "conf/settings.h"
#include "conf/shape.h"
#include "conf/watches.h"

#define SEEN_MAX 200

struct walk {
    const struct field *seen[SEEN_MAX];
    int n_seen, keys, faults;
};

static void walk_shape(struct walk *w, const char *key, const struct shape *s, const void *of);

static void fault(struct walk *w, const char *key, const char *what)
{
    print_error("key `%s`: %s\n", key, what);
    w->faults++;
}

static void walk_fields(struct walk *w, const char *key, const struct field *fields)
{
    for (int i = 0; i < w->n_seen; i++)
        if (w->seen[i] == fields)
            return;
    assert_true(w->n_seen < SEEN_MAX);
    w->seen[w->n_seen++] = fields;
    if (!fields)
        fault(w, key, "no table of fields");
    for (const struct field *f = fields; f && f->key; f++, w->keys++) {
        const struct shape *s = field_shape(f);
        if (!s)
            fault(w, f->key, "its reader has no shape: add one to conf/shape.c, or `.shape` to the field");
        else if (!f->about)
            fault(w, f->key, "nothing to tell a person at an editor: add `.about`");
        else if (s->kind == SHAPE_INT && f->low >= f->high)
            fault(w, f->key, "a number without a range");
        else
            walk_shape(w, f->key, s, f->of);
    }
}

static bool has_key(const struct field *fields, const char *key)
{
    for (; fields->key; fields++)
        if (strcmp(fields->key, key) == 0)
            return true;
    return false;
}

static void walk_keys(struct walk *w, const char *key, const struct shape *s)
{
    for (const struct shape_keys *k = s->keys; k && k->rule != KEYS_END; k++)
        for (const char *const *name = k->of; *name; name++)
            if (!has_key(s->fields, *name))
                fault(w, key, "a rule over a key that the table does not have");
}

static void walk_shape(struct walk *w, const char *key, const struct shape *s, const void *of)
{
    switch (s->kind) {
    case SHAPE_WORD:
        if (!s->words && !of)
            fault(w, key, "a word of no table");
        break;
    case SHAPE_FIELDS:
        if (s->keys)
            walk_keys(w, key, s);
        walk_fields(w, key, s->fields ? s->fields : of);
        break;
    case SHAPE_KEYED:
        if (!s->words)
            fault(w, key, "keys of no table");
        walk_shape(w, key, s->of, of);
        break;
    case SHAPE_EITHER:
        walk_shape(w, key, s->otherwise, of);
        walk_shape(w, key, s->of, of);
        break;
    case SHAPE_LIST:
    case SHAPE_ONE_OR_LIST:
    case SHAPE_NAMED:
        walk_shape(w, key, s->of, of);
        break;
    default:
        break;
    }
}

static void every_key_of_every_file_has_a_shape(void **state)
{
    (void)state;
    const struct shape *const files[] = {&rules_file_shape, &organisations_file_shape, &peers_file_shape,
                                         &channels_file_shape, &watches_file_shape, &settings_file_shape};
    struct walk w = {0};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        walk_shape(&w, "(a file)", files[i], NULL);
    assert_int_equal(w.faults, 0);
    assert_true(w.keys > 90);
}

static void every_condition_has_a_shape_and_says_what_it_is(void **state)
{
    (void)state;
    const struct cond_key *const tables[] = {predicate_keys, group_keys};
    struct walk w = {0};
    for (size_t i = 0; i < 2; i++) {
        for (const struct cond_key *k = tables[i]; k->key; k++) {
            if (!k->shape)
                fault(&w, k->key, "no shape");
            else
                walk_shape(&w, k->key, k->shape, k->of);
            if (!k->about)
                fault(&w, k->key, "nothing to tell a person at an editor");
        }
    }
    assert_int_equal(w.faults, 0);
}

static bool read_oddly(struct reading *r, const struct node *v, const struct field *f, void *out)
{
    (void)r, (void)v, (void)f, (void)out;
    return false;
}

static void a_reader_that_nobody_described_is_found(void **state)
{
    (void)state;
    static const struct field odd[] = {{"odd", read_oddly, .about = "odd"},
                                       {"later", read_node, .about = "later"},
                                       {"untold", read_bool},
                                       {0}};
    const struct shape s = {.kind = SHAPE_FIELDS, .fields = odd};
    struct walk w = {0};
    print_message("three complaints are expected now:\n");
    walk_shape(&w, "(a file)", &s, NULL);
    assert_int_equal(w.faults, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_of_every_file_has_a_shape),
        cmocka_unit_test(every_condition_has_a_shape_and_says_what_it_is),
        cmocka_unit_test(a_reader_that_nobody_described_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
