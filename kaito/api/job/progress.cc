#include "kaito/api/job/progress.h"

#include <cmath>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "kaito/api/schema/codec.h"
#include "kaito/api/schema/describe.h"
#include "kaito/api/schema/type.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/writer.h"

namespace kaito::api {
namespace {

constexpr absl::string_view kPrefix = "KAITO_PROGRESS ";
constexpr int64_t kVersion = 1;
constexpr int64_t kLongestLine = 4096;  // Ours have some 300 bytes.

std::optional<Progress> ParseLine(absl::string_view line) {
  if (!absl::ConsumePrefix(&line, kPrefix)) return std::nullopt;
  const auto value = json::Parse(line, {.max_bytes = kLongestLine});
  if (!value.ok()) return std::nullopt;
  const Decoded<Progress> decoded = Decode<Progress>(*value);
  if (!decoded.errors.empty() || decoded.object.version != kVersion) {
    return std::nullopt;
  }
  return decoded.object;
}

// JSON has no NaN; an absent number says the same.
void DropIfNotFinite(std::optional<double>& value) {
  if (value.has_value() && !std::isfinite(*value)) value.reset();
}

}  // namespace

std::string FormatProgressLine(const Progress& progress) {
  Progress finite = progress;
  DropIfNotFinite(finite.loss);
  DropIfNotFinite(finite.grad_norm);
  DropIfNotFinite(finite.learning_rate);
  DropIfNotFinite(finite.tokens_per_second);
  return absl::StrCat(kPrefix, json::Write(Encode(finite)));
}

std::optional<Progress> FindLastProgress(absl::string_view log) {
  while (!log.empty()) {
    const size_t newline = log.rfind('\n');
    const absl::string_view line =
        newline == absl::string_view::npos ? log : log.substr(newline + 1);
    if (auto progress = ParseLine(absl::StripSuffix(line, "\r"))) {
      return progress;
    }
    if (newline == absl::string_view::npos) break;
    log = log.substr(0, newline);
  }
  return std::nullopt;
}

const StructType& Describe(const Progress*) {
  static const auto* type = new StructType(
      "The state of a tuning run.",
      {Of("v", &Progress::version, "Version of this form.").Required().Always(),
       Of("phase", &Progress::phase, "What the run is doing.").Always(),
       Of("step", &Progress::step, "Optimiser steps done.").Always(),
       Of("total_steps", &Progress::total_steps, "Steps in all.").Always(),
       Of("epoch", &Progress::epoch, "Passes over the data.").Always(),
       Of("loss", &Progress::loss, "Mean over the tokens since the last line."),
       Of("grad_norm", &Progress::grad_norm, "Before clipping."),
       Of("learning_rate", &Progress::learning_rate, "Of the last step."),
       Of("tokens_per_second", &Progress::tokens_per_second, "Speed."),
       Of("tokens", &Progress::tokens, "Tokens so far.").Always(),
       Of("eta_seconds", &Progress::eta_seconds, "Seconds still to go."),
       Of("peak_memory_bytes", &Progress::peak_memory_bytes,
          "Most memory in use so far.")});
  return *type;
}

}  // namespace kaito::api
