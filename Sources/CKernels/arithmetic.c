#include "processor.h"

#if defined(__x86_64__)
#include <immintrin.h>

// Flush-to-zero, bit 15, and denormals-are-zero, bit 6 of MXCSR (Intel SDM, volume 1, 10.2.3).
static const uint64_t flush = 1 << 15 | 1 << 6;
static uint64_t control(void) { return _mm_getcsr(); }
static void set_control(uint64_t value) { _mm_setcsr((unsigned)value); }

#elif defined(__aarch64__)

// FZ, bit 24 of FPCR (Arm ARM, C5.2.8).
static const uint64_t flush = 1 << 24;
static uint64_t control(void) {
  uint64_t value;
  __asm__ volatile("mrs %0, fpcr" : "=r"(value));
  return value;
}
static void set_control(uint64_t value) { __asm__ volatile("msr fpcr, %0" : : "r"(value)); }

#else

static const uint64_t flush = 0;
static uint64_t control(void) { return 0; }
static void set_control(uint64_t value) { (void)value; }

#endif

// Null unless the program has loaded an OpenMP library. An OpenBLAS that is built on OpenMP asks it
// for the number of threads at each product, and the answer is kept for each calling thread.
__attribute__((weak)) int omp_get_max_threads(void);
__attribute__((weak)) void omp_set_num_threads(int count);

static int has_openmp(void) { return omp_get_max_threads && omp_set_num_threads; }

arithmetic_state arithmetic_begin(void) {
  const arithmetic_state state = {control(), has_openmp() ? omp_get_max_threads() : 1};
  set_control(state.control | flush);
  if (state.openmp_threads != 1) omp_set_num_threads(1);
  return state;
}

void arithmetic_end(arithmetic_state state) {
  set_control(state.control);
  if (state.openmp_threads != 1) omp_set_num_threads(state.openmp_threads);
}
