#include "kaito/kernels/parallel/workers.h"

#include <algorithm>

#include "kaito/base/check/check.h"

namespace kaito::kernels {

WorkRange RangeOfWorker(int64_t size, int64_t grain, int64_t worker,
                        int64_t count) {
  const int64_t grains = size / grain + (size % grain != 0 ? 1 : 0);
  const int64_t each = grains / count;
  const int64_t more = grains % count;  // The first ones get one more.
  const int64_t begin = worker * each + std::min(worker, more);
  const int64_t end = begin + each + (worker < more ? 1 : 0);
  return {.begin = std::min(begin * grain, size),
          .end = std::min(end * grain, size)};
}

void ParallelFor(Workers* workers, int64_t size, int64_t grain,
                 absl::FunctionRef<void(int64_t begin, int64_t end)> body) {
  KAITO_CHECK_GE(size, 0);
  KAITO_CHECK_GT(grain, 0);
  if (size == 0) return;
  if (workers == nullptr || workers->count() == 1 || size <= grain) {
    body(0, size);
    return;
  }
  workers->Run([&](int64_t worker) {
    const WorkRange range =
        RangeOfWorker(size, grain, worker, workers->count());
    if (range.begin < range.end) body(range.begin, range.end);
  });
}

}  // namespace kaito::kernels
