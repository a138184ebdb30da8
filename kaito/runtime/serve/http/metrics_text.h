#ifndef KAITO_RUNTIME_SERVE_HTTP_METRICS_TEXT_H_
#define KAITO_RUNTIME_SERVE_HTTP_METRICS_TEXT_H_

// The engine's metrics in Prometheus' text format, under vLLM's names (old and
// new ones, where they changed), so that dashboards and autoscalers made for it
// work; and our own, kaito_….
//
//   MetricsText(engine.metrics(), {.model_name = "phi-3", ...});
//
// Pure.

#include <string>
#include <vector>

#include "kaito/runtime/serve/engine/engine_metrics.h"

namespace kaito::runtime::serve {

// The Content-Type that goes with it.
inline constexpr char kMetricsContentType[] =
    "text/plain; version=0.0.4; charset=utf-8";

struct MetricsLabels {
  std::string model_name;
  std::vector<std::string> adapters;  // Loaded.
};

std::string MetricsText(const EngineMetrics& metrics,
                        const MetricsLabels& labels);

}  // namespace kaito::runtime::serve

#endif  // KAITO_RUNTIME_SERVE_HTTP_METRICS_TEXT_H_
