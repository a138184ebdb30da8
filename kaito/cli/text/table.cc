#include "kaito/cli/text/table.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "kaito/cli/text/printable.h"

namespace kaito::cli {
namespace {

constexpr int64_t kGap = 3;

void AddRow(const std::vector<std::string>& cells,
            const std::vector<int64_t>& widths, std::string& out) {
  std::string line;
  for (size_t i = 0; i < cells.size(); ++i) {
    absl::StrAppend(&line, cells[i]);
    if (i + 1 == cells.size()) break;
    line.append(static_cast<size_t>(widths[i] - Width(cells[i]) + kGap), ' ');
  }
  line.erase(line.find_last_not_of(' ') + 1);
  absl::StrAppend(&out, line, "\n");
}

}  // namespace

std::string Table(const std::vector<std::string>& header,
                  const std::vector<std::vector<std::string>>& rows) {
  std::vector<int64_t> widths;
  for (const std::string& cell : header) widths.push_back(Width(cell));
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size() && i < widths.size(); ++i) {
      widths[i] = std::max(widths[i], Width(row[i]));
    }
  }
  std::string out;
  AddRow(header, widths, out);
  for (const auto& row : rows) AddRow(row, widths, out);
  return out;
}

}  // namespace kaito::cli
