/*
 * control_marks.c - `dossier mark` and `dossier marks`: what reviewers found, and what it comes to
 */
#include "role/control/review_parts.h"

#include "base/clock.h"
#include "base/fold.h"
#include "store/bind.h"

enum { NOTE_MAX = 1000 };

/* ---- a mark ---- */

struct marking {
    struct review_mark row;
    struct sample_row sample;
    char findings[FINDINGS_SIZE];
};

static bool read_score(struct job *j, int *out)
{
    struct str text = job_option(j, "score");
    int n = 0;
    for (size_t i = 0; i < text.n && n <= SCORE_MAX; i++)
        n = text.p[i] >= '0' && text.p[i] <= '9' ? n * 10 + (text.p[i] - '0') : SCORE_MAX + 1;
    *out = n;
    if (text.n > 0 && n <= SCORE_MAX)
        return true;
    job_fail(j, "--score takes a whole number from 0 to %d", SCORE_MAX);
    return false;
}

static bool read_findings(struct job *j, struct marking *m)
{
    struct str wrong, text = job_option(j, "findings"), all = STR("");
    if (findings_parse(text.p ? text : STR(""), m->findings, &wrong)) {
        m->row.findings = str_from(m->findings);
        return true;
    }
    for (const struct word *w = finding_words; w->word; w++)
        all = arena_printf(j->arena, STR_FMT "\n  %s  %s", STR_ARG(all), w->word, w->zh);
    job_fail(j, "--findings: `" STR_FMT "` is no finding, or stands twice. With commas between, any of" STR_FMT, STR_ARG(wrong), STR_ARG(all));
    return false;
}

/* The note may name people. */
static bool seal_note(struct clerk *c, struct job *j, struct review_mark *m)
{
    char bound[BIND_SIZE];
    struct str note = job_option(j, "note");
    if (note.n == 0)
        return true;
    if (note.n > NOTE_MAX || text_check(note, true) != TEXT_OK)
        job_fail(j, "--note takes UTF-8 text, at most %d bytes", NOTE_MAX);
    else if (!c->office->personal || !(m->sealed = seal(c->office->personal, j->arena, note, bind_mark(bound, m->id))).p)
        job_fail(j, "out of memory; nothing was recorded");
    else
        return true;
    return false;
}

static bool read_mark(struct clerk *c, struct job *j, struct marking *m)
{
    bool found;
    if (!act_operator(j) || !read_score(j, &m->row.score) || !read_findings(j, m) || !job_sample(c, j, j->args[0], &m->sample))
        return false;
    if (!id_parse(j->args[1], &m->row.referral)) {
        job_fail(j, "`" STR_FMT "` is not a referral id; `dossier marks " STR_FMT "` lists those of the sample", STR_ARG(j->args[1]),
                 STR_ARG(j->args[0]));
        return false;
    }
    if (!clerk_ok(c, j, member_find(c->db, m->sample.hash, m->row.referral, &found)))
        return false;
    if (!found) {
        job_fail(j, "that referral is not in the sample; `dossier marks " STR_FMT "` lists those that are", STR_ARG(j->args[0]));
        return false;
    }
    m->row.at_ms = clock_now_ms();
    m->row.id = id_new(m->row.at_ms, id_city(m->row.referral));
    m->row.sample = m->sample.hash;
    m->row.who = j->request.operator_name;
    return seal_note(c, j, &m->row);
}

void verb_dossier_mark(struct clerk *c, struct job *j)
{
    static const struct sheet_column columns[] = {{"sample", "sample", CELL_TEXT},     {"referral", "referral", CELL_TEXT},
                                                  {"score", "score", CELL_INTEGER},    {"findings", "findings", CELL_TEXT},
                                                  {"note", "note", CELL_TEXT},         {"who", "by", CELL_TEXT},
                                                  {"at", "at", CELL_TIME},             {NULL, NULL, 0}};
    struct marking m = {0};
    if (!read_mark(c, j, &m) || !clerk_ok(c, j, mark_add(c->db, &m.row)))
        return;
    struct str *row = sheet_row(&j->sheets, sheet_add(&j->sheets, "mark", "Recorded", columns, true));
    if (!row)
        return;
    row[0] = cell_hash(j->arena, m.sample.hash);
    row[1] = case_id_text(j->arena, m.row.referral);
    row[2] = cell_int(j->arena, m.row.score);
    row[3] = arena_str(j->arena, m.row.findings);
    row[4] = m.row.sealed.n ? STR("sealed") : STR("");
    row[5] = m.row.who;
    row[6] = cell_time(j->arena, m.row.at_ms);
}

/* ---- what they come to ---- */

struct review {
    struct job *job;
    struct snapshot *now;
    struct sample_row sample;
    struct member_row *members;
    const struct review_mark **marks; /* beside members; NULL: not marked yet */
    int n;
};

/* Members that have something in common. */
struct group {
    struct str key;
    int64_t population; /* of a stratum */
    int drawn, marked, sum;
};

static struct str key_of(const struct review *r, int i, bool strata)
{
    return strata ? r->members[i].stratum : r->members[i].organisation;
}

static struct group *groups_of(const struct review *r, bool strata, int *n)
{
    struct group *groups = ARENA_ARRAY(r->job->arena, (size_t)r->n + 1, struct group);
    *n = 0;
    for (int i = 0; groups && i < r->n; i++) {
        int k = 0;
        while (k < *n && !str_eq(groups[k].key, key_of(r, i, strata)))
            k++;
        if (k == *n)
            groups[(*n)++] = (struct group){.key = key_of(r, i, strata), .population = r->members[i].population};
        groups[k].drawn++;
        groups[k].marked += r->marks[i] != NULL;
        groups[k].sum += r->marks[i] ? r->marks[i]->score : 0;
    }
    return groups;
}

/* In hundredths, rounded half up; "" of nothing. */
static struct str text_average(struct arena *a, int64_t sum, int64_t of)
{
    int64_t v = of ? (200 * sum + of) / (2 * of) : 0;
    return of ? arena_printf(a, "%lld.%02d", (long long)(v / 100), (int)(v % 100)) : STR("");
}

static void sheet_groups(const struct review *r, bool strata)
{
    static const struct sheet_column by_stratum[] = {
        {"stratum", "stratum", CELL_TEXT}, {"name", "名称", CELL_TEXT}, {"drawn", "drawn", CELL_INTEGER}, {"marked", "marked", CELL_INTEGER},
        {"average", "average", CELL_DECIMAL}, {"population", "population", CELL_INTEGER}, {NULL, NULL, 0}};
    static const struct sheet_column by_organisation[] = {
        {"organisation", "organisation", CELL_TEXT}, {"name", "组织", CELL_TEXT}, {"drawn", "drawn", CELL_INTEGER},
        {"marked", "marked", CELL_INTEGER}, {"average", "average", CELL_DECIMAL}, {NULL, NULL, 0}};
    struct job *j = r->job;
    struct arena *a = j->arena;
    int n;
    const struct group *groups = groups_of(r, strata, &n);
    struct sheet *sheet = strata ? sheet_add(&j->sheets, "strata", "By stratum", by_stratum, false)
                                 : sheet_add(&j->sheets, "organisations", "By organisation", by_organisation, false);
    for (int i = 0; i < n; i++) {
        const struct group *g = &groups[i];
        struct str *row = sheet_row(&j->sheets, sheet);
        if (!row)
            return;
        row[0] = g->key;
        row[1] = strata ? stratum_name(a, r->now, r->sample.by, g->key) : organisation_now(a, r->now, g->key);
        row[2] = cell_int(a, g->drawn);
        row[3] = cell_int(a, g->marked);
        row[4] = text_average(a, g->sum, g->marked);
        if (strata)
            row[5] = cell_int(a, g->population);
    }
}

/* Each stratum's average by its share of the population: what all would have, could all be reviewed. Empty while a stratum has no mark. */
static struct str text_estimate(const struct review *r)
{
    int n;
    double sum = 0, population = 0;
    const struct group *groups = groups_of(r, true, &n);
    for (int i = 0; i < n; i++) {
        if (!groups[i].marked)
            return STR("");
        sum += (double)groups[i].population * groups[i].sum / groups[i].marked;
        population += (double)groups[i].population;
    }
    return population > 0 ? arena_printf(r->job->arena, "%.2f", sum / population) : STR("");
}

static void sheet_summary(const struct review *r)
{
    static const struct sheet_column columns[] = {{"drawn", "drawn", CELL_INTEGER},
                                                  {"marked", "marked", CELL_INTEGER},
                                                  {"average", "average of marks", CELL_DECIMAL},
                                                  {"estimate", "estimate for all", CELL_DECIMAL},
                                                  {NULL, NULL, 0}};
    struct job *j = r->job;
    int marked = 0, sum = 0;
    for (int i = 0; i < r->n; i++) {
        marked += r->marks[i] != NULL;
        sum += r->marks[i] ? r->marks[i]->score : 0;
    }
    struct str *row = sheet_row(&j->sheets, sheet_add(&j->sheets, "summary", "In all", columns, true));
    if (!row)
        return;
    row[0] = cell_int(j->arena, r->n);
    row[1] = cell_int(j->arena, marked);
    row[2] = text_average(j->arena, sum, marked);
    row[3] = text_estimate(r);
}

static bool has_finding(struct str list, const char *code)
{
    size_t n = strlen(code);
    for (size_t i = 0; i + n <= list.n; i++)
        if ((i == 0 || list.p[i - 1] == ',') && memcmp(list.p + i, code, n) == 0 && (i + n == list.n || list.p[i + n] == ','))
            return true;
    return false;
}

static void sheet_findings(const struct review *r)
{
    static const struct sheet_column columns[] = {
        {"finding", "finding", CELL_TEXT}, {"zh", "问题", CELL_TEXT}, {"cases", "cases", CELL_INTEGER}, {NULL, NULL, 0}};
    struct job *j = r->job;
    struct sheet *sheet = sheet_add(&j->sheets, "findings", "Findings", columns, false);
    for (const struct word *w = finding_words; w->word; w++) {
        int cases = 0;
        for (int i = 0; i < r->n; i++)
            cases += r->marks[i] && has_finding(r->marks[i]->findings, w->word);
        struct str *row = cases ? sheet_row(&j->sheets, sheet) : NULL;
        if (!row)
            continue;
        row[0] = str_from(w->word);
        row[1] = str_from(w->zh);
        row[2] = cell_int(j->arena, cases);
    }
}

static void sheet_marks(const struct review *r)
{
    static const struct sheet_column columns[] = {{"n", "no.", CELL_INTEGER},          {"referral", "referral", CELL_TEXT},
                                                  {"stratum", "stratum", CELL_TEXT},   {"organisation", "organisation", CELL_TEXT},
                                                  {"score", "score", CELL_INTEGER},    {"findings", "findings", CELL_TEXT},
                                                  {"note", "note", CELL_TEXT},         {"who", "by", CELL_TEXT},
                                                  {"at", "at", CELL_TIME},             {NULL, NULL, 0}};
    struct job *j = r->job;
    struct arena *a = j->arena;
    struct sheet *sheet = sheet_add(&j->sheets, "members", "Cases, and the newest mark of each", columns, false);
    for (int i = 0; i < r->n; i++) {
        const struct review_mark *m = r->marks[i];
        struct str *row = sheet_row(&j->sheets, sheet);
        if (!row)
            return;
        row[0] = cell_int(a, r->members[i].n);
        row[1] = case_id_text(a, r->members[i].referral);
        row[2] = r->members[i].stratum;
        row[3] = r->members[i].organisation;
        row[4] = m ? cell_int(a, m->score) : STR("");
        row[5] = m ? m->findings : STR("");
        row[6] = m && m->sealed.n ? STR("sealed") : STR("");
        row[7] = m ? m->who : STR("");
        row[8] = m ? cell_time(a, m->at_ms) : STR("");
    }
}

static bool read_review(struct clerk *c, struct review *r)
{
    struct job *j = r->job;
    struct review_mark *marks;
    int n;
    if (!job_sample(c, j, j->args[0], &r->sample) || !clerk_ok(c, j, member_list(c->db, j->arena, r->sample.hash, &r->members, &r->n)) ||
        !clerk_ok(c, j, mark_newest(c->db, j->arena, r->sample.hash, r->members, r->n, &marks, &n)))
        return false;
    r->marks = ARENA_ARRAY(j->arena, (size_t)r->n + 1, const struct review_mark *);
    for (int i = 0; r->marks && i < r->n; i++)
        for (int k = 0; k < n && !r->marks[i]; k++)
            if (id_eq(marks[k].referral, r->members[i].referral))
                r->marks[i] = &marks[k];
    if (!r->marks)
        job_fail(j, "out of memory");
    return r->marks;
}

void verb_dossier_marks(struct clerk *c, struct job *j)
{
    struct review r = {.job = j};
    if (!read_review(c, &r))
        return;
    r.now = publication_get(c->office->publication);
    sheet_sample(j, &r.sample);
    sheet_marks(&r);
    sheet_groups(&r, true);
    sheet_groups(&r, false);
    sheet_findings(&r);
    sheet_summary(&r);
    snapshot_unref(r.now);
}
