#include "kaito/runtime/serve/http/metrics_text.h"

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/runtime/serve/engine/engine_metrics.h"

namespace kaito::runtime::serve {
namespace {

using ::testing::HasSubstr;

TEST(MetricsText, WritesEachKind) {
  EngineMetrics metrics;
  metrics.running = 2;
  metrics.total_blocks = 10;
  metrics.free_blocks = 4;
  metrics.generation_tokens = 12345678901;
  metrics.finished_stop = 3;
  metrics.first_token.Add(0.03);
  metrics.first_token.Add(1000);
  const std::string text =
      MetricsText(metrics, {.model_name = "a\"b", .adapters = {"x", "y"}});
  const std::string labels = R"({model_name="a\"b",engine="0")";
  EXPECT_THAT(text, HasSubstr("# TYPE vllm:num_requests_running gauge\n"
                              "vllm:num_requests_running" +
                              labels + "} 2\n"));
  EXPECT_THAT(text, HasSubstr("vllm:kv_cache_usage_perc" + labels + "} 0.6\n"));
  EXPECT_THAT(text, HasSubstr("vllm:generation_tokens_total" + labels +
                              "} 12345678901\n"));
  EXPECT_THAT(text, HasSubstr("vllm:request_success_total" + labels +
                              ",finished_reason=\"stop\"} 3\n"));
  const std::string name = "vllm:time_to_first_token_seconds";
  EXPECT_THAT(text, HasSubstr(name + "_bucket" + labels + ",le=\"0.02\"} 0\n"));
  EXPECT_THAT(text, HasSubstr(name + "_bucket" + labels + ",le=\"0.04\"} 1\n"));
  EXPECT_THAT(text, HasSubstr(name + "_bucket" + labels + ",le=\"+Inf\"} 2\n"));
  EXPECT_THAT(text, HasSubstr(name + "_sum" + labels + "} 1000.03\n"));
  EXPECT_THAT(text, HasSubstr(name + "_count" + labels + "} 2\n"));
  EXPECT_THAT(text, HasSubstr("loaded_lora_adapters=\"x,y\""));
}

TEST(MetricsText, NamesEachMetricOnce) {
  std::set<std::string> names;
  for (const absl::string_view line :
       absl::StrSplit(MetricsText({}, {.model_name = "m"}), '\n')) {
    const std::vector<std::string> words = absl::StrSplit(line, ' ');
    if (words[0] != "#" || words[1] != "TYPE") continue;
    EXPECT_TRUE(names.insert(words[2]).second) << words[2];
  }
  // What KAITO's autoscaling and dashboards read.
  for (const char* name :
       {"vllm:num_requests_waiting", "vllm:num_requests_running",
        "vllm:generation_tokens_total", "vllm:prompt_tokens_total",
        "vllm:cache_config_info", "vllm:gpu_cache_usage_perc"}) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
}

}  // namespace
}  // namespace kaito::runtime::serve
