// How many threads the system lets a process start.
#ifndef SYSTEM_THREADS_H
#define SYSTEM_THREADS_H

// Starts up to so many threads that live at the same time, lets them end, and returns how many could
// be started. The limit may be one of the user, the control group or the memory; others may reach it
// a moment later.
int threads_startable(int wanted);

#endif
