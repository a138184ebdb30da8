// Bytes written a second, on one CPU thread and on device 0, beside the
// library's own fill. Judge by the ratio of two lines of one run. Numbers, and
// what they were taken on, are in docs/kernels/poison.md.
#include <cstdint>
#include <cstring>
#include <vector>

#include "absl/status/status.h"
#include "benchmark/benchmark.h"
#include "kaito/kernels/poison/poison.h"
#include "kaito/kernels/poison/poison_params.h"
#include "kaito/kernels/stream.h"
#if KAITO_CUDA
#include <cuda_runtime_api.h>
#endif

namespace kaito::kernels {
namespace {

// Buffers are used in turn, so that none is still in a cache: together at least
// twice the 50 MB L2 of an H100, and more than a server's L3 for each core.
constexpr int64_t kRotationBytes = 256 << 20;

int64_t BuffersOf(int64_t size_bytes) {
  return size_bytes > kRotationBytes ? 1 : kRotationBytes / size_bytes;
}

void CpuPoison(benchmark::State& state) {
  const int64_t size_bytes = state.range(0);
  std::vector<uint8_t> memory(BuffersOf(size_bytes) * size_bytes, 1);
  int64_t turn = 0;
  for (auto _ : state) {
    const absl::Status status =
        Poison({.data = memory.data() + turn * size_bytes,
                .size_bytes = size_bytes,
                .pattern = PoisonPattern::kBf16},
               Stream::Cpu());
    if (!status.ok()) state.SkipWithError(status.ToString().c_str());
    benchmark::ClobberMemory();
    turn = (turn + 1) % BuffersOf(size_bytes);
  }
  state.SetBytesProcessed(state.iterations() * size_bytes);
}
BENCHMARK(CpuPoison)->Arg(1 << 20)->Arg(64 << 20);

void CpuMemset(benchmark::State& state) {
  const int64_t size_bytes = state.range(0);
  std::vector<uint8_t> memory(BuffersOf(size_bytes) * size_bytes, 1);
  int64_t turn = 0;
  for (auto _ : state) {
    std::memset(memory.data() + turn * size_bytes, 0xff, size_bytes);
    benchmark::ClobberMemory();
    turn = (turn + 1) % BuffersOf(size_bytes);
  }
  state.SetBytesProcessed(state.iterations() * size_bytes);
}
BENCHMARK(CpuMemset)->Arg(1 << 20)->Arg(64 << 20);

#if KAITO_CUDA

// Device memory, a stream and a pair of events; ok() is false without a device.
class Device {
 public:
  explicit Device(int64_t bytes) {
    ok_ = cudaMalloc(&memory_, bytes) == cudaSuccess &&
          cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking) ==
              cudaSuccess &&
          cudaEventCreate(&start_) == cudaSuccess &&
          cudaEventCreate(&stop_) == cudaSuccess;
  }
  ~Device() {
    if (stop_ != nullptr) cudaEventDestroy(stop_);
    if (start_ != nullptr) cudaEventDestroy(start_);
    if (stream_ != nullptr) cudaStreamDestroy(stream_);
    cudaFree(memory_);
  }
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  bool ok() const { return ok_; }
  uint8_t* memory() const { return static_cast<uint8_t*>(memory_); }
  cudaStream_t stream() const { return stream_; }

  // Seconds that the device spends on what `queue` queues; negative on a
  // failure.
  template <typename Queue>
  double Time(const Queue& queue) {
    cudaEventRecord(start_, stream_);
    const bool queued = queue();
    cudaEventRecord(stop_, stream_);
    float milliseconds = -1;
    if (!queued || cudaEventSynchronize(stop_) != cudaSuccess ||
        cudaEventElapsedTime(&milliseconds, start_, stop_) != cudaSuccess) {
      return -1;
    }
    return milliseconds / 1000.0;
  }

 private:
  void* memory_ = nullptr;
  cudaStream_t stream_ = nullptr;
  cudaEvent_t start_ = nullptr;
  cudaEvent_t stop_ = nullptr;
  bool ok_ = false;
};

template <typename Fill>
void OnDevice(benchmark::State& state, const Fill& fill) {
  const int64_t size_bytes = state.range(0);
  Device device(BuffersOf(size_bytes) * size_bytes);
  if (!device.ok()) {
    state.SkipWithError("no CUDA device");
    return;
  }
  int64_t turn = 0;
  for (auto _ : state) {
    const double seconds = device.Time([&] {
      return fill(device.memory() + turn * size_bytes, size_bytes,
                  device.stream());
    });
    if (seconds < 0) {
      state.SkipWithError(cudaGetErrorString(cudaGetLastError()));
      return;
    }
    state.SetIterationTime(seconds);
    turn = (turn + 1) % BuffersOf(size_bytes);
  }
  state.SetBytesProcessed(state.iterations() * size_bytes);
}

void CudaPoison(benchmark::State& state) {
  OnDevice(state, [](uint8_t* data, int64_t size_bytes, cudaStream_t stream) {
    return Poison({.data = data,
                   .size_bytes = size_bytes,
                   .pattern = PoisonPattern::kBf16},
                  Stream::Cuda(stream, {0}))
        .ok();
  });
}
BENCHMARK(CudaPoison)
    ->Arg(1 << 20)
    ->Arg(64 << 20)
    ->Arg(1 << 30)
    ->UseManualTime();

void CudaMemset(benchmark::State& state) {
  OnDevice(state, [](uint8_t* data, int64_t size_bytes, cudaStream_t stream) {
    return cudaMemsetAsync(data, 0xff, size_bytes, stream) == cudaSuccess;
  });
}
BENCHMARK(CudaMemset)
    ->Arg(1 << 20)
    ->Arg(64 << 20)
    ->Arg(1 << 30)
    ->UseManualTime();

#endif  // KAITO_CUDA

}  // namespace
}  // namespace kaito::kernels
