/*
 * test_report.c - directories as they are on disk: limits, what cannot be read, and the form for programs
 */
#include "fixture.h"

#include "conf/report.h"

#include <jansson.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/test_report_XXXXXX";

static void write_file(const char *name, size_t size)
{
    char path[256];
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (size_t i = 0; i < size; i++)
        putc(i % 64 == 63 ? '\n' : '#', file);
    fclose(file);
}

static int make_dir(void **state)
{
    (void)state;
    char path[256];
    if (!mkdtemp(dir))
        return -1;
    snprintf(path, sizeof(path), "%s/rules", dir);
    return mkdir(path, 0700);
}

static int remove_dir(void **state)
{
    (void)state;
    static const char *const names[] = {"rules/a.yaml", "rules/b.yaml", "rules/c.yaml", "rules", ""};
    char path[256];
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
        remove(path);
    }
    return 0;
}

static void a_yaml_file_ends_at_1_mib(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct diag *d = diag_new();
    struct source s;
    write_file("rules/a.yaml", 1u << 20);
    assert_true(source_read_dir(a, dir, d, &s));
    assert_int_equal(s.n, 1);
    assert_int_equal(s.files[0].bytes.n, 1u << 20);
    write_file("rules/b.yaml", (1u << 20) + 1);
    assert_false(source_read_dir(a, dir, d, &s));
    assert_int_equal(s.n, 1); /* what can be read is there all the same */
    assert_string_equal(diag_item(d, 0)->cause, "larger than 1 MiB");
    diag_free(d);
    arena_free(a);
}

static void a_fifo_does_not_block(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct diag *d = diag_new();
    struct source s;
    char path[256];
    snprintf(path, sizeof(path), "%s/rules/c.yaml", dir);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_false(source_read_dir(a, dir, d, &s));
    diag_free(d);
    arena_free(a);
}

static json_t *checked(const char *what, int expected_status)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_int_equal(conf_check_json(what, out), expected_status);
    fclose(out);
    json_t *j = json_loads(text, 0, NULL);
    free(text);
    assert_non_null(j);
    return j;
}

static void json_tells_what_the_text_tells(void **state)
{
    (void)state;
    json_t *j = checked("/nowhere/at/all", 1);
    assert_false(json_boolean_value(json_object_get(j, "ok")));
    assert_int_equal(json_integer_value(json_object_get(j, "errors")), 1);
    const json_t *finding = json_array_get(json_object_get(j, "findings"), 0);
    assert_string_equal(json_string_value(json_object_get(finding, "file")), "/nowhere/at/all");
    assert_string_equal(json_string_value(json_object_get(finding, "level")), "error");
    assert_true(json_is_null(json_object_get(finding, "source")));
    json_decref(j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_yaml_file_ends_at_1_mib),
        cmocka_unit_test(a_fifo_does_not_block),
        cmocka_unit_test(json_tells_what_the_text_tells),
    };
    return cmocka_run_group_tests_name("conf/report", tests, make_dir, remove_dir);
}
