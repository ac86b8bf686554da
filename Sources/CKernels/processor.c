#include "processor.h"

int processor_vector_level(void) {
#if defined(__x86_64__)
  // These builtins also ask whether the operating system saves the registers (xgetbv).
  __builtin_cpu_init();
  const int isAVX2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (isAVX2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq"))
    return 3;
  if (isAVX2) return 2;
  return __builtin_cpu_supports("avx") ? 1 : 0;
#else
  return 0;
#endif
}

int processor_is_amd(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  return __builtin_cpu_is("amd") != 0;
#else
  return 0;
#endif
}
