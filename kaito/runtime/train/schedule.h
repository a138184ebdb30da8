#ifndef KAITO_RUNTIME_TRAIN_SCHEDULE_H_
#define KAITO_RUNTIME_TRAIN_SCHEDULE_H_

// Schedule: the learning rate of each step, as the schedulers of transformers
// compute it. Pure.
//
//   KAITO_ASSIGN_OR_RETURN(
//       const Schedule schedule,
//       MakeSchedule("cosine", {}, {.rate = 1e-3, .warmup = 10, .total = 450}));
//   schedule.RateAt(0);   // 0, what the first step uses.
//   schedule.RateAt(10);  // 1e-3

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"

namespace kaito::runtime {

struct ScheduleSpan {
  double rate = 0;     // The learning rate at its highest.
  int64_t warmup = 0;  // Steps of it.
  int64_t total = 0;   // Steps in all.
};

class Schedule {
 public:
  // Of the step that follows `completed` steps.
  double RateAt(int64_t completed) const {
    return span_.rate * FactorAt(completed);
  }
  // RateAt() over the highest rate.
  double FactorAt(int64_t completed) const;

  const ScheduleSpan& span() const { return span_; }

 private:
  friend absl::StatusOr<Schedule> MakeSchedule(absl::string_view name,
                                               const json::Object& arguments,
                                               const ScheduleSpan& span);
  enum class Kind : uint8_t {
    kLinear,
    kCosine,
    kCosineWithRestarts,
    kPolynomial,
    kConstant,
    kInverseSqrt,
    kCosineWarmup,  // cosine_warmup_with_min_lr
    kWarmupStableDecay,
  };
  enum class Shape : uint8_t { kLinear, kCosine, kOneMinusSqrt };

  Schedule(Kind kind, const ScheduleSpan& span) : kind_(kind), span_(span) {}
  absl::Status SetArgument(absl::string_view name, const json::Value& value);
  absl::Status SetNumber(absl::string_view name, double value);
  double Progress(int64_t completed) const;
  double WarmupFactor(int64_t completed) const;
  double StableDecayFactor(int64_t completed) const;

  Kind kind_;
  ScheduleSpan span_;
  double cycles_ = 0.5;
  double power_ = 1;
  double end_rate_ = 1e-7;  // Of polynomial; transformers' default.
  double min_factor_ = 0;
  std::optional<double> warmup_from_;  // Of cosine_warmup_with_min_lr.
  int64_t timescale_ = 0;
  int64_t decay_ = 0;
  int64_t stable_ = -1;  // -1: what warm-up and decay leave.
  Shape warmup_shape_ = Shape::kLinear;
  Shape decay_shape_ = Shape::kCosine;
};

// `name` is lr_scheduler_type and `arguments` lr_scheduler_kwargs.
// InvalidArgument, with the name or the argument, for what is not known or out
// of range. Not reduce_lr_on_plateau and greedy, which follow an evaluation.
absl::StatusOr<Schedule> MakeSchedule(absl::string_view name,
                                      const json::Object& arguments,
                                      const ScheduleSpan& span);

std::vector<std::string> ScheduleNames();

// warmup_steps below 1 is a share of all steps, as is `ratio`, which counts
// where the former is 0.
int64_t WarmupSteps(double steps, std::optional<double> ratio, int64_t total);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_TRAIN_SCHEDULE_H_
