/*
 * decide.c - decisions a second at 10 to 10,000 rules, held against the naive scan, beside loading and swapping
 *
 *   decide CONFIG_DIR OUT.json [RULES_DIR]
 *
 * One core; each figure the median of rounds that take turns. A decision is a whole one: classification, rule, ladder with
 * its candidates, all in an arena that is used again. RULES_DIR: where to leave the largest set, for other programs.
 */
#include "base/diag.h"
#include "core/decide.h"
#include "core/ruleindex.h"
#include "decide_make.h"
#include "role/office/snapshot.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { SIZES = 4, REFERRALS = 20000, HOT = 2000, ROUNDS = 9, NAIVE_TAKE = 400, LATENCIES = 200000, SWAPS = 200 };
static const int sizes[SIZES] = {10, 100, 1000, 10000};
/* Words: few rules name few. */
static const int words[SIZES] = {50, 200, 1000, 5000};

struct stage {
    int rules;
    struct arena *arena; /* of the source */
    struct source source;
    struct publication *publication;
    struct snapshot *snapshot;
    double rates[ROUNDS], text_rates[ROUNDS], naive[ROUNDS];
};

static struct make make;
static struct stage stages[SIZES];
static const struct referral *plain, *with_text;

static double at(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double now(void)
{
    return at(CLOCK_MONOTONIC);
}

static double spent(void)
{
    return at(CLOCK_THREAD_CPUTIME_ID);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *items, int n)
{
    qsort(items, (size_t)n, sizeof(*items), by_size);
    return items[n / 2];
}

static const struct ruleset *load(const struct source *s)
{
    struct diag *diag = diag_new();
    const struct ruleset *rs = conf_load_ruleset(s, false, diag);
    char *text = rs ? NULL : diag_text(diag);
    if (text)
        fprintf(stderr, "%.4000s\n", text);
    free(text);
    diag_free(diag);
    if (!rs)
        exit(1);
    return rs;
}

/* Half full on the whole, one organisation in twenty quite full. */
static struct snapshot *board(const struct ruleset *rs)
{
    const struct peers *none = NULL;
    struct snapshot *s = snapshot_new(&rs, &none);
    for (int i = 0; i < s->rules->roster.n; i++) {
        int capacity = s->rules->roster.items[i].capacity;
        int open = make_below(&make, 20) ? make_below(&make, capacity) : capacity;
        snapshot_set_load(s, i, open, capacity);
    }
    return s;
}

static bool same(const struct decision *x, const struct decision *y)
{
    bool equal = x->rule == y->rule && x->classifier == y->classifier && x->category == y->category && x->n_tags == y->n_tags &&
                 x->outcome == y->outcome && x->rung == y->rung && x->organisation == y->organisation &&
                 x->partner == y->partner && x->n_candidates == y->n_candidates && x->truncated == y->truncated;
    for (int i = 0; equal && i < x->n_tags; i++)
        equal = str_eq(x->tags[i], y->tags[i]);
    for (int i = 0; equal && i < x->n_candidates; i++) {
        const struct candidate *c = &x->candidates[i], *d = &y->candidates[i];
        equal = c->organisation == d->organisation && c->rung == d->rung && c->passed == d->passed && c->open == d->open &&
                c->capacity == d->capacity && c->given_ms == d->given_ms && c->partner == d->partner;
    }
    return equal;
}

struct totals {
    int assigned, manual, refused, no_rule, candidates, differ;
    double last_rule; /* mean place of the rule */
};

static struct totals check(struct stage *s, const struct referral *r, int n)
{
    struct totals t = {0};
    struct arena *a = arena_new(0);
    for (int i = 0; i < n; i++) {
        struct decision fast, slow;
        arena_reset(a);
        if (!decide(a, s->snapshot->rules, &r[i], NULL, 0, snapshot_load(s->snapshot), &fast) ||
            !decide_scan(a, s->snapshot->rules, &r[i], NULL, 0, snapshot_load(s->snapshot), &slow))
            exit(1);
        t.differ += !same(&fast, &slow);
        t.assigned += fast.outcome == OUTCOME_ASSIGNED;
        t.manual += fast.outcome == OUTCOME_MANUAL;
        t.refused += fast.outcome == OUTCOME_REFUSED;
        t.no_rule += fast.rule < 0;
        t.candidates += fast.n_candidates;
        t.last_rule += (double)fast.rule / n;
    }
    arena_free(a);
    return t;
}

/* By processor time: others may run on this machine. */
static double rate(struct stage *s, const struct referral *r, int n, bool naive)
{
    struct arena *a = arena_new(0);
    struct decision d;
    double start = spent();
    for (int i = 0; i < n; i++) {
        arena_reset(a);
        if (naive)
            decide_scan(a, s->snapshot->rules, &r[i], NULL, 0, snapshot_load(s->snapshot), &d);
        else
            decide(a, s->snapshot->rules, &r[i], NULL, 0, snapshot_load(s->snapshot), &d);
    }
    double took = spent() - start;
    arena_free(a);
    return n / took;
}

/* Of as many referrals as stay near the processor, as one does that has just been read. */
static double hot_rate(struct stage *s, const struct referral *r)
{
    double sum = 0;
    for (int i = 0; i < REFERRALS / HOT; i++)
        sum += 1 / rate(s, r, HOT, false);
    return REFERRALS / HOT / sum;
}

static void measure_rates(void)
{
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < SIZES; i++) {
            stages[i].rates[round] = hot_rate(&stages[i], plain + round * HOT);
            stages[i].text_rates[round] = hot_rate(&stages[i], with_text + round * HOT);
            stages[i].naive[round] = rate(&stages[i], plain + round * NAIVE_TAKE, NAIVE_TAKE, true);
        }
    }
}

/* Microseconds, sorted; as a reader does it: take the current set, decide, give it back. */
static void latencies(struct stage *s, double *out)
{
    struct arena *a = arena_new(0);
    struct decision d;
    for (int i = 0; i < LATENCIES; i++) {
        double start = now();
        struct snapshot *current = publication_get(s->publication);
        arena_reset(a);
        decide(a, current->rules, &plain[i % REFERRALS], NULL, 0, snapshot_load(current), &d);
        snapshot_unref(current);
        out[i] = (now() - start) * 1e6;
    }
    arena_free(a);
    qsort(out, LATENCIES, sizeof(*out), by_size);
}

struct swapping {
    struct stage *stage;
    const struct ruleset *spare; /* another reading of the same set */
    atomic_bool stop;
    int swaps;
    double longest_us;
};

static void *swap_all_the_time(void *arg)
{
    struct swapping *w = arg;
    while (!atomic_load(&w->stop)) {
        struct snapshot *next = board(ruleset_ref(w->swaps % 2 ? w->stage->snapshot->rules : w->spare));
        double start = now();
        publication_swap(w->stage->publication, &next);
        double took = (now() - start) * 1e6;
        w->longest_us = took > w->longest_us ? took : w->longest_us;
        w->swaps++;
        struct timespec pause = {0, 2000000};
        nanosleep(&pause, NULL);
        publication_tidy(w->stage->publication);
    }
    return NULL;
}

static struct swapping measure_swaps(struct stage *s, double *out)
{
    struct swapping w = {.stage = s, .spare = load(&s->source)};
    pthread_t thread;
    pthread_create(&thread, NULL, swap_all_the_time, &w);
    latencies(s, out);
    atomic_store(&w.stop, true);
    pthread_join(thread, NULL);
    ruleset_unref(w.spare);
    return w;
}

static double load_ms(struct stage *s, int rounds, double *free_ms)
{
    double times[16], freed[16];
    for (int i = 0; i < rounds; i++) {
        double start = spent();
        const struct ruleset *rs = load(&s->source);
        double loaded = spent();
        ruleset_unref(rs);
        times[i] = (loaded - start) * 1e3;
        freed[i] = (spent() - loaded) * 1e3;
    }
    *free_ms = median(freed, rounds);
    return median(times, rounds);
}

static double compile_ms(struct stage *s)
{
    struct ruleset copy = *s->snapshot->rules;
    double times[5];
    for (int i = 0; i < 5; i++) {
        copy.arena = arena_new(0);
        double start = spent();
        if (!ruleindex_attach(&copy, 1))
            exit(1);
        times[i] = (spent() - start) * 1e3;
        arena_free(copy.arena);
    }
    return median(times, 5);
}

static double rss_mb(void)
{
    FILE *f = fopen("/proc/self/statm", "r");
    long pages = 0, all;
    if (f && fscanf(f, "%ld %ld", &all, &pages) != 2)
        pages = 0;
    if (f)
        fclose(f);
    return (double)pages * (double)sysconf(_SC_PAGESIZE) / 1e6;
}

static const char *machine(char *out, size_t n)
{
    FILE *f = fopen("/proc/cpuinfo", "r");
    char line[256];
    snprintf(out, n, "unknown");
    while (f && fgets(line, sizeof(line), f))
        if (strncmp(line, "model name", 10) == 0 && strchr(line, ':')) {
            snprintf(out, n, "%s", strchr(line, ':') + 2);
            out[strcspn(out, "\n")] = '\0';
            break;
        }
    if (f)
        fclose(f);
    return out;
}

/* Files of a source below `dir`, for programs that read directories. */
static void write_source(const struct source *s, const char *dir)
{
    char path[1024];
    for (int i = 0; i < s->n; i++) {
        const struct source_file *file = &s->files[i];
        snprintf(path, sizeof(path), "%s/" STR_FMT, dir, STR_ARG(file->name));
        for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
            *slash = '\0';
            mkdir(path, 0777);
            *slash = '/';
        }
        FILE *f = fopen(path, "w");
        if (!f || fwrite(file->bytes.p, 1, file->bytes.n, f) != file->bytes.n || fclose(f) != 0)
            exit((perror(path), 1));
    }
}

static void open_stages(void)
{
    for (int i = 0; i < SIZES; i++) {
        struct stage *s = &stages[i];
        s->rules = sizes[i];
        s->arena = arena_new(0);
        s->source = make_rules(&make, s->arena, sizes[i], words[i]);
        s->snapshot = board(load(&s->source));
        s->publication = publication_new();
        struct snapshot *own = snapshot_ref(s->snapshot);
        publication_swap(s->publication, &own);
    }
}

static void close_stages(void)
{
    for (int i = 0; i < SIZES; i++) {
        publication_free(stages[i].publication);
        snapshot_unref(stages[i].snapshot);
        arena_free(stages[i].arena);
    }
}

static int check_all(void)
{
    int differ = 0;
    for (int i = 0; i < SIZES; i++) {
        for (int text = 0; text < 2; text++) {
            struct totals t = check(&stages[i], text ? with_text : plain, REFERRALS);
            printf("  %5d rules%s: %d assigned, %d manual, %d refused; rule number %.0f and %.1f candidates on the mean; "
                   "%d differ from the scan\n",
                   sizes[i], text ? ", text" : "      ", t.assigned, t.manual, t.refused, t.last_rule,
                   (double)t.candidates / REFERRALS, t.differ);
            differ += t.differ;
        }
    }
    return differ;
}

static void describe(const struct stage *s)
{
    static const char *const names[] = {"region", "category", "mode", "channel", "level", "kind", "claim", "risk", "parties",
                                        "agency", "offence", "source", "age", "arrived", "earlier", "earlier-count",
                                        "same-village", "working", "tags", "party", "text"};
    struct ruleindex_shape shape = ruleindex_shape(s->snapshot->rules->rule_index);
    printf("  %d rules: %d alternatives, %d of them sure, %.1f MB; rows:", shape.items, shape.alternatives, shape.sure,
           (double)shape.bytes / 1e6);
    for (int i = 0; i < RULEINDEX_AXES + RULEINDEX_CROWDS; i++)
        if (shape.rows[i])
            printf(" %s %d", names[i], shape.rows[i]);
    printf("\n");
}

int main(int argc, char **argv)
{
    static double quiet[LATENCIES], swapped[LATENCIES];
    char model[256];
    if (argc < 3)
        return fprintf(stderr, "usage: decide CONFIG_DIR OUT.json [RULES_DIR]\n"), 2;
    if (!make_open(&make, argv[1]))
        return 1;
    struct arena *a = arena_new(0);
    double before = rss_mb();
    plain = make_referrals(&make, a, REFERRALS, false);
    with_text = make_referrals(&make, a, REFERRALS, true);
    open_stages();
    struct stage *large = &stages[SIZES - 1];
    printf("machine: %s, one core\n", machine(model, sizeof(model)));
    printf("roster: %d organisations, %d regions, %d categories\n", large->snapshot->rules->roster.n,
           large->snapshot->rules->regions.n, large->snapshot->rules->categories.n);
    if (argc > 3)
        write_source(&large->source, argv[3]);
    for (int i = 0; i < SIZES; i++)
        describe(&stages[i]);
    int differ = check_all();
    measure_rates();
    latencies(large, quiet);
    struct swapping w = measure_swaps(large, swapped);
    double free_ms, load_all = load_ms(large, 5, &free_ms), compile = compile_ms(large), rss = rss_mb();

    FILE *out = fopen(argv[2], "w");
    if (!out)
        return perror(argv[2]), 1;
    double rates[SIZES], naive[SIZES], text[SIZES];
    fprintf(out, "{\"machine\": \"%s\", \"organisations\": %d, \"regions\": %d, \"differ\": %d", model,
            large->snapshot->rules->roster.n, large->snapshot->rules->regions.n, differ);
    for (int i = 0; i < SIZES; i++) {
        rates[i] = median(stages[i].rates, ROUNDS);
        naive[i] = median(stages[i].naive, ROUNDS);
        text[i] = median(stages[i].text_rates, ROUNDS);
        printf("  %5d rules: %9.0f decisions a second (%.0f in the best round); naive scan %7.0f (%.0f times); with 300 characters of text %7.0f\n", sizes[i],
               rates[i], stages[i].rates[ROUNDS - 1], naive[i], rates[i] / naive[i], text[i]);
        fprintf(out, ", \"decide_per_s_%d\": %.0f, \"naive_per_s_%d\": %.0f, \"with_text_per_s_%d\": %.0f, \"best_per_s_%d\": %.0f",
                sizes[i], rates[i], sizes[i], naive[i], sizes[i], text[i], sizes[i], stages[i].rates[ROUNDS - 1]);
    }
    double growth = rates[1] / rates[SIZES - 1];
    printf("  growth from 100 to 10,000 rules: %.2f times\n", growth);
    printf("  10,000 rules: p50 %.2f us, p99 %.2f us, p99.9 %.2f us; with %d swaps meanwhile p50 %.2f, p99 %.2f, p99.9 %.2f; "
           "longest swap %.0f us\n",
           quiet[LATENCIES / 2], quiet[LATENCIES / 100 * 99], quiet[LATENCIES / 1000 * 999], w.swaps, swapped[LATENCIES / 2],
           swapped[LATENCIES / 100 * 99], swapped[LATENCIES / 1000 * 999], w.longest_us);
    printf("  load and compile of 10,000 rules: %.0f ms, of that the index %.0f ms; freed in %.1f ms; memory %.0f MB (%.0f before the "
           "sets)\n",
           load_all, compile, free_ms, rss, before);
    fprintf(out,
            ", \"growth_100_to_10000\": %.3f, \"p50_us_10000\": %.3f, \"p99_us_10000\": %.3f, \"p99_us_10000_swapping\": %.3f, "
            "\"swaps\": %d, \"longest_swap_us\": %.1f, \"with_text_per_s\": %.0f, \"words\": %d, \"load_compile_ms_10000\": %.1f, "
            "\"index_ms_10000\": %.1f, \"rss_mb\": %.1f}\n",
            growth, quiet[LATENCIES / 2], quiet[LATENCIES / 100 * 99], swapped[LATENCIES / 100 * 99], w.swaps, w.longest_us,
            text[SIZES - 1], words[SIZES - 1], load_all, compile, rss);
    fclose(out);
    close_stages();
    make_close(&make);
    arena_free(a);
    if (differ)
        fprintf(stderr, "%d decisions differ from the naive scan\n", differ);
    return differ > 0;
}
