// What the kernels share: vectors of 16 floats, whatever the processor has, and their exponential.
#ifndef ENGINE_VECTORS_H
#define ENGINE_VECTORS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

// Compiles a function for processors with 512-bit vectors, with 256-bit vectors, and for any.
#if defined(__x86_64__)
#define KERNEL __attribute__((target_clones("arch=x86-64-v4", "arch=haswell", "default")))
#else
#define KERNEL
#endif

// Inlined into each version of a kernel and so compiled for its processor. Vectors are handed over
// by address: by value they would have a calling convention, which differs between processors.
#define INLINE static inline __attribute__((always_inline))

#define LANES 16

typedef float floats __attribute__((vector_size(4 * LANES)));
typedef int32_t ints __attribute__((vector_size(4 * LANES)));
typedef double doubles __attribute__((vector_size(4 * LANES)));

// The same value in all lanes.
#define BROADCAST(value) ((floats){} + (value))

INLINE void load(floats *vector, const float *source) { memcpy(vector, source, sizeof *vector); }

INLINE void store(float *target, const floats *vector) { memcpy(target, vector, sizeof *vector); }

// Loads up to LANES lanes; the others become `rest`.
INLINE void load_some(floats *vector, const float *source, size_t count, float rest) {
  *vector = BROADCAST(rest);
  memcpy(vector, source, count * sizeof(float));
}

// The lower and the upper half of the lanes, as doubles.
INLINE void widen_lanes(const floats *vector, doubles *low, doubles *high) {
  *low = __builtin_convertvector(
      __builtin_shufflevector(*vector, *vector, 0, 1, 2, 3, 4, 5, 6, 7), doubles);
  *high = __builtin_convertvector(
      __builtin_shufflevector(*vector, *vector, 8, 9, 10, 11, 12, 13, 14, 15), doubles);
}

// The sum of all lanes of two vectors, in one order on every processor.
INLINE double sum_lanes(const doubles *low, const doubles *high) {
  const doubles v = *low + *high;
  return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
}

// Replaces each lane by its exponential: x = n ln 2 + r, exp x = 2^n (1 + r + r^2 P(r)). Constants
// of expf in Cephes (Moshier 1992). Lanes under -87 give 0; none may exceed 88.
INLINE void exponentiate(floats *lanes) {
  const ints isTiny = *lanes < -87.0f;
  const floats x = __builtin_elementwise_max(*lanes, BROADCAST(-87.0f));
  // Adding 1.5 * 2^23 rounds to the nearest whole number, which then stands in the lowest bits, here
  // with the 127 that exponents of floats are off by.
  const floats shifted = x * 1.44269504f + (12582912.0f + 127.0f);
  const floats n = shifted - (12582912.0f + 127.0f);
  const floats r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
  floats p = r * 1.9875691500e-4f + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + (r + 1.0f);
  const ints power = (ints)shifted << 23;
  *lanes = (floats)((ints)(p * (floats)power) & ~isTiny);
}

#endif
