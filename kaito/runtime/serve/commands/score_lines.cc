#include "kaito/runtime/serve/commands/score_lines.h"

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/backend/decoder_backend.h"
#include "kaito/runtime/batch/packed_batch.h"
#include "kaito/runtime/serve/commands/line_input.h"
#include "kaito/runtime/serve/http/chat_prompt.h"

namespace kaito::runtime::serve {
namespace {

constexpr int32_t kNoLabel = -100;

// One sequence, every token but the first a label.
PackedBatch BatchOf(const std::vector<int32_t>& ids) {
  PackedBatch batch;
  batch.ids = ids;
  batch.positions.resize(ids.size());
  std::iota(batch.positions.begin(), batch.positions.end(), 0);
  batch.labels.assign(ids.begin() + 1, ids.end());
  batch.labels.push_back(kNoLabel);
  batch.starts = {0, static_cast<int32_t>(ids.size())};
  return batch;
}

absl::StatusOr<json::Object> Score(const DecoderBackend& backend,
                                   const ChatPrompt& prompts,
                                   const LoraAdapter* adapter,
                                   absl::string_view line, absl::Time now) {
  KAITO_ASSIGN_OR_RETURN(const LineInput input,
                         ReadLineInput(line, prompts, {.now = now}));
  const int64_t size = static_cast<int64_t>(input.ids.size());
  if (size > backend.config().max_positions) {
    return absl::InvalidArgumentError(
        absl::StrCat("the line has ", size, " tokens, and the model takes ",
                     backend.config().max_positions));
  }
  std::vector<float> losses;
  KAITO_RETURN_IF_ERROR(
      backend.Score(BatchOf(input.ids), adapter, &losses).status());
  json::Array ids;
  json::Array logprobs;
  double loss = 0;
  int64_t tokens = 0;
  for (size_t i = 0; i < input.ids.size(); ++i) {
    ids.emplace_back(int64_t{input.ids[i]});
    if (i == 0) {
      logprobs.emplace_back();
      continue;
    }
    logprobs.emplace_back(-double{losses[i - 1]});
    if (static_cast<int64_t>(i) < input.prompt_tokens) continue;
    loss += losses[i - 1];
    ++tokens;
  }
  json::Object scored;
  scored["ids"] = std::move(ids);
  scored["logprobs"] = std::move(logprobs);
  if (tokens > 0) scored["loss"] = loss / static_cast<double>(tokens);
  if (tokens == 0) scored["loss"] = nullptr;
  scored["tokens"] = tokens;
  return scored;
}

}  // namespace

std::string ScoreLine(const DecoderBackend& backend, const ChatPrompt& prompts,
                      const LoraAdapter* adapter, absl::string_view line,
                      absl::Time now) {
  absl::StatusOr<json::Object> scored =
      Score(backend, prompts, adapter, line, now);
  if (scored.ok()) return json::Write(*std::move(scored));
  return absl::StrCat("{\"error\":", json::Quote(scored.status().message()),
                      "}");
}

}  // namespace kaito::runtime::serve
