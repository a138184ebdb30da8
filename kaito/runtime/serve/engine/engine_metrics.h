#ifndef KAITO_RUNTIME_SERVE_ENGINE_ENGINE_METRICS_H_
#define KAITO_RUNTIME_SERVE_ENGINE_ENGINE_METRICS_H_

// What the engine has done so far and what it does now. A plain value that the
// engine keeps and copies out; ../http/metrics_text.h writes it for Prometheus.

#include <cstdint>
#include <vector>

#include "kaito/runtime/serve/engine/histogram.h"

namespace kaito::runtime::serve {

// Bounds in seconds: vLLM's, so that dashboards made for it fit.
inline std::vector<double> FirstTokenBounds() {
  return {0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5,
          0.75,  1,     2.5,  5,    7.5,  10,   20,   40,  80,   160};
}
inline std::vector<double> TokenBounds() {
  return {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2,
          0.3,   0.4,    0.5,   0.75, 1,     2.5,  5,     7.5, 10,   20};
}
inline std::vector<double> RequestBounds() {
  return {0.05, 0.1, 0.3, 0.5, 0.8, 1,  1.5, 2,   2.5, 5,  10,
          15,   20,  30,  40,  50,  60, 120, 240, 480, 960};
}
// Tokens.
inline std::vector<double> CountBounds() {
  return {1,   2,    5,    10,   20,    50,    100,   200,
          500, 1000, 2000, 5000, 10000, 20000, 50000, 100000};
}

struct EngineMetrics {
  // Now.
  int64_t running = 0;
  int64_t waiting = 0;
  int64_t free_blocks = 0;
  int64_t total_blocks = 0;
  int64_t block_size = 0;

  // Since the start.
  int64_t prompt_tokens = 0;  // Run, again after a preemption, too.
  int64_t generation_tokens = 0;
  int64_t preemptions = 0;
  int64_t steps = 0;
  int64_t failed_steps = 0;
  int64_t refused = 0;  // The queue was full.
  int64_t finished_stop = 0;
  int64_t finished_length = 0;
  int64_t finished_abort = 0;  // The client left, or a deadline.
  int64_t finished_error = 0;

  Histogram first_token{FirstTokenBounds()};
  Histogram between_tokens{TokenBounds()};
  // Of a finished request: of all tokens but the first, on average.
  Histogram per_token{TokenBounds()};
  Histogram whole_request{RequestBounds()};
  Histogram queue{RequestBounds()};
  Histogram prefill{RequestBounds()};    // From its start to the first token.
  Histogram decode{RequestBounds()};     // From the first token to the last.
  Histogram inference{RequestBounds()};  // Both.
  Histogram request_prompt_tokens{CountBounds()};
  Histogram request_generation_tokens{CountBounds()};
  Histogram request_max_tokens{CountBounds()};
  Histogram step_tokens{CountBounds()};
};

}  // namespace kaito::runtime::serve

#endif  // KAITO_RUNTIME_SERVE_ENGINE_ENGINE_METRICS_H_
