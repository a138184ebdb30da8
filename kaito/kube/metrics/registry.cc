#include "kaito/kube/metrics/registry.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "kaito/base/check/check.h"
#include "kaito/base/sync/mutex.h"

namespace kaito::kube {
namespace {

using Labels = MetricRegistry::Labels;

std::string Number(double value) {
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  if (std::isnan(value)) return "NaN";
  return absl::StrCat(value);
}

// `{a="b",c="d"}`, with `more`, already written, at the end.
std::string Written(const Labels& labels, absl::string_view more = "") {
  std::string text;
  for (const auto& [name, value] : labels) {
    absl::StrAppend(&text, text.empty() ? "" : ",", name, "=\"",
                    absl::StrReplaceAll(
                        value, {{"\\", "\\\\"}, {"\"", "\\\""}, {"\n", "\\n"}}),
                    "\"");
  }
  if (!more.empty()) absl::StrAppend(&text, text.empty() ? "" : ",", more);
  return text.empty() ? "" : absl::StrCat("{", text, "}");
}

void WriteHistogram(absl::string_view name, const Labels& labels,
                    const Histogram& histogram, std::string* text) {
  int64_t total = 0;
  for (size_t i = 0; i <= histogram.bounds().size(); ++i) {
    total += histogram.count(i);
    const std::string bound =
        i < histogram.bounds().size() ? Number(histogram.bounds()[i]) : "+Inf";
    absl::StrAppend(text, name, "_bucket",
                    Written(labels, absl::StrCat("le=\"", bound, "\"")), " ",
                    total, "\n");
  }
  absl::StrAppend(text, name, "_sum", Written(labels), " ",
                  Number(histogram.sum()), "\n", name, "_count",
                  Written(labels), " ", total, "\n");
}

}  // namespace

// One of the four is there.
struct MetricRegistry::Series {
  std::unique_ptr<Counter> counter;
  std::unique_ptr<Gauge> gauge;
  std::unique_ptr<Histogram> histogram;
  std::function<double()> function;
};

struct MetricRegistry::Family {
  std::string help;
  std::string type;
  std::map<Labels, Series> series;
};

Histogram::Histogram(std::vector<double> bounds)
    : bounds_(std::move(bounds)), counts_(bounds_.size() + 1) {}

void Histogram::Observe(double value) {
  const size_t bucket =
      std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin();
  counts_[bucket].fetch_add(1);
  sum_.fetch_add(value);
}

std::vector<double> ReconcileBuckets() {
  return {0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3,  0.35,
          0.4,   0.45, 0.5,   0.6,  0.7, 0.8,  0.9, 1.0,  1.25, 1.5,
          1.75,  2.0,  2.5,   3.0,  3.5, 4.0,  4.5, 5,    6,    7,
          8,     9,    10,    15,   20,  25,   30,  40,   50,   60};
}

std::vector<double> QueueBuckets() {
  return {1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10};
}

MetricRegistry::MetricRegistry() = default;
MetricRegistry::~MetricRegistry() = default;

MetricRegistry::Series& MetricRegistry::Find(absl::string_view name,
                                             absl::string_view help,
                                             absl::string_view type,
                                             const Labels& labels) {
  std::unique_ptr<Family>& family = families_[std::string(name)];
  if (family == nullptr) {
    family = std::make_unique<Family>();
    family->help = std::string(help);
    family->type = std::string(type);
  }
  KAITO_CHECK_EQ(family->type, type) << "metric " << name;
  const auto found = family->series.find(labels);
  if (found != family->series.end()) return found->second;
  if (static_cast<int64_t>(family->series.size()) < kMaxSeries) {
    return family->series[labels];
  }
  Labels others = labels;
  for (auto& [label, value] : others) value = "other";
  return family->series[others];
}

Counter& MetricRegistry::AddCounter(absl::string_view name,
                                    absl::string_view help,
                                    const Labels& labels) {
  MutexLock lock(mutex_);
  Series& series = Find(name, help, "counter", labels);
  if (series.counter == nullptr) series.counter = std::make_unique<Counter>();
  return *series.counter;
}

Gauge& MetricRegistry::AddGauge(absl::string_view name, absl::string_view help,
                                const Labels& labels) {
  MutexLock lock(mutex_);
  Series& series = Find(name, help, "gauge", labels);
  if (series.gauge == nullptr) series.gauge = std::make_unique<Gauge>();
  return *series.gauge;
}

Histogram& MetricRegistry::AddHistogram(absl::string_view name,
                                        absl::string_view help,
                                        std::vector<double> bounds,
                                        const Labels& labels) {
  MutexLock lock(mutex_);
  Series& series = Find(name, help, "histogram", labels);
  if (series.histogram == nullptr) {
    series.histogram = std::make_unique<Histogram>(std::move(bounds));
  }
  return *series.histogram;
}

void MetricRegistry::AddGaugeFunction(absl::string_view name,
                                      absl::string_view help,
                                      const Labels& labels,
                                      std::function<double()> value) {
  MutexLock lock(mutex_);
  Find(name, help, "gauge", labels).function = std::move(value);
}

std::string MetricRegistry::Text() const {
  MutexLock lock(mutex_);
  std::string text;
  for (const auto& [name, family] : families_) {
    absl::StrAppend(&text, "# HELP ", name, " ", family->help, "\n# TYPE ",
                    name, " ", family->type, "\n");
    for (const auto& [labels, series] : family->series) {
      if (series.histogram != nullptr) {
        WriteHistogram(name, labels, *series.histogram, &text);
        continue;
      }
      const double value = series.function           ? series.function()
                           : series.gauge != nullptr ? series.gauge->value()
                                                     : series.counter->value();
      absl::StrAppend(&text, name, Written(labels), " ", Number(value), "\n");
    }
  }
  return text;
}

}  // namespace kaito::kube
