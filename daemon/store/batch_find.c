/*
 * batch_find.c - rows found by what others call them: assignments by id, submissions by number, supplements
 */
#include "store/batch_inner.h"
#include "store/docket.h"

static const struct statement find_assignments = {
    "find_assignments",
    "SELECT u.at, a.id, a.referral, a.agency, a.organisation, a.org_city, a.status, a.term, a.respond_by, a.finish_by, "
    "a.finish_count, a.finish_unit, a.answer, a.role "
    "FROM unnest($1::int4[], $2::uuid[]) WITH ORDINALITY AS u(city, id, at) "
    "JOIN assignment a ON a.city = u.city AND a.id = u.id",
};

static const struct statement find_submissions = {
    "find_submissions",
    "SELECT u.at, s.content, s.referral, s.receipt "
    "FROM unnest($1::int4[], $2::text[], $3::text[]) WITH ORDINALITY AS u(city, agency, agency_ref, at) "
    "JOIN submission s ON s.city = u.city AND s.agency = u.agency AND s.agency_ref = u.agency_ref",
};

static const struct statement find_supplements = {
    "find_supplements",
    "SELECT s.supplement_ref IS NOT NULL, s.content, s.seq, (SELECT count(*) FROM supplement o WHERE o.city = u.city "
    "AND o.referral = u.referral) FROM unnest($1::int4[], $2::uuid[], $3::text[]) WITH ORDINALITY "
    "AS u(city, referral, supplement_ref, at) LEFT JOIN supplement s ON s.city = u.city AND s.referral = u.referral "
    "AND s.supplement_ref = u.supplement_ref ORDER BY u.at",
};

enum db_result batch_find_assignments(struct batch *b, struct assignment_row *rows, int n)
{
    if (n == 0)
        return DB_OK;
    struct rows *keys = batch_lookup(b, LOOKUP_PLACED);
    bool room = true;
    for (int i = 0; i < n; i++) {
        rows[i] = (struct assignment_row){.id = rows[i].id};
        put_int(keys, id_city(rows[i].id));
        put_id(keys, rows[i].id);
        room = rows_end(keys);
    }
    const PGresult *res;
    enum db_result r = room ? batch_answer(b, &find_assignments, keys, &res) : batch_no_memory(b);
    if (r != DB_OK)
        return r;
    for (int i = 0; i < PQntuples(res); i++) {
        struct fields f = {res, i, 0, b->arena};
        int at = batch_asked(&f);
        assignment_fields(&f, &rows[at]);
    }
    return batch_have_read(b);
}

int batch_queue_submissions(struct batch *b, struct submission_row *subs, int n)
{
    struct rows *keys = batch_lookup(b, LOOKUP_REFS);
    bool room = true;
    for (int i = 0; i < n; i++) {
        subs[i].found = false;
        put_int(keys, subs[i].city);
        put_str(keys, subs[i].agency);
        put_str(keys, subs[i].agency_ref);
        room = rows_end(keys);
    }
    return room ? batch_ask(b, &find_submissions, keys) : -1;
}

void batch_read_submissions(struct batch *b, int answer, struct submission_row *subs)
{
    const PGresult *res = pipe_result(b->db, answer);
    for (int i = 0; i < PQntuples(res); i++) {
        struct fields f = {res, i, 0, b->arena};
        struct submission_row *s = &subs[batch_asked(&f)];
        s->found = true;
        s->content = field_digest(&f);
        s->referral = field_id(&f);
        s->receipt = field_str(&f);
    }
}

enum db_result batch_find_submissions(struct batch *b, struct submission_row *rows, int n)
{
    if (n == 0)
        return DB_OK;
    batch_enter(b);
    int answer = batch_queue_submissions(b, rows, n);
    enum db_result r = batch_run(b);
    if (r != DB_OK)
        return r;
    if (answer < 0)
        return batch_no_memory(b);
    batch_read_submissions(b, answer, rows);
    return batch_have_read(b);
}

enum db_result batch_find_supplements(struct batch *b, struct supplement_row *rows, int n)
{
    if (n == 0)
        return DB_OK;
    struct rows *keys = batch_lookup(b, LOOKUP_SUPPLEMENTS);
    bool room = true;
    for (int i = 0; i < n; i++) {
        put_int(keys, id_city(rows[i].referral));
        put_id(keys, rows[i].referral);
        put_str(keys, rows[i].supplement_ref);
        room = rows_end(keys);
    }
    const PGresult *res;
    enum db_result r = room ? batch_answer(b, &find_supplements, keys, &res) : batch_no_memory(b);
    if (r != DB_OK)
        return r;
    for (int i = 0; i < n; i++) {
        struct fields f = {res, i, 0, b->arena};
        rows[i].found = field_int(&f) != 0;
        rows[i].content = field_digest(&f);
        rows[i].seq = (uint64_t)field_int(&f);
        rows[i].in_all = (int)field_int(&f);
    }
    return batch_have_read(b);
}
