#ifndef KAITO_RUNTIME_SERVE_ENGINE_GENERATION_H_
#define KAITO_RUNTIME_SERVE_ENGINE_GENERATION_H_

// What the engine is asked for, and what it tells while it works. Plain data
// and the interface of those who listen; see engine.h.

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/runtime/adapter/lora_adapter.h"
#include "kaito/runtime/serve/engine/sampling_options.h"
#include "kaito/runtime/serve/engine/token_sampler.h"

namespace kaito::runtime::serve {

struct GenerationRequest {
  std::vector<int32_t> prompt;  // At least one.
  // Null: the bare base. Shared, since an adapter may be unloaded while its
  // requests still run.
  std::shared_ptr<const LoraAdapter> adapter;
  SamplingOptions sampling;

  int64_t max_tokens = 0;  // Of the answer; at least 1.
  int64_t min_tokens = 0;  // Before it, no token ends the answer.
  std::vector<std::string> stop;
  std::vector<int32_t> stop_ids;  // Besides those of the model.
  bool ignore_eos = false;        // The model's own don't end the answer.
  bool include_stop = false;      // What ended the answer belongs to its text.
  bool skip_special_tokens = true;

  // The client left, or the deadline is there.
  StopToken cancelled;
};

enum class FinishReason {
  kStop,    // A stop id or stop string, or the model's end of text.
  kLength,  // max_tokens.
  kFailed,  // GenerationEnd::status says why.
};

struct GenerationPiece {
  std::string text;  // Whole characters; may be empty.
  // Where log-probabilities are wanted; of all tokens since the last piece. The
  // text may lag behind them.
  std::vector<SampledToken> tokens;
};

struct GenerationEnd {
  FinishReason reason = FinishReason::kStop;
  // OK, or why it failed: Cancelled, DeadlineExceeded, Unavailable for a server
  // that stops, what the backend said.
  absl::Status status;
  // What ended it: nothing, or the model's own end; an id of stop_ids; a string
  // of stop.
  std::variant<std::monostate, int32_t, std::string> stopped_by;
  int64_t prompt_tokens = 0;
  // Of the answer, in full: those that gave no text, and the one that ended it,
  // too.
  std::vector<int32_t> ids;
};

// Who listens to one sequence. Called on the engine's thread, with no lock held:
// must be quick and never wait, since all sequences wait for it.
class GenerationListener {
 public:
  virtual ~GenerationListener() = default;
  virtual void OnPiece(GenerationPiece piece) = 0;
  // The last call. Always comes, once the engine has taken the request.
  virtual void OnEnd(GenerationEnd end) = 0;
};

struct Submission {
  GenerationRequest request;
  std::unique_ptr<GenerationListener> listener;
};

}  // namespace kaito::runtime::serve

#endif  // KAITO_RUNTIME_SERVE_ENGINE_GENERATION_H_
