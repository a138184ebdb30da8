// Products of f32 through oneDNN's sgemm, which needs no primitive to be made
// for each shape, takes strides and transposes as they are, and packs into its
// own memory. c is divided into cells, each of them one call on one worker.

#include "kaito/kernels/matmul/matmul_cpu.h"

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "oneapi/dnnl/dnnl.h"

// Of libgomp, which oneDNN uses; clang comes without a header for it. The
// number that they mean is the calling thread's own.
extern "C" {
int omp_get_max_threads(void);
void omp_set_num_threads(int threads);
}

namespace kaito::kernels {
namespace {

// At most. Some 5 % behind one call for all of a large product, since a's rows
// are packed again for each cell of columns.
constexpr int64_t kMostRows = 512;
constexpr int64_t kMostColumns = 384;
// Products of a cell that isn't divided further: some 40 us.
constexpr int64_t kLeastProducts = int64_t{1} << 21;
// What a product has at least where it isn't too small. With 8, one worker runs
// 256 x 256 x 256 at 80 % of the speed of a single call; with 4, at 95 %.
constexpr int64_t kEnoughCells = 4;
// A whole number of registers on every instruction set.
constexpr int64_t kStep = 16;

// How c is divided. By the shape alone: a cell's sums may depend on the cell's
// own size, and so must not depend on the number of workers.
struct Cells {
  int64_t rows;
  int64_t columns;
  int64_t down;
  int64_t across;
};

int64_t Parts(int64_t size, int64_t part) { return (size + part - 1) / part; }

int64_t Half(int64_t size) { return Parts(size, 2 * kStep) * kStep; }

Cells CellsOf(int64_t m, int64_t n, int64_t k) {
  Cells cells = {.rows = std::min(m, kMostRows),
                 .columns = std::min(n, kMostColumns)};
  while (true) {
    cells.down = Parts(m, cells.rows);
    cells.across = Parts(n, cells.columns);
    if (cells.down * cells.across >= kEnoughCells) return cells;
    if (cells.rows * cells.columns < 2 * kLeastProducts / k) return cells;
    int64_t& longer = cells.rows > cells.columns ? cells.rows : cells.columns;
    if (longer <= kStep) return cells;
    longer = Half(longer);
  }
}

// Keeps oneDNN on the thread that calls it.
class OneOpenMpThread {
 public:
  OneOpenMpThread() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
  ~OneOpenMpThread() { omp_set_num_threads(before_); }
  OneOpenMpThread(const OneOpenMpThread&) = delete;
  OneOpenMpThread& operator=(const OneOpenMpThread&) = delete;

 private:
  const int before_;
};

dnnl_status_t MultiplyCell(const MatmulParams& p, int64_t row, int64_t rows,
                           int64_t column, int64_t columns) {
  const MatmulStrides strides = StridesOf(p);
  const float* const a = p.a + (p.a_transposed ? row : row * strides.a);
  const float* const b = p.b + (p.b_transposed ? column * strides.b : column);
  return dnnl_sgemm(p.a_transposed ? 'T' : 'N', p.b_transposed ? 'T' : 'N',
                    rows, columns, p.k, 1.0f, a, strides.a, b, strides.b,
                    p.accumulate ? 1.0f : 0.0f, p.c + row * strides.c + column,
                    strides.c);
}

}  // namespace

int MatmulCpu(const MatmulParams& params, Workers* workers) {
  const Cells cells = CellsOf(params.m, params.n, params.k);
  std::atomic<int> error = dnnl_success;
  ParallelFor(
      workers, cells.down * cells.across, 1, [&](int64_t begin, int64_t end) {
        const OneOpenMpThread one;
        for (int64_t cell = begin; cell < end; ++cell) {
          const int64_t row = cell / cells.across * cells.rows;
          const int64_t column = cell % cells.across * cells.columns;
          const dnnl_status_t status =
              MultiplyCell(params, row, std::min(cells.rows, params.m - row),
                           column, std::min(cells.columns, params.n - column));
          if (status != dnnl_success) error = status;
        }
      });
  return error;
}

}  // namespace kaito::kernels
