#include "kaito/runtime/chat_template/run.h"

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/template_error.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {

Value Run::Fail(TemplateError::Kind kind, std::string message) {
  if (!failed_) {
    failed_ = true;
    error_ = {.kind = kind, .message = std::move(message)};
  }
  return Value::Failed();
}

Value Run::FailUndefined(const Value& value) {
  const UndefinedOrigin& why = *value.origin();
  if (!why.hint.empty()) {
    return Fail(why.unsafe ? TemplateError::Kind::kRefused
                           : TemplateError::Kind::kFailed,
                std::string(why.hint));
  }
  if (why.owner.empty())
    return Fail(absl::StrCat("'", why.name, "' is undefined"));
  return Fail(
      absl::StrCat("'", why.owner, "' has no attribute '", why.name, "'"));
}

bool Run::TakeFailure(std::string* message) {
  if (!failed_ || error_.kind == TemplateError::Kind::kLimit) return false;
  failed_ = false;
  *message = std::move(error_.message);
  error_ = {};
  return true;
}

bool Run::OutOfBudget() {
  if (!arena_.Fits(0)) return OutOfMemory();
  Fail(TemplateError::Kind::kLimit,
       absl::StrCat("the template takes more than ", limits_.max_work,
                    " steps"));
  return false;
}

bool Run::OutOfMemory() {
  Fail(TemplateError::Kind::kLimit,
       absl::StrCat("the template needs more than ",
                    limits_.max_memory_bytes >> 20, " MiB of memory"));
  return false;
}

bool Run::OutOfOutput() {
  Fail(TemplateError::Kind::kLimit,
       absl::StrCat("the template writes more than ", limits_.max_output_bytes,
                    " bytes"));
  return false;
}

bool Run::TooDeep() {
  Fail(TemplateError::Kind::kLimit,
       absl::StrCat("the template nests calls and expressions "
                    "deeper than ",
                    limits_.max_depth));
  return false;
}

bool TextBuilder::Append(int64_t count, absl::string_view text) {
  if (count <= 0 || text.empty()) return true;
  const int64_t size = static_cast<int64_t>(text.size());
  int64_t bytes = 0;
  if (__builtin_mul_overflow(count, size, &bytes) ||
      __builtin_add_overflow(bytes, static_cast<int64_t>(text_.size()),
                             &bytes)) {
    bytes = INT64_MAX;
  }
  if (!run_.Reserve(bytes)) return false;
  text_.reserve(bytes);
  for (; count > 0; --count) text_.append(text.data(), text.size());
  return true;
}

}  // namespace kaito::runtime::jinja
