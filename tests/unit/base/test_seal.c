/*
 * test_seal.c - base/seal.h
 */
#include "base/seal.h"
#include "base/check.h"

#include <sys/stat.h>
#include <unistd.h>

#define KEY_A "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define KEY_B "ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define ROW   STR("referral 01a2077f")

static char dir[] = "/tmp/test_seal.XXXXXX", path[64], why[200];

static int make_dir(void **state)
{
    (void)state;
    if (!mkdtemp(dir))
        return -1;
    snprintf(path, sizeof path, "%s/keys", dir);
    return 0;
}

static int remove_dir(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(dir);
}

static struct keyring *ring(const char *text, mode_t mode)
{
    unlink(path);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    chmod(path, mode);
    why[0] = '\0';
    return keyring_load(path, why, sizeof why);
}

static void opens_what_it_sealed(void **state)
{
    (void)state;
    struct keyring *k = ring("1 " KEY_A "\n", 0600);
    struct arena *a = arena_new(0);
    static const char *const texts[] = {"", "x", "当事人张三，320505199001011234"};
    for (size_t i = 0; i < 3; i++) {
        struct str plain = str_from(texts[i]), sealed = seal(k, a, plain, ROW);
        assert_int_equal(sealed.n, 1 + 4 + 24 + plain.n + 16);
        assert_memory_equal(sealed.p, "\x01\0\0\0\x01", 5);
        assert_str(unseal(k, a, sealed, ROW), texts[i]);
    }
    struct str one = seal(k, a, STR("same"), ROW), other = seal(k, a, STR("same"), ROW);
    assert_false(str_eq(one, other));
    arena_free(a);
    keyring_free(k);
    keyring_free(NULL);
}

static void every_changed_byte_is_noticed(void **state)
{
    (void)state;
    struct keyring *k = ring("1 " KEY_A "\n2 " KEY_B "\n", 0600);
    struct arena *a = arena_new(0);
    struct str sealed = seal(k, a, STR("secret"), ROW);
    assert_memory_equal(sealed.p, "\x01\0\0\0\x02", 5);
    for (size_t i = 0; i < sealed.n; i++) {
        struct str copy = arena_str(a, sealed);
        ((char *)copy.p)[i] ^= 0x03; /* among others, key 2 to key 1 */
        assert_null(unseal(k, a, copy, ROW).p);
    }
    for (size_t n = 0; n < sealed.n; n++)
        assert_null(unseal(k, a, (struct str){sealed.p, n}, ROW).p);
    assert_null(unseal(k, a, sealed, STR("referral 01a20780")).p);
    assert_null(unseal(k, a, sealed, STR("")).p);
    assert_str(unseal(k, a, sealed, ROW), "secret");
    arena_free(a);
    keyring_free(k);
}

static void last_key_seals_and_all_open(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct keyring *old = ring("# first\n7 " KEY_A "\n", 0400);
    struct str sealed = seal(old, a, STR("secret"), ROW);
    struct keyring *both = ring("  7\t" KEY_A " \r\n\n4294967295  " KEY_B, 0600);
    assert_non_null(both);
    assert_str(unseal(both, a, sealed, ROW), "secret");
    struct str newer = seal(both, a, STR("newer"), ROW);
    assert_memory_equal(newer.p, "\x01\xff\xff\xff\xff", 5);
    assert_null(unseal(old, a, newer, ROW).p);
    keyring_free(old);
    keyring_free(both);
    arena_free(a);
}

static void budget(void **state)
{
    (void)state;
    struct keyring *k = ring("1 " KEY_A "\n", 0600);
    struct arena *a = arena_new(0), *small = arena_new(32);
    struct str sealed = seal(k, a, STR("a text that is longer than that"), ROW);
    assert_null(seal(k, small, STR("a"), ROW).p);
    arena_free(small);
    small = arena_new(16);
    assert_null(unseal(k, small, sealed, ROW).p);
    arena_free(small);
    arena_free(a);
    keyring_free(k);
}

static void bad_key_files(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        mode_t mode;
        const char *why;
    } bad[] = {
        {"", 0600, "no key"},
        {"# only this\n", 0600, "no key"},
        {"1 " KEY_A "\n", 0640, "0640"},
        {"1 " KEY_A "\n", 0604, "0604"},
        {"0 " KEY_A "\n", 0600, "line 1"},
        {"4294967296 " KEY_A "\n", 0600, "line 1"},
        {"99999999999999999999999 " KEY_A "\n", 0600, "line 1"},
        {"x " KEY_A "\n", 0600, "line 1"},
        {"1" KEY_A "\n", 0600, "line 1"},
        {"1\n", 0600, "line 1"},
        {"\n1 " KEY_A "0\n", 0600, "line 2"},
        {"1 " KEY_A "00\n", 0600, "line 1"},
        {"1 00" KEY_A "\n", 0600, "line 1"},
        {"1 0000000000000000000000000000000000000000000000000000000000000000\n", 0600, "line 1"},
        {"1 " KEY_A " more\n", 0600, "line 1"},
        {"1 " KEY_A "\n1 " KEY_B "\n", 0600, "line 2: key number 1 occurs twice"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_null(ring(bad[i].text, bad[i].mode));
        if (!strstr(why, bad[i].why))
            fail_msg("%zu: %s", i, why);
        assert_null(strstr(why, "0001020304")); /* never the key */
    }
    char *many = malloc(400 * 80), *p = many;
    for (int i = 1; i <= 257; i++)
        p += sprintf(p, "%d " KEY_A "\n", i);
    assert_null(ring(many, 0600));
    assert_non_null(strstr(why, "line 257: more than 256 keys"));
    free(many);
    many = calloc(1, 70001);
    memset(many, '#', 70000);
    assert_null(ring(many, 0600));
    assert_non_null(strstr(why, "larger than"));
    free(many);
    unlink(path);
    assert_null(keyring_load(path, why, sizeof why));
    assert_non_null(strstr(why, "No such file"));
    assert_null(keyring_load(dir, why, sizeof why));
    assert_non_null(strstr(why, "regular"));
}

static void makes_a_key_file_but_never_over_another(void **state)
{
    (void)state;
    struct stat st;
    mode_t mask = umask(0);
    unlink(path);
    assert_true(keyring_create(path, why, sizeof why));
    umask(mask);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    struct keyring *k = keyring_load(path, why, sizeof why);
    assert_non_null(k);
    struct arena *a = arena_new(0);
    struct str sealed = seal(k, a, STR("secret"), ROW);
    assert_false(keyring_create(path, why, sizeof why));
    assert_non_null(strstr(why, "exists"));
    keyring_free(k);
    k = keyring_load(path, why, sizeof why);
    assert_str(unseal(k, a, sealed, ROW), "secret");
    arena_free(a);
    keyring_free(k);
    assert_false(keyring_create("/nonexistent/keys", why, sizeof why));
}

/* Equal texts and keys, equal marks; an older key's mark is still at hand; and nothing of the text shows. */
static void marks(void **state)
{
    (void)state;
    struct mark a[MARKS_MAX], b[MARKS_MAX], both[MARKS_MAX];
    struct keyring *k = ring("1 " KEY_A "\n", 0600), *other = ring("7 " KEY_B "\n", 0600);
    struct keyring *two = ring("1 " KEY_A "\n2 " KEY_B "\n", 0600);
    assert_int_equal(seal_marks(k, STR("1:11010519491231002X\n"), a), 1);
    assert_int_equal(seal_marks(k, STR("1:11010519491231002X\n"), b), 1);
    assert_memory_equal(a[0].b, b[0].b, MARK_SIZE);
    assert_int_equal(seal_marks(k, STR("1:11010519491231002x\n"), b), 1);
    assert_memory_not_equal(a[0].b, b[0].b, MARK_SIZE);
    assert_int_equal(seal_marks(other, STR("1:11010519491231002X\n"), b), 1);
    assert_memory_not_equal(a[0].b, b[0].b, MARK_SIZE);
    assert_int_equal(seal_marks(two, STR("1:11010519491231002X\n"), both), 2);
    assert_memory_equal(both[0].b, b[0].b, MARK_SIZE); /* the newest first, whatever its number */
    assert_memory_equal(both[1].b, a[0].b, MARK_SIZE);
    keyring_free(two);
    char text[1024] = "";
    for (int i = 1; i <= 6; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%d %02x" KEY_A "\n", i, i);
    for (char *p = strstr(text, KEY_A); p; p = strstr(p, KEY_A)) /* 64 digits again */
        memmove(p + 62, p + 64, strlen(p + 64) + 1);
    two = ring(text, 0600);
    assert_non_null(two);
    assert_int_equal(seal_marks(two, STR(""), both), MARKS_MAX);
    keyring_free(two);
    keyring_free(other);
    keyring_free(k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_what_it_sealed),
        cmocka_unit_test(every_changed_byte_is_noticed),
        cmocka_unit_test(last_key_seals_and_all_open),
        cmocka_unit_test(budget),
        cmocka_unit_test(bad_key_files),
        cmocka_unit_test(marks),
        cmocka_unit_test(makes_a_key_file_but_never_over_another),
    };
    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
