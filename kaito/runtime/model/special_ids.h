#ifndef KAITO_RUNTIME_MODEL_SPECIAL_IDS_H_
#define KAITO_RUNTIME_MODEL_SPECIAL_IDS_H_

// The ids of the tokens that begin, end and pad a text, as config.json and
// generation_config.json both state them.
//
//   KAITO_ASSIGN_OR_RETURN(const SpecialIds ids,
//                          ParseSpecialIds(ConfigFields(json), vocab_size));

#include <cstdint>

#include "absl/status/statusor.h"
#include "kaito/runtime/model/config_fields.h"
#include "kaito/runtime/model/decoder_config.h"

namespace kaito::runtime {

// eos_token_id is one id or a list; -1 means none, as in old Llama files.
// InvalidArgument for ids that are not below `vocab_size`.
absl::StatusOr<SpecialIds> ParseSpecialIds(const ConfigFields& fields,
                                           int64_t vocab_size);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_MODEL_SPECIAL_IDS_H_
