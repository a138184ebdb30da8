#ifndef KAITO_RUNTIME_SERVE_ENGINE_HISTOGRAM_H_
#define KAITO_RUNTIME_SERVE_ENGINE_HISTOGRAM_H_

// Histogram: counts of values by fixed upper bounds, as Prometheus wants them.
//
//   Histogram latency({0.1, 0.5, 1});
//   latency.Add(0.3);
//   latency.cumulative();  // {0, 1, 1}; count() is 1, sum() is 0.3
//
// A plain value; not synchronised.

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace kaito::runtime::serve {

class Histogram {
 public:
  // Ascending. A value equal to a bound is below it.
  explicit Histogram(std::vector<double> bounds)
      : bounds_(std::move(bounds)), counts_(bounds_.size(), 0) {}

  void Add(double value) {
    ++count_;
    sum_ += value;
    for (size_t i = 0; i < bounds_.size(); ++i) {
      if (value <= bounds_[i]) {
        ++counts_[i];
        return;
      }
    }
  }

  const std::vector<double>& bounds() const { return bounds_; }
  // Of the values at most bounds()[i].
  std::vector<int64_t> cumulative() const {
    std::vector<int64_t> sums = counts_;
    for (size_t i = 1; i < sums.size(); ++i) sums[i] += sums[i - 1];
    return sums;
  }
  int64_t count() const { return count_; }
  double sum() const { return sum_; }

 private:
  std::vector<double> bounds_;
  std::vector<int64_t> counts_;
  int64_t count_ = 0;
  double sum_ = 0;
};

}  // namespace kaito::runtime::serve

#endif  // KAITO_RUNTIME_SERVE_ENGINE_HISTOGRAM_H_
