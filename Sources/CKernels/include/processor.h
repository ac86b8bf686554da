// What the processor can do, and what a thread sets on it while it multiplies.
#ifndef ENGINE_PROCESSOR_H
#define ENGINE_PROCESSOR_H

#include <stdint.h>

// The vectors that processor and operating system offer: 3 for AVX-512 (F, VL, BW and DQ), 2 for
// AVX2 with FMA, 1 for AVX, 0 for less and for processors of other kinds than x86-64.
int processor_vector_level(void);

// Whether the processor is made by AMD.
int processor_is_amd(void);

// What a thread had set before a product.
typedef struct {
  uint64_t control;
  int openmp_threads;
} arithmetic_state;

// Prepares the calling thread for a product: denormal operands and results count as zero, and
// OpenMP, where it is loaded, uses this thread alone. Returns what was set before.
arithmetic_state arithmetic_begin(void);

// Sets what was set before a product.
void arithmetic_end(arithmetic_state state);

#endif
