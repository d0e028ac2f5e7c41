/*
 * work.h - what is asked of a keeper, and its answer: one message there and back
 *
 * Made by intake, dispatch, timer or control; given to the keeper of its city; given back to the
 * sender's inbox with the result filled in. Everything it points to lies in its own arena or in its
 * snapshot.
 */
#ifndef ROLE_WORK_H
#define ROLE_WORK_H

#include "core/decide.h"
#include "core/lifecycle.h"
#include "role/office/snapshot.h"
#include "store/watching.h"
#include "wire/referral.h"
#include "wire/request.h"

enum work_kind { WORK_SUBMIT = 1, WORK_EVENT, WORK_WARNING, WORK_STOP };

/* One referral of a Submit. */
struct work_item {
    struct str bytes;               /* as received */
    struct digest content;
    enum referral_verdict verdict;
    struct str agency_ref;          /* empty when unreadable */
    struct faults faults;
    struct referral referral;       /* REFERRAL_OK */
    struct decision decision;       /* REFERRAL_OK: by intake; the keeper makes it anew where a place is gone */
    struct turn turn;               /* that it took */
    bool decided;                   /* by intake: counted as pending */
    struct id id;                   /* chosen by intake; used if the referral is new */
    /* answer */
    struct str receipt;             /* serialised; empty: not stored, say BUSY */
    bool duplicate;
    bool turn_used;                 /* a place went with it */
};

struct work_submit {
    struct work_item *items;
    int n;
    bool whole_frame;               /* the one item is a frame that is no message at all: answer with a Refusal */
};

/* Something that happens to a referral on record. One way of naming it is set. */
struct work_event {
    enum event event;
    struct id assignment;           /* organisation's answers, timer's lapse */
    struct id referral;             /* timer, control */
    struct str agency_ref;          /* agency's Supplement and Withdraw */
    struct request_answer answer;   /* organisation */
    struct digest answer_digest;    /* tells a repeat from something new */
    struct request_supplement supplement;
    struct str text;                /* Withdraw, return: personal data, becomes a note */
    struct str organisation;        /* ASSIGN: to whom. REROUTE, in the answer: who has it now; empty: nobody */
    int decisions;                  /* REROUTE: how many there were when it was looked at; more, and it is left alone */
    int64_t wake_ms;                /* timer: when it was to happen, so that a late timer does nothing */
    /* answer */
    bool done;
    bool repeat;                    /* was done before */
    struct faults faults;
    uint64_t journal_seq;
    struct digest journal_hash;
};

/* An episode of early warning to be opened, or added to. */
struct work_warning {
    struct watched_key key;
    struct id episode;              /* when it is a new one */
    bool alarm;                     /* there is cause to open one */
    int64_t look_ms;                /* when a new one is looked at again */
    int32_t since;                  /* first day of what belongs to it */
    int seen, expected;             /* what it is raised on; hundredths of referrals */
    const struct sighting_claimed *seen_rows; /* what led to it */
    int n_seen_rows;
    /* answer */
    bool done;
};

struct work {
    enum work_kind kind;
    int origin;                     /* enum origin */
    struct arena *arena;
    struct snapshot *snapshot;      /* a reference */
    struct str routing_id;          /* whom to answer, on the origin's socket */
    struct str request_id;
    struct str agency;              /* submit, agency events: sender; else empty until the keeper found it */
    int city;                       /* shard: chooses the keeper */
    struct str actor;               /* for the journal: peer id, operator, or "timer" */
    int peer;                       /* index in snapshot->peers; -1 for timer and control */
    int64_t arrived_ms;
    int64_t arrived_mono_us;        /* for the latency histogram */
    void *context;                  /* the origin's own */
    size_t context_bytes;           /* what the origin's quota counts for it */
    /* answer */
    bool busy;                      /* nothing was done: send again later */
    union {
        struct work_submit submit;
        struct work_event event;
        struct work_warning warning;
    };
};

enum origin { ORIGIN_INTAKE, ORIGIN_DISPATCH, ORIGIN_TIMER, ORIGIN_CONTROL, ORIGIN_COUNT };
extern const char *const origin_inboxes[ORIGIN_COUNT]; /* names of the inboxes that get the work back */

/* A new work with an arena of `budget` bytes; takes its own reference to `snapshot`. NULL when memory is out. */
struct work *work_new(enum work_kind kind, enum origin origin, struct snapshot *snapshot, size_t budget);
/* Likewise in an arena that holds the message already; takes *a over, but for when it returns NULL. */
struct work *work_in(struct arena **a, enum work_kind kind, enum origin origin, struct snapshot *snapshot);
void work_free(struct work *w); /* NULL is accepted */

/* Inbox name of the keeper for a city. `out` has 32 bytes. */
const char *keeper_inbox(int keeper, char *out);
int keeper_of(int city, int keepers);

#endif
