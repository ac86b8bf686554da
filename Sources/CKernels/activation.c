#include "tower.h"
#include "vectors.h"

// Takes the lanes of `a` where a lane of `mask` is -1, those of `b` where it is 0.
INLINE void choose(floats *result, const ints *mask, const floats *a, const floats *b) {
  *result = (floats)(((ints)*a & *mask) | ((ints)*b & ~*mask));
}

// x / (1 + exp(t)), with t at most 88, where the quotient has vanished beside any other number.
INLINE void sigmoid_product(floats *lanes, const floats *t) {
  floats power = __builtin_elementwise_min(*t, BROADCAST(88.0f));
  exponentiate(&power);
  *lanes = *lanes / (power + 1.0f);
}

INLINE void quick_gelu(floats *lanes) {
  const floats t = *lanes * -1.702f;
  sigmoid_product(lanes, &t);
}

// x/2 (1 + tanh u) = x / (1 + exp(-2 u)), u = sqrt(2/pi) (x + 0.044715 x^3).
INLINE void tanh_gelu(floats *lanes) {
  const floats x = *lanes;
  const floats t = (x + x * x * x * 0.044715f) * -1.5957691216057308f;
  sigmoid_product(lanes, &t);
}

// x Phi(x), Phi(x) = erfc(-x / sqrt 2) / 2, within 1e-7 of x. Constants of erff and erfcf in Cephes
// (Moshier 1992, single/ndtrf.c): erf t = t T(t^2) for |t| < 1; else erfc t = exp(-t^2) / t P(1/t^2),
// with one polynomial below 2 and another above.
INLINE void gelu(floats *lanes) {
  const floats t = *lanes * 0.70710678118654752f;
  const floats a = __builtin_elementwise_abs(t);
  const floats z = t * t;
  floats central = z * 7.853861353153693e-5f - 8.010193625184903e-4f;
  central = central * z + 5.188327685732524e-3f;
  central = central * z - 2.685381193529856e-2f;
  central = central * z + 1.128358514861418e-1f;
  central = central * z - 3.761262582423300e-1f;
  central = central * z + 1.128379165726710f;
  central = central * t * 0.5f + 0.5f;

  const floats q = 1.0f / __builtin_elementwise_max(a, BROADCAST(1.0f));
  const floats y = q * q;
  floats near = y * 2.326819970068386e-2f - 1.387039388740657e-1f;
  near = near * y + 3.687424674597105e-1f;
  near = near * y - 5.824733027278666e-1f;
  near = near * y + 6.210004621745983e-1f;
  near = near * y - 4.944515323274145e-1f;
  near = near * y + 3.404879937665872e-1f;
  near = near * y - 2.741127028184656e-1f;
  near = near * y + 5.638259427386472e-1f;
  floats far = y * -1.047766399936249e+1f + 1.297719955372516e+1f;
  far = far * y - 7.495518717768503f;
  far = far * y + 2.921019019210786f;
  far = far * y - 1.015265279202700f;
  far = far * y + 4.218463358204948e-1f;
  far = far * y - 2.820767439740514e-1f;
  far = far * y + 5.641895067754075e-1f;

  const ints isNear = a < 2.0f, isCentral = a < 1.0f, isNegative = t < 0.0f;
  floats tail, power = -z;
  choose(&tail, &isNear, &near, &far);
  exponentiate(&power);
  tail = tail * q * power * 0.5f;
  const floats complement = 1.0f - tail;
  floats factor;
  choose(&factor, &isNegative, &tail, &complement);
  choose(&factor, &isCentral, &central, &factor);
  *lanes = *lanes * factor;
}

// Defines a kernel that adds a bias to rows and then calls `change` for each vector of them.
#define ACTIVATION(name, change)                                                          \
  KERNEL void name(float *elements, const float *bias, size_t rows, size_t width) {       \
    for (size_t row = 0; row < rows; row++, elements += width) {                          \
      floats lanes, shift;                                                                \
      size_t i = 0;                                                                       \
      for (; i + LANES <= width; i += LANES) {                                            \
        load(&lanes, elements + i);                                                       \
        load(&shift, bias + i);                                                           \
        lanes += shift;                                                                   \
        change(&lanes);                                                                   \
        store(elements + i, &lanes);                                                      \
      }                                                                                   \
      if (i == width) continue;                                                           \
      load_some(&lanes, elements + i, width - i, 0);                                      \
      load_some(&shift, bias + i, width - i, 0);                                          \
      lanes += shift;                                                                     \
      change(&lanes);                                                                     \
      memcpy(elements + i, &lanes, (width - i) * sizeof(float));                          \
    }                                                                                     \
  }

ACTIVATION(kernel_quick_gelu, quick_gelu)
ACTIVATION(kernel_gelu, gelu)
ACTIVATION(kernel_tanh_gelu, tanh_gelu)
