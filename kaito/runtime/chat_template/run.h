#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_RUN_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_RUN_H_

// The state of one rendering that everything below the interpreter shares: the
// arena, what is left of the budgets, and the first failure. Operations return
// Value::Failed() after Fail(), and callers pass it up; no Status is made for
// each of the millions of values that a template may touch.
//
//   Value Repeat(Run& run, absl::string_view text, int64_t n) {
//     if (!run.Reserve(text.size() * n)) return Value::Failed();
//     ...
//   }

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "kaito/runtime/chat_template/arena.h"
#include "kaito/runtime/chat_template/limits.h"
#include "kaito/runtime/chat_template/template_error.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {

class Run {
 public:
  Run(const TemplateLimits& limits, absl::CivilSecond now)
      : limits_(limits),
        now_(now),
        arena_(limits.max_memory_bytes),
        work_left_(limits.max_work),
        output_left_(limits.max_output_bytes) {}

  Arena& arena() { return arena_; }
  absl::CivilSecond now() const { return now_; }

  // Whether the text that is printed gets escaped for HTML.
  bool autoescape = false;

  // Takes `n` units of work; false, with the failure set, where none are left.
  bool Work(int64_t n) {
    work_left_ -= n;
    return work_left_ >= 0 && arena_.Fits(0) ? true : OutOfBudget();
  }
  bool WorkOnText(int64_t bytes) { return Work(1 + bytes / 16); }

  // Asks for `bytes` in the arena, and counts the work of filling them.
  bool Reserve(int64_t bytes) {
    return arena_.Fits(bytes) ? WorkOnText(bytes) : OutOfMemory();
  }

  // Appends to the output or to a capture of it.
  bool Emit(std::string& to, absl::string_view text) {
    output_left_ -= static_cast<int64_t>(text.size());
    if (output_left_ < 0) return OutOfOutput();
    to.append(text.data(), text.size());
    return true;
  }

  // Keep the failure that came first.
  Value Fail(TemplateError::Kind kind, std::string message);
  Value Fail(std::string message) {
    return Fail(TemplateError::Kind::kFailed, std::move(message));
  }
  // Of a value that is undefined and was used as if it weren't.
  Value FailUndefined(const Value& value);

  bool failed() const { return failed_; }
  const TemplateError& error() const { return error_; }
  // A failure gets the line of the innermost node that reports it.
  void SetLine(int64_t line) {
    if (failed_ && error_.line == 0) error_.line = line;
  }
  // Takes the failure back, unless a limit was reached. For generators, which
  // fail only when they are read.
  bool TakeFailure(std::string* message);

  Value CopyText(absl::string_view text, bool markup = false) {
    if (!Reserve(text.size())) return Value::Failed();
    return CopyString(arena_, text, markup);
  }

  // Levels inside each other; Enter() false means too deep, with the failure
  // set. Use Nested.
  bool Enter() { return ++depth_ <= limits_.max_depth ? true : TooDeep(); }
  void Leave() { --depth_; }

 private:
  bool OutOfBudget();
  bool OutOfMemory();
  bool OutOfOutput();
  bool TooDeep();

  const TemplateLimits limits_;
  const absl::CivilSecond now_;
  Arena arena_;
  int64_t work_left_;
  int64_t output_left_;
  int depth_ = 0;
  bool failed_ = false;
  TemplateError error_;
};

// One level of nesting for the time of a scope.
class Nested {
 public:
  explicit Nested(Run& run) : run_(run), ok_(run.Enter()) {}
  ~Nested() { run_.Leave(); }
  Nested(const Nested&) = delete;
  Nested& operator=(const Nested&) = delete;

  bool ok() const { return ok_; }

 private:
  Run& run_;
  const bool ok_;
};

// Text of unknown length, built in the arena's budget.
class TextBuilder {
 public:
  explicit TextBuilder(Run& run) : run_(run) {}

  bool Append(absl::string_view text) {
    if (!run_.arena().Fits(static_cast<int64_t>(text_.size() + text.size())) ||
        !run_.WorkOnText(text.size())) {
      return run_.Reserve(static_cast<int64_t>(text_.size() + text.size()));
    }
    text_.append(text.data(), text.size());
    return true;
  }
  bool Append(int64_t count, absl::string_view text);
  absl::string_view text() const { return text_; }
  std::string& str() { return text_; }

  Value Finish(bool markup = false) {
    return run_.failed() ? Value::Failed() : run_.CopyText(text_, markup);
  }

 private:
  Run& run_;
  std::string text_;
};

}  // namespace kaito::runtime::jinja

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_RUN_H_
