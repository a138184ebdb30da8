#ifndef KAITO_KUBE_METRICS_REGISTRY_H_
#define KAITO_KUBE_METRICS_REGISTRY_H_

// Counters, gauges and histograms, and their text as Prometheus reads it. One
// registry for a process; its parts add their metrics when they are made, with
// each label they will use, so that rates work from the first increment.
//
//   MetricRegistry metrics;
//   Counter& errors = metrics.AddCounter(
//       "controller_runtime_reconcile_errors_total", "Failed reconciles.",
//       {{"controller", "workspace"}});
//   errors.Increment();
//   response.body = metrics.Text();
//
// Labels are few and known: never the name of an object.

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/thread_annotations.h"

namespace kaito::kube {

class Counter {
 public:
  void Increment(double by = 1) { value_.fetch_add(by); }
  double value() const { return value_.load(); }

 private:
  std::atomic<double> value_ = 0;
};

class Gauge {
 public:
  void Set(double value) { value_.store(value); }
  void Add(double by) { value_.fetch_add(by); }
  double value() const { return value_.load(); }

 private:
  std::atomic<double> value_ = 0;
};

class Histogram {
 public:
  // Upper bounds, ascending; the last bucket, without one, is added.
  explicit Histogram(std::vector<double> bounds);

  void Observe(double value);

  const std::vector<double>& bounds() const { return bounds_; }
  // Of bucket i alone, not of those below it.
  int64_t count(size_t i) const { return counts_[i].load(); }
  double sum() const { return sum_.load(); }

 private:
  const std::vector<double> bounds_;
  std::vector<std::atomic<int64_t>> counts_;  // One more than bounds_.
  std::atomic<double> sum_ = 0;
};

// From 5 ms to 60 s: what reconciles take.
std::vector<double> ReconcileBuckets();
// Powers of ten from 10 ns to 10 s: what queues measure.
std::vector<double> QueueBuckets();

// Thread-safe. What it returns is valid as long as it is.
class MetricRegistry {
 public:
  using Labels = std::map<std::string, std::string>;

  MetricRegistry();
  ~MetricRegistry();

  // The series of that name and labels, made where it is new. A name has one
  // type, and one help: the first. Beyond kMaxSeries of a name, all further
  // labels share one series whose values are "other".
  Counter& AddCounter(absl::string_view name, absl::string_view help,
                      const Labels& labels = {}) KAITO_EXCLUDES(mutex_);
  Gauge& AddGauge(absl::string_view name, absl::string_view help,
                  const Labels& labels = {}) KAITO_EXCLUDES(mutex_);
  Histogram& AddHistogram(absl::string_view name, absl::string_view help,
                          std::vector<double> bounds, const Labels& labels = {})
      KAITO_EXCLUDES(mutex_);
  // A gauge that is asked for its value by Text(); it must be quick, and not
  // use the registry. A second one of the same series replaces the first.
  void AddGaugeFunction(absl::string_view name, absl::string_view help,
                        const Labels& labels, std::function<double()> value)
      KAITO_EXCLUDES(mutex_);

  // Sorted by name and labels; text/plain; version=0.0.4.
  std::string Text() const KAITO_EXCLUDES(mutex_);

  static constexpr int64_t kMaxSeries = 1000;

 private:
  struct Series;
  struct Family;

  Series& Find(absl::string_view name, absl::string_view help,
               absl::string_view type, const Labels& labels)
      KAITO_REQUIRES(mutex_);

  mutable Mutex mutex_;
  std::map<std::string, std::unique_ptr<Family>> families_
      KAITO_GUARDED_BY(mutex_);
};

}  // namespace kaito::kube

#endif  // KAITO_KUBE_METRICS_REGISTRY_H_
