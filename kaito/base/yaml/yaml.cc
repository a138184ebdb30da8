#include "kaito/base/yaml/yaml.h"

#include <algorithm>
#include <exception>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/yaml/builder.h"
#include "kaito/base/yaml/characters.h"
#include "kaito/base/yaml/limits.h"
#include "kaito/base/yaml/places.h"
#include "yaml-cpp/exceptions.h"
#include "yaml-cpp/parser.h"

namespace kaito::yaml {
namespace {

absl::Status Error(Place place, absl::string_view reason) {
  return absl::InvalidArgumentError(
      absl::StrCat("YAML: ", ToString(place), ": ", reason));
}

Place PlaceOf(absl::string_view text, size_t offset) {
  const absl::string_view before = text.substr(0, offset);
  const size_t newline = before.rfind('\n');
  return {
      .line =
          1 + static_cast<int>(std::count(before.begin(), before.end(), '\n')),
      .column = static_cast<int>(
          newline == absl::string_view::npos ? offset + 1 : offset - newline)};
}

// yaml-cpp's messages of common mistakes, in words that help.
std::string Explain(const std::string& message) {
  struct Words {
    const char* theirs;
    const char* ours;
  };
  static const Words kWords[] = {
      {YAML::ErrorMsg::END_OF_MAP,
       "this fits neither the map before it nor its indentation"},
      {YAML::ErrorMsg::END_OF_SEQ,
       "this fits neither the sequence before it nor its indentation"},
      {YAML::ErrorMsg::END_OF_MAP_FLOW, "a comma or } is missing before this"},
      {YAML::ErrorMsg::END_OF_SEQ_FLOW, "a comma or ] is missing before this"},
      {YAML::ErrorMsg::FLOW_END, "this bracket closes nothing"},
      {YAML::ErrorMsg::BLOCK_ENTRY, "a sequence can't begin here"},
      {YAML::ErrorMsg::MAP_VALUE,
       "a colon can't stand here; put text that has one in quotes"},
      {YAML::ErrorMsg::UNKNOWN_TOKEN,
       "a value can't begin with this; put it in quotes"},
      {YAML::ErrorMsg::TAB_IN_INDENTATION, "a tab can't indent; use spaces"},
      {YAML::ErrorMsg::DOC_IN_SCALAR, "a document ends inside of quotes"},
      {YAML::ErrorMsg::UNKNOWN_ANCHOR, "this alias has no anchor before it"},
  };
  for (const Words& words : kWords) {
    if (message == words.theirs) return words.ours;
  }
  // It may show a character or a name of the text.
  return absl::Utf8SafeCHexEscape(message.substr(0, 200));
}

// yaml-cpp holds the tokens of a whole [] or {}, some 300 bytes for each value,
// before it tells of the first. Each value there has one of these in front.
absl::Status CheckFlowSize(absl::string_view text, const ReadOptions& options) {
  int64_t values = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '[' && text[i] != '{' && text[i] != ',') continue;
    if (++values > options.max_nodes) {
      return Error(PlaceOf(text, i),
                   absl::StrCat("more than ", options.max_nodes,
                                " of [ { and commas, the limit here"));
    }
  }
  return absl::OkStatus();
}

// yaml-cpp skips a directive anywhere, even in the middle of a map.
absl::Status CheckDirectives(absl::string_view text) {
  size_t at = 0;
  if (!absl::StartsWith(text, "%")) {
    at = text.find("\n%");
    if (at == absl::string_view::npos) return absl::OkStatus();
    ++at;
  }
  return Error(PlaceOf(text, at),
               "directives (%YAML, %TAG) aren't supported; no line may begin "
               "with %");
}

// Where each document must begin with "---", but for the first.
class DocumentStarts {
 public:
  explicit DocumentStarts(absl::string_view text) : rest_(text) {}

  // Places must not go backwards.
  bool Has(Place place) {
    for (; line_ < place.line; ++line_) {
      const size_t newline = rest_.find('\n');
      if (newline == absl::string_view::npos) return false;
      rest_.remove_prefix(newline + 1);
    }
    return place.column == 1 && absl::StartsWith(rest_, "---");
  }

 private:
  absl::string_view rest_;
  int line_ = 1;
};

absl::StatusOr<std::vector<Document>> Read(absl::string_view text,
                                           const ReadOptions& options) {
  // Some texts lack the last line's end. And yaml-cpp takes the end of the text
  // for the end of a quoted scalar, but not a document's end.
  const bool ended = text.empty() || absl::EndsWith(text, "\n");
  std::istringstream stream(absl::StrCat(text, ended ? "" : "\n", "...\n"));
  YAML::Parser parser(stream);
  Builder builder(text, options);
  DocumentStarts starts(text);
  std::vector<Document> documents;
  for (int count = 0; parser.HandleNextDocument(builder); ++count) {
    // What follows a complete document without "---" is a mistake that yaml-cpp
    // takes for a document, again and again.
    if (count > 0 && !starts.Has(builder.start())) {
      return Error(builder.start(), "this belongs to nothing before it");
    }
    if (count == options.max_documents) {
      return Error(builder.start(),
                   absl::StrCat("more than ", options.max_documents,
                                " documents, the limit here"));
    }
    json::Value value = builder.TakeValue();
    if (value.is_null()) continue;
    documents.push_back({std::move(value), builder.TakePlaces()});
  }
  return documents;
}

}  // namespace

absl::StatusOr<std::vector<Document>> ParseAll(absl::string_view text,
                                               const ReadOptions& options) {
  if (static_cast<int64_t>(text.size()) > options.max_bytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("YAML: ", text.size(), " bytes, more than the ",
                     options.max_bytes, " allowed here"));
  }
  absl::ConsumePrefix(&text, "\xEF\xBB\xBF");  // A byte order mark.
  if (const auto bad = FindBadCharacter(text)) {
    return Error(PlaceOf(text, bad->offset), bad->reason);
  }
  KAITO_RETURN_IF_ERROR(CheckDirectives(text));
  KAITO_RETURN_IF_ERROR(CheckFlowSize(text, options));
  try {
    return Read(text, options);
  } catch (const Refused& refused) {
    return Error(refused.place, refused.reason);
  } catch (const YAML::Exception& error) {
    const Place place = ToPlace(error.mark);
    const Place end = PlaceOf(text, text.size());
    // Beyond the text is only what Read() appends.
    if (place.line > end.line || (place.line == end.line && end.column == 1)) {
      return Error(end, "the text ends too early; a quote or bracket is open");
    }
    return Error(place, Explain(error.msg));
  } catch (const std::exception& error) {
    return absl::InternalError(absl::StrCat("YAML: ", error.what()));
  }
}

absl::StatusOr<Document> Parse(absl::string_view text,
                               const ReadOptions& options) {
  KAITO_ASSIGN_OR_RETURN(std::vector<Document> documents,
                         ParseAll(text, options));
  if (documents.empty()) return Document();
  if (documents.size() > 1) {
    return Error(documents[1].places.Nearest(""),
                 "a second document begins; only one is allowed here");
  }
  return std::move(documents.front());
}

}  // namespace kaito::yaml
