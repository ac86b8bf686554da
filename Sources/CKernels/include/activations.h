// Which values of a row of an autoencoder's features are kept.
#ifndef ENGINE_ACTIVATIONS_H
#define ENGINE_ACTIVATIONS_H

#include <stddef.h>
#include <stdint.h>

// row[j] = (row[j] + shifts[j]) * factors[j]; without shifts or factors where they are null.
void kernel_shift_and_scale_each(float *row, const float *shifts, const float *factors,
                                 size_t count);

// Writes the places of the values that exceed `bound`, rising, and returns how many there are. NaN
// exceeds nothing. `places` has room for `count`.
size_t kernel_places_above(const float *row, size_t count, float bound, int32_t *places);

// Writes the places of the `capacity` greatest values, greatest first and equal ones in the order of
// their places, and returns how many there are: fewer only where the row has fewer that are not NaN.
// With `by_magnitude` other than 0 signs are left out of the comparison. `kept` and `places` have
// room for `capacity`; `kept` receives what was compared.
size_t kernel_greatest(const float *row, size_t count, int by_magnitude, size_t capacity,
                       float *kept, int32_t *places);

#endif
