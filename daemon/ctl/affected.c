/*
 * affected.c - `rules affected`: pages asked for one after the other, shown as one
 */
#include "base/id.h"
#include "ctl/progress.h"
#include "ctl/remote.h"

#include <stdlib.h>

enum { ALL_BUDGET = 1024 * 1024 * 1024, PAGE_BUDGET = 64 * 1024 * 1024, ACTIONS = 16 };

static const struct sheet *find(const struct sheets *s, const char *name)
{
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->items[i].name, name) == 0)
            return &s->items[i];
    return NULL;
}

static int column(const struct sheet *s, const char *key)
{
    for (int i = 0; s && i < s->n_columns; i++)
        if (strcmp(s->columns[i].key, key) == 0)
            return i;
    return -1;
}

static struct str cell(const struct sheet *s, size_t row, const char *key)
{
    int i = column(s, key);
    return i >= 0 && row < s->n_rows ? s->cells[row * (size_t)s->n_columns + (size_t)i] : STR("");
}

/* The page's rows to the end of the others; the first page brings its columns along. */
static bool append(struct sheets *all, const struct sheet *rows)
{
    struct sheet *to = all->n ? &all->items[0] : NULL;
    if (!to) {
        struct sheet_column *columns = ARENA_ARRAY(all->arena, (size_t)rows->n_columns + 1, struct sheet_column);
        for (int i = 0; columns && i < rows->n_columns; i++)
            columns[i] = (struct sheet_column){arena_str(all->arena, str_from(rows->columns[i].key)).p,
                                               arena_str(all->arena, str_from(rows->columns[i].head)).p, rows->columns[i].kind};
        to = columns ? sheet_add(all, "affected", "Open referrals that this version decided", columns, false) : NULL;
    }
    for (size_t r = 0; to && r < rows->n_rows; r++) {
        struct str *row = sheet_row(all, to);
        if (!row)
            return false;
        for (int i = 0; i < rows->n_columns; i++)
            row[i] = arena_str(all->arena, rows->cells[r * (size_t)rows->n_columns + (size_t)i]);
    }
    return to;
}

/* One more page; *after is where the next one begins, empty behind the last, and *changes what it has to count as moved. */
static int page(const struct call *c, struct sheets *all, struct str *after, struct str *changes, uint64_t *total)
{
    const char *reason = call_value(c, OPT_REASON, NULL);
    struct arena *a = arena_new(PAGE_BUDGET);
    struct sheets answer;
    struct str words[12] = {STR("rules"), STR("affected"), str_from(c->args[0])};
    int n = 3;
    if (call_has(c, OPT_APPLY))
        words[n++] = STR("--apply");
    if (reason) {
        words[n++] = STR("--reason");
        words[n++] = str_from(reason);
    }
    if (!str_empty(*after)) {
        words[n++] = STR("--after");
        words[n++] = *after;
    }
    if (!str_empty(*changes)) {
        words[n++] = STR("--changes");
        words[n++] = *changes;
    }
    int code = a ? remote_ask(a, c, words, n, &answer) : CTL_NO_ANSWER;
    const struct sheet *rows = code == CTL_OK ? find(&answer, "affected") : NULL;
    if (code == CTL_OK) {
        const struct sheet *more = find(&answer, "page");
        if (str_empty(*after) && more)
            *total = (uint64_t)atoll(arena_str(a, cell(more, 0, "affected")).p);
        *after = arena_str(all->arena, cell(more, 0, "next"));
        *changes = arena_str(all->arena, cell(more, 0, "changes"));
        all->error = arena_str(all->arena, answer.error);
        if (rows && !append(all, rows))
            code = CTL_NO_ANSWER;
    }
    arena_free(a);
    return code;
}

/* How often each word stands in the column "action". */
static void summarise(struct sheets *all)
{
    static const struct sheet_column columns[] = {
        {"action", "what becomes of it", CELL_TEXT}, {"zh", "处理", CELL_TEXT}, {"referrals", "referrals", CELL_INTEGER}, {NULL, NULL, 0}};
    const struct sheet rows = all->items[0];
    size_t first[ACTIONS], counts[ACTIONS];
    int n = 0;
    for (size_t r = 0; r < rows.n_rows; r++) {
        int i = 0;
        while (i < n && !str_eq(cell(&rows, first[i], "action"), cell(&rows, r, "action")))
            i++;
        if (i == ACTIONS)
            continue;
        if (i == n) {
            first[n] = r;
            counts[n++] = 0;
        }
        counts[i]++;
    }
    struct sheet *sheet = sheet_add(all, "summary", "In all", columns, false);
    for (int i = 0; i < n; i++) {
        struct str *row = sheet_row(all, sheet);
        if (!row)
            return;
        row[0] = cell(&rows, first[i], "action");
        row[1] = cell(&rows, first[i], "zh");
        row[2] = cell_int(all->arena, (int64_t)counts[i]);
    }
}

static bool some_busy(const struct sheets *all)
{
    for (size_t r = 0; all->n && r < all->items[0].n_rows; r++)
        if (str_eqz(cell(&all->items[0], r, "action"), "busy"))
            return true;
    return false;
}

int run_rules_affected(const struct call *c)
{
    struct sheets all = {.arena = arena_new(ALL_BUDGET)};
    struct progress bar = progress_start(stderr, call_has(c, OPT_APPLY) ? "deciding anew" : "looking", 0);
    struct str after = STR(""), changes = STR("");
    uint64_t total = 0;
    int code = all.arena ? CTL_OK : CTL_NO_ANSWER;
    while (code == CTL_OK) {
        code = page(c, &all, &after, &changes, &total);
        bar.total = total;
        progress_at(&bar, all.n ? all.items[0].n_rows : 0);
        if (str_empty(after) || !str_empty(all.error))
            break;
    }
    progress_end(&bar);
    if (all.n > 0)
        summarise(&all);
    if (str_empty(all.error) && some_busy(&all))
        all.error = STR("not everything was done: PostgreSQL did not take some of it. Run the same again; what is done stays done");
    if (code == CTL_OK || all.n > 0) {
        int shown = remote_print(c, &all);
        code = code == CTL_OK ? shown : code;
    }
    arena_free(all.arena);
    return code;
}
