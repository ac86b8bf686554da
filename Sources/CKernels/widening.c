#include "kernels.h"
#include "vectors.h"

typedef uint16_t shorts __attribute__((vector_size(2 * LANES)));

// The bits of 16 binary16 numbers as those of floats. Integer arithmetic and one exact subtraction
// of normal numbers, so the result does not depend on how subnormal operands are treated.
INLINE void widen_halves(ints *bits) {
  const ints sign = (*bits & 0x8000) << 16;
  const ints magnitude = (*bits & 0x7fff) << 13;
  const ints exponent = magnitude & 0x0f800000;
  const ints isSpecial = exponent == 0x0f800000, isSubnormal = exponent == 0;
  const ints rebiased = magnitude + ((127 - 15) << 23);
  // Infinity and NaN keep their fraction.
  const ints special = magnitude + ((255 - 31) << 23);
  // A subnormal is fraction * 2^-24: put the fraction under the exponent of 2^-14, then take 2^-14
  // away.
  const ints subnormal = (ints)((floats)(rebiased + (1 << 23)) - 0x1p-14f);
  *bits = sign | (special & isSpecial) | (subnormal & isSubnormal) |
          (rebiased & ~(isSpecial | isSubnormal));
}

INLINE void widen_all(const void *source, float *target, size_t count, int isHalf) {
  const char *bytes = source;
  for (size_t i = 0; i < count; i += LANES) {
    const size_t used = count - i < LANES ? count - i : LANES;
    shorts stored = {};
    if (used == LANES)
      memcpy(&stored, bytes + 2 * i, sizeof stored);
    else
      memcpy(&stored, bytes + 2 * i, used * sizeof(uint16_t));
    ints bits = __builtin_convertvector(stored, ints);
    if (isHalf)
      widen_halves(&bits);
    else
      bits <<= 16;
    if (used == LANES)
      memcpy(target + i, &bits, sizeof bits);
    else
      memcpy(target + i, &bits, used * sizeof(float));
  }
}

KERNEL void kernel_widen_f16(const void *source, float *target, size_t count) {
  widen_all(source, target, count, 1);
}

KERNEL void kernel_widen_bf16(const void *source, float *target, size_t count) {
  widen_all(source, target, count, 0);
}
