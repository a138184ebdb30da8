#ifndef KAITO_KERNELS_STREAM_H_
#define KAITO_KERNELS_STREAM_H_

// Where an operation runs: on the calling thread's CPU, or in a CUDA stream.
// Every public operation of kaito/kernels takes one; which memory its pointers
// mean follows from it. No CUDA header is needed to name a stream.
//
//   KAITO_RETURN_IF_ERROR(Poison(params, Stream::Cpu()));        // Done on
//   return. KAITO_RETURN_IF_ERROR(Poison(params, Stream::Cuda(s, {0}))); //
//   Queued on `s`.
//
// It owns nothing: the CUDA stream and the buffers must outlive the work. The
// thread that calls must have the stream's device as its current one.

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

class Stream {
 public:
  static Stream Cpu() { return Stream(nullptr, {-1}, false); }

  // `stream` may not be null: work on the default stream waits for all others.
  // An operation refuses such a stream with InvalidArgument.
  static Stream Cuda(CUstream_st* stream, DeviceIndex device) {
    return Stream(stream, device, true);
  }

  bool is_cuda() const { return is_cuda_; }
  CUstream_st* cuda() const { return cuda_; }
  DeviceIndex device() const { return device_; }

  // "cpu" or "cuda:0", for messages.
  std::string Name() const;

 private:
  Stream(CUstream_st* cuda, DeviceIndex device, bool is_cuda)
      : cuda_(cuda), device_(device), is_cuda_(is_cuda) {}

  CUstream_st* cuda_;
  DeviceIndex device_;
  bool is_cuda_;
};

// Refuses what no operation can run on: the default CUDA stream, a negative
// device. `where` is the operation with its shape.
absl::Status CheckStream(Stream stream, absl::string_view where);

// The answer of an operation that has no CUDA kernel in this program.
absl::Status BuiltWithoutCudaError(Stream stream, absl::string_view where);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_STREAM_H_
