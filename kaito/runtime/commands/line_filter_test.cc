#include "kaito/runtime/commands/line_filter.h"

#include <cstdint>
#include <sstream>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace kaito::runtime {
namespace {

std::string Numbered(absl::string_view line, int64_t number) {
  return absl::StrCat(number, ":", line);
}

TEST(FilterLines, AnswersEachLine) {
  std::istringstream in("a\n\n  \nb\nlast");
  std::ostringstream out;
  EXPECT_TRUE(FilterLines(in, out, Numbered).ok());
  EXPECT_EQ(out.str(), "1:a\n4:b\n5:last\n");
}

TEST(FilterLines, StopsAtALineThatIsTooLong) {
  std::istringstream in(
      absl::StrCat("a\n", std::string(kMaxLineBytes + 1, 'x')));
  std::ostringstream out;
  const absl::Status status = FilterLines(in, out, Numbered);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(out.str(), "1:a\n");
}

TEST(FilterLines, StopsWhenNobodyReads) {
  std::istringstream in("a\nb\n");
  std::ostringstream out;
  out.setstate(std::ios::badbit);
  EXPECT_EQ(FilterLines(in, out, Numbered).code(),
            absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace kaito::runtime
