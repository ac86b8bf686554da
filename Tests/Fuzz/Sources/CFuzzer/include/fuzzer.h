#ifndef FUZZER_H
#define FUZZER_H

#include <stddef.h>
#include <stdint.h>

// The entry of libFuzzer for programs that have a main of their own.
// https://llvm.org/docs/LibFuzzer.html#using-libfuzzer-as-a-library
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*callback)(const uint8_t *bytes, size_t size));

#endif
