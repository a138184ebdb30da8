#ifndef KAITO_KERNELS_TESTING_GPU_FIXTURE_H_
#define KAITO_KERNELS_TESTING_GPU_FIXTURE_H_

// The ground of every <op>_gpu_test: a device or a skip, a stream, and device
// buffers that notice a write beyond their ends.
//
//   using PoisonGpuTest = GpuTest;
//   TEST_F(PoisonGpuTest, …) {
//     KAITO_ASSERT_OK_AND_ASSIGN(DeviceBuffer out, DeviceBuffer::Allocate(n));
//     KAITO_ASSERT_OK(Poison({.data = out.data(), …}, stream()));
//     KAITO_ASSERT_OK_AND_ASSIGN(const std::vector<uint8_t> bytes,
//                                out.Download(stream()));

#include <cuda_runtime_api.h>

#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gtest/gtest.h"
#include "kaito/kernels/stream.h"

namespace kaito::kernels::testing {

// Device memory between two guards. Move-only; freed with its owner.
class DeviceBuffer {
 public:
  // 256 bytes: cudaMalloc's own alignment, which data() then keeps.
  static constexpr int64_t kGuardBytes = 256;

  // `size_bytes` of 0xA5, so that what a kernel leaves alone is known.
  static absl::StatusOr<DeviceBuffer> Allocate(int64_t size_bytes);

  DeviceBuffer(DeviceBuffer&& other) noexcept;
  DeviceBuffer& operator=(DeviceBuffer&&) = delete;
  ~DeviceBuffer();

  uint8_t* data() const { return base_ + kGuardBytes; }
  int64_t size_bytes() const { return size_bytes_; }

  // Both wait for the stream. `bytes` must have the buffer's size.
  absl::Status Upload(std::span<const uint8_t> bytes, Stream stream);
  // Internal, with the offset, where a guard was overwritten.
  absl::StatusOr<std::vector<uint8_t>> Download(Stream stream) const;

 private:
  DeviceBuffer(uint8_t* base, int64_t size_bytes)
      : base_(base), size_bytes_(size_bytes) {}

  uint8_t* base_;  // Owned: guard, data, guard.
  int64_t size_bytes_;
};

class GpuTest : public ::testing::Test {
 protected:
  void SetUp() override;
  // Reports what is still wrong with the device: a fault after the last check.
  void TearDown() override;

  // Of device 0; doesn't wait for the default stream.
  Stream stream() const { return Stream::Cuda(stream_, {0}); }

 private:
  cudaStream_t stream_ = nullptr;  // Owned; null until SetUp() succeeded.
};

}  // namespace kaito::kernels::testing

#endif  // KAITO_KERNELS_TESTING_GPU_FIXTURE_H_
