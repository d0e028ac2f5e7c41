/*
 * watch_rise.h - the inner part of core/watch.c that tells a rise from chance
 */
#ifndef CORE_WATCH_RISE_H
#define CORE_WATCH_RISE_H

#include "core/watch.h"

/* Fills alarm, expected, score, limit and since of `v`; its referrals are counted. */
void watch_rise(const struct watch *w, const struct calendar *c, const struct watch_count *counts, int n, int32_t day,
                struct watch_view *v);

#endif
