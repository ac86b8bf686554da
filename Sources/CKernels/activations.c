#include "activations.h"
#include "vectors.h"
#include <math.h>

KERNEL void kernel_shift_and_scale_each(float *row, const float *shifts, const float *factors,
                                        size_t count) {
  if (shifts != NULL) {
    for (size_t j = 0; j < count; j++) row[j] += shifts[j];
  }
  if (factors != NULL) {
    for (size_t j = 0; j < count; j++) row[j] *= factors[j];
  }
}

// Whether a value of up to LANES exceeds a bound: the bits of those that do, by lane.
INLINE uint32_t lanes_above(const float *row, size_t count, float bound, int by_magnitude) {
  floats lanes;
  if (count >= LANES) {
    load(&lanes, row);
  } else {
    load_some(&lanes, row, count, NAN);
  }
  if (by_magnitude) lanes = (floats)((ints)lanes & 0x7FFFFFFF);
  const ints isAbove = lanes > bound;
  uint32_t bits = 0;
  for (int lane = 0; lane < LANES; lane++) bits |= (uint32_t)(isAbove[lane] & 1) << lane;
  return bits;
}

KERNEL size_t kernel_places_above(const float *row, size_t count, float bound, int32_t *places) {
  size_t found = 0;
  for (size_t start = 0; start < count; start += LANES) {
    uint32_t bits = lanes_above(row + start, count - start, bound, 0);
    for (; bits != 0; bits &= bits - 1) {
      places[found++] = (int32_t)start + __builtin_ctz(bits);
    }
  }
  return found;
}

// Puts a value behind all that are not less; returns the new count.
INLINE size_t insert(float value, int32_t place, size_t found, size_t capacity, float *kept,
                     int32_t *places) {
  size_t low = 0, high = found;
  while (low < high) {
    const size_t middle = (low + high) / 2;
    if (kept[middle] >= value) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  const size_t moved = (found < capacity ? found : capacity - 1) - low;
  memmove(kept + low + 1, kept + low, moved * sizeof *kept);
  memmove(places + low + 1, places + low, moved * sizeof *places);
  kept[low] = value;
  places[low] = place;
  return found < capacity ? found + 1 : capacity;
}

KERNEL size_t kernel_greatest(const float *row, size_t count, int by_magnitude, size_t capacity,
                              float *kept, int32_t *places) {
  size_t found = 0;
  if (capacity == 0) return 0;
  for (size_t start = 0; start < count; start += LANES) {
    // Until there are enough, -infinity is kept too.
    uint32_t bits;
    if (found < capacity) {
      bits = 0;
      for (size_t lane = 0; lane < LANES && start + lane < count; lane++) {
        bits |= (uint32_t)(!isnan(row[start + lane])) << lane;
      }
    } else {
      bits = lanes_above(row + start, count - start, kept[capacity - 1], by_magnitude);
    }
    for (; bits != 0; bits &= bits - 1) {
      const size_t j = start + (size_t)__builtin_ctz(bits);
      const float value = by_magnitude ? fabsf(row[j]) : row[j];
      if (found < capacity || value > kept[capacity - 1]) {
        found = insert(value, (int32_t)j, found, capacity, kept, places);
      }
    }
  }
  return found;
}
