#include "zlib.h"

#include <string>

#include "gtest/gtest.h"

namespace {

TEST(Zlib, CompressesAndBack) {
  const std::string text(100'000, 'x');
  std::string packed(compressBound(text.size()), '\0');
  uLongf packed_size = packed.size();
  ASSERT_EQ(compress(reinterpret_cast<Bytef*>(packed.data()), &packed_size,
                     reinterpret_cast<const Bytef*>(text.data()), text.size()),
            Z_OK);
  EXPECT_LT(packed_size, 1000u);
  std::string back(text.size(), '\0');
  uLongf size = back.size();
  ASSERT_EQ(
      uncompress(reinterpret_cast<Bytef*>(back.data()), &size,
                 reinterpret_cast<const Bytef*>(packed.data()), packed_size),
      Z_OK);
  EXPECT_EQ(back, text);
}

}  // namespace
