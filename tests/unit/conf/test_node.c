/*
 * test_node.c - the YAML tree: places, limits, what is refused
 */
#include "fixture.h"

#include "conf/node.h"

static const struct node *parse(struct fixture *f, const char *yaml)
{
    return node_parse(&f->reading, fixture_text(f, "rules/x.yaml", str_from(yaml)));
}

/* "a: [[[...]]]" with `depth` levels in all, the root map among them. */
static char *nested(int depth)
{
    char *s = calloc(1, (size_t)depth * 2 + 8), *p = s;
    p += sprintf(p, "a: ");
    memset(p, '[', (size_t)depth - 1);
    memset(p + depth - 1, ']', (size_t)depth - 1);
    return s;
}

static void nodes_know_their_places(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    const struct node *root = parse(&f, "规则:\n  - 名称: \"外卖\"\n    n: 3\n");
    assert_non_null(root);
    assert_int_equal(root->kind, NODE_MAP);
    const struct node *list = root->first;
    assert_true(str_eqz(list->key->text, "规则"));
    assert_int_equal(list->key->at.span, 2);
    const struct node *name = node_get(list->first, "名称");
    assert_true(str_eqz(name->text, "外卖"));
    assert_false(name->plain);
    assert_int_equal(name->at.line, 2);
    assert_int_equal(name->at.col, 9); /* code points, not bytes */
    assert_int_equal(name->at.span, 4);
    assert_true(node_get(list->first, "n")->plain);
    assert_null(node_get(list->first, "m"));
    fixture_fini(&f);
}

static void nothing_is_an_empty_map(void **state)
{
    (void)state;
    static const char *const empty[] = {"", "\n\n", "# only a remark\n", "---\n"};
    for (size_t i = 0; i < sizeof(empty) / sizeof(*empty); i++) {
        struct fixture f;
        fixture_init(&f);
        const struct node *root = parse(&f, empty[i]);
        assert_non_null(root);
        assert_int_equal(root->kind, NODE_MAP);
        assert_int_equal(root->n, 0);
        assert_int_equal(diag_size(f.diag), 0);
        fixture_fini(&f);
    }
}

static void depth_ends_at_32(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    char *fits = nested(NODE_DEPTH_MAX), *deeper = nested(NODE_DEPTH_MAX + 1), *hostile = nested(100000);
    assert_non_null(parse(&f, fits));
    assert_int_equal(diag_size(f.diag), 0);
    assert_null(parse(&f, deeper));
    assert_non_null(strstr(fixture_only(&f)->cause, "more than 32 deep"));
    assert_null(parse(&f, hostile));
    free(fits);
    free(deeper);
    free(hostile);
    fixture_fini(&f);
}

/* A list of `n` empty lists: n + 3 nodes with the root, its key and the list. */
static char *wide(int n)
{
    char *s = malloc((size_t)n * 3 + 8), *p = s;
    p += sprintf(p, "a: [");
    for (int i = 0; i < n; i++)
        p += sprintf(p, "[],");
    sprintf(p, "]");
    return s;
}

static void count_ends_at_200000(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    char *fits = wide(NODE_COUNT_MAX - 3), *more = wide(NODE_COUNT_MAX - 2);
    assert_non_null(parse(&f, fits));
    assert_int_equal(diag_size(f.diag), 0);
    assert_null(parse(&f, more));
    assert_non_null(strstr(fixture_only(&f)->cause, "more than 200000"));
    free(fits);
    free(more);
    fixture_fini(&f);
}

static void a_map_has_at_most_100_keys(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    char yaml[2048], *p = yaml;
    for (int i = 0; i < NODE_KEYS_MAX; i++)
        p += sprintf(p, "k%d: v\n", i);
    assert_non_null(parse(&f, yaml));
    sprintf(p, "one_more: v\n");
    assert_null(parse(&f, yaml));
    assert_int_equal(fixture_only(&f)->line, NODE_KEYS_MAX + 1);
    fixture_fini(&f);
}

static void all_refused_things_are_told_at_once(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    const struct node *root = parse(&f, "a: &x 1\nb: *x\nc: !!int 3\na: 2\nd: {e: 1, e: 2}\n");
    assert_non_null(root);
    assert_int_equal(diag_count(f.diag, DIAG_ERROR), 5);
    assert_int_equal(node_get(root, "b")->kind, NODE_BROKEN);
    assert_true(str_eqz(node_get(root, "a")->text, "1")); /* the first one counts */
    assert_int_equal(node_get(root, "d")->n, 1);
    fixture_fini(&f);
}

static void every_prefix_of_a_file_is_survived(void **state)
{
    (void)state;
    static const char yaml[] =
        "rules:\n  - id: 'a'\n    when: {text: [\"外\\u0041\", b], not: {c: d}}\n    x: |\n      t\n";
    for (size_t n = 0; n < sizeof(yaml); n++) {
        struct fixture f;
        fixture_init(&f);
        const struct node *root =
            node_parse(&f.reading, fixture_text(&f, "rules/x.yaml", (struct str){yaml, n}));
        assert_true(root || diag_size(f.diag) > 0);
        fixture_fini(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nodes_know_their_places),
        cmocka_unit_test(nothing_is_an_empty_map),
        cmocka_unit_test(depth_ends_at_32),
        cmocka_unit_test(count_ends_at_200000),
        cmocka_unit_test(a_map_has_at_most_100_keys),
        cmocka_unit_test(all_refused_things_are_told_at_once),
        cmocka_unit_test(every_prefix_of_a_file_is_survived),
    };
    return cmocka_run_group_tests_name("conf/node", tests, NULL, NULL);
}
