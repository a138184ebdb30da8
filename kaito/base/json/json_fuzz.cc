// What is read must be written so that it reads the same, and every reading of
// a text must come to the same verdict.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace json = ::kaito::json;
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const json::ReadOptions options = {.duplicates = json::Duplicates::kLastWins};
  const auto value = json::Parse(text, options);
  json::Value through_cursor;
  const absl::Status read =
      json::Read(text, options, [&](const json::Cursor& root) {
        return root.ReadValue(&through_cursor);
      });
  if (read.ok() != value.ok()) std::abort();
  if (!value.ok()) return 0;
  if (!(through_cursor == *value)) std::abort();
  const auto again = json::Parse(json::Write(*value, {.indent = 2}), options);
  if (!again.ok() || !(*again == *value)) std::abort();
  return 0;
}
