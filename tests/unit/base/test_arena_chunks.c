/*
 * test_arena_chunks.c - test_arena.c again, over the chunks that a build without sanitizers uses
 */
#define ARENA_SEPARATE 0
#include "base/arena.c"

#include "test_arena.c"
