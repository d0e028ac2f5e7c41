/*
 * batch_past.c - what came before: earlier referrals of the same parties, linked cases, and who has or had them
 *
 * The marks stand under the city of the place, the dockets under that of the agency: two statements, since no join
 * crosses cities. The second is needed only when there is something to be found.
 */
#include "store/batch_inner.h"

/*
 * The newest 8 ids of 16 bytes, one behind the other. However many there are, the newest 1,000 are looked at; those before them
 * count by their number.
 */
static const struct statement find_marks = {
    "find_marks",
    "WITH k AS MATERIALIZED (SELECT u.city, u.mark, u.at, (SELECT max(o.n) FROM party_mark o WHERE o.city = u.city "
    "AND o.mark = u.mark) AS last FROM unnest($1::int4[], $2::bytea[]) WITH ORDINALITY AS u(city, mark, at)) "
    "SELECT k.at, count(*) + GREATEST(max(k.last) - 1000, 0), max(m.n), max(m.arrived), "
    "substr(string_agg(uuid_send(m.referral), ''::bytea ORDER BY m.n DESC), 1, 128) "
    "FROM k JOIN party_mark m ON m.city = k.city AND m.mark = k.mark AND m.n > k.last - 1000 GROUP BY m.city, k.at",
};
_Static_assert(MARK_NEWEST * sizeof(struct id) == 128, "as the statement cuts them");

static const struct statement find_links = {
    "find_links",
    "SELECT u.at, s.referral FROM unnest($1::int4[], $2::text[], $3::text[]) WITH ORDINALITY AS u(city, agency, agency_ref, at) "
    "JOIN submission s ON s.city = u.city AND s.agency = u.agency AND s.agency_ref = u.agency_ref",
};

static const struct statement find_holders = {
    "find_holders",
    "SELECT u.at, d.organisation FROM unnest($1::int4[], $2::uuid[]) WITH ORDINALITY AS u(city, id, at) "
    "JOIN docket d ON d.city = u.city AND d.referral = u.id",
};

void batch_look_back(struct batch *b, struct mark_found *marks, int n_marks, struct link_found *links, int n_links)
{
    b->past.marks = marks;
    b->past.n_marks = n_marks;
    b->past.links = links;
    b->past.n_links = n_links;
}

static bool queue_marks(struct batch *b)
{
    struct rows *keys = batch_lookup(b, LOOKUP_MARKS);
    bool room = true;
    for (int i = 0; i < b->past.n_marks; i++) {
        struct mark_found *m = &b->past.marks[i];
        *m = (struct mark_found){.city = m->city, .mark = m->mark};
        put_int(keys, m->city);
        put_str(keys, (struct str){(const char *)m->mark.b, sizeof m->mark.b});
        room = rows_end(keys);
    }
    b->past.marks_answer = room && keys->n ? batch_ask(b, &find_marks, keys) : -1;
    return room;
}

static bool queue_links(struct batch *b)
{
    struct rows *keys = batch_lookup(b, LOOKUP_REFS);
    bool room = true;
    for (int i = 0; i < b->past.n_links; i++) {
        struct link_found *l = &b->past.links[i];
        l->found = false;
        put_int(keys, l->city);
        put_str(keys, l->agency);
        put_str(keys, l->agency_ref);
        room = rows_end(keys);
    }
    b->past.links_answer = room && keys->n ? batch_ask(b, &find_links, keys) : -1;
    return room;
}

bool batch_queue_past(struct batch *b)
{
    return queue_marks(b) && queue_links(b);
}

static void read_mark(struct fields *f, struct mark_found *m)
{
    m->count = (int)field_int(f);
    m->last_n = (int)field_int(f);
    m->last_ms = field_ms(f);
    struct str ids = field_borrow(f);
    struct id *newest = ARENA_ARRAY(f->arena, MARK_NEWEST, struct id);
    m->n_newest = newest ? (int)(ids.n / sizeof *newest) : 0;
    for (int i = 0; i < m->n_newest; i++)
        memcpy(newest[i].b, ids.p + (size_t)i * sizeof newest->b, sizeof newest->b);
    m->newest = newest;
}

void batch_read_past(struct batch *b)
{
    const PGresult *marks = b->past.marks_answer < 0 ? NULL : pipe_result(b->db, b->past.marks_answer);
    const PGresult *links = b->past.links_answer < 0 ? NULL : pipe_result(b->db, b->past.links_answer);
    for (int i = 0; i < (marks ? PQntuples(marks) : 0); i++) {
        struct fields f = {marks, i, 0, b->arena};
        int at = batch_asked(&f);
        read_mark(&f, &b->past.marks[at]);
    }
    for (int i = 0; i < (links ? PQntuples(links) : 0); i++) {
        struct fields f = {links, i, 0, b->arena};
        struct link_found *l = &b->past.links[batch_asked(&f)];
        l->found = true;
        l->referral = field_id(&f);
    }
    b->past.n_marks = b->past.n_links = 0;
}

enum db_result batch_find_holders(struct batch *b, struct holder *rows, int n)
{
    if (n == 0)
        return DB_OK;
    struct rows *keys = batch_lookup(b, LOOKUP_PLACED);
    bool room = true;
    for (int i = 0; i < n; i++) {
        rows[i].organisation = STR("");
        put_int(keys, id_city(rows[i].referral));
        put_id(keys, rows[i].referral);
        room = rows_end(keys);
    }
    const PGresult *res;
    enum db_result r = room ? batch_answer(b, &find_holders, keys, &res) : batch_no_memory(b);
    if (r != DB_OK)
        return r;
    for (int i = 0; i < PQntuples(res); i++) {
        struct fields f = {res, i, 0, b->arena};
        int at = batch_asked(&f);
        rows[at].organisation = field_str(&f);
    }
    return batch_have_read(b);
}
