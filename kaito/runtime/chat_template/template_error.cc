#include "kaito/runtime/chat_template/template_error.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace kaito::runtime {
namespace {

// Holds "kind,line,message".
constexpr absl::string_view kPayload = "kaito.runtime/template-error";

}  // namespace

absl::Status ToStatus(const TemplateError& error) {
  const std::string where =
      error.line > 0 ? absl::StrCat("chat template, line ", error.line)
                     : std::string("chat template");
  const std::string text = absl::StrCat(
      where, error.kind == TemplateError::Kind::kRaised ? ": it says: " : ": ",
      absl::StrReplaceAll(error.message, {{"\n", " "}, {"\r", " "}}));
  absl::Status status(error.kind == TemplateError::Kind::kLimit
                          ? absl::StatusCode::kResourceExhausted
                          : absl::StatusCode::kInvalidArgument,
                      text);
  status.SetPayload(kPayload,
                    absl::Cord(absl::StrCat(static_cast<int>(error.kind), ",",
                                            error.line, ",", error.message)));
  return status;
}

std::optional<TemplateError> TemplateErrorOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kPayload);
  if (!payload.has_value()) return std::nullopt;
  const std::string text(*payload);
  const std::pair<absl::string_view, absl::string_view> kind =
      absl::StrSplit(text, absl::MaxSplits(',', 1));
  const std::pair<absl::string_view, absl::string_view> rest =
      absl::StrSplit(kind.second, absl::MaxSplits(',', 1));
  int number = 0;
  TemplateError error;
  if (!absl::SimpleAtoi(kind.first, &number) ||
      !absl::SimpleAtoi(rest.first, &error.line)) {
    return std::nullopt;
  }
  error.kind = static_cast<TemplateError::Kind>(number);
  error.message = std::string(rest.second);
  return error;
}

}  // namespace kaito::runtime
