#include "kaito/kernels/matmul/matmul_ref.h"

#include <vector>

#include "gtest/gtest.h"

namespace kaito::kernels {
namespace {

using Floats = std::vector<float>;
using Doubles = std::vector<double>;

// [1 2 3; 4 5 6] times [1 0; 0 1; 2 2] is [7 8; 16 17].
TEST(MatmulRef, EqualsAProductWorkedByHandInEveryLayout) {
  const Floats a = {1, 2, 3, 4, 5, 6};
  const Floats a_transposed = {1, 4, 2, 5, 3, 6};
  const Floats b = {1, 0, 0, 1, 2, 2};
  const Floats b_transposed = {1, 0, 2, 0, 1, 2};
  for (const bool ta : {false, true}) {
    for (const bool tb : {false, true}) {
      Doubles c(4);
      MatmulRef({.a = ta ? a_transposed.data() : a.data(),
                 .b = tb ? b_transposed.data() : b.data(),
                 .m = 2,
                 .n = 2,
                 .k = 3,
                 .a_transposed = ta,
                 .b_transposed = tb},
                c.data());
      EXPECT_EQ(c, (Doubles{7, 8, 16, 17})) << ta << tb;
    }
  }
}

TEST(MatmulRef, SkipsGapsAndAddsToC) {
  const Floats a = {1, 2, -1, 3, 4, -1};
  const Floats b = {5, -1, 6, -1};
  Floats c = {100, -1, -1, 200, -1, -1};
  Doubles out(2);
  MatmulRef({.a = a.data(),
             .b = b.data(),
             .c = c.data(),
             .m = 2,
             .n = 1,
             .k = 2,
             .accumulate = true,
             .a_stride = 3,
             .b_stride = 2,
             .c_stride = 3},
            out.data());
  EXPECT_EQ(out, (Doubles{117, 239}));
}

}  // namespace
}  // namespace kaito::kernels
