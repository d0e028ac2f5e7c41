/*
 * score.h - how often the rules are right about texts that a person has labelled
 *
 * A line is right when each of its labels (`a;b` are two) gets an answer that the map accepts. Answers are counted in
 * classes: what the map gives as the main answer to the line's first label, against what came out.
 */
#ifndef CTL_SCORE_H
#define CTL_SCORE_H

#include "ctl/labels.h"
#include "ctl/trial.h"

struct score_class {
    struct str code, name;
    int gold, answered, right; /* right: gold and answered at once */
};
struct score_label {
    struct str label;
    int n, main, right; /* right: main ones too */
};
struct score {
    const struct labels *labels;
    struct arena *arena;
    struct score_class *classes;
    size_t n_classes, cap_classes;
    struct score_label *by_label;
    size_t n_labels, cap_labels;
    int *pairs; /* gold class * stride + answered class */
    size_t stride;
    int lines, scored, skipped, faulty; /* skipped: no label to score */
    int main, right;
};

bool score_start(struct score *s, struct arena *a, const struct labels *labels);
/* One line of text and label. False when memory is out. */
bool score_line(struct score *s, struct trial *t, struct str text);
/* Classes by gold, then answered, most first; labels by number. */
void score_sort(struct score *s);

void score_text(FILE *out, const struct score *s, bool colour);
void score_json(FILE *out, const struct score *s);

/* Parts in 1000 of a whole, rounded; 0 of nothing. */
int score_permille(int part, int whole);

#endif
