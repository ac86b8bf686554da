#include "kernels.h"
#include "vectors.h"

KERNEL void kernel_exp(float *elements, size_t count) {
  floats lanes;
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    load(&lanes, elements + i);
    exponentiate(&lanes);
    store(elements + i, &lanes);
  }
  if (i == count) return;
  lanes = BROADCAST(0.0f);
  memcpy(&lanes, elements + i, (count - i) * sizeof(float));
  exponentiate(&lanes);
  memcpy(elements + i, &lanes, (count - i) * sizeof(float));
}
