// Reads of mapped files beyond their end, which the system tells by a signal (SIGBUS).
#ifndef SYSTEM_MAPPED_FAULTS_H
#define SYSTEM_MAPPED_FAULTS_H

// From now on a read of a mapped file that fails ends the process with one line on standard error,
//
//   PROGRAM: PATH: was truncated while it was read
//
// or, where the file is as long as it should be, `cannot be read: input/output error`, and with status
// 74 (EX_IOERR). Any other such signal does what it did before. The file is found in /proc/self/maps.
// Where stopping_install was called, stopping_wait returns SIGBUS first, and its thread has a second to
// end the process itself. Of `program` the first 63 bytes are kept. Returns 0, or -1 with errno.
int mapped_faults_install(const char *program);

#endif
