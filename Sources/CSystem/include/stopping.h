// Signals that ask a program to stop, handed to a thread that may do whatever a thread may.
#ifndef SYSTEM_STOPPING_H
#define SYSTEM_STOPPING_H

// From now on the first of SIGINT, SIGTERM and SIGHUP is handed to stopping_wait, and the next one
// ends the process at once with the status that stopping_status says; one of the same kind within a
// quarter of a second of the first counts as the same, as some programs signal a process and then
// the group that it is in. A signal that was ignored stays ignored; one that was blocked is not any
// more. Writing past a limit of the size of files becomes an error rather than a signal. Returns 0,
// or -1 with errno.
int stopping_install(void);

// Hands a number to stopping_wait; a signal handler may call it. Returns whether that was possible.
int stopping_tell(int signal);

// Waits for the first signal, or what stopping_tell was given, and returns its number; -1 with errno
// if that cannot be waited for.
int stopping_wait(void);

// The signal that has come, or 0.
int stopping_signal(void);

// The exit status of a program that a signal ends: 130 for SIGINT, which a person sends, 75
// (EX_TEMPFAIL) for the others, by which a machine takes back what it lent. 75 for 0 too.
int stopping_status(int signal);

#endif
