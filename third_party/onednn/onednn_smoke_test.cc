// The two products that kaito/kernels asks oneDNN for: f32 everywhere, bf16
// where the processor has AVX-512.
#include <cstdint>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "oneapi/dnnl/dnnl.hpp"

namespace kaito {
namespace {

using dnnl::memory;

struct Shape {
  int64_t m, k, n;
};

// c[m, n] = a[m, k] b[k, n], row-major. "" or the reason of oneDNN.
template <typename T>
std::string Product(memory::data_type type, Shape s, std::vector<T>& a,
                    std::vector<T>& b, std::vector<T>& c) {
  try {
    const dnnl::engine cpu(dnnl::engine::kind::cpu, 0);
    const memory::desc a_desc({s.m, s.k}, type, memory::format_tag::ab);
    const memory::desc b_desc({s.k, s.n}, type, memory::format_tag::ab);
    const memory::desc c_desc({s.m, s.n}, type, memory::format_tag::ab);
    const dnnl::matmul product(dnnl::matmul::primitive_desc(
        dnnl::matmul::desc(a_desc, b_desc, c_desc), cpu));
    dnnl::stream stream(cpu);
    product.execute(stream, {{DNNL_ARG_SRC, memory(a_desc, cpu, a.data())},
                             {DNNL_ARG_WEIGHTS, memory(b_desc, cpu, b.data())},
                             {DNNL_ARG_DST, memory(c_desc, cpu, c.data())}});
    stream.wait();
    return "";
  } catch (const dnnl::error& e) {
    return e.status == dnnl_unimplemented ? "unimplemented" : e.what();
  }
}

TEST(Onednn, F32ProductEqualsPlainLoops) {
  const Shape s = {5, 17, 3};
  std::vector<float> a(s.m * s.k), b(s.k * s.n), c(s.m * s.n, -1);
  // Small whole numbers: every order of summing gives the same, exactly.
  for (size_t i = 0; i < a.size(); ++i) a[i] = static_cast<float>(i % 11) - 5;
  for (size_t i = 0; i < b.size(); ++i) b[i] = static_cast<float>(i % 7) - 3;
  ASSERT_EQ(Product(memory::data_type::f32, s, a, b, c), "");
  for (int64_t i = 0; i < s.m; ++i) {
    for (int64_t j = 0; j < s.n; ++j) {
      float want = 0;
      for (int64_t l = 0; l < s.k; ++l) want += a[i * s.k + l] * b[l * s.n + j];
      EXPECT_EQ(c[i * s.n + j], want) << i << "," << j;
    }
  }
}

TEST(Onednn, Bf16ProductWorksOrSaysUnimplemented) {
  const Shape s = {4, 8, 4};
  std::vector<uint16_t> a(s.m * s.k, 0x3f80), b(s.k * s.n, 0x4000);  // 1, 2
  std::vector<uint16_t> c(s.m * s.n, 0xffff);
  const std::string error = Product(memory::data_type::bf16, s, a, b, c);
  if (!error.empty()) {
    EXPECT_EQ(error, "unimplemented");
    EXPECT_EQ(c, std::vector<uint16_t>(c.size(), 0xffff));
    return;
  }
  EXPECT_EQ(c, std::vector<uint16_t>(c.size(), 0x4180));  // 16
}

}  // namespace
}  // namespace kaito
