// Bodies of PATCH requests: a patch that is applied leaves an object that can be
// written and read again; one that is refused ends with an error. The first line
// is the object, the rest is the patch.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/standalone/apiserver/object/json_patch.h"

namespace {

void CheckReadable(const kaito::json::Value& value) {
  // Patches may nest a little deeper than what was read.
  const auto again =
      kaito::json::Parse(kaito::json::Write(value), {.max_depth = 4096});
  if (!again.ok() || !(*again == value)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace json = ::kaito::json;
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(text, absl::MaxSplits('\n', 1));
  const auto object = json::Parse(parts.first);
  const auto patch = json::Parse(parts.second);
  if (!object.ok() || !patch.ok()) return 0;
  json::Value patched = *object;
  if (kaito::apiserver::ApplyJsonPatch(*patch, patched).ok()) {
    CheckReadable(patched);
  }
  json::Value merged = *object;
  kaito::apiserver::ApplyMergePatch(*patch, merged);
  CheckReadable(merged);
  // Merging the same again changes nothing.
  json::Value twice = merged;
  kaito::apiserver::ApplyMergePatch(*patch, twice);
  if (!(twice == merged)) std::abort();
  return 0;
}
