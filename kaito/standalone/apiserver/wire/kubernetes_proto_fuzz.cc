// Bodies in protobuf, as kubectl sends them: whatever comes is refused or makes
// an object that is JSON again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/standalone/apiserver/wire/kubernetes_proto.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace json = ::kaito::json;
  const absl::StatusOr<json::Value> object =
      kaito::apiserver::DecodeKubernetesProto(
          absl::string_view(reinterpret_cast<const char*>(data), size));
  if (!object.ok()) return 0;
  const absl::StatusOr<json::Value> again = json::Parse(json::Write(*object));
  if (!again.ok() || !again->is_object()) std::abort();
  return 0;
}
