#include "kernels.h"
#include "vectors.h"
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

typedef bool lane_mask __attribute__((ext_vector_type(LANES)));

// Vectors of extremes that a part is divided into; each lane of each is the extreme of a group.
#define GROUPS 4

// The cosines that are marked in one word of bits.
#define WORD 64

// Vectors of exponentials that are added as floats, before their sum is added in double.
#define FEW 4

// The lanes of which the first `count` stay and the others become `rest`.
INLINE void keep_lanes(floats *lanes, size_t count, float rest) {
  const ints order = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  const ints stays = order < (int32_t)count;
  *lanes = (floats)(((ints)*lanes & stays) | ((ints)BROADCAST(rest) & ~stays));
}

// The same of two halves of doubles, of which the others become 0.
INLINE void keep_doubles(doubles *low, doubles *high, size_t count) {
  typedef int64_t longs __attribute__((vector_size(4 * LANES)));
  const longs order = {0, 1, 2, 3, 4, 5, 6, 7};
  *low = (doubles)((longs)*low & (order < (int64_t)count));
  *high = (doubles)((longs)*high & (order + LANES / 2 < (int64_t)count));
}

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

// The greatest of all lanes.
INLINE float greatest_lane(const floats *vector) {
  floats lanes = *vector;
  floats other = __builtin_shufflevector(lanes, lanes, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5,
                                         6, 7);
  raise_to(&lanes, &other);
  other = __builtin_shufflevector(lanes, lanes, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3);
  raise_to(&lanes, &other);
  other = __builtin_shufflevector(lanes, lanes, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1);
  raise_to(&lanes, &other);
  return lanes[0] > lanes[1] ? lanes[0] : lanes[1];
}

// The greatest and the least of all lanes of all groups.
INLINE void range_of(const floats groups[GROUPS], float *greatest, float *least) {
  floats high = groups[0], low = -groups[0];
  for (int g = 1; g < GROUPS; g++) {
    const floats negated = -groups[g];
    raise_to(&high, &groups[g]);
    raise_to(&low, &negated);
  }
  *greatest = greatest_lane(&high);
  *least = -greatest_lane(&low);
}

// How many of the groups' extremes reach a bound.
INLINE size_t count_reaching(const floats groups[GROUPS], float bound) {
  size_t count = 0;
  for (int g = 0; g < GROUPS; g++) {
    const ints reaches = groups[g] >= bound;
    count += (size_t)__builtin_popcount(bits_of(&reaches));
  }
  return count;
}

// A bound that at least so many of the groups' extremes reach, hence as many elements, and not many
// more: found by quartering the range of the extremes.
INLINE float bound_of(const floats groups[GROUPS], size_t wanted) {
  float low, high;
  range_of(groups, &high, &low);
  float step = (high - low) / 4;
  for (int i = 0; i < 3; i++, step /= 4) {
    const float first = low + step, second = low + 2 * step, third = low + 3 * step;
    const bool first_is_reached = count_reaching(groups, first) >= wanted;
    const bool second_is_reached = count_reaching(groups, second) >= wanted;
    const bool third_is_reached = count_reaching(groups, third) >= wanted;
    low = first_is_reached ? first : low;
    low = second_is_reached ? second : low;
    low = third_is_reached ? third : low;
  }
  return wanted <= GROUPS * LANES ? low : -INFINITY;
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

// Ranks up to LANES scores, all of those that there are: each takes the place of the number of those
// before it, of which equal ones are those that came earlier.
INLINE void rank_all(const float *scores, const int32_t *places, size_t count, float *ranked,
                     int32_t *ranked_places, size_t *kept, size_t capacity) {
  const ints order = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  floats lanes;
  load_some(&lanes, scores, count, -INFINITY);
  ints ranks = {};
  for (size_t i = 0; i < count; i++) {
    const ints isBefore = (lanes < scores[i]) | ((lanes == scores[i]) & (order > (int32_t)i));
    ranks -= isBefore;
  }
  float sorted[LANES];
  int32_t sorted_places[LANES];
  for (size_t i = 0; i < count; i++) {
    sorted[ranks[i]] = scores[i];
    sorted_places[ranks[i]] = places[i];
  }
  *kept = count < capacity ? count : capacity;
  memcpy(ranked, sorted, *kept * sizeof(float));
  memcpy(ranked_places, sorted_places, *kept * sizeof(int32_t));
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

// Extremes and mean: the first look at a part, which also writes the cosines down and clears the
// products, whose lines are at hand. Lanes past the end of a vector that is not full become 0.
INLINE double gather_cosines(part_lanes *part, float *cosines, float *products, size_t count,
                             float factor) {
  const floats nothing = {};
  floats lanes;
  size_t j = 0;
  for (; j + GROUPS * LANES <= count; j += GROUPS * LANES) {
    for (size_t g = 0; g < GROUPS; g++) {
      load(&lanes, products + j + g * LANES);
      store(products + j + g * LANES, &nothing);
      lanes *= factor;
      store(cosines + j + g * LANES, &lanes);
      add_cosines(part, &lanes, g);
    }
  }
  for (size_t g = 0; j + LANES <= count; g++, j += LANES) {
    load(&lanes, products + j);
    store(products + j, &nothing);
    lanes *= factor;
    store(cosines + j, &lanes);
    add_cosines(part, &lanes, g);
  }
  if (j < count) {
    load_some(&lanes, products + j, count - j, 0.0f);
    memset(products + j, 0, (count - j) * sizeof(float));
    lanes *= factor;
    keep_lanes(&lanes, count - j, 0.0f);
    store(cosines + j, &lanes);
    doubles low, high;
    widen_lanes(&lanes, &low, &high);
    part->sum_low += low;
    part->sum_high += high;
    floats negated = -lanes;
    keep_lanes(&lanes, count - j, -INFINITY);
    keep_lanes(&negated, count - j, -INFINITY);
    raise_to(&part->greatest[0], &lanes);
    raise_to(&part->least[0], &negated);
  }
  return sum_lanes(&part->sum_low, &part->sum_high) / (double)count;
}

// Moments about the mean.
INLINE void gather_moments(part_lanes *part, const float *cosines, size_t count, double mean) {
  floats lanes;
  doubles low, high;
  size_t j = 0;
  for (; j + LANES <= count; j += LANES) {
    load(&lanes, cosines + j);
    widen_lanes(&lanes, &low, &high);
    low -= mean;
    high -= mean;
    add_powers(part, &low, &high);
  }
  if (j == count) return;
  load(&lanes, cosines + j);
  widen_lanes(&lanes, &low, &high);
  low -= mean;
  high -= mean;
  // Lanes past the end differ by nothing.
  keep_doubles(&low, &high, count - j);
  add_powers(part, &low, &high);
}

// The exponentials of 16 cosines relative to the best, and those times their exponents.
INLINE void weigh(const float *cosines, float best, float scale, floats *weights,
                  floats *products) {
  floats lanes;
  load(&lanes, cosines);
  lanes = (lanes - best) * scale;
  *weights = lanes;
  exponentiate(weights);
  *products = *weights * lanes;
}

// Exponentials, and those times their exponents. Their own errors are as large as those of adding
// four of them as floats; then they are added in double.
INLINE void gather_weights(part_lanes *part, const float *cosines, size_t count, float best,
                           float scale) {
  size_t j = 0;
  for (; j + FEW * LANES <= count; j += FEW * LANES) {
    floats weights[FEW], products[FEW];
    for (size_t i = 0; i < FEW; i++)
      weigh(cosines + j + i * LANES, best, scale, &weights[i], &products[i]);
    weights[0] = (weights[0] + weights[1]) + (weights[2] + weights[3]);
    products[0] = (products[0] + products[1]) + (products[2] + products[3]);
    add_weights(part, &weights[0], &products[0]);
  }
  for (; j < count; j += LANES) {
    floats weights, products;
    weigh(cosines + j, best, scale, &weights, &products);
    // Lanes past the end weigh nothing.
    if (count - j < LANES) {
      keep_lanes(&weights, count - j, 0.0f);
      keep_lanes(&products, count - j, 0.0f);
    }
    add_weights(part, &weights, &products);
  }
}

// Cosines that could be among those kept at one end, negated at the lower one.
typedef struct {
  float scores[KERNEL_PART + LANES];
  int32_t places[KERNEL_PART + LANES];
  size_t count;
} candidates;

// Adds the cosines whose bits are set. Two are added without a branch; what is written past the
// count is of no account.
INLINE void add_candidates(candidates *all, uint64_t bits, const float *cosines, float sign,
                           int32_t first) {
  for (int i = 0; i < 2; i++) {
    const int place = __builtin_ctzll(bits | 1ull << (WORD - 1));
    all->scores[all->count] = sign * cosines[place];
    all->places[all->count] = first + place;
    all->count += bits != 0;
    bits &= bits - 1;
  }
  for (; bits; bits &= bits - 1) {
    const int place = __builtin_ctzll(bits);
    all->scores[all->count] = sign * cosines[place];
    all->places[all->count++] = first + place;
  }
}

// From so many candidates on they are sorted first: insertion takes the square of their number.
#define MANY 128

// A score and where it stands.
typedef struct {
  float score;
  int32_t place;
} candidate;

// Greater scores first, equal ones in the order of their places.
static int compare_candidates(const void *first, const void *second) {
  const candidate *a = first, *b = second;
  if (a->score != b->score) return a->score > b->score ? -1 : 1;
  return a->place < b->place ? -1 : a->place > b->place;
}

// Merges many candidates into those kept so far, which stand before equal ones.
static void merge_best(const candidates *all, float *scores, int32_t *places, size_t *count,
                       size_t capacity) {
  candidate sorted[KERNEL_PART];
  for (size_t i = 0; i < all->count; i++)
    sorted[i] = (candidate){all->scores[i], all->places[i]};
  qsort(sorted, all->count, sizeof *sorted, compare_candidates);
  const size_t total = *count + all->count < capacity ? *count + all->count : capacity;
  size_t kept = 0, added = 0;
  while (kept + added < total) {
    if (added == all->count || (kept < *count && scores[kept] >= sorted[added].score))
      kept++;
    else
      added++;
  }
  for (size_t end = total; added > 0; end--) {
    if (kept > 0 && scores[kept - 1] < sorted[added - 1].score) {
      kept--;
      scores[end - 1] = scores[kept];
      places[end - 1] = places[kept];
    } else {
      added--;
      scores[end - 1] = sorted[added].score;
      places[end - 1] = sorted[added].place;
    }
  }
  *count = total;
}

// Keeps the best of the candidates and of those kept so far.
INLINE void keep_best(const candidates *all, float *scores, int32_t *places, size_t *count,
                      size_t capacity) {
  if (all->count >= MANY) {
    merge_best(all, scores, places, count, capacity);
    return;
  }
  if (*count == 0 && all->count <= LANES) {
    rank_all(all->scores, all->places, all->count, scores, places, count, capacity);
    return;
  }
  for (size_t i = 0; i < all->count; i++)
    offer(all->scores[i], all->places[i], scores, places, count, capacity);
}

// Marks the cosines that reach a bound, the first of a word in its lowest bit. The bound at the lower
// end is negated.
INLINE void mark_extremes(const float *cosines, size_t count, float high_bound, float low_bound,
                          uint64_t *high_bits, uint64_t *low_bits) {
  floats lanes;
  for (size_t word = 0; word * WORD < count; word++) {
    uint64_t high = 0, low = 0;
    for (size_t j = word * WORD; j < (word + 1) * WORD && j < count; j += LANES) {
      load(&lanes, cosines + j);
      const ints isHigh = lanes >= high_bound, isLow = lanes <= -low_bound;
      high |= (uint64_t)bits_of(&isHigh) << (j % WORD);
      low |= (uint64_t)bits_of(&isLow) << (j % WORD);
    }
    const size_t rest = count - word * WORD;
    const uint64_t used = rest < WORD ? (1ull << rest) - 1 : ~0ull;
    high_bits[word] = high & used;
    low_bits[word] = low & used;
  }
}

// The cosines that are kept: the last look.
INLINE void gather_extremes(const part_lanes *part, const float *cosines, size_t count,
                            int32_t first, kernel_reading *reading, float *top, int32_t *top_places,
                            size_t top_capacity, float *bottom, int32_t *bottom_places,
                            size_t bottom_capacity) {
  float high_bound = bound_of(part->greatest, top_capacity);
  float low_bound = bound_of(part->least, bottom_capacity);
  if (reading->top_count == top_capacity && top[top_capacity - 1] > high_bound)
    high_bound = top[top_capacity - 1];
  if (reading->bottom_count == bottom_capacity && bottom[bottom_capacity - 1] > low_bound)
    low_bound = bottom[bottom_capacity - 1];
  uint64_t high_bits[KERNEL_PART / WORD], low_bits[KERNEL_PART / WORD];
  mark_extremes(cosines, count, high_bound, low_bound, high_bits, low_bits);
  candidates high, low;
  high.count = low.count = 0;
  for (size_t j = 0; j < count; j += WORD) {
    add_candidates(&high, high_bits[j / WORD], cosines + j, 1, first + (int32_t)j);
    add_candidates(&low, low_bits[j / WORD], cosines + j, -1, first + (int32_t)j);
  }
  keep_best(&high, top, top_places, &reading->top_count, top_capacity);
  keep_best(&low, bottom, bottom_places, &reading->bottom_count, bottom_capacity);
}

KERNEL void kernel_read_part(kernel_reading *reading, float *products, size_t count,
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
  gather_moments(&part, cosines, count, mean);
  gather_weights(&part, cosines, count, best, scale);
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
