#ifndef KAITO_KERNELS_STREAM_H_
#define KAITO_KERNELS_STREAM_H_

// Where an operation runs: on the CPU (on the calling thread alone, or on
// Workers of parallel/workers.h), or in a CUDA stream.
// Every public operation of kaito/kernels takes one; which memory its pointers
// mean follows from it. No CUDA header is needed to name a stream.
//
//   KAITO_RETURN_IF_ERROR(Poison(params, Stream::Cpu()));  // Done on return.
//   KAITO_RETURN_IF_ERROR(Poison(params, Stream::Cpu(&team)));  // Same.
//   KAITO_RETURN_IF_ERROR(Poison(params, Stream::Cuda(s, {0})));  // Queued.
//
// It owns nothing: the workers, the CUDA stream and the buffers must outlive
// the work. The thread that calls must have the stream's device as its current
// one.

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

// cudaStream_t is a pointer to it.
struct CUstream_st;

namespace kaito::kernels {

// A CUDA device by its number in this process, from 0.
struct DeviceIndex {
  int value = 0;
};

class Workers;

class Stream {
 public:
  // On the calling thread alone.
  static Stream Cpu() { return Cpu(nullptr); }

  // On `workers`; null is the calling thread alone. The result is the same, bit
  // for bit, for every number of workers.
  static Stream Cpu(Workers* workers) {
    return Stream(nullptr, {-1}, workers, false);
  }

  // `stream` may not be null: work on the default stream waits for all others.
  // An operation refuses such a stream with InvalidArgument.
  static Stream Cuda(CUstream_st* stream, DeviceIndex device) {
    return Stream(stream, device, nullptr, true);
  }

  bool is_cuda() const { return is_cuda_; }
  CUstream_st* cuda() const { return cuda_; }
  DeviceIndex device() const { return device_; }
  Workers* workers() const { return workers_; }

  // "cpu" or "cuda:0", for messages.
  std::string Name() const;

 private:
  Stream(CUstream_st* cuda, DeviceIndex device, Workers* workers, bool is_cuda)
      : cuda_(cuda), device_(device), workers_(workers), is_cuda_(is_cuda) {}

  CUstream_st* cuda_;
  DeviceIndex device_;
  Workers* workers_;
  bool is_cuda_;
};

// Refuses what no operation can run on: the default CUDA stream, a negative
// device. `where` is the operation with its shape.
absl::Status CheckStream(Stream stream, absl::string_view where);

// The answer of an operation that has no CUDA kernel in this program.
absl::Status BuiltWithoutCudaError(Stream stream, absl::string_view where);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_STREAM_H_
