/*
 * test_metrics.c - role/office/metrics.h: the text that Prometheus reads, golden
 */
#include "role/office/metrics.h"

#include "base/check.h"

#include <stdlib.h>

static char *text_of(const struct metrics *m)
{
    size_t n = metrics_text(m, NULL, 0);
    char *text = malloc(n + 1);
    assert_non_null(text);
    assert_int_equal(metrics_text(m, text, n + 1), n);
    assert_int_equal(strlen(text), n);
    return text;
}

static void counters_and_gauges_read_as_prometheus_wants(void **state)
{
    (void)state;
    static const char golden[] =
        "# HELP referrald_messages_total Messages received, by endpoint.\n"
        "# TYPE referrald_messages_total counter\n"
        "referrald_messages_total{side=\"agency\"} 7\n"
        "referrald_messages_total{side=\"organisation\"} 0\n"
        "# HELP referrald_nonsense_total Messages without a delimiter or a key; not answered.\n"
        "# TYPE referrald_nonsense_total counter\n"
        "referrald_nonsense_total 0\n"
        "# HELP referrald_refused_messages_total Messages refused as a whole.\n"
        "# TYPE referrald_refused_messages_total counter\n"
        "referrald_refused_messages_total 0\n"
        "# HELP referrald_receipts_total Receipts given, by status.\n"
        "# TYPE referrald_receipts_total counter\n"
        "referrald_receipts_total{status=\"accepted\"} 18446744073709551615\n"
        "referrald_receipts_total{status=\"manual\"} 0\n";
    static const char gauges[] =
        "# HELP referrald_in_flight Referrals between receipt of the message and commit.\n"
        "# TYPE referrald_in_flight gauge\n"
        "referrald_in_flight -3\n";
    static struct metrics m;
    metrics_add(&m, COUNT_MESSAGES_AGENCY, 3);
    metrics_add(&m, COUNT_MESSAGES_AGENCY, 4);
    metrics_add(&m, COUNT_ACCEPTED, UINT64_MAX);
    metrics_set(&m, GAUGE_IN_FLIGHT, -3);
    char *text = text_of(&m);
    assert_memory_equal(text, golden, sizeof(golden) - 1);
    assert_non_null(strstr(text, gauges));
    free(text);
}

static void histograms_are_cumulative_and_in_seconds(void **state)
{
    (void)state;
    static const char golden[] = "# HELP referrald_decide_seconds One evaluation of the rules.\n"
                                 "# TYPE referrald_decide_seconds histogram\n"
                                 "referrald_decide_seconds_bucket{le=\"1e-06\"} 2\n"
                                 "referrald_decide_seconds_bucket{le=\"2e-06\"} 3\n"
                                 "referrald_decide_seconds_bucket{le=\"4e-06\"} 5\n"
                                 "referrald_decide_seconds_bucket{le=\"8e-06\"} 6\n";
    static const char end[] = "referrald_decide_seconds_bucket{le=\"4.194304\"} 6\n"
                              "referrald_decide_seconds_bucket{le=\"8.388608\"} 7\n"
                              "referrald_decide_seconds_bucket{le=\"+Inf\"} 8\n"
                              "referrald_decide_seconds_sum 16.777232\n"
                              "referrald_decide_seconds_count 8\n";
    static struct metrics m;
    const uint64_t values[] = {0, 1, 2, 3, 4, 5, 8388608, 8388609};
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
        metrics_observe(&m, HIST_DECIDE_US, values[i]);
    char *text = text_of(&m);
    assert_non_null(strstr(text, golden));
    assert_non_null(strstr(text, end));
    assert_string_equal(strstr(text, end), end); /* the last lines */
    free(text);
}

static void a_plain_histogram_keeps_its_unit(void **state)
{
    (void)state;
    static struct metrics m;
    metrics_observe(&m, HIST_BATCH_ROWS, 300);
    char *text = text_of(&m);
    assert_non_null(strstr(text, "referrald_batch_rows_bucket{le=\"256\"} 0\n"
                                 "referrald_batch_rows_bucket{le=\"512\"} 1\n"));
    assert_non_null(strstr(text, "referrald_batch_rows_sum 300\nreferrald_batch_rows_count 1\n"));
    free(text);
}

/* Each line is a comment or `name{labels} value`; help and type stand once, before the family's samples. */
static void every_family_is_described_once(void **state)
{
    (void)state;
    static struct metrics m;
    char *text = text_of(&m), *save = NULL, family[96] = "";
    int families = 0;
    for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        if (sscanf(line, "# HELP %90s ", family) == 1) {
            families++;
            continue;
        }
        if (strncmp(line, "# TYPE ", 7) == 0) {
            assert_memory_equal(line + 7, family, strlen(family));
            continue;
        }
        assert_memory_equal(line, family, strlen(family));
        assert_non_null(strrchr(line, ' '));
    }
    assert_int_equal(families, 16 + GAUGE_COUNT + HISTOGRAM_COUNT);
    free(text);
}

static void a_small_buffer_is_filled_and_ended(void **state)
{
    (void)state;
    static struct metrics m;
    char small[64], *whole = text_of(&m);
    memset(small, 'x', sizeof(small));
    assert_int_equal(metrics_text(&m, small, sizeof(small)), strlen(whole));
    assert_int_equal(strlen(small), sizeof(small) - 1);
    assert_memory_equal(small, whole, sizeof(small) - 1);
    free(whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counters_and_gauges_read_as_prometheus_wants),
        cmocka_unit_test(histograms_are_cumulative_and_in_seconds),
        cmocka_unit_test(a_plain_histogram_keeps_its_unit),
        cmocka_unit_test(every_family_is_described_once),
        cmocka_unit_test(a_small_buffer_is_filled_and_ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
