/*
 * roles.h - the threads of the daemon
 *
 * Each runs its own loop until office->stopping, beats once a turn, and owns its sockets and its
 * connection. open functions return NULL with a reason; start functions return false when there is no thread to be had;
 * close joins and accepts NULL.
 */
#ifndef ROLE_ROLES_H
#define ROLE_ROLES_H

#include "role/office/office.h"

#define ROLE_CHECKED __attribute__((warn_unused_result))

/*
 * Order of start: the inboxes of all roles are opened by their _open; then _start runs the thread.
 * Slots (to others' inboxes) are opened inside the thread.
 */
struct intake;   /* agencies' ROUTER: authorise, decode, validate, decide, hand on, answer */
struct keeper;   /* PostgreSQL: one transaction a batch */
struct feedback; /* journals to agencies: Follow, Ack, Query */
struct dispatch; /* organisations' ROUTER: sessions, delivery, answers */
struct courier;  /* dispatch's desk in PostgreSQL: sessions and deliveries */
struct timer;    /* due rows to events; loads, partitions */
struct control;  /* referralctl, /metrics, /healthz, /readyz, reload */

struct intake *intake_open(struct office *o, char *why, size_t why_size) ROLE_CHECKED;
bool intake_start(struct intake *i) ROLE_CHECKED;
void intake_close(struct intake *i);
const char *intake_endpoint(const struct intake *i);

struct keeper *keeper_open(struct office *o, int number, char *why, size_t why_size) ROLE_CHECKED;
bool keeper_start(struct keeper *k) ROLE_CHECKED;
void keeper_close(struct keeper *k);

struct feedback *feedback_open(struct office *o, char *why, size_t why_size) ROLE_CHECKED;
bool feedback_start(struct feedback *f) ROLE_CHECKED;
void feedback_close(struct feedback *f);

struct dispatch *dispatch_open(struct office *o, char *why, size_t why_size) ROLE_CHECKED;
bool dispatch_start(struct dispatch *d) ROLE_CHECKED;
void dispatch_close(struct dispatch *d);
const char *dispatch_endpoint(const struct dispatch *d);

struct courier *courier_open(struct office *o, char *why, size_t why_size) ROLE_CHECKED;
bool courier_start(struct courier *c) ROLE_CHECKED;
void courier_close(struct courier *c);

struct timer *timer_open(struct office *o, char *why, size_t why_size) ROLE_CHECKED;
bool timer_start(struct timer *t) ROLE_CHECKED;
void timer_close(struct timer *t);

struct control *control_open(struct office *o, char *why, size_t why_size) ROLE_CHECKED;
bool control_start(struct control *c) ROLE_CHECKED;
void control_close(struct control *c);

#endif
