#define _GNU_SOURCE
#include "file_system.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/vfs.h>

long file_system_kind(int descriptor) {
  struct statfs status;
  if (fstatfs(descriptor, &status) != 0) return -1;
  // The numbers have 32 bits, and some of them the highest one.
  return (long)(unsigned int)status.f_type;
}

int file_system_exchange(const char *path, const char *other) {
  return renameat2(AT_FDCWD, path, AT_FDCWD, other, RENAME_EXCHANGE);
}
