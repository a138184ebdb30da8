#include "kaito/kernels/swiglu/swiglu_ref.h"

#include <cmath>
#include <cstdint>
#include <numbers>

namespace kaito::kernels {
namespace {

struct Activated {
  double value;
  double slope;
};

Activated Silu(double g) {
  const double s = 1 / (1 + std::exp(-g));
  return {g * s, s * (1 + g * (1 - s))};
}

Activated GeluTanh(double g) {
  const double c = std::sqrt(2 / std::numbers::pi);
  const double t = std::tanh(c * (g + 0.044715 * g * g * g));
  const double inner = c * (1 + 3 * 0.044715 * g * g);
  return {g / 2 * (1 + t), (1 + t) / 2 + g / 2 * (1 - t * t) * inner};
}

Activated Apply(GateActivation activation, double g) {
  return activation == GateActivation::kSilu ? Silu(g) : GeluTanh(g);
}

}  // namespace

void SwigluRef(const SwigluParamsOf<double>& p) {
  for (int64_t row = 0; row < p.rows; ++row) {
    for (int64_t i = 0; i < p.columns; ++i) {
      const int64_t at = row * p.stride + i;
      p.y[row * p.columns + i] =
          Apply(p.activation, p.gate[at]).value * p.up[at];
    }
  }
}

void SwigluBackwardRef(const SwigluBackwardParamsOf<double>& p) {
  for (int64_t row = 0; row < p.rows; ++row) {
    for (int64_t i = 0; i < p.columns; ++i) {
      const int64_t at = row * p.stride + i;
      const double dy = p.dy[row * p.columns + i];
      const double up = p.up[at];
      const Activated act = Apply(p.activation, p.gate[at]);
      p.dgate[at] = dy * up * act.slope;
      p.dup[at] = dy * act.value;
    }
  }
}

}  // namespace kaito::kernels
