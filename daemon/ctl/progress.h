/*
 * progress.h - how far a long command has come: one line on a terminal, redrawn in place, gone at the end
 *
 * Says nothing when the stream is no terminal, or within the first moments.
 *
 * Threads: one at a time. Workers count in an atomic; one thread tells.
 */
#ifndef CTL_PROGRESS_H
#define CTL_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct progress {
    FILE *out;
    const char *what; /* "replaying" */
    uint64_t total;   /* 0: not known beforehand */
    int64_t started_us, drawn_us;
    bool live, drawn;
};

/* `what` is kept, not copied. */
struct progress progress_start(FILE *out, const char *what, uint64_t total);
/* Cheap when called often. */
void progress_at(struct progress *p, uint64_t done);
/* The same as a callback of core: `context` is the struct progress, and the total is known only now. */
void progress_tick(void *context, int done, int total);
/* Takes the line away. Harmless twice. */
void progress_end(struct progress *p);

#define PROGRESS_LINE_SIZE 512
/* The line as drawn: at most `columns` wide, without a line break. Returns out. */
char *progress_line(const char *what, uint64_t done, uint64_t total, int64_t elapsed_us, int columns,
                    char out[PROGRESS_LINE_SIZE]);

#endif
