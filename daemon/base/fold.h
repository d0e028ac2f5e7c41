/*
 * fold.h - text made comparable: NFKC with case folding (Unicode, via utf8proc), spaces collapsed
 *
 * Full-width letters become half-width, compatibility forms become plain, so that what looks the same
 * is the same. Also the checks that every text from outside has to pass.
 */
#ifndef BASE_FOLD_H
#define BASE_FOLD_H

#include "base/arena.h"

/* Folded copy in `a`; .p NULL when `s` is not valid UTF-8 or memory is out. */
struct str fold(struct arena *a, struct str s);

enum text_fault { TEXT_OK, TEXT_BAD_UTF8, TEXT_NUL, TEXT_CONTROL };
/* Valid UTF-8, no NUL, no control characters but tab, CR and LF (those only where `lines`). */
enum text_fault text_check(struct str s, bool lines);

/* Columns on a terminal: 2 for wide East Asian characters, 0 for combining ones. */
int text_width(struct str s);

#endif
