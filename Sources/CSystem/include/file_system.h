// What Swift's own import of the C library leaves out about file systems.
#ifndef SYSTEM_FILE_SYSTEM_H
#define SYSTEM_FILE_SYSTEM_H

// The number by which the file system of an open file names its kind, as in statfs(2); -1 with errno
// if the call fails.
long file_system_kind(int descriptor);

// Exchanges two names of files or directories, as renameat2(2) does with RENAME_EXCHANGE; -1 with errno if
// the call fails.
int file_system_exchange(const char *path, const char *other);

#endif
