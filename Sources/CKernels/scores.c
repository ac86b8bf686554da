#include "scores.h"
#include "vectors.h"
#include <math.h>

// What a row of scores is made of, from one label on.
typedef struct {
  const float *products, *slopes, *shifts, *constants;
  float factor, shift;
} score_row;

// The scores of up to LANES labels; lanes beyond `count` are `rest`.
INLINE void score_lanes(const score_row *row, size_t start, size_t count, float rest,
                        floats *scores) {
  floats products, slopes, shifts, constants;
  if (count >= LANES) {
    load(&products, row->products + start);
    load(&slopes, row->slopes + start);
    load(&shifts, row->shifts + start);
    load(&constants, row->constants + start);
  } else {
    load_some(&products, row->products + start, count, 0);
    load_some(&slopes, row->slopes + start, count, 0);
    load_some(&shifts, row->shifts + start, count, 0);
    load_some(&constants, row->constants + start, count, rest);
  }
  *scores = slopes * (row->factor * products) - row->shift * shifts + constants;
}

KERNEL int32_t kernel_best_score(const float *products, const float *slopes, const float *shifts,
                                 const float *constants, float factor, float shift, size_t count,
                                 float *best) {
  const score_row row = {products, slopes, shifts, constants, factor, shift};
  floats greatest = BROADCAST(-INFINITY);
  ints places = {};
  const ints order = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  for (size_t j = 0; j < count; j += LANES) {
    floats scores;
    score_lanes(&row, j, count - j, -INFINITY, &scores);
    const ints isGreater = scores > greatest;
    greatest = (floats)(((ints)scores & isGreater) | ((ints)greatest & ~isGreater));
    places = ((order + (int32_t)j) & isGreater) | (places & ~isGreater);
  }
  *best = -INFINITY;
  int32_t label = -1;
  for (int lane = 0; lane < LANES; lane++) {
    if (greatest[lane] > *best || (greatest[lane] == *best && places[lane] < label)) {
      *best = greatest[lane];
      label = places[lane];
    }
  }
  return label;
}

KERNEL size_t kernel_scores_above(const float *products, const float *slopes, const float *shifts,
                                  const float *constants, float factor, float shift, size_t count,
                                  float bound) {
  const score_row row = {products, slopes, shifts, constants, factor, shift};
  ints above = {};
  for (size_t j = 0; j < count; j += LANES) {
    floats scores;
    score_lanes(&row, j, count - j, -INFINITY, &scores);
    above -= scores > bound;
  }
  size_t sum = 0;
  for (int lane = 0; lane < LANES; lane++) sum += (size_t)above[lane];
  return sum;
}

KERNEL void kernel_scores(const float *products, const float *slopes, const float *shifts,
                          const float *constants, float factor, float shift, size_t count,
                          float *scores) {
  const score_row row = {products, slopes, shifts, constants, factor, shift};
  for (size_t j = 0; j < count; j += LANES) {
    floats lanes;
    score_lanes(&row, j, count - j, 0, &lanes);
    if (count - j >= LANES) {
      store(scores + j, &lanes);
    } else {
      memcpy(scores + j, &lanes, (count - j) * sizeof(float));
    }
  }
}

KERNEL double kernel_exponentials(const float *source, float scale, float offset, size_t count,
                                  float *target) {
  doubles low = {}, high = {};
  for (size_t j = 0; j < count; j += LANES) {
    floats lanes;
    if (count - j >= LANES) {
      load(&lanes, source + j);
    } else {
      load_some(&lanes, source + j, count - j, -INFINITY);
    }
    lanes = (lanes - offset) * scale;
    exponentiate(&lanes);
    doubles wide_low, wide_high;
    widen_lanes(&lanes, &wide_low, &wide_high);
    low += wide_low;
    high += wide_high;
    if (count - j >= LANES) {
      store(target + j, &lanes);
    } else {
      memcpy(target + j, &lanes, (count - j) * sizeof(float));
    }
  }
  return sum_lanes(&low, &high);
}

KERNEL double kernel_sigmoid_sum(const float *source, float scale, float bias, size_t count,
                                 size_t *above) {
  doubles low = {}, high = {};
  ints over = {};
  for (size_t j = 0; j < count; j += LANES) {
    floats lanes;
    if (count - j >= LANES) {
      load(&lanes, source + j);
    } else {
      load_some(&lanes, source + j, count - j, -INFINITY);
    }
    lanes = lanes * scale + bias;
    const ints isPositive = lanes > 0.0f;
    over -= isPositive;
    // Of -|x|, which cannot overflow: 1 / (1 + e) or e / (1 + e).
    floats small = (floats)((ints)lanes | INT32_MIN);
    exponentiate(&small);
    const floats one = BROADCAST(1.0f);
    const floats top = (floats)(((ints)one & isPositive) | ((ints)small & ~isPositive));
    lanes = top / (one + small);
    doubles wide_low, wide_high;
    widen_lanes(&lanes, &wide_low, &wide_high);
    low += wide_low;
    high += wide_high;
  }
  *above = 0;
  for (int lane = 0; lane < LANES; lane++) *above += (size_t)over[lane];
  return sum_lanes(&low, &high);
}
