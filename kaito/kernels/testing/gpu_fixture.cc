#include "kaito/kernels/testing/gpu_fixture.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/kernels/cuda_status.h"
#include "kaito/kernels/testing/require_gpu.h"

namespace kaito::kernels::testing {
namespace {

constexpr uint8_t kUntouched = 0xA5;

}  // namespace

absl::StatusOr<DeviceBuffer> DeviceBuffer::Allocate(int64_t size_bytes) {
  if (size_bytes < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("device buffer: ", size_bytes, " bytes"));
  }
  const int64_t total = size_bytes + 2 * kGuardBytes;
  void* base = nullptr;
  KAITO_RETURN_IF_ERROR(CudaStatus(cudaMalloc(&base, total),
                                   absl::StrCat("cudaMalloc(", total, ")")));
  DeviceBuffer buffer(static_cast<uint8_t*>(base), size_bytes);
  KAITO_RETURN_IF_ERROR(
      CudaStatus(cudaMemset(base, kUntouched, total), "cudaMemset"));
  // cudaMemset may return before it is done, and our streams don't wait for it.
  KAITO_RETURN_IF_ERROR(
      CudaStatus(cudaDeviceSynchronize(), "cudaDeviceSynchronize"));
  return buffer;
}

DeviceBuffer::DeviceBuffer(DeviceBuffer&& other) noexcept
    : base_(std::exchange(other.base_, nullptr)),
      size_bytes_(other.size_bytes_) {}

DeviceBuffer::~DeviceBuffer() {
  if (base_ != nullptr) cudaFree(base_);
}

absl::Status DeviceBuffer::Upload(std::span<const uint8_t> bytes,
                                  Stream stream) {
  if (static_cast<int64_t>(bytes.size()) != size_bytes_) {
    return absl::InvalidArgumentError(
        absl::StrCat("device buffer: ", bytes.size(), " bytes for a buffer of ",
                     size_bytes_));
  }
  KAITO_RETURN_IF_ERROR(
      CudaStatus(cudaMemcpyAsync(data(), bytes.data(), bytes.size(),
                                 cudaMemcpyHostToDevice, stream.cuda()),
                 "upload"));
  return CudaStatus(cudaStreamSynchronize(stream.cuda()), "upload");
}

absl::StatusOr<std::vector<uint8_t>> DeviceBuffer::Download(
    Stream stream) const {
  std::vector<uint8_t> all(size_bytes_ + 2 * kGuardBytes);
  KAITO_RETURN_IF_ERROR(
      CudaStatus(cudaMemcpyAsync(all.data(), base_, all.size(),
                                 cudaMemcpyDeviceToHost, stream.cuda()),
                 "download"));
  KAITO_RETURN_IF_ERROR(
      CudaStatus(cudaStreamSynchronize(stream.cuda()), "download"));
  for (int64_t i = 0; i < static_cast<int64_t>(all.size()); ++i) {
    const int64_t offset = i - kGuardBytes;
    const bool guard = offset < 0 || offset >= size_bytes_;
    if (guard && all[i] != kUntouched) {
      return absl::InternalError(absl::StrCat("device buffer of ", size_bytes_,
                                              " bytes: byte ", offset,
                                              ", outside it, was written"));
    }
  }
  return std::vector<uint8_t>(all.begin() + kGuardBytes,
                              all.end() - kGuardBytes);
}

void GpuTest::SetUp() {
  RequireGpu();
  if (IsSkipped() || HasFatalFailure()) return;
  KAITO_ASSERT_OK(CudaStatus(
      cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "stream"));
}

void GpuTest::TearDown() {
  if (stream_ == nullptr) return;
  KAITO_EXPECT_OK(CudaStatus(cudaStreamSynchronize(stream_), "after the test"));
  KAITO_EXPECT_OK(CudaStatus(cudaStreamDestroy(stream_), "after the test"));
}

}  // namespace kaito::kernels::testing
