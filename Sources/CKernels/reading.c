#include "kernels.h"
#include "vectors.h"
#include <math.h>
#include <stdbool.h>

typedef bool lane_mask __attribute__((ext_vector_type(LANES)));

// Vectors of extremes that a part is divided into; each lane of each is the extreme of a group.
#define GROUPS 4

// The greater of each pair of lanes; no lane is NaN.
INLINE void raise_to(floats *lanes, const floats *others) {
  const ints isGreater = *others > *lanes;
  *lanes = (floats)(((ints)*others & isGreater) | ((ints)*lanes & ~isGreater));
}

// The lanes of a comparison as bits, lane 0 lowest.
INLINE unsigned bits_of(const ints *comparison) {
  const lane_mask mask = __builtin_convertvector(*comparison, lane_mask);
  uint16_t bits;
  memcpy(&bits, &mask, sizeof bits);
  return bits;
}

// The greatest and the least of all lanes.
INLINE void range_of(const floats groups[GROUPS], float *greatest, float *least) {
  floats high = groups[0], low = -groups[0];
  for (int g = 1; g < GROUPS; g++) {
    const floats negated = -groups[g];
    raise_to(&high, &groups[g]);
    raise_to(&low, &negated);
  }
  *greatest = high[0];
  *least = -low[0];
  for (int lane = 1; lane < LANES; lane++) {
    *greatest = high[lane] > *greatest ? high[lane] : *greatest;
    *least = -low[lane] < *least ? -low[lane] : *least;
  }
}

// A bound that at least `rank` of the groups' extremes reach, hence as many elements, and not many
// more: found by halving the range of the extremes.
INLINE float bound_of(const floats groups[GROUPS], size_t rank) {
  if (rank > GROUPS * LANES) return -INFINITY;
  float low, high;
  range_of(groups, &high, &low);
  for (int i = 0; i < 8; i++) {
    const float middle = low + (high - low) / 2;
    size_t count = 0;
    for (int g = 0; g < GROUPS; g++) {
      const ints reaches = groups[g] >= middle;
      count += (size_t)__builtin_popcount(bits_of(&reaches));
    }
    if (count >= rank)
      low = middle;
    else
      high = middle;
  }
  return low;
}

// Offers a score to the greatest ones; equal scores stay in the order in which they came.
INLINE void offer(float score, int32_t place, float *scores, int32_t *places, size_t *count,
                  size_t capacity) {
  if (*count == capacity && !(score > scores[capacity - 1])) return;
  size_t position = *count < capacity ? (*count)++ : capacity - 1;
  for (; position > 0 && scores[position - 1] < score; position--) {
    scores[position] = scores[position - 1];
    places[position] = places[position - 1];
  }
  scores[position] = score;
  places[position] = place;
}

// Adds the moments of a part to those of a reading (Pebay 2008, equations 3.1 and 2.1).
INLINE void add_moments(kernel_reading *reading, double n, double mean, double second, double third,
                        double fourth) {
  const double m = reading->count, all = m + n, difference = mean - reading->mean;
  if (m == 0) {
    reading->mean = mean, reading->second = second;
    reading->third = third, reading->fourth = fourth;
  } else {
    const double d = difference / all;
    reading->fourth += fourth + difference * d * d * d * m * n * (m * m - m * n + n * n) +
                       6 * d * d * (m * m * second + n * n * reading->second) +
                       4 * d * (m * third - n * reading->third);
    reading->third += third + difference * d * d * m * n * (m - n) +
                      3 * d * (m * second - n * reading->second);
    reading->second += second + difference * d * m * n;
    reading->mean += d * n;
  }
  reading->count = all;
}

// Adds the exponentials of a part to those of a reading, relative to the greater best cosine.
INLINE void add_partition(kernel_reading *reading, double scale, double best, double partition,
                          double weighted, bool isFirst) {
  if (isFirst) {
    reading->best = best, reading->partition = partition, reading->weighted = weighted;
    return;
  }
  const double step = scale * (best - reading->best);
  // sum (e + step) exp(e + step) = exp(step) (weighted + step * partition)
  if (step > 0) {
    const double factor = exp(-step);
    reading->weighted = factor * (reading->weighted - step * reading->partition) + weighted;
    reading->partition = factor * reading->partition + partition;
    reading->best = best;
  } else {
    const double factor = exp(step);
    reading->weighted += factor * (weighted + step * partition);
    reading->partition += factor * partition;
  }
}

// What is gathered over the cosines of a part, lane by lane.
typedef struct {
  // Extremes of groups; those of `least` are negated.
  floats greatest[GROUPS], least[GROUPS];
  doubles sum_low, sum_high;
  doubles second_low, second_high, third_low, third_high, fourth_low, fourth_high;
  doubles partition_low, partition_high, weighted_low, weighted_high;
} part_lanes;

// Adds 16 cosines to the extremes of a group and to the sum.
INLINE void add_cosines(part_lanes *part, const floats *cosines, size_t group) {
  doubles low, high;
  const floats negated = -*cosines;
  raise_to(&part->greatest[group], cosines);
  raise_to(&part->least[group], &negated);
  widen_lanes(cosines, &low, &high);
  part->sum_low += low;
  part->sum_high += high;
}

// Adds the powers of 16 differences from the mean.
INLINE void add_powers(part_lanes *part, const doubles *low, const doubles *high) {
  const doubles square_low = *low * *low, square_high = *high * *high;
  part->second_low += square_low;
  part->second_high += square_high;
  part->third_low += square_low * *low;
  part->third_high += square_high * *high;
  part->fourth_low += square_low * square_low;
  part->fourth_high += square_high * square_high;
}

// Adds 16 exponentials, and as many products with their exponents.
INLINE void add_weights(part_lanes *part, const floats *weights, const floats *products) {
  doubles low, high;
  widen_lanes(weights, &low, &high);
  part->partition_low += low;
  part->partition_high += high;
  widen_lanes(products, &low, &high);
  part->weighted_low += low;
  part->weighted_high += high;
}

// Extremes and mean: the first look at a part, which also writes the cosines down.
INLINE double gather_cosines(part_lanes *part, float *cosines, const float *products, size_t count,
                             float factor) {
  floats lanes;
  size_t j = 0;
  for (; j + LANES <= count; j += LANES) {
    load(&lanes, products + j);
    lanes *= factor;
    store(cosines + j, &lanes);
    add_cosines(part, &lanes, j / LANES % GROUPS);
  }
  double sum = 0;
  if (j < count) {
    load_some(&lanes, products + j, count - j, 0.0f);
    lanes *= factor;
    store(cosines + j, &lanes);
    floats negated = -lanes;
    for (size_t lane = count - j; lane < LANES; lane++) lanes[lane] = negated[lane] = -INFINITY;
    raise_to(&part->greatest[0], &lanes);
    raise_to(&part->least[0], &negated);
    for (; j < count; j++) sum += cosines[j];
  }
  return (sum + sum_lanes(&part->sum_low, &part->sum_high)) / (double)count;
}

// Adds the differences of 16 cosines from the mean, and gives their exponentials relative to the
// best, and those times their exponents.
INLINE void weigh(part_lanes *part, const float *cosines, double mean, float best, float scale,
                  floats *weights, floats *products) {
  floats lanes;
  doubles low, high;
  load(&lanes, cosines);
  widen_lanes(&lanes, &low, &high);
  low -= mean;
  high -= mean;
  add_powers(part, &low, &high);
  lanes = (lanes - best) * scale;
  *weights = lanes;
  exponentiate(weights);
  *products = *weights * lanes;
}

// Moments about the mean, and exponentials relative to the best: the second look.
//
// Exponentials, whose own errors are as large, are added in pairs as floats and then in double.
INLINE void gather_sums(part_lanes *part, const float *cosines, size_t count, double mean,
                        float best, float scale) {
  floats weights, products, more_weights, more_products;
  size_t j = 0;
  for (; j + 2 * LANES <= count; j += 2 * LANES) {
    weigh(part, cosines + j, mean, best, scale, &weights, &products);
    weigh(part, cosines + j + LANES, mean, best, scale, &more_weights, &more_products);
    weights += more_weights;
    products += more_products;
    add_weights(part, &weights, &products);
  }
  if (j + LANES <= count) {
    weigh(part, cosines + j, mean, best, scale, &weights, &products);
    add_weights(part, &weights, &products);
    j += LANES;
  }
  if (j == count) return;
  // Lanes past the end differ by nothing and weigh nothing.
  doubles low = {}, high = {};
  load(&products, cosines + j);
  weights = products = (products - best) * scale;
  exponentiate(&weights);
  products *= weights;
  for (size_t lane = 0; lane < LANES; lane++) {
    const double difference = j + lane < count ? (double)cosines[j + lane] - mean : 0;
    if (lane < LANES / 2)
      low[lane] = difference;
    else
      high[lane - LANES / 2] = difference;
    if (j + lane >= count) weights[lane] = products[lane] = 0;
  }
  add_powers(part, &low, &high);
  add_weights(part, &weights, &products);
}

// Offers the cosines that could be among those kept: the third look.
INLINE void gather_extremes(const part_lanes *part, const float *cosines, size_t count,
                            int32_t first, kernel_reading *reading, float *top, int32_t *top_places,
                            size_t top_capacity, float *bottom, int32_t *bottom_places,
                            size_t bottom_capacity) {
  float high_bound = bound_of(part->greatest, top_capacity);
  float low_bound = -bound_of(part->least, bottom_capacity);
  if (reading->top_count == top_capacity && top[top_capacity - 1] > high_bound)
    high_bound = top[top_capacity - 1];
  if (reading->bottom_count == bottom_capacity && -bottom[bottom_capacity - 1] < low_bound)
    low_bound = -bottom[bottom_capacity - 1];
  floats lanes;
  for (size_t j = 0; j < count; j += LANES) {
    load(&lanes, cosines + j);
    const ints isHigh = lanes >= high_bound, isLow = lanes <= low_bound;
    unsigned high_bits = bits_of(&isHigh), low_bits = bits_of(&isLow);
    if (!(high_bits | low_bits)) continue;
    if (count - j < LANES) {
      const unsigned used = (1u << (count - j)) - 1;
      high_bits &= used;
      low_bits &= used;
    }
    for (; high_bits; high_bits &= high_bits - 1) {
      const size_t i = j + (size_t)__builtin_ctz(high_bits);
      offer(cosines[i], first + (int32_t)i, top, top_places, &reading->top_count, top_capacity);
    }
    for (; low_bits; low_bits &= low_bits - 1) {
      const size_t i = j + (size_t)__builtin_ctz(low_bits);
      offer(-cosines[i], first + (int32_t)i, bottom, bottom_places, &reading->bottom_count,
            bottom_capacity);
    }
  }
}

KERNEL void kernel_read_part(kernel_reading *reading, const float *products, size_t count,
                             float factor, float scale, int32_t first, float *top,
                             int32_t *top_places, size_t top_capacity, float *bottom,
                             int32_t *bottom_places, size_t bottom_capacity) {
  float cosines[KERNEL_PART];
  part_lanes part;
  memset(&part, 0, sizeof part);
  for (int g = 0; g < GROUPS; g++) part.greatest[g] = part.least[g] = BROADCAST(-INFINITY);
  const double mean = gather_cosines(&part, cosines, products, count, factor);
  float best, unused;
  range_of(part.greatest, &best, &unused);
  gather_sums(&part, cosines, count, mean, best, scale);
  gather_extremes(&part, cosines, count, first, reading, top, top_places, top_capacity, bottom,
                  bottom_places, bottom_capacity);
  const bool isFirst = reading->count == 0;
  add_moments(reading, (double)count, mean, sum_lanes(&part.second_low, &part.second_high),
              sum_lanes(&part.third_low, &part.third_high),
              sum_lanes(&part.fourth_low, &part.fourth_high));
  add_partition(reading, scale, best, sum_lanes(&part.partition_low, &part.partition_high),
                sum_lanes(&part.weighted_low, &part.weighted_high), isFirst);
}

// The exponential of each lane, x = n ln 2 + r, by its series in r up to r^13: the next term is
// under 1e-17. Lanes under -700 give 0; none may exceed 0.
INLINE void exponentiate_doubles(doubles *lanes) {
  typedef int64_t longs __attribute__((vector_size(4 * LANES)));
  const longs isTiny = *lanes < -700.0;
  const doubles x = __builtin_elementwise_max(*lanes, (doubles){} - 700.0);
  // Adding and taking away 1.5 * 2^52 rounds to the nearest whole number, whose low bits stand in
  // the sum.
  const doubles shifted = x * 1.4426950408889634 + 0x1.8p52;
  const doubles n = shifted - 0x1.8p52;
  const doubles r = (x - n * 0x1.62e42fee00000p-1) - n * 0x1.a39ef35793c76p-33;
  doubles p = r * (1.0 / 6227020800) + 1.0 / 479001600;
  p = p * r + 1.0 / 39916800;
  p = p * r + 1.0 / 3628800;
  p = p * r + 1.0 / 362880;
  p = p * r + 1.0 / 40320;
  p = p * r + 1.0 / 5040;
  p = p * r + 1.0 / 720;
  p = p * r + 1.0 / 120;
  p = p * r + 1.0 / 24;
  p = p * r + 1.0 / 6;
  p = p * r + 0.5;
  p = p * r + 1.0;
  p = p * r + 1.0;
  const longs power = ((longs)shifted + 1023) << 52;
  *lanes = (doubles)((longs)(p * (doubles)power) & ~isTiny);
}

KERNEL void kernel_probabilities(const float *cosines, size_t count, double sign, double scale,
                                 double best, double partition, float *result) {
  doubles low, high;
  for (size_t j = 0; j < count; j += LANES / 2) {
    const size_t used = count - j < LANES / 2 ? count - j : LANES / 2;
    floats lanes;
    load_some(&lanes, cosines + j, used, (float)(sign * best));
    widen_lanes(&lanes, &low, &high);
    low = (low * sign - best) * scale;
    exponentiate_doubles(&low);
    low /= partition;
    for (size_t lane = 0; lane < used; lane++) result[j + lane] = (float)low[lane];
  }
}
