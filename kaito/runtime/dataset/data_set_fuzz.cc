// What of JSON lines, lists and CSV reaches the row parser, from any bytes. The
// first byte chooses the format.
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/reader.h"
#include "kaito/runtime/dataset/csv_records.h"
#include "kaito/runtime/dataset/json_records.h"
#include "kaito/runtime/dataset/record.h"
#include "kaito/runtime/dataset/row_json.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace kaito;
  using namespace kaito::runtime;
  if (size == 0) return 0;
  const absl::string_view text(reinterpret_cast<const char*>(data) + 1,
                               size - 1);
  const auto parse = [](const Record& record) {
    const absl::StatusOr<ParsedRow> row = ParseRow(record.json, {});
    if (!row.ok()) return row.status();
    if (!row->unusable.empty()) return absl::OkStatus();
    // What was accepted is JSON again.
    const std::string line = FormatRow({.content = row->content});
    if (!json::Parse(line, {.duplicates = json::Duplicates::kLastWins}).ok()) {
      __builtin_trap();
    }
    return absl::OkStatus();
  };
  // Whatever comes back is fine, as long as it comes back.
  if (data[0] % 2 == 0) {
    ReadJsonRecords(text, parse).IgnoreError();
  } else {
    ReadCsvRecords(text, parse, parse).IgnoreError();
  }
  return 0;
}
