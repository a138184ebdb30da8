#include "kaito/runtime/serve/http/metrics_text.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/serve/engine/engine_metrics.h"
#include "kaito/runtime/serve/engine/histogram.h"

namespace kaito::runtime::serve {
namespace {

std::string Escaped(absl::string_view value) {
  return absl::StrReplaceAll(value,
                             {{"\\", "\\\\"}, {"\"", "\\\""}, {"\n", "\\n"}});
}

class Writer {
 public:
  explicit Writer(absl::string_view model_name)
      : labels_(absl::StrCat("model_name=\"", Escaped(model_name),
                             "\",engine=\"0\"")) {}

  void Gauge(absl::string_view name, absl::string_view help, double value) {
    Head(name, "gauge", help);
    Line(name, "", value);
  }
  void Counter(absl::string_view name, absl::string_view help, int64_t value) {
    Head(name, "counter", help);
    Line(name, "", static_cast<double>(value));
  }
  // One line for each value of the label.
  void CounterBy(absl::string_view name, absl::string_view help,
                 absl::string_view label,
                 const std::vector<std::pair<std::string, int64_t>>& values) {
    Head(name, "counter", help);
    for (const auto& [value, count] : values) {
      Line(name, absl::StrCat(label, "=\"", value, "\""),
           static_cast<double>(count));
    }
  }
  void GaugeWith(absl::string_view name, absl::string_view help,
                 const std::vector<std::pair<std::string, std::string>>& more) {
    Head(name, "gauge", help);
    std::vector<std::string> labels;
    for (const auto& [label, value] : more) {
      labels.push_back(absl::StrCat(label, "=\"", Escaped(value), "\""));
    }
    Line(name, absl::StrJoin(labels, ","), 1);
  }
  void Buckets(absl::string_view name, absl::string_view help,
               const Histogram& histogram) {
    Head(name, "histogram", help);
    const std::vector<int64_t> counts = histogram.cumulative();
    const std::string bucket = absl::StrCat(name, "_bucket");
    for (size_t i = 0; i < counts.size(); ++i) {
      Line(bucket, absl::StrCat("le=\"", histogram.bounds()[i], "\""),
           static_cast<double>(counts[i]));
    }
    const double count = static_cast<double>(histogram.count());
    Line(bucket, "le=\"+Inf\"", count);
    Line(absl::StrCat(name, "_sum"), "", histogram.sum());
    Line(absl::StrCat(name, "_count"), "", count);
  }

  std::string Take() { return std::move(text_); }

 private:
  void Head(absl::string_view name, absl::string_view type,
            absl::string_view help) {
    absl::StrAppend(&text_, "# HELP ", name, " ", help, "\n# TYPE ", name, " ",
                    type, "\n");
  }
  void Line(absl::string_view name, absl::string_view more, double value) {
    absl::StrAppend(&text_, name, "{", labels_, more.empty() ? "" : ",", more,
                    "} ");
    // Counts stay whole beyond the six digits that StrCat gives a double.
    const int64_t whole = static_cast<int64_t>(value);
    if (static_cast<double>(whole) == value) {
      absl::StrAppend(&text_, whole, "\n");
    } else {
      absl::StrAppend(&text_, value, "\n");
    }
  }

  const std::string labels_;
  std::string text_;
};

void WriteLoad(const EngineMetrics& m, Writer& w) {
  w.Gauge("vllm:num_requests_running", "Sequences that hold blocks.",
          static_cast<double>(m.running));
  w.Gauge("vllm:num_requests_waiting", "Sequences that wait for blocks.",
          static_cast<double>(m.waiting));
  const double total = static_cast<double>(m.total_blocks);
  const double used =
      total > 0 ? (total - static_cast<double>(m.free_blocks)) / total : 0;
  for (const char* name :
       {"vllm:kv_cache_usage_perc", "vllm:gpu_cache_usage_perc"}) {
    w.Gauge(name, "Part of the key-value cache in use; 1 is all.", used);
  }
  w.GaugeWith("vllm:cache_config_info", "Of the key-value cache.",
              {{"block_size", absl::StrCat(m.block_size)},
               {"num_gpu_blocks", absl::StrCat(m.total_blocks)}});
}

void WriteCounts(const EngineMetrics& m, Writer& w) {
  w.Counter("vllm:prompt_tokens_total", "Tokens of prompts that were run.",
            m.prompt_tokens);
  w.Counter("vllm:generation_tokens_total", "Tokens of answers.",
            m.generation_tokens);
  w.Counter("vllm:num_preemptions_total",
            "Sequences that lost their blocks and ran again.", m.preemptions);
  w.CounterBy("vllm:request_success_total", "Sequences that ended.",
              "finished_reason",
              {{"stop", m.finished_stop},
               {"length", m.finished_length},
               {"abort", m.finished_abort},
               {"error", m.finished_error}});
  w.Counter("kaito_ratelimit_rejected_total",
            "Requests that were refused since too many waited.", m.refused);
  w.Counter("kaito_engine_steps_total", "Forward passes.", m.steps);
  w.Counter("kaito_engine_failed_steps_total", "Forward passes that failed.",
            m.failed_steps);
}

void WriteTimes(const EngineMetrics& m, Writer& w) {
  w.Buckets("vllm:time_to_first_token_seconds",
            "From submission to the first token.", m.first_token);
  for (const char* name : {"vllm:inter_token_latency_seconds",
                           "vllm:time_per_output_token_seconds"}) {
    w.Buckets(name, "Between two tokens.", m.between_tokens);
  }
  w.Buckets("vllm:request_time_per_output_token_seconds",
            "Of a request's tokens but the first, on average.", m.per_token);
  w.Buckets("vllm:e2e_request_latency_seconds", "From submission to the end.",
            m.whole_request);
  w.Buckets("vllm:request_queue_time_seconds",
            "From submission to the first step.", m.queue);
  w.Buckets("vllm:request_prefill_time_seconds",
            "From the first step to the first token.", m.prefill);
  w.Buckets("vllm:request_decode_time_seconds",
            "From the first token to the last.", m.decode);
  w.Buckets("vllm:request_inference_time_seconds",
            "From the first step to the last token.", m.inference);
}

void WriteSizes(const EngineMetrics& m, Writer& w) {
  w.Buckets("vllm:request_prompt_tokens", "Tokens of a prompt.",
            m.request_prompt_tokens);
  w.Buckets("vllm:request_generation_tokens", "Tokens of an answer.",
            m.request_generation_tokens);
  w.Buckets("vllm:request_params_max_tokens", "Tokens asked for.",
            m.request_max_tokens);
  w.Buckets("vllm:iteration_tokens_total", "Tokens of a step.", m.step_tokens);
}

}  // namespace

std::string MetricsText(const EngineMetrics& metrics,
                        const MetricsLabels& labels) {
  Writer writer(labels.model_name);
  WriteLoad(metrics, writer);
  writer.GaugeWith(
      "vllm:lora_requests_info", "Adapters that are loaded.",
      {{"max_lora", absl::StrCat(labels.adapters.size())},
       {"loaded_lora_adapters", absl::StrJoin(labels.adapters, ",")}});
  WriteCounts(metrics, writer);
  WriteTimes(metrics, writer);
  WriteSizes(metrics, writer);
  return writer.Take();
}

}  // namespace kaito::runtime::serve
