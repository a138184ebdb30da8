#include "kaito/operator/plan/tuning_result.h"

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/base/digest/sha256.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/operator/plan/snapshot.h"

namespace kaito::controller {

std::string TuningInputs(const Snapshot& snapshot) {
  std::string text;
  for (const auto& [name, facts] : snapshot.secrets) {
    absl::StrAppend(&text, name, "=", facts.version, "\n");
  }
  if (snapshot.config_map) {
    if (const json::Value* data = snapshot.config_map->Find("data")) {
      absl::StrAppend(&text, json::Write(*data));
    }
  }
  // Long enough not to meet by chance, short enough for an annotation.
  return Sha256Hex(text).substr(0, 16);
}

std::optional<TuningResult> ReadTuningResult(const api::Workspace& workspace) {
  const absl::string_view text =
      workspace.metadata.annotation(kTuningResultAnnotation);
  if (text.empty()) return std::nullopt;
  const auto value = json::Parse(text, {.max_bytes = 1 << 14});
  if (!value.ok()) return std::nullopt;
  const json::Value* code = value->Find("code");
  if (code == nullptr || !code->integer()) return std::nullopt;
  const auto text_at = [&](absl::string_view name) {
    return std::string(value->StringAt({name}));
  };
  TuningResult result = {.code = *code->integer(),
                         .hash = text_at("hash"),
                         .inputs = text_at("inputs"),
                         .job_uid = text_at("jobUid"),
                         .reason = text_at("reason"),
                         .message = text_at("message"),
                         .digest = text_at("digest")};
  if (result.hash.empty()) return std::nullopt;
  return result;
}

std::string WriteTuningResult(const TuningResult& result) {
  return json::Write(json::Object{{"code", result.code},
                                  {"hash", result.hash},
                                  {"inputs", result.inputs},
                                  {"jobUid", result.job_uid},
                                  {"reason", result.reason},
                                  {"message", result.message},
                                  {"digest", result.digest}});
}

bool Holds(const TuningResult& result, absl::string_view hash,
           absl::string_view inputs) {
  return result.hash == hash && (result.code == 0 || result.inputs == inputs);
}

}  // namespace kaito::controller
