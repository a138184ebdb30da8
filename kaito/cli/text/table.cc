#include "kaito/cli/text/table.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
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

// "3h", and "2m" after it where that is not zero.
std::string Two(int64_t first, const char* first_unit, int64_t second,
                const char* second_unit) {
  if (second == 0) return absl::StrCat(first, first_unit);
  return absl::StrCat(first, first_unit, second, second_unit);
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

std::string Age(absl::Duration age) {
  const int64_t seconds = std::max<int64_t>(0, absl::ToInt64Seconds(age));
  if (seconds < 120) return absl::StrCat(seconds, "s");
  const int64_t minutes = seconds / 60;
  if (minutes < 10) return Two(minutes, "m", seconds % 60, "s");
  if (minutes < 180) return absl::StrCat(minutes, "m");
  const int64_t hours = minutes / 60;
  if (hours < 8) return Two(hours, "h", minutes % 60, "m");
  if (hours < 48) return absl::StrCat(hours, "h");
  const int64_t days = hours / 24;
  if (days < 8) return Two(days, "d", hours % 24, "h");
  return absl::StrCat(days, "d");
}

}  // namespace kaito::cli
