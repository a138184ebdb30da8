#include <string>

#include "gtest/gtest.h"
#include "utf8proc.h"

namespace kaito {
namespace {

TEST(Utf8proc, ComposesAPairAndNoExcludedOne) {
  const auto flags =
      static_cast<utf8proc_option_t>(UTF8PROC_COMPOSE | UTF8PROC_STABLE);
  utf8proc_int32_t pair[] = {'e', 0x301};
  EXPECT_EQ(utf8proc_normalize_utf32(pair, 2, flags), 1);
  EXPECT_EQ(pair[0], 0xE9);
  // U+0958 is excluded from composition.
  utf8proc_int32_t excluded[] = {0x915, 0x93C};
  EXPECT_EQ(utf8proc_normalize_utf32(excluded, 2, flags), 2);
}

TEST(Utf8proc, DecomposesHangul) {
  utf8proc_int32_t parts[4];
  int boundary_class = 0;
  ASSERT_EQ(utf8proc_decompose_char(0xD55C, parts, 4, UTF8PROC_DECOMPOSE,
                                    &boundary_class),
            3);
  EXPECT_EQ(parts[0], 0x1112);
  EXPECT_EQ(parts[2], 0x11AB);
}

}  // namespace
}  // namespace kaito
