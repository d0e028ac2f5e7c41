/*
 * batch_inner.h - the inside of struct batch, for batch*.c alone
 */
#ifndef STORE_BATCH_INNER_H
#define STORE_BATCH_INNER_H

#include "store/batch.h"
#include "store/conn.h"
#include "store/fields.h"
#include "store/rows.h"

/* Written in this order at commit. */
enum write {
    WRITE_SUBMISSION,
    WRITE_REFERRAL,
    WRITE_MARK,
    WRITE_SIGHTING,
    WRITE_DOCKET,
    WRITE_DOCKET_CHANGE,
    WRITE_DECISION,
    WRITE_ASSIGNMENT,
    WRITE_ASSIGNMENT_CHANGE,
    WRITE_JOURNAL,
    WRITE_NOTE,
    WRITE_SUPPLEMENT,
    WRITE_QUARANTINE,
    WRITE_ERASE,
    WRITE_HEAD,
    WRITE_COUNT
};

/* What statements are asked about: columns of keys. */
enum lookup {
    LOOKUP_TEXTS,     /* agencies or organisations of one city */
    LOOKUP_IDS,       /* referrals of one city */
    LOOKUP_HEADS,     /* city, agency */
    LOOKUP_PLACED,    /* city, id */
    LOOKUP_REFS,      /* city, agency, agency_ref */
    LOOKUP_REFERRALS, /* city, arrived, id */
    LOOKUP_TAKEN,     /* city, organisation, places, turn */
    LOOKUP_GIVEN,     /* city, organisation, places */
    LOOKUP_MARKS,     /* city, mark */
    LOOKUP_SUPPLEMENTS, /* city, referral, supplement_ref */
    LOOKUP_COUNT
};

enum batch_state {
    BATCH_NEW,
    BATCH_BEGUN,   /* batch_begin() was called; the server does not know yet */
    BATCH_OPEN,    /* in a transaction */
    BATCH_OVER,    /* committed, rolled back or lost */
};

/* One organisation: how full it was when looked at, and what this batch does to it. */
struct place {
    int city;
    struct str organisation;
    bool fresh; /* not looked at yet */
    int open, capacity;
    int taken, given;
    int64_t turn_ms; /* of the latest that this batch gave a place; 0: none */
};

struct batch {
    struct db *db;
    struct arena *arena;
    bool taken; /* between batch_new() and batch_free() */
    enum batch_state state;
    int durable; /* number of the question in the first pipeline */
    struct rows writes[WRITE_COUNT];
    struct rows lookups[LOOKUP_COUNT];
    struct place *places; /* sorted by city and organisation */
    size_t n_places, cap_places;
    struct place *releases; /* one each; merged into `places` at commit */
    size_t n_releases, cap_releases;
    int took, gave; /* numbers of the answers; -1: nothing to do */
    struct { /* for the next batch_lock() */
        struct mark_found *marks;
        struct link_found *links;
        int n_marks, n_links;
        int marks_answer, links_answer;
        bool failed; /* no memory for some of what is read beside the dockets */
    } past;
    struct claim *loads;
    size_t n_loads, cap_loads;
};

/* Queues BEGIN when it has not been sent; call before the first pipe_add() of a pipeline. */
void batch_enter(struct batch *b);
/* pipe_run(); on failure the transaction is rolled back. */
enum db_result batch_run(struct batch *b) DB_CHECKED;
/* Ends the transaction: the connection is fit for the next one, or lost. Returns `r`. */
enum db_result batch_over(struct batch *b, enum db_result r);
enum db_result batch_no_memory(struct batch *b);

/* An emptied set of keys to fill. */
struct rows *batch_lookup(struct batch *b, enum lookup which);
/* Queues `st` for these keys. -1 when memory is out. */
int batch_ask(struct batch *b, const struct statement *st, struct rows *keys);
/* Likewise within one city, which is the first parameter. */
int batch_ask_city(struct batch *b, const struct statement *st, int city, struct rows *keys);
/* Asks at once, alone in its pipeline; *out is valid until the next one. */
enum db_result batch_answer(struct batch *b, const struct statement *st, struct rows *keys, const PGresult **out) DB_CHECKED;
/* The first column of an answer joined WITH ORDINALITY: an index into what was asked. */
static inline int batch_asked(struct fields *f)
{
    return (int)field_int(f) - 1;
}
/* After reading results: DB_LOST when the arena is full. */
enum db_result batch_have_read(struct batch *b) DB_CHECKED;

/* batch_claim.c: queues what is taken and given back; false when memory is out. Reads what that left. */
bool batch_queue_places(struct batch *b);
enum db_result batch_read_places(struct batch *b) DB_CHECKED;

/* batch_find.c: -1 when memory is out. */
int batch_queue_submissions(struct batch *b, struct submission_row *subs, int n);
void batch_read_submissions(struct batch *b, int answer, struct submission_row *subs);

/* batch_past.c: what batch_look_back() asked for. False when memory is out. */
bool batch_queue_past(struct batch *b);
void batch_read_past(struct batch *b);

/* batch_write.c */
void batch_init_writes(struct batch *b);
void batch_queue_writes(struct batch *b);
bool batch_has_writes(const struct batch *b);

#endif
