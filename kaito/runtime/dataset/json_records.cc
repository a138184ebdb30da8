#include "kaito/runtime/dataset/json_records.h"

#include <algorithm>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/dataset/record.h"

namespace kaito::runtime {
namespace {

constexpr absl::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr absl::string_view kWhiteSpace = " \t\r\n";

absl::Status AtLine(int64_t line, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("line ", line, ": ", what));
}

absl::Status CheckSize(int64_t line, absl::string_view json) {
  if (static_cast<int64_t>(json.size()) <= kMaxRecordBytes) {
    return absl::OkStatus();
  }
  return AtLine(line, absl::StrCat("a record of ", json.size(),
                                   " bytes, more than ", kMaxRecordBytes));
}

absl::Status ReadLines(absl::string_view text, RecordSink sink) {
  for (int64_t number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    const absl::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.find_first_not_of(kWhiteSpace) == absl::string_view::npos) {
      continue;
    }
    KAITO_RETURN_IF_ERROR(CheckSize(number, line));
    KAITO_RETURN_IF_ERROR(sink({.number = number, .json = line}));
  }
  return absl::OkStatus();
}

// Walks through a list whose items it doesn't parse: it only knows strings and
// brackets, so what is wrong inside an item is left to the sink.
class ListReader {
 public:
  ListReader(absl::string_view text, RecordSink sink)
      : text_(text), sink_(sink) {}

  absl::Status Read() {
    SkipWhiteSpace();
    ++at_;  // The bracket that the caller saw.
    SkipWhiteSpace();
    if (Peek() == ']') return ReadEnd();
    while (true) {
      KAITO_RETURN_IF_ERROR(ReadItem());
      SkipWhiteSpace();
      if (Peek() == ']') return ReadEnd();
      if (Peek() != ',') {
        return AtLine(line_, at_ == text_.size() ? "the list does not end"
                                                 : "want , or ] after a row");
      }
      ++at_;
      SkipWhiteSpace();
    }
  }

 private:
  // '\0' at the end, which no rule takes for anything.
  char Peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  void SkipWhiteSpace() {
    while (at_ < text_.size() &&
           kWhiteSpace.find(text_[at_]) != absl::string_view::npos) {
      if (text_[at_] == '\n') ++line_;
      ++at_;
    }
  }

  absl::Status ReadItem() {
    const size_t begin = at_;
    const int64_t line = line_;
    FindEndOfItem();
    absl::string_view item = text_.substr(begin, at_ - begin);
    while (!item.empty() &&
           kWhiteSpace.find(item.back()) != absl::string_view::npos) {
      item.remove_suffix(1);
    }
    if (item.empty()) return AtLine(line, "a row is missing");
    KAITO_RETURN_IF_ERROR(CheckSize(line, item));
    return sink_({.number = line, .json = item});
  }

  // Stops at a comma or a closing bracket outside of the item.
  void FindEndOfItem() {
    int64_t depth = 0;
    bool in_string = false;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '\n') ++line_;
      if (in_string) {
        if (c == '\\') {
          ++at_;
        } else if (c == '"') {
          in_string = false;
        }
        continue;
      }
      if (c == '"') in_string = true;
      if (c == '{' || c == '[') ++depth;
      if (depth == 0 && (c == ',' || c == ']' || c == '}')) return;
      if (c == '}' || c == ']') --depth;
    }
    at_ = std::min(at_, text_.size());  // A backslash may be the last byte.
  }

  absl::Status ReadEnd() {
    ++at_;
    SkipWhiteSpace();
    return at_ == text_.size() ? absl::OkStatus()
                               : AtLine(line_, "text after the list");
  }

  absl::string_view text_;
  RecordSink sink_;
  size_t at_ = 0;
  int64_t line_ = 1;
};

}  // namespace

absl::Status ReadJsonRecords(absl::string_view text, RecordSink sink) {
  text = absl::StripPrefix(text, kByteOrderMark);
  const size_t first = text.find_first_not_of(kWhiteSpace);
  if (first == absl::string_view::npos) return absl::OkStatus();
  if (text[first] == '[') return ListReader(text, sink).Read();
  return ReadLines(text, sink);
}

}  // namespace kaito::runtime
