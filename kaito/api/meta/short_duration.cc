#include "kaito/api/meta/short_duration.h"

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace kaito::api {
namespace {

// "3m20s", or "3m" where the rest is nothing.
std::string Two(int64_t big, const char* big_unit, int64_t small,
                const char* small_unit) {
  return small == 0 ? absl::StrCat(big, big_unit)
                    : absl::StrCat(big, big_unit, small, small_unit);
}

}  // namespace

std::string ShortDuration(absl::Duration duration) {
  const int64_t seconds = absl::ToInt64Seconds(duration);
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  if (seconds < 120) return absl::StrCat(seconds, "s");
  const int64_t minutes = seconds / 60;
  if (minutes < 10) return Two(minutes, "m", seconds % 60, "s");
  if (minutes < 180) return absl::StrCat(minutes, "m");
  const int64_t hours = minutes / 60;
  if (hours < 8) return Two(hours, "h", minutes % 60, "m");
  if (hours < 48) return absl::StrCat(hours, "h");
  const int64_t days = hours / 24;
  if (days < 8) return Two(days, "d", hours % 24, "h");
  if (days < 2 * 365) return absl::StrCat(days, "d");
  if (days < 8 * 365) return Two(days / 365, "y", days % 365, "d");
  return absl::StrCat(days / 365, "y");
}

}  // namespace kaito::api
