// Whatever the bytes are, a header that is accepted must keep its promises:
// tensors within the file, of the right size, one behind the other.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "kaito/runtime/weights/dtype.h"
#include "kaito/runtime/weights/safetensors_header.h"
#include "kaito/runtime/weights/tensor_view.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace runtime = ::kaito::runtime;
  const absl::string_view file(reinterpret_cast<const char*>(data), size);
  const auto header = runtime::ParseSafetensorsHeader(file);
  if (!header.ok()) return 0;
  int64_t at = 0;
  std::set<std::string> names;
  for (const runtime::SafetensorsEntry& entry : header->tensors) {
    if (entry.begin != at || entry.end < at) std::abort();
    const auto bytes = runtime::ByteCount(entry.dtype, entry.shape);
    if (!bytes.ok() || *bytes != entry.end - entry.begin) std::abort();
    if (!names.insert(entry.name).second) std::abort();
    at = entry.end;
  }
  if (header->data_begin + at != static_cast<int64_t>(size)) std::abort();
  return 0;
}
