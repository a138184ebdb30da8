#include "kaito/standalone/apiserver/schema/builtin_types.h"

#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "kaito/base/check/check.h"
#include "kaito/standalone/apiserver/schema/builtin_text.h"
#include "kaito/standalone/apiserver/schema/notation.h"
#include "kaito/standalone/apiserver/schema/type_docs.h"

namespace kaito::apiserver {

const std::shared_ptr<SchemaTypes>& BuiltinTypes() {
  static const auto* types = [] {
    absl::StatusOr<std::shared_ptr<SchemaTypes>> parsed =
        ParseNotation(absl::StrCat(kMetaTypes, kPodTypes, kVolumeTypes,
                                   kCoreTypes, kWorkloadTypes, kOtherTypes));
    KAITO_CHECK(parsed.ok()) << parsed.status();
    AddTypeDocs(**parsed);
    return new std::shared_ptr<SchemaTypes>(*std::move(parsed));
  }();
  return *types;
}

}  // namespace kaito::apiserver
