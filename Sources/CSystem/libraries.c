#define _GNU_SOURCE
#include "libraries.h"

#include <dlfcn.h>
#include <stddef.h>

const char *library_of(const char *function) {
  Dl_info found;
  void *address = dlsym(RTLD_DEFAULT, function);
  return address != NULL && dladdr(address, &found) != 0 ? found.dli_fname : NULL;
}
