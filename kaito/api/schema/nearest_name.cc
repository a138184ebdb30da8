#include "kaito/api/schema/nearest_name.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"

namespace kaito::api {
namespace {

// Levenshtein distance, case ignored; rows of the usual table, one at a time.
size_t Distance(absl::string_view a, absl::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const bool same =
          absl::ascii_tolower(a[i - 1]) == absl::ascii_tolower(b[j - 1]);
      const size_t best =
          std::min({row[j] + 1, row[j - 1] + 1, diagonal + (same ? 0 : 1)});
      diagonal = row[j];
      row[j] = best;
    }
  }
  return row[b.size()];
}

}  // namespace

absl::string_view NearestName(absl::string_view name,
                              const std::vector<absl::string_view>& known) {
  constexpr size_t kLongestName = 64;  // Bounds the work on a hostile name.
  if (name.size() > kLongestName) return "";
  absl::string_view best;
  // A third of it may be wrong, and one letter more: two letters swapped are
  // two edits.
  size_t best_distance = name.size() / 3 + 2;
  for (absl::string_view candidate : known) {
    const size_t distance = Distance(name, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

}  // namespace kaito::api
