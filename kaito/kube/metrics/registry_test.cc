#include "kaito/kube/metrics/registry.h"

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kaito::kube {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(MetricRegistry, R77WritesWhatPrometheusReads) {
  MetricRegistry metrics;
  metrics.AddCounter("b_total", "Errors.", {{"controller", "a\"\\\n"}});
  metrics.AddCounter("b_total", "Ignored.", {{"controller", "w"}}).Increment(2);
  metrics.AddGauge("a_depth", "Depth.").Set(1.5);
  metrics.AddGaugeFunction("c_now", "Asked.", {}, [] { return -3; });
  EXPECT_EQ(metrics.Text(),
            "# HELP a_depth Depth.\n"
            "# TYPE a_depth gauge\n"
            "a_depth 1.5\n"
            "# HELP b_total Errors.\n"
            "# TYPE b_total counter\n"
            "b_total{controller=\"a\\\"\\\\\\n\"} 0\n"
            "b_total{controller=\"w\"} 2\n"
            "# HELP c_now Asked.\n"
            "# TYPE c_now gauge\n"
            "c_now -3\n");
}

TEST(MetricRegistry, CountsEachValueInTheBucketsAboveIt) {
  MetricRegistry metrics;
  Histogram& seconds =
      metrics.AddHistogram("s", "Time.", {0.1, 1}, {{"c", "x"}});
  for (const double value : {0.05, 0.1, 0.5, 7.0}) seconds.Observe(value);
  EXPECT_THAT(metrics.Text(), HasSubstr("s_bucket{c=\"x\",le=\"0.1\"} 2\n"
                                        "s_bucket{c=\"x\",le=\"1\"} 3\n"
                                        "s_bucket{c=\"x\",le=\"+Inf\"} 4\n"
                                        "s_sum{c=\"x\"} 7.65\n"
                                        "s_count{c=\"x\"} 4\n"));
  EXPECT_EQ(ReconcileBuckets().size(), 40);  // R76.
}

TEST(MetricRegistry, R77BoundsTheSeriesOfAName) {
  MetricRegistry metrics;
  for (int64_t i = 0; i < MetricRegistry::kMaxSeries + 5; ++i) {
    metrics.AddCounter("n_total", "N.", {{"name", absl::StrCat("o", i)}})
        .Increment();
  }
  EXPECT_THAT(metrics.Text(), HasSubstr("n_total{name=\"other\"} 5\n"));
  EXPECT_THAT(metrics.Text(), Not(HasSubstr("o1004")));
}

}  // namespace
}  // namespace kaito::kube
