/*
 * test_standing.c - role/office/standing.h: every occasion with every relation of directory and publication
 */
#include "role/office/standing.h"

#include "base/check.h"

static struct digest set(char name)
{
    return digest_of(&name, 1);
}

/* Sets by letters: what is published, what stood beside it, what the directory holds now. '-': nothing was published. */
struct row {
    enum occasion occasion;
    bool approval;
    const char *sets;
    enum standing standing;
    bool decides;
};

static const struct row rows[] = {
    /* An empty database, also where two people are needed: something has to serve first. */
    {OCCASION_START, false, "--a", STANDING_FIRST, true},
    {OCCASION_START, true, "--a", STANDING_FIRST, true},
    /* The directory is the source. */
    {OCCASION_START, false, "aaa", STANDING_SAME, false},
    {OCCASION_RELOAD, false, "aaa", STANDING_SAME, false},
    {OCCASION_START, false, "aab", STANDING_CHANGED, true},
    {OCCASION_RELOAD, false, "aab", STANDING_CHANGED, true},
    {OCCASION_SIGNAL, false, "aab", STANDING_CHANGED, true},
    /* Rolled back from b to a. */
    {OCCASION_START, false, "abb", STANDING_PINNED, false},
    {OCCASION_RELOAD, false, "abb", STANDING_PINNED, false},
    {OCCASION_SIGNAL, false, "abb", STANDING_PINNED, false},
    {OCCASION_START, false, "abc", STANDING_AWAITS, false},
    {OCCASION_RELOAD, false, "abc", STANDING_CHANGED, true},
    {OCCASION_SIGNAL, false, "abc", STANDING_CHANGED, true},
    /* The old files put back: a reload makes the directory the source again, a start only finds nothing to do. */
    {OCCASION_START, false, "aba", STANDING_SAME, false},
    {OCCASION_RELOAD, false, "aba", STANDING_SAME, true},
    /* Two people: the directory alone never publishes. */
    {OCCASION_START, true, "aaa", STANDING_SAME, false},
    {OCCASION_START, true, "aab", STANDING_UNAPPROVED, false},
    {OCCASION_RELOAD, true, "aab", STANDING_UNAPPROVED, false},
    {OCCASION_SIGNAL, true, "aab", STANDING_UNAPPROVED, false},
    {OCCASION_START, true, "abb", STANDING_UNAPPROVED, false},
    {OCCASION_RELOAD, true, "abc", STANDING_UNAPPROVED, false},
};

static void each_row_of_the_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *r = &rows[i];
        const struct standing_facts f = {.occasion = r->occasion,
                                         .approval = r->approval,
                                         .published = r->sets[0] != '-',
                                         .hash = set(r->sets[0]),
                                         .beside = set(r->sets[1]),
                                         .directory = set(r->sets[2])};
        enum standing s = standing_of(&f);
        if (s != r->standing || standing_decides(&f, s) != r->decides)
            fail_msg("row %zu (%s): standing %d, decides %d", i, r->sets, (int)s, standing_decides(&f, s));
        assert_false(standing_keeps(s) && standing_decides(&f, s));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_row_of_the_table)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
