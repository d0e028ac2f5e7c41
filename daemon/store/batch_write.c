/*
 * batch_write.c - the rows of a transaction, table by table
 *
 * One statement a table, in the order of enum write. Every write of a row that has to be there is counted
 * (referral.expect), so that a statement that misses its row fails the transaction.
 */
#include "store/batch_inner.h"
#include "store/watching.h"

/* A statement and the types of its arrays (rows.h). */
static const struct {
    struct statement st;
    const char *types;
} writes[WRITE_COUNT] = {
    [WRITE_SUBMISSION] = {{"add_submission",
        "INSERT INTO submission (city, agency, agency_ref, content, referral, receipt) "
        "SELECT * FROM unnest($1::int4[], $2::text[], $3::text[], $4::bytea[], $5::uuid[], $6::bytea[])"},
        "ittbub"},
    [WRITE_REFERRAL] = {{"add_referral",
        "INSERT INTO referral (city, arrived, id, agency, agency_ref, channel, mode, place, category, claim_minor, currency, "
        "parties, risk, sealed) "
        "SELECT * FROM unnest($1::int4[], $2::timestamptz[], $3::uuid[], $4::text[], $5::text[], $6::int4[], $7::int4[], "
        "$8::text[], $9::text[], $10::int8[], $11::text[], $12::int4[], $13::int4[], $14::bytea[])"},
        "izuttiittltiib"},
    [WRITE_MARK] = {{"add_mark",
        "INSERT INTO party_mark (city, mark, n, referral, arrived) "
        "SELECT * FROM unnest($1::int4[], $2::bytea[], $3::int4[], $4::uuid[], $5::timestamptz[])"},
        "ibiuz"},
    [WRITE_SIGHTING] = {{"add_sighting",
        "INSERT INTO sighting (city, referral, watch, k, place, category, mark, day, spot, agency, agency_ref) "
        "SELECT * FROM unnest($1::int4[], $2::uuid[], $3::text[], $4::int4[], $5::text[], $6::text[], $7::bytea[], $8::int4[], "
        "$9::text[], $10::text[], $11::text[])"},
        "iutittbittt"},
    [WRITE_DOCKET] = {{"add_docket",
        "INSERT INTO docket (city, referral, agency, agency_ref, state, place, channel, mode, risk, due_kind, due_at, "
        "assignment, organisation, decisions, reason, conclusion, changed, clocks, wake_at, wake, calendar) "
        "SELECT * FROM unnest($1::int4[], $2::uuid[], $3::text[], $4::text[], $5::int4[], $6::text[], $7::int4[], $8::int4[], "
        "$9::int4[], $10::int4[], $11::timestamptz[], $12::uuid[], $13::text[], $14::int4[], $15::text[], $16::int4[], "
        "$17::timestamptz[], $18::bytea[], $19::timestamptz[], $20::int4[], $21::int8[])"},
        "iuttitiiiizutitizbzil"},
    [WRITE_DOCKET_CHANGE] = {{"change_docket",
        "WITH done AS (UPDATE docket d SET state = u.state, due_kind = u.due_kind, due_at = u.due_at, due_claim = NULL, "
        "assignment = u.assignment, organisation = u.organisation, decisions = u.decisions, reason = u.reason, "
        "conclusion = u.conclusion, changed = u.changed, clocks = u.clocks, wake_at = u.wake_at, wake = u.wake, "
        "calendar = u.calendar "
        "FROM unnest($1::int4[], $2::uuid[], $3::int4[], $4::int4[], $5::timestamptz[], $6::uuid[], $7::text[], $8::int4[], "
        "$9::text[], $10::int4[], $11::timestamptz[], $12::bytea[], $13::timestamptz[], $14::int4[], $15::int8[]) "
        "AS u(city, referral, state, due_kind, due_at, assignment, organisation, decisions, reason, conclusion, changed, clocks, "
        "wake_at, wake, calendar) "
        "WHERE d.city = u.city AND d.referral = u.referral RETURNING 1) "
        "SELECT expect(count(*), cardinality($1::int4[]), 'P0R01') FROM done"},
        "iuiizutitizbzil"},
    [WRITE_DECISION] = {{"add_decision",
        "INSERT INTO decision (city, arrived, referral, n, at, ruleset, rule, outcome, record) "
        "SELECT * FROM unnest($1::int4[], $2::timestamptz[], $3::uuid[], $4::int4[], $5::timestamptz[], $6::bytea[], "
        "$7::text[], $8::int4[], $9::bytea[])"},
        "izuizbtib"},
    [WRITE_ASSIGNMENT] = {{"add_assignment",
        "INSERT INTO assignment (city, id, referral, agency, organisation, org_city, status, term, session, respond_by, "
        "finish_count, finish_unit, offered, role) "
        "SELECT * FROM unnest($1::int4[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::int4[], $7::int4[], $8::int4[], "
        "$9::uuid[], $10::timestamptz[], $11::int4[], $12::int4[], $13::timestamptz[], $14::int4[])"},
        "iuuttiiiuziizi"},
    [WRITE_ASSIGNMENT_CHANGE] = {{"change_assignment",
        "WITH done AS (UPDATE assignment a SET status = u.status, respond_by = COALESCE(u.respond_by, a.respond_by), "
        "finish_by = COALESCE(u.finish_by, a.finish_by), "
        "closed = COALESCE(u.closed, a.closed), answer = COALESCE(u.answer, a.answer), "
        "told = CASE WHEN u.status IN (4, 5, 7) AND a.status IN (1, 2) THEN a.term = 0 "
        "WHEN u.notices <> 0 THEN a.told AND a.term = 0 "
        "WHEN u.status IN (3, 6) AND a.status IN (1, 2) THEN true ELSE a.told END, "
        "notices = CASE WHEN u.notices = 0 OR a.term = 0 THEN a.notices ELSE u.notices | CASE WHEN a.told THEN 0 ELSE a.notices END END, "
        "notice = a.notice + (u.notices <> 0)::int4 "
        "FROM unnest($1::int4[], $2::uuid[], $3::int4[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[], $7::bytea[], "
        "$8::int4[]) AS u(city, id, status, respond_by, finish_by, closed, answer, notices) WHERE a.city = u.city AND a.id = u.id RETURNING 1) "
        "SELECT expect(count(*), cardinality($1::int4[]), 'P0R01') FROM done"},
        "iuizzzbi"},
    [WRITE_JOURNAL] = {{"add_journal",
        "INSERT INTO journal (city, agency, seq, at, referral, kind, body, hash) "
        "SELECT * FROM unnest($1::int4[], $2::text[], $3::int8[], $4::timestamptz[], $5::uuid[], $6::int4[], $7::bytea[], "
        "$8::bytea[])"},
        "itlzuibb"},
    [WRITE_NOTE] = {{"add_note",
        "INSERT INTO note (city, agency, seq, referral, sealed) "
        "SELECT * FROM unnest($1::int4[], $2::text[], $3::int8[], $4::uuid[], $5::bytea[])"},
        "itlub"},
    [WRITE_SUPPLEMENT] = {{"add_supplement",
        "INSERT INTO supplement (city, referral, supplement_ref, content, seq, sealed) "
        "SELECT * FROM unnest($1::int4[], $2::uuid[], $3::text[], $4::bytea[], $5::int8[], $6::bytea[])"},
        "iutblb"},
    [WRITE_QUARANTINE] = {{"add_quarantine",
        "INSERT INTO quarantine (city, id, agency, at, reason, content, sealed) "
        "SELECT * FROM unnest($1::int4[], $2::uuid[], $3::text[], $4::timestamptz[], $5::text[], $6::bytea[], $7::bytea[]) "
        "ON CONFLICT (city, agency, content) DO NOTHING"},
        "iutztbb"},
    [WRITE_ERASE] = {{"erase",
        "SELECT erase_personal(u.city, u.arrived, u.id) "
        "FROM unnest($1::int4[], $2::timestamptz[], $3::uuid[]) AS u(city, arrived, id)"},
        "izu"},
    [WRITE_HEAD] = {{"move_head",
        "WITH done AS (UPDATE chain c SET seq = u.seq, hash = u.hash "
        "FROM unnest($1::int4[], $2::text[], $3::int8[], $4::bytea[]) AS u(city, agency, seq, hash) "
        "WHERE c.city = u.city AND c.agency = u.agency AND c.seq < u.seq RETURNING 1) "
        "SELECT expect(count(*), cardinality($1::int4[]), 'P0R01') FROM done"},
        "itlb"},
};

void batch_init_writes(struct batch *b)
{
    for (int i = 0; i < WRITE_COUNT; i++)
        rows_init(&b->writes[i], writes[i].types);
}

bool batch_has_writes(const struct batch *b)
{
    size_t n = b->n_releases + b->n_places;
    for (int i = 0; i < WRITE_COUNT; i++)
        n += (size_t)b->writes[i].n;
    return n > 0;
}

void batch_queue_writes(struct batch *b)
{
    for (int i = 0; i < WRITE_COUNT; i++)
        if (b->writes[i].n)
            batch_ask(b, &writes[i].st, &b->writes[i]);
}

bool batch_add_submission(struct batch *b, const struct submission_row *row)
{
    struct rows *r = &b->writes[WRITE_SUBMISSION];
    put_int(r, row->city);
    put_str(r, row->agency);
    put_str(r, row->agency_ref);
    put_digest(r, row->content);
    put_id(r, row->referral);
    put_str(r, row->receipt);
    return rows_end(r);
}

bool batch_add_referral(struct batch *b, const struct referral_row *row)
{
    struct rows *r = &b->writes[WRITE_REFERRAL];
    put_int(r, id_city(row->id));
    put_ms(r, id_ms(row->id));
    put_id(r, row->id);
    put_str(r, row->agency);
    put_str(r, row->agency_ref);
    put_int(r, row->channel);
    put_int(r, row->mode);
    put_str(r, row->place);
    put_str(r, row->category);
    if (row->has_claim)
        put_int(r, row->claim_minor);
    else
        put_null(r);
    put_str_or_null(r, row->currency);
    put_int(r, row->parties);
    put_int(r, row->risk);
    put_str(r, row->sealed);
    return rows_end(r);
}

bool batch_add_mark(struct batch *b, const struct mark_row *row)
{
    struct rows *r = &b->writes[WRITE_MARK];
    put_int(r, row->city);
    put_str(r, (struct str){(const char *)row->mark.b, sizeof row->mark.b});
    put_int(r, row->n);
    put_id(r, row->referral);
    put_ms(r, id_ms(row->referral));
    return rows_end(r);
}

bool batch_add_sighting(struct batch *b, const struct sighting_row *row)
{
    struct rows *r = &b->writes[WRITE_SIGHTING];
    put_int(r, row->key.city);
    put_id(r, row->referral);
    put_str(r, row->key.watch);
    put_int(r, row->k);
    put_str(r, row->key.place);
    put_str(r, row->key.category);
    put_str(r, row->key.mark);
    put_int(r, row->day);
    put_str(r, row->spot);
    put_str(r, row->agency);
    put_str(r, row->agency_ref);
    return rows_end(r);
}

static void put_clocks(struct rows *r, const struct docket_write *row)
{
    put_str_or_null(r, row->clocks);
    put_ms_or_null(r, row->wake_ms);
    put_int_or_null(r, row->wake);
    put_int_or_null(r, row->calendar);
}

bool batch_add_docket(struct batch *b, const struct docket_write *row)
{
    struct rows *r = &b->writes[WRITE_DOCKET];
    put_int(r, id_city(row->referral));
    put_id(r, row->referral);
    put_str(r, row->agency);
    put_str(r, row->agency_ref);
    put_int(r, row->state);
    put_str(r, row->place);
    put_int(r, row->channel);
    put_int(r, row->mode);
    put_int(r, row->risk);
    put_int_or_null(r, row->due_kind);
    put_ms_or_null(r, row->due_ms);
    put_id_or_null(r, row->assignment);
    put_str_or_null(r, row->organisation);
    put_int(r, row->decisions);
    put_str_or_null(r, row->reason);
    put_int_or_null(r, row->conclusion);
    put_ms(r, row->changed_ms);
    put_clocks(r, row);
    return rows_end(r);
}

bool batch_change_docket(struct batch *b, const struct docket_write *row)
{
    struct rows *r = &b->writes[WRITE_DOCKET_CHANGE];
    put_int(r, id_city(row->referral));
    put_id(r, row->referral);
    put_int(r, row->state);
    put_int_or_null(r, row->due_kind);
    put_ms_or_null(r, row->due_ms);
    put_id_or_null(r, row->assignment);
    put_str_or_null(r, row->organisation);
    put_int(r, row->decisions);
    put_str_or_null(r, row->reason);
    put_int_or_null(r, row->conclusion);
    put_ms(r, row->changed_ms);
    put_clocks(r, row);
    return rows_end(r);
}

bool batch_add_decision(struct batch *b, const struct decision_row *row)
{
    struct rows *r = &b->writes[WRITE_DECISION];
    put_int(r, id_city(row->referral));
    put_ms(r, id_ms(row->referral));
    put_id(r, row->referral);
    put_int(r, row->n);
    put_ms(r, row->at_ms);
    put_digest(r, row->ruleset);
    put_str(r, row->rule);
    put_int(r, row->outcome);
    put_str(r, row->record);
    return rows_end(r);
}

bool batch_add_assignment(struct batch *b, const struct assignment_write *row)
{
    struct rows *r = &b->writes[WRITE_ASSIGNMENT];
    put_int(r, id_city(row->id));
    put_id(r, row->id);
    put_id(r, row->referral);
    put_str(r, row->agency);
    put_str(r, row->organisation);
    put_int(r, row->org_city);
    put_int(r, ASSIGNMENT_OFFERED);
    put_int(r, !id_is_zero(row->session));
    put_id_or_null(r, row->session);
    put_ms(r, row->respond_by_ms);
    put_int(r, row->finish_count);
    put_int(r, row->finish_unit);
    put_ms(r, row->offered_ms);
    put_int(r, (int64_t)row->role);
    return rows_end(r);
}

bool batch_change_assignment(struct batch *b, const struct assignment_change *row)
{
    struct rows *r = &b->writes[WRITE_ASSIGNMENT_CHANGE];
    put_int(r, id_city(row->id));
    put_id(r, row->id);
    put_int(r, row->status);
    put_ms_or_null(r, row->respond_by_ms);
    put_ms_or_null(r, row->finish_by_ms);
    put_ms_or_null(r, row->closed_ms);
    put_digest_or_null(r, row->answer);
    put_int(r, (int64_t)row->notices);
    return rows_end(r);
}

static bool add_note(struct batch *b, const struct journal_row *row)
{
    struct rows *r = &b->writes[WRITE_NOTE];
    put_int(r, row->city);
    put_str(r, row->agency);
    put_int(r, (int64_t)row->seq);
    put_id(r, row->referral);
    put_str(r, row->note_sealed);
    return rows_end(r);
}

bool batch_add_journal(struct batch *b, const struct journal_row *row)
{
    struct rows *r = &b->writes[WRITE_JOURNAL];
    put_int(r, row->city);
    put_str(r, row->agency);
    put_int(r, (int64_t)row->seq);
    put_ms(r, row->at_ms);
    put_id(r, row->referral);
    put_int(r, row->kind);
    put_str(r, row->body);
    put_digest(r, row->hash);
    return rows_end(r) && (str_empty(row->note_sealed) || add_note(b, row));
}

bool batch_set_head(struct batch *b, const struct chain_head *head)
{
    struct rows *r = &b->writes[WRITE_HEAD];
    put_int(r, head->city);
    put_str(r, head->agency);
    put_int(r, (int64_t)head->seq);
    put_digest(r, head->hash);
    return rows_end(r);
}

bool batch_add_supplement(struct batch *b, const struct supplement_row *row)
{
    struct rows *r = &b->writes[WRITE_SUPPLEMENT];
    put_int(r, id_city(row->referral));
    put_id(r, row->referral);
    put_str(r, row->supplement_ref);
    put_digest(r, row->content);
    put_int(r, (int64_t)row->seq);
    put_str(r, row->sealed);
    return rows_end(r);
}

bool batch_add_quarantine(struct batch *b, const struct quarantine_row *row)
{
    struct rows *r = &b->writes[WRITE_QUARANTINE];
    put_int(r, id_city(row->id));
    put_id(r, row->id);
    put_str(r, row->agency);
    put_ms(r, row->at_ms);
    put_str(r, row->reason);
    put_digest(r, row->content);
    put_str(r, row->sealed);
    return rows_end(r);
}

bool batch_erase(struct batch *b, struct id referral)
{
    struct rows *r = &b->writes[WRITE_ERASE];
    put_int(r, id_city(referral));
    put_ms(r, id_ms(referral));
    put_id(r, referral);
    return rows_end(r);
}
