#include "kaito/runtime/tokenizer/tokenize_command.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/tokenizer/tokenizer.h"

namespace kaito::runtime {
namespace {

struct Request {
  std::optional<std::string> text;
  std::optional<std::vector<int32_t>> ids;
  bool add_special_tokens = true;
  bool skip_special_tokens = false;
  bool stream = false;
};

absl::Status ReadIds(const json::Cursor& value, const Tokenizer& tokenizer,
                     std::vector<int32_t>* out) {
  return value.ForEachItem([&](const json::Cursor& item) -> absl::Status {
    int64_t id = -1;
    KAITO_RETURN_IF_ERROR(item.ReadInt64(&id));
    if (id < 0 || id >= tokenizer.vocab_size()) {
      return absl::InvalidArgumentError(absl::StrCat(
          id, " is no token; want 0 to ", tokenizer.vocab_size() - 1));
    }
    out->push_back(static_cast<int32_t>(id));
    return absl::OkStatus();
  });
}

absl::Status ReadField(absl::string_view key, const json::Cursor& value,
                       const Tokenizer& tokenizer, Request* out) {
  if (key == "text") return value.ReadString(&out->text.emplace());
  if (key == "ids") return ReadIds(value, tokenizer, &out->ids.emplace());
  if (key == "add_special_tokens") {
    return value.ReadBool(&out->add_special_tokens);
  }
  if (key == "skip_special_tokens") {
    return value.ReadBool(&out->skip_special_tokens);
  }
  if (key == "stream") return value.ReadBool(&out->stream);
  return absl::InvalidArgumentError("no such field");
}

absl::StatusOr<Request> ReadRequest(absl::string_view line,
                                    const Tokenizer& tokenizer) {
  Request request;
  KAITO_RETURN_IF_ERROR(json::Read(
      line, {.max_bytes = 8 * kMaxTextBytes}, [&](const json::Cursor& root) {
        return root.ForEachField(
            [&](absl::string_view key, const json::Cursor& value) {
              return Annotate(ReadField(key, value, tokenizer, &request),
                              json::Quote(key.substr(0, 100)));
            });
      }));
  if (request.text.has_value() == request.ids.has_value()) {
    return absl::InvalidArgumentError(
        R"(want either "text" or "ids" in a line)");
  }
  return request;
}

absl::StatusOr<json::Value> Encode(const Tokenizer& tokenizer,
                                   const Request& request) {
  KAITO_ASSIGN_OR_RETURN(
      const Encoding encoding,
      tokenizer.Encode(*request.text,
                       {.add_special_tokens = request.add_special_tokens,
                        .offsets = OffsetUnit::kCodePoints,
                        .tokens = true}));
  json::Array ids(encoding.ids.begin(), encoding.ids.end());
  json::Array tokens(encoding.tokens.begin(), encoding.tokens.end());
  json::Array offsets;
  for (const auto& [begin, end] : encoding.offsets) {
    offsets.emplace_back(json::Array{int64_t{begin}, int64_t{end}});
  }
  return json::Value(json::Object{{"ids", std::move(ids)},
                                  {"tokens", std::move(tokens)},
                                  {"offsets", std::move(offsets)}});
}

json::Value Decode(const Tokenizer& tokenizer, const Request& request) {
  const DecodeOptions options = {.skip_special_tokens =
                                     request.skip_special_tokens};
  if (!request.stream) {
    return json::Object{{"text", tokenizer.Decode(*request.ids, options)}};
  }
  StreamDecoder stream(tokenizer, options);
  json::Array emitted;
  for (const int32_t id : *request.ids) emitted.emplace_back(stream.Push(id));
  return json::Object{{"emitted", std::move(emitted)},
                      {"flush", stream.Finish()}};
}

absl::StatusOr<json::Value> Answer(const Tokenizer& tokenizer,
                                   absl::string_view line) {
  KAITO_ASSIGN_OR_RETURN(const Request request, ReadRequest(line, tokenizer));
  if (request.text.has_value()) return Encode(tokenizer, request);
  return Decode(tokenizer, request);
}

}  // namespace

std::string TokenizeLine(const Tokenizer& tokenizer, absl::string_view line) {
  absl::StatusOr<json::Value> answer = Answer(tokenizer, line);
  if (!answer.ok()) {
    return json::Write(json::Object{{"error", answer.status().message()}});
  }
  return json::Write(*answer);
}

}  // namespace kaito::runtime
