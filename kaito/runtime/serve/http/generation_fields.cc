#include "kaito/runtime/serve/http/generation_fields.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/model/generation_config.h"
#include "kaito/runtime/serve/engine/generation.h"
#include "kaito/runtime/serve/http/request_fields.h"

namespace kaito::runtime::serve {
namespace {

// {"50256": -100}: names are ids, as OpenAI has it.
absl::Status ReadLogitBias(const json::Cursor& from, GenerationFields& fields) {
  if (from.type() == json::Type::kNull) return absl::OkStatus();
  if (from.type() != json::Type::kObject) {
    return WrongType("logit_bias", "an object", from);
  }
  fields.logit_bias.clear();
  return from.ForEachField([&](absl::string_view key,
                               const json::Cursor& value) {
    int64_t id = 0;
    if (!absl::SimpleAtoi(key, &id) || id < 0 ||
        id > std::numeric_limits<int32_t>::max()) {
      return absl::InvalidArgumentError(
          absl::StrCat("logit_bias: ", json::Quote(key), " is no token id"));
    }
    std::optional<double> bias;
    KAITO_RETURN_IF_ERROR(ReadField("logit_bias", value, &bias));
    fields.logit_bias.emplace_back(static_cast<int32_t>(id), bias.value_or(0));
    return absl::OkStatus();
  });
}

// The field's reader; nullopt where it is none of ours.
std::optional<absl::Status> Read(absl::string_view key,
                                 const json::Cursor& from,
                                 GenerationFields& f) {
  if (key == "temperature") return ReadField(key, from, &f.temperature);
  if (key == "top_k") return ReadField(key, from, &f.top_k);
  if (key == "top_p") return ReadField(key, from, &f.top_p);
  if (key == "min_p") return ReadField(key, from, &f.min_p);
  if (key == "repetition_penalty") {
    return ReadField(key, from, &f.repetition_penalty);
  }
  if (key == "presence_penalty") {
    return ReadField(key, from, &f.presence_penalty);
  }
  if (key == "frequency_penalty") {
    return ReadField(key, from, &f.frequency_penalty);
  }
  if (key == "seed") return ReadField(key, from, &f.seed);
  if (key == "logit_bias") return ReadLogitBias(from, f);
  if (key == "max_tokens") return ReadField(key, from, &f.max_tokens);
  if (key == "max_completion_tokens") {
    return ReadField(key, from, &f.max_completion_tokens);
  }
  if (key == "min_tokens") return ReadField(key, from, &f.min_tokens);
  if (key == "stop") return ReadStrings(key, from, &f.stop);
  if (key == "stop_token_ids") return ReadIds(key, from, &f.stop_token_ids);
  if (key == "ignore_eos") return ReadField(key, from, &f.ignore_eos);
  if (key == "include_stop_str_in_output") {
    return ReadField(key, from, &f.include_stop_str_in_output);
  }
  if (key == "skip_special_tokens") {
    return ReadField(key, from, &f.skip_special_tokens);
  }
  return std::nullopt;
}

struct Neutral {
  absl::string_view key;
  // Values that change nothing, besides null.
  std::vector<json::Value> values;
};

const std::vector<Neutral>& UnsupportedFields() {
  static const std::vector<Neutral>* const fields = new std::vector<Neutral>{
      {"best_of", {1}},
      {"chat_template", {}},
      {"functions", {json::Array()}},
      {"guided_choice", {}},
      {"guided_grammar", {}},
      {"guided_json", {}},
      {"guided_regex", {}},
      {"prompt_logprobs", {}},
      {"response_format", {json::Object({{"type", "text"}})}},
      {"structured_outputs", {}},
      {"suffix", {""}},
      {"tool_choice", {"none", "auto"}},
      {"use_beam_search", {false}},
  };
  return *fields;
}

}  // namespace

absl::StatusOr<bool> ReadGenerationField(absl::string_view key,
                                         const json::Cursor& from,
                                         GenerationFields& fields) {
  const std::optional<absl::Status> status = Read(key, from, fields);
  if (!status.has_value()) return false;
  if (!status->ok()) return *status;
  return true;
}

absl::Status RefuseUnsupported(absl::string_view key,
                               const json::Cursor& from) {
  for (const Neutral& field : UnsupportedFields()) {
    if (field.key != key) continue;
    json::Value value;
    KAITO_RETURN_IF_ERROR(from.ReadValue(&value));
    if (value.is_null() || std::find(field.values.begin(), field.values.end(),
                                     value) != field.values.end()) {
      return absl::OkStatus();
    }
    return absl::InvalidArgumentError(
        absl::StrCat(key, ": is not supported by this server; leave it out"));
  }
  return absl::OkStatus();
}

GenerationRequest MakeGeneration(const GenerationFields& f,
                                 const GenerationConfig& defaults,
                                 uint64_t fallback_seed) {
  GenerationRequest request;
  SamplingOptions& s = request.sampling;
  const bool greedy = defaults.do_sample == false;
  s.temperature =
      f.temperature.value_or(greedy ? 0 : defaults.temperature.value_or(1));
  s.top_k = f.top_k.value_or(defaults.top_k.value_or(0));
  if (s.top_k == -1) s.top_k = 0;  // vLLM's word for all.
  s.top_p = f.top_p.value_or(defaults.top_p.value_or(1));
  s.min_p = f.min_p.value_or(defaults.min_p.value_or(0));
  s.repetition_penalty =
      f.repetition_penalty.value_or(defaults.repetition_penalty.value_or(1));
  s.presence_penalty = f.presence_penalty.value_or(0);
  s.frequency_penalty = f.frequency_penalty.value_or(0);
  s.logit_bias = f.logit_bias;
  s.seed = f.seed.has_value() ? static_cast<uint64_t>(*f.seed) : fallback_seed;
  request.min_tokens = f.min_tokens.value_or(0);
  request.stop = f.stop;
  request.stop_ids = f.stop_token_ids;
  request.ignore_eos = f.ignore_eos.value_or(false);
  request.include_stop = f.include_stop_str_in_output.value_or(false);
  request.skip_special_tokens = f.skip_special_tokens.value_or(true);
  return request;
}

}  // namespace kaito::runtime::serve
