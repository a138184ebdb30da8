#include "kaito/runtime/model/generation_config.h"

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/model/config_fields.h"
#include "kaito/runtime/model/decoder_config.h"
#include "kaito/runtime/model/special_ids.h"

namespace kaito::runtime {
namespace {

constexpr int64_t kMaxBytes = 1 << 20;
constexpr int64_t kMaxCount = int64_t{1} << 30;

absl::Status ReadNumber(const ConfigFields& fields, absl::string_view name,
                        double min, double max, std::optional<double>& out) {
  if (fields.Find(name) == nullptr) return absl::OkStatus();
  KAITO_ASSIGN_OR_RETURN(out, fields.Number(name, min, max));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<GenerationConfig> ParseGenerationConfig(
    absl::string_view text, const DecoderConfig& config) {
  KAITO_ASSIGN_OR_RETURN(
      const json::Value value,
      json::Parse(text, {.max_bytes = kMaxBytes, .max_depth = 32}));
  if (!value.is_object()) {
    return absl::InvalidArgumentError(
        absl::StrCat("is ", value.type_name(), " and no object"));
  }
  const ConfigFields fields(value);
  GenerationConfig g;
  KAITO_ASSIGN_OR_RETURN(g.special, ParseSpecialIds(fields, config.vocab_size));
  if (!g.special.bos.has_value()) g.special.bos = config.special.bos;
  if (g.special.eos.empty()) g.special.eos = config.special.eos;
  if (!g.special.pad.has_value()) g.special.pad = config.special.pad;

  if (fields.Find("do_sample") != nullptr) {
    KAITO_ASSIGN_OR_RETURN(g.do_sample, fields.Bool("do_sample", false));
  }
  KAITO_RETURN_IF_ERROR(
      ReadNumber(fields, "temperature", 0, 1000, g.temperature));
  KAITO_RETURN_IF_ERROR(ReadNumber(fields, "top_p", 0, 1, g.top_p));
  KAITO_RETURN_IF_ERROR(ReadNumber(fields, "min_p", 0, 1, g.min_p));
  // 0 would divide.
  KAITO_RETURN_IF_ERROR(ReadNumber(fields, "repetition_penalty", 1e-3, 1000,
                                   g.repetition_penalty));
  KAITO_ASSIGN_OR_RETURN(g.top_k,
                         fields.OptionalInteger("top_k", 0, kMaxCount));
  KAITO_ASSIGN_OR_RETURN(
      g.max_new_tokens, fields.OptionalInteger("max_new_tokens", 1, kMaxCount));
  return g;
}

}  // namespace kaito::runtime
