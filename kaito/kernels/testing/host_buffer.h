#ifndef KAITO_KERNELS_TESTING_HOST_BUFFER_H_
#define KAITO_KERNELS_TESTING_HOST_BUFFER_H_

// Floats between two guards, for <op>_cpu_test: an output starts poisoned, so
// that an element that was never written is found, and so is a write outside.
// AddressSanitizer finds reads outside.
//
//   HostBuffer y(rows * columns);
//   RmsNormCpu({…, .y = y.data()}, nullptr);
//   EXPECT_EQ(y.Damage(), "");
//   KAITO_EXPECT_OK(CheckClose(y.ToDouble(), want, tolerance));

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace kaito::kernels::testing {

class HostBuffer {
 public:
  // `size` floats, all poison.
  explicit HostBuffer(int64_t size);
  // A copy of `values`, for what is read, or added to.
  explicit HostBuffer(std::span<const float> values);

  float* data() { return all_.data() + kGuard; }
  std::span<const float> values() const;
  std::vector<double> ToDouble() const;

  // What is wrong: elements that are still poison, or guards that aren't; empty
  // where nothing is.
  std::string Damage() const;

 private:
  // 17 floats: more than the widest vector's 16, and data() is then not aligned
  // to a vector.
  static constexpr int64_t kGuard = 17;

  std::vector<float> all_;  // Guard, elements, guard.
};

}  // namespace kaito::kernels::testing

#endif  // KAITO_KERNELS_TESTING_HOST_BUFFER_H_
