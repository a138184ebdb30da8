#include "kaito/runtime/tokenizer/post_processor.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/tokenizer/byte_alphabet.h"
#include "kaito/runtime/tokenizer/char_class.h"
#include "kaito/runtime/tokenizer/component_spec.h"
#include "kaito/runtime/tokenizer/utf8.h"
#include "kaito/runtime/tokenizer/vocabulary.h"

namespace kaito::runtime::tokenization {
namespace {

// The ids that a template's special token stands for.
absl::Status AppendTemplateIds(const ComponentSpec& spec,
                               const std::string& name,
                               std::vector<int32_t>* out) {
  const ComponentSpec tokens = spec.Field("special_tokens");
  const json::Value* token = tokens.value().Find(name);
  if (token == nullptr) {
    return tokens.Error(
        absl::StrCat("lacks ", json::Quote(name), ", which \"single\" names"));
  }
  const ComponentSpec entry = tokens.Field(name);
  KAITO_ASSIGN_OR_RETURN(const std::vector<ComponentSpec> ids,
                         entry.List("ids"));
  for (const ComponentSpec& id : ids) {
    const auto value = id.value().integer();
    if (!value.has_value() || *value < 0 || *value > kMaxTokenId) {
      return id.Error("not a token's id");
    }
    out->push_back(static_cast<int32_t>(*value));
  }
  return absl::OkStatus();
}

// {"single": [{"SpecialToken": {"id": …}}, {"Sequence": {"id": "A"}}], …}
absl::Status AddTemplate(const ComponentSpec& spec, PostProcessor* out) {
  KAITO_ASSIGN_OR_RETURN(const std::vector<ComponentSpec> items,
                         spec.List("single"));
  std::vector<int32_t> before;
  std::vector<int32_t> after;
  bool seen_text = false;
  for (const ComponentSpec& item : items) {
    if (item.value().Find("Sequence") != nullptr) {
      KAITO_ASSIGN_OR_RETURN(const std::string which,
                             item.Field("Sequence").String("id"));
      if (seen_text || which != "A") {
        return item.Error("want the sequence A, and that once");
      }
      seen_text = true;
      continue;
    }
    KAITO_ASSIGN_OR_RETURN(const std::string name,
                           item.Field("SpecialToken").String("id"));
    KAITO_RETURN_IF_ERROR(
        AppendTemplateIds(spec, name, seen_text ? &after : &before));
  }
  if (!seen_text) return spec.Field("single").Error("lacks the sequence A");
  // A second template goes around the first.
  out->before.insert(out->before.begin(), before.begin(), before.end());
  out->after.insert(out->after.end(), after.begin(), after.end());
  return absl::OkStatus();
}

absl::Status Add(const ComponentSpec& spec, PostProcessor* out) {
  if (spec.type() == "TemplateProcessing") return AddTemplate(spec, out);
  if (spec.type() == "ByteLevel") {
    KAITO_ASSIGN_OR_RETURN(const bool trim, spec.Bool("trim_offsets", true));
    KAITO_ASSIGN_OR_RETURN(const bool prefix,
                           spec.Bool("add_prefix_space", true));
    if (trim) {
      out->trim_offsets = true;
      out->keep_first_space = prefix;
    }
    return absl::OkStatus();
  }
  if (spec.type() == "Sequence") {
    KAITO_ASSIGN_OR_RETURN(const std::vector<ComponentSpec> specs,
                           spec.List("processors"));
    for (const ComponentSpec& s : specs) KAITO_RETURN_IF_ERROR(Add(s, out));
    return absl::OkStatus();
  }
  return spec.UnknownType({"ByteLevel", "Sequence", "TemplateProcessing"});
}

}  // namespace

absl::StatusOr<PostProcessor> MakePostProcessor(const ComponentSpec& spec) {
  PostProcessor out;
  if (!spec.is_null()) KAITO_RETURN_IF_ERROR(Add(spec, &out));
  return out;
}

SurroundingSpace SpaceAround(absl::string_view token) {
  SurroundingSpace space;
  bool only_space = true;
  for (size_t i = 0; i < token.size();) {
    const size_t size = Utf8Size(token[i]);
    const bool is_space = token.substr(i, size) == CharacterOfByte(' ') ||
                          (CharClasses::Get().Of(DecodeUtf8(token.data() + i)) &
                           kWhiteSpace) != 0;
    only_space = only_space && is_space;
    if (only_space) ++space.before;
    space.after = is_space ? space.after + 1 : 0;
    i += size;
  }
  return space;
}

}  // namespace kaito::runtime::tokenization
