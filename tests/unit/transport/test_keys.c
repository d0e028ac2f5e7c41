/* Key files: what is written can be read, what others may read is refused. */
#include "transport/keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[64], why[256];

static const char *at(const char *name)
{
    static char path[128];
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    return path;
}

static void put(const char *name, const char *text, mode_t mode)
{
    FILE *f = fopen(at(name), "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    assert_int_equal(chmod(at(name), mode), 0);
}

static int up(void **state)
{
    (void)state;
    strcpy(dir, "/tmp/referral-keys-XXXXXX");
    return mkdtemp(dir) ? 0 : -1;
}

static int down(void **state)
{
    (void)state;
    unlink(at("a.key"));
    unlink(at("a.pub"));
    unlink(at("odd"));
    return rmdir(dir);
}

static void created_can_be_loaded(void **state)
{
    struct key_pair made, read;
    unsigned char public[32];
    struct stat sb;
    (void)state;
    assert_true(key_pair_create(dir, "a", &made, why, sizeof(why)));
    assert_int_equal(stat(at("a.key"), &sb), 0);
    assert_int_equal(sb.st_mode & 0777, 0600);
    assert_int_equal(stat(at("a.pub"), &sb), 0);
    assert_int_equal(sb.st_mode & 0777, 0644);
    assert_int_equal(sb.st_size, KEY_Z85_SIZE);
    assert_true(key_pair_load(at("a.key"), &read, why, sizeof(why)));
    assert_memory_equal(&made, &read, sizeof(made));
    assert_true(key_public_load(at("a.pub"), public, why, sizeof(why)));
    assert_memory_equal(public, made.public_key, 32);
}

static void nothing_is_overwritten(void **state)
{
    struct key_pair first, second;
    (void)state;
    assert_true(key_pair_create(dir, "a", &first, why, sizeof(why)));
    assert_false(key_pair_create(dir, "a", &second, why, sizeof(why)));
    unlink(at("a.pub"));
    assert_false(key_pair_create(dir, "a", &second, why, sizeof(why)));
    assert_int_not_equal(access(at("a.pub"), F_OK), 0);
    assert_true(key_pair_load(at("a.key"), &second, why, sizeof(why)));
    assert_memory_equal(&first, &second, sizeof(first));
}

static void open_secret_is_refused(void **state)
{
    struct key_pair pair;
    (void)state;
    assert_true(key_pair_create(dir, "a", &pair, why, sizeof(why)));
    assert_int_equal(chmod(at("a.key"), 0640), 0);
    assert_false(key_pair_load(at("a.key"), &pair, why, sizeof(why)));
    assert_non_null(strstr(why, "others may read"));
}

static void comments_are_skipped(void **state)
{
    struct key_pair pair;
    unsigned char public[32];
    char text[KEY_Z85_SIZE], file[256];
    (void)state;
    assert_true(key_pair_create(dir, "a", &pair, why, sizeof(why)));
    snprintf(file, sizeof(file), "# court-320505\r\n\n%s  \r\n# end\n", key_text(pair.public_key, text));
    put("odd", file, 0644);
    assert_true(key_public_load(at("odd"), public, why, sizeof(why)));
    assert_memory_equal(public, pair.public_key, 32);
}

static void bad_files_are_named(void **state)
{
    static const char *const bad[] = {
        "", "# nothing\n", "short\n",
        "\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\n",
        "0000000000000000000000000000000000000000\n0000000000000000000000000000000000000000\n"};
    unsigned char public[32];
    struct key_pair pair;
    char *huge = malloc(10000);
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        put("odd", bad[i], 0600);
        assert_false(key_public_load(at("odd"), public, why, sizeof(why)));
        assert_non_null(strstr(why, "odd"));
        assert_false(key_pair_load(at("odd"), &pair, why, sizeof(why)));
    }
    memset(huge, '#', 9999);
    huge[9999] = '\0';
    put("odd", huge, 0600);
    free(huge);
    assert_false(key_public_load(at("odd"), public, why, sizeof(why)));
    assert_false(key_public_load(at("missing"), public, why, sizeof(why)));
    assert_false(key_public_load(dir, public, why, sizeof(why)));
    assert_false(key_pair_create(dir, "../a", &pair, why, sizeof(why)));
    assert_false(key_pair_create(dir, "", &pair, why, sizeof(why)));
    assert_false(key_pair_create("/nonexistent", "a", &pair, why, sizeof(why)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(created_can_be_loaded, up, down),
        cmocka_unit_test_setup_teardown(nothing_is_overwritten, up, down),
        cmocka_unit_test_setup_teardown(open_secret_is_refused, up, down),
        cmocka_unit_test_setup_teardown(comments_are_skipped, up, down),
        cmocka_unit_test_setup_teardown(bad_files_are_named, up, down),
    };
    return cmocka_run_group_tests_name("transport/keys", tests, NULL, NULL);
}
