#include "distributions.h"

#include <algorithm>
#include <boost/math/distributions/hypergeometric.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <limits>

namespace {

using namespace boost::math::policies;

// Faults give NaN or an infinity, and set errno, which nobody reads.
using quiet =
    policy<domain_error<errno_on_error>, pole_error<errno_on_error>, overflow_error<errno_on_error>,
           evaluation_error<errno_on_error>, rounding_error<errno_on_error>,
           indeterminate_result_error<errno_on_error>>;

using student = boost::math::students_t_distribution<double, quiet>;
using hypergeometric = boost::math::hypergeometric_distribution<double, quiet>;

const double none = std::numeric_limits<double>::quiet_NaN();
const double root2 = std::sqrt(2.0);

// The value of a function, or NaN if it throws all the same.
template <typename Function>
double value(Function function) noexcept {
  try {
    return function();
  } catch (...) {
    return none;
  }
}

}  // namespace

double distribution_normal_cdf(double x) { return distribution_normal_tail(-x); }

double distribution_normal_tail(double x) {
  return value([=] { return boost::math::erfc(x / root2, quiet()) / 2; });
}

double distribution_normal_quantile(double p) {
  return value([=] { return -root2 * boost::math::erfc_inv(2 * p, quiet()); });
}

double distribution_student_cdf(double t, double freedom) {
  return value([=] { return boost::math::cdf(student(freedom), t); });
}

double distribution_student_tail(double t, double freedom) {
  return value([=] { return boost::math::cdf(boost::math::complement(student(freedom), t)); });
}

double distribution_student_quantile(double p, double freedom) {
  return value([=] { return boost::math::quantile(student(freedom), p); });
}

double distribution_beta_cdf(double x, double a, double b) {
  return value([=] { return boost::math::ibeta(a, b, x, quiet()); });
}

double distribution_beta_quantile(double p, double a, double b) {
  return value([=] { return boost::math::ibeta_inv(a, b, p, quiet()); });
}

double distribution_chi_squared_tail(double x, double freedom) {
  return value([=] { return boost::math::gamma_q(freedom / 2, x / 2, quiet()); });
}

double distribution_hypergeometric_tail(
    long k, unsigned marked, unsigned drawn, unsigned total) {
  if (marked > total || drawn > total) return none;
  long least = std::max(0L, static_cast<long>(marked) + drawn - total);
  if (k <= least) return 1;
  if (k > static_cast<long>(std::min(marked, drawn))) return 0;
  return value([=] {
    hypergeometric distribution(marked, drawn, total);
    return boost::math::cdf(
        boost::math::complement(distribution, static_cast<double>(k - 1)));
  });
}
