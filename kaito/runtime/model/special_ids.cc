#include "kaito/runtime/model/special_ids.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/model/config_fields.h"
#include "kaito/runtime/model/decoder_config.h"

namespace kaito::runtime {
namespace {

// Models name up to five.
constexpr size_t kMaxEos = 64;

absl::StatusOr<std::optional<int64_t>> ParseId(const ConfigFields& fields,
                                               absl::string_view name,
                                               int64_t vocab_size) {
  KAITO_ASSIGN_OR_RETURN(const std::optional<int64_t> id,
                         fields.OptionalInteger(name, -1, vocab_size - 1));
  return id == -1 ? std::nullopt : id;
}

absl::StatusOr<std::vector<int64_t>> ParseEos(const ConfigFields& fields,
                                              int64_t vocab_size) {
  constexpr absl::string_view kName = "eos_token_id";
  std::vector<int64_t> ids;
  const json::Value* value = fields.Find(kName);
  if (value == nullptr || value->array() == nullptr) {
    KAITO_ASSIGN_OR_RETURN(const std::optional<int64_t> id,
                           ParseId(fields, kName, vocab_size));
    if (id.has_value()) ids.push_back(*id);
    return ids;
  }
  if (value->array()->size() > kMaxEos) {
    return fields.Bad(kName, absl::StrCat("at most ", kMaxEos, " ids"));
  }
  for (const json::Value& item : *value->array()) {
    const std::optional<int64_t> id = item.integer();
    if (!id.has_value() || *id < 0 || *id >= vocab_size) {
      return fields.Bad(kName, absl::StrCat("ids from 0 to ", vocab_size - 1));
    }
    if (std::find(ids.begin(), ids.end(), *id) == ids.end()) ids.push_back(*id);
  }
  return ids;
}

}  // namespace

absl::StatusOr<SpecialIds> ParseSpecialIds(const ConfigFields& fields,
                                           int64_t vocab_size) {
  SpecialIds ids;
  KAITO_ASSIGN_OR_RETURN(ids.bos, ParseId(fields, "bos_token_id", vocab_size));
  KAITO_ASSIGN_OR_RETURN(ids.eos, ParseEos(fields, vocab_size));
  KAITO_ASSIGN_OR_RETURN(ids.pad, ParseId(fields, "pad_token_id", vocab_size));
  return ids;
}

}  // namespace kaito::runtime
