#include "kaito/runtime/dataset/csv_records.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/dataset/json_records.h"
#include "kaito/runtime/dataset/record.h"
#include "kaito/runtime/tokenizer/utf8.h"

namespace kaito::runtime {
namespace {

// Tables of data sets have a dozen.
constexpr size_t kMaxColumns = 1000;

bool IsUtf8(absl::string_view text) {
  while (!text.empty()) {
    if ((text[0] & 0x80) == 0) {
      text.remove_prefix(1);
      continue;
    }
    const tokenization::Utf8Unit unit = tokenization::ReadUtf8Unit(text);
    if (unit.kind != tokenization::Utf8Unit::kCharacter) return false;
    text.remove_prefix(static_cast<size_t>(unit.size));
  }
  return true;
}

class CsvReader {
 public:
  explicit CsvReader(absl::string_view text)
      : text_(absl::StripPrefix(text, "\xEF\xBB\xBF")) {}

  bool AtEnd() const { return at_ == text_.size(); }
  int64_t record_line() const { return record_line_; }

  absl::Status Error(absl::string_view what) const {
    return absl::InvalidArgumentError(
        absl::StrCat("line ", record_line_, ": ", what));
  }

  absl::Status ReadRecord(std::vector<std::string>* fields) {
    record_line_ = line_;
    fields->clear();
    int64_t bytes = 0;
    while (true) {
      std::string field;
      KAITO_RETURN_IF_ERROR(ReadField(&field));
      if (!IsUtf8(field)) return Error("a field is not UTF-8");
      bytes += static_cast<int64_t>(field.size());
      if (fields->size() == kMaxColumns || bytes > kMaxRecordBytes) {
        return Error(absl::StrCat("more than ", kMaxColumns, " fields or ",
                                  kMaxRecordBytes, " bytes"));
      }
      fields->push_back(std::move(field));
      if (SkipRecordEnd()) return absl::OkStatus();
      ++at_;  // The comma.
    }
  }

 private:
  bool AtLineEnd() const {
    return text_[at_] == '\n' ||
           (text_[at_] == '\r' && at_ + 1 < text_.size() &&
            text_[at_ + 1] == '\n');
  }

  bool SkipRecordEnd() {
    if (AtEnd()) return true;
    if (!AtLineEnd()) return false;
    at_ += text_[at_] == '\r' ? 2 : 1;
    ++line_;
    return true;
  }

  absl::Status ReadField(std::string* field) {
    if (!AtEnd() && text_[at_] == '"') return ReadQuoted(field);
    const size_t begin = at_;
    while (!AtEnd() && text_[at_] != ',' && !AtLineEnd()) {
      if (text_[at_] == '"') {
        return Error("a quote inside a field that is not quoted");
      }
      ++at_;
    }
    *field = std::string(text_.substr(begin, at_ - begin));
    return absl::OkStatus();
  }

  absl::Status ReadQuoted(std::string* field) {
    ++at_;
    while (true) {
      const size_t end = text_.find('"', at_);
      if (end == absl::string_view::npos) {
        return Error("a quote is never closed");
      }
      const absl::string_view part = text_.substr(at_, end - at_);
      line_ += std::count(part.begin(), part.end(), '\n');
      absl::StrAppend(field, part);
      at_ = end + 1;
      if (AtEnd() || text_[at_] != '"') break;
      field->push_back('"');
      ++at_;
    }
    if (!AtEnd() && text_[at_] != ',' && !AtLineEnd()) {
      return Error("text after a closing quote");
    }
    return absl::OkStatus();
  }

  absl::string_view text_;
  size_t at_ = 0;
  int64_t line_ = 1;
  int64_t record_line_ = 1;
};

absl::Status CheckNames(const CsvReader& reader,
                        const std::vector<std::string>& names) {
  absl::flat_hash_set<absl::string_view> seen;
  for (const std::string& name : names) {
    if (!seen.insert(name).second) {
      return reader.Error(
          absl::StrCat("column ", json::Quote(name), " is there twice"));
    }
  }
  return absl::OkStatus();
}

// A record whose values are the fields, or null without any.
std::string ToJson(const std::vector<std::string>& names,
                   const std::vector<std::string>* fields) {
  std::string json = "{";
  for (size_t i = 0; i < names.size(); ++i) {
    absl::StrAppend(&json, i > 0 ? "," : "", json::Quote(names[i]), ":",
                    fields != nullptr ? json::Quote((*fields)[i]) : "null");
  }
  json.push_back('}');
  return json;
}

}  // namespace

absl::Status ReadCsvRecords(absl::string_view text, RecordSink check_columns,
                            RecordSink sink) {
  CsvReader reader(text);
  if (reader.AtEnd()) {
    return absl::InvalidArgumentError("it has no line with column names");
  }
  std::vector<std::string> names;
  KAITO_RETURN_IF_ERROR(reader.ReadRecord(&names));
  KAITO_RETURN_IF_ERROR(CheckNames(reader, names));
  KAITO_RETURN_IF_ERROR(
      check_columns({.number = 1, .json = ToJson(names, nullptr)}));
  std::vector<std::string> fields;
  while (!reader.AtEnd()) {
    KAITO_RETURN_IF_ERROR(reader.ReadRecord(&fields));
    if (fields.size() == 1 && fields[0].empty() && names.size() > 1) {
      continue;  // A blank line.
    }
    if (fields.size() != names.size()) {
      return reader.Error(absl::StrCat(fields.size(), " fields for ",
                                       names.size(), " columns"));
    }
    KAITO_RETURN_IF_ERROR(
        sink({.number = reader.record_line(), .json = ToJson(names, &fields)}));
  }
  return absl::OkStatus();
}

}  // namespace kaito::runtime
