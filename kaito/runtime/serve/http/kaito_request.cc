#include "kaito/runtime/serve/http/kaito_request.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/flags/nearest_name.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/serve/engine/generation.h"
#include "kaito/runtime/serve/http/chat_messages.h"
#include "kaito/runtime/serve/http/generation_fields.h"
#include "kaito/runtime/serve/http/request_fields.h"

namespace kaito::runtime::serve {
namespace {

absl::Status Wrong(absl::string_view where, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(where, ": ", what));
}

struct Neutral {
  absl::string_view name;
  // The values that change nothing; empty: any.
  std::vector<json::Value> values;
};

// Arguments of transformers' generate() that are not heeded.
const std::vector<Neutral>& NeutralArguments() {
  static const std::vector<Neutral>* const arguments = new std::vector<Neutral>{
      {"bos_token_id", {}},
      {"diversity_penalty", {0}},
      {"early_stopping", {false}},
      {"encoder_repetition_penalty", {1}},
      {"length_penalty", {1}},
      {"no_repeat_ngram_size", {0}},
      {"num_beam_groups", {1}},
      {"num_beams", {1}},
      {"num_return_sequences", {1}},
      {"output_attentions", {false}},
      {"output_hidden_states", {false}},
      {"output_scores", {false}},
      {"pad_token_id", {}},
      {"penalty_alpha", {0}},
      {"remove_invalid_values", {}},
      {"renormalize_logits", {}},
      {"return_dict_in_generate", {false}},
      {"typical_p", {1}},
      {"use_cache", {}},
  };
  return *arguments;
}

// What is heeded; for the message about a name that isn't.
const std::vector<std::string>& HeededArguments() {
  static const std::vector<std::string>* const names =
      new std::vector<std::string>{
          "do_sample",      "eos_token_id", "max_length",
          "max_new_tokens", "max_time",     "min_length",
          "min_new_tokens", "min_p",        "repetition_penalty",
          "seed",           "stop_strings", "temperature",
          "top_k",          "top_p"};
  return *names;
}

absl::Status ReadNeutral(absl::string_view key, const json::Cursor& from) {
  for (const Neutral& argument : NeutralArguments()) {
    if (argument.name != key) continue;
    json::Value value;
    KAITO_RETURN_IF_ERROR(from.ReadValue(&value));
    const std::vector<json::Value>& fine = argument.values;
    if (value.is_null() || fine.empty() ||
        std::find(fine.begin(), fine.end(), value) != fine.end()) {
      return absl::OkStatus();
    }
    return Wrong(key, absl::StrCat("only ", json::Write(fine[0]),
                                   " is supported by this server"));
  }
  const std::string near = NearestName(std::string(key), HeededArguments());
  return Wrong(key,
               near.empty()
                   ? "is not supported by this server; leave it out"
                   : absl::StrCat("is not known; did you mean ", near, "?"));
}

absl::Status ReadMinLength(absl::string_view key, const json::Cursor& from) {
  std::optional<int64_t> length;
  KAITO_RETURN_IF_ERROR(ReadField(key, from, &length));
  if (length.value_or(0) == 0) return absl::OkStatus();
  return Wrong(key, "is not supported by this server; use min_new_tokens");
}

absl::Status ReadArgument(absl::string_view key, const json::Cursor& from,
                          KaitoRequest& r) {
  GenerationFields& g = r.generation;
  if (key == "do_sample") return ReadField(key, from, &r.do_sample);
  if (key == "max_length") return ReadField(key, from, &r.max_length);
  if (key == "max_new_tokens") return ReadField(key, from, &r.max_new_tokens);
  if (key == "min_length") return ReadMinLength(key, from);
  if (key == "min_new_tokens") return ReadField(key, from, &g.min_tokens);
  if (key == "temperature") return ReadField(key, from, &g.temperature);
  if (key == "top_k") return ReadField(key, from, &g.top_k);
  if (key == "top_p") return ReadField(key, from, &g.top_p);
  if (key == "min_p") return ReadField(key, from, &g.min_p);
  if (key == "repetition_penalty") {
    return ReadField(key, from, &g.repetition_penalty);
  }
  if (key == "seed") return ReadField(key, from, &g.seed);
  if (key == "stop_strings") return ReadStrings(key, from, &g.stop);
  if (key == "eos_token_id") return ReadIds(key, from, &g.stop_token_ids);
  if (key == "max_time") {
    std::optional<double> seconds;
    KAITO_RETURN_IF_ERROR(ReadField(key, from, &seconds));
    if (!seconds.has_value()) return absl::OkStatus();
    if (!(*seconds > 0)) {
      return Wrong(key,
                   absl::StrCat("is ", *seconds, ", want seconds above 0"));
    }
    r.max_time = absl::Seconds(*seconds);
    return absl::OkStatus();
  }
  return ReadNeutral(key, from);
}

absl::Status ReadArguments(const json::Cursor& from, KaitoRequest& request) {
  if (from.type() == json::Type::kNull) return absl::OkStatus();
  if (from.type() != json::Type::kObject) {
    return WrongType("generate_kwargs", "an object", from);
  }
  return from.ForEachField(
      [&](absl::string_view key, const json::Cursor& value) {
        const absl::Status status = ReadArgument(key, value, request);
        if (status.ok()) return status;
        return absl::InvalidArgumentError(
            absl::StrCat("generate_kwargs.", status.message()));
      });
}

absl::Status ReadKaitoField(absl::string_view key, const json::Cursor& from,
                            KaitoRequest& request) {
  std::optional<bool> flag;
  if (key == "model") {
    std::optional<std::string> model;
    KAITO_RETURN_IF_ERROR(ReadField(key, from, &model));
    request.model = model.value_or("");
    return absl::OkStatus();
  }
  if (key == "prompt") return ReadField(key, from, &request.prompt);
  if (key == "return_full_text") {
    return ReadField(key, from, &request.return_full_text);
  }
  if (key == "raw") {
    KAITO_RETURN_IF_ERROR(ReadField(key, from, &flag));
    request.raw = flag.value_or(false);
    return absl::OkStatus();
  }
  if (key == "generate_kwargs") return ReadArguments(from, request);
  if (key == "clean_up_tokenization_spaces") {
    KAITO_RETURN_IF_ERROR(ReadField(key, from, &flag));
    if (!flag.value_or(false)) return absl::OkStatus();
    return Wrong(key, "only false is supported by this server");
  }
  if (key == "prefix" || key == "handle_long_generation") {
    std::optional<std::string> text;
    KAITO_RETURN_IF_ERROR(ReadField(key, from, &text));
    if (text.value_or("").empty()) return absl::OkStatus();
    return Wrong(key, "is not supported by this server; leave it out");
  }
  return request.chat.Read(key, from).status();
}

}  // namespace

absl::StatusOr<KaitoRequest> ParseKaitoRequest(absl::string_view body) {
  KaitoRequest request;
  KAITO_RETURN_IF_ERROR(
      ReadBody(body, [&](absl::string_view key, const json::Cursor& from) {
        return ReadKaitoField(key, from, request);
      }));
  if (request.chat.has_messages()) {
    KAITO_RETURN_IF_ERROR(request.chat.Finish());
    if (request.raw) return Wrong("raw", "is for prompts, not for messages");
  } else if (request.prompt.value_or("").empty()) {
    // KAITO's words.
    return absl::InvalidArgumentError(
        "Text generation parameter prompt required");
  }
  return request;
}

absl::StatusOr<GenerationRequest> MakeKaitoGeneration(
    const KaitoRequest& request, const KaitoDefaults& defaults) {
  const GenerationFields& f = request.generation;
  GenerationRequest generation =
      MakeGeneration(f, defaults.model, defaults.seed);
  SamplingOptions& sampling = generation.sampling;
  const bool names_a_filter = f.temperature.has_value() ||
                              f.top_k.has_value() || f.top_p.has_value() ||
                              f.min_p.has_value();
  const bool sample =
      request.do_sample.value_or(!defaults.through_template || names_a_filter ||
                                 defaults.model.do_sample.value_or(false));
  if (!sample) {
    sampling.temperature = 0;
  } else {
    if (!defaults.through_template) {
      // KAITO sends its own defaults, so the model's never count.
      sampling.temperature = f.temperature.value_or(1);
      sampling.top_p = f.top_p.value_or(1);
      sampling.min_p = f.min_p.value_or(0);
      sampling.repetition_penalty = f.repetition_penalty.value_or(1);
    } else if (!f.temperature.has_value()) {
      sampling.temperature = defaults.model.temperature.value_or(1);
    }
    if (!f.top_k.has_value() &&
        (!defaults.through_template || !defaults.model.top_k.has_value())) {
      sampling.top_k = kKaitoTopK;
    }
  }
  const int64_t left = defaults.max_model_len - defaults.prompt_tokens;
  if (request.max_new_tokens.has_value()) {
    generation.max_tokens = *request.max_new_tokens;
  } else if (request.max_length.has_value() || !defaults.through_template) {
    const int64_t length = request.max_length.value_or(kKaitoMaxLength);
    generation.max_tokens =
        std::min(length, defaults.max_model_len) - defaults.prompt_tokens;
    if (generation.max_tokens < 1) {
      return Wrong(
          "generate_kwargs.max_length",
          absl::StrCat("is ", length, ", and the prompt alone has ",
                       defaults.prompt_tokens, " tokens; say max_new_tokens"));
    }
  } else {
    generation.max_tokens = std::max<int64_t>(
        1, std::min(left, defaults.model.max_new_tokens.value_or(kChatTokens)));
  }
  return generation;
}

}  // namespace kaito::runtime::serve
