#include "kaito/runtime/train/schedule.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <numbers>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_macros.h"

namespace kaito::runtime {
namespace {

double CosineWave(double cycles, double progress) {
  return 0.5 * (1 + std::cos(std::numbers::pi * cycles * 2 * progress));
}

double Ratio(int64_t a, int64_t b) {
  return static_cast<double>(a) / static_cast<double>(std::max<int64_t>(1, b));
}

absl::Status Wrong(absl::string_view name, absl::string_view wanted,
                   const json::Value& value) {
  return absl::InvalidArgumentError(
      absl::StrCat("lr_scheduler_kwargs: ", name, ": want ", wanted, ", is ",
                   json::Write(value).substr(0, 100)));
}

// The arguments that each scheduler has.
const std::map<std::string, std::vector<std::string>>& ArgumentsOf() {
  static const auto* table =
      new std::map<std::string, std::vector<std::string>>{
          {"linear", {}},
          {"cosine", {"num_cycles"}},
          {"cosine_with_restarts", {"num_cycles"}},
          {"polynomial", {"power", "lr_end"}},
          {"constant", {}},
          {"constant_with_warmup", {}},
          {"inverse_sqrt", {"timescale"}},
          {"cosine_with_min_lr", {"num_cycles", "min_lr", "min_lr_rate"}},
          {"cosine_warmup_with_min_lr",
           {"num_cycles", "min_lr", "min_lr_rate", "warmup_lr_rate"}},
          {"warmup_stable_decay",
           {"num_decay_steps", "num_stable_steps", "warmup_type", "decay_type",
            "min_lr_ratio", "num_cycles"}},
      };
  return *table;
}

}  // namespace

double Schedule::Progress(int64_t completed) const {
  return Ratio(completed - span_.warmup, span_.total - span_.warmup);
}

double Schedule::WarmupFactor(int64_t completed) const {
  if (kind_ != Kind::kCosineWarmup) return Ratio(completed, span_.warmup);
  if (!warmup_from_.has_value()) return Ratio(completed + 1, span_.warmup);
  return *warmup_from_ +
         (1 - *warmup_from_) * Ratio(completed, span_.warmup - 1);
}

double Schedule::StableDecayFactor(int64_t completed) const {
  const auto scaled = [&](double factor) {
    return std::max(0.0, factor * (1 - min_factor_) + min_factor_);
  };
  if (completed < span_.warmup) {
    const double progress = Ratio(completed, span_.warmup);
    switch (warmup_shape_) {
      case Shape::kLinear:
        return scaled(progress);
      case Shape::kCosine:
        return scaled(0.5 * (1 - std::cos(std::numbers::pi * progress)));
      case Shape::kOneMinusSqrt:
        return scaled(1 - std::sqrt(1 - progress));
    }
  }
  const int64_t stable =
      stable_ >= 0 ? stable_ : span_.total - span_.warmup - decay_;
  const int64_t into_decay = completed - span_.warmup - stable;
  if (into_decay < 0) return 1;
  if (into_decay >= decay_) return min_factor_;
  const double progress = Ratio(into_decay, decay_);
  switch (decay_shape_) {
    case Shape::kLinear:
      return scaled(1 - progress);
    case Shape::kCosine:
      return scaled(CosineWave(cycles_, progress));
    case Shape::kOneMinusSqrt:
      return scaled(1 - std::sqrt(progress));
  }
  return min_factor_;
}

double Schedule::FactorAt(int64_t completed) const {
  if (kind_ == Kind::kWarmupStableDecay) return StableDecayFactor(completed);
  if (completed < span_.warmup) return WarmupFactor(completed);
  switch (kind_) {
    case Kind::kLinear:
      return std::max(
          0.0, Ratio(span_.total - completed, span_.total - span_.warmup));
    case Kind::kCosine:
      return std::max(
          0.0, CosineWave(cycles_, Progress(completed)) * (1 - min_factor_) +
                   min_factor_);
    case Kind::kCosineWarmup:
      return std::max(0.0, CosineWave(cycles_, Progress(completed + 1)) *
                                   (1 - min_factor_) +
                               min_factor_);
    case Kind::kCosineWithRestarts: {
      const double progress = Progress(completed);
      if (progress >= 1) return 0;
      return std::max(0.0, CosineWave(0.5, std::fmod(cycles_ * progress, 1.0)));
    }
    case Kind::kPolynomial: {
      if (completed > span_.total) return end_rate_ / span_.rate;
      const double left = 1 - Progress(completed);
      return ((span_.rate - end_rate_) * std::pow(left, power_) + end_rate_) /
             span_.rate;
    }
    case Kind::kInverseSqrt:
      return 1 / std::sqrt(static_cast<double>(completed + timescale_ -
                                               span_.warmup) /
                           static_cast<double>(timescale_));
    case Kind::kConstant:
    case Kind::kWarmupStableDecay:
      break;
  }
  return 1;
}

absl::Status Schedule::SetNumber(absl::string_view name, double value) {
  const auto bounded = [&](double low, double high) -> absl::Status {
    if (value >= low && value <= high) return absl::OkStatus();
    return Wrong(name, absl::StrCat("a number from ", low, " to ", high),
                 value);
  };
  if (name == "num_cycles") {
    cycles_ = value;
    return bounded(0, 1e6);
  }
  if (name == "power") {
    power_ = value;
    return bounded(0, 100);
  }
  if (name == "lr_end") {
    end_rate_ = value;
    return bounded(0, span_.rate);
  }
  if (name == "min_lr") {
    min_factor_ = value / span_.rate;
    return bounded(0, span_.rate);
  }
  if (name == "min_lr_rate" || name == "min_lr_ratio") {
    min_factor_ = value;
    return bounded(0, 1);
  }
  if (name == "warmup_lr_rate") {
    warmup_from_ = value;
    return bounded(0, 1);
  }
  KAITO_RETURN_IF_ERROR(bounded(name == "timescale" ? 1 : 0, 1e12));
  int64_t& steps = name == "timescale"         ? timescale_
                   : name == "num_decay_steps" ? decay_
                                               : stable_;
  steps = static_cast<int64_t>(value);
  return absl::OkStatus();
}

absl::Status Schedule::SetArgument(absl::string_view name,
                                   const json::Value& value) {
  if (value.is_null()) return absl::OkStatus();
  if (name != "warmup_type" && name != "decay_type") {
    const auto number = value.number();
    if (!number.has_value()) return Wrong(name, "a number", value);
    return SetNumber(name, *number);
  }
  Shape& shape = name == "warmup_type" ? warmup_shape_ : decay_shape_;
  const std::string text = value.string() == nullptr ? "" : *value.string();
  if (text == "linear") {
    shape = Shape::kLinear;
  } else if (text == "cosine") {
    shape = Shape::kCosine;
  } else if (text == "1-sqrt") {
    shape = Shape::kOneMinusSqrt;
  } else {
    return Wrong(name, "\"linear\", \"cosine\" or \"1-sqrt\"", value);
  }
  return absl::OkStatus();
}

absl::StatusOr<Schedule> MakeSchedule(absl::string_view name,
                                      const json::Object& arguments,
                                      const ScheduleSpan& span) {
  using Kind = Schedule::Kind;
  static const auto* kinds = new std::map<std::string, Kind>{
      {"linear", Kind::kLinear},
      {"cosine", Kind::kCosine},
      {"cosine_with_restarts", Kind::kCosineWithRestarts},
      {"polynomial", Kind::kPolynomial},
      {"constant", Kind::kConstant},
      {"constant_with_warmup", Kind::kConstant},
      {"inverse_sqrt", Kind::kInverseSqrt},
      {"cosine_with_min_lr", Kind::kCosine},
      {"cosine_warmup_with_min_lr", Kind::kCosineWarmup},
      {"warmup_stable_decay", Kind::kWarmupStableDecay},
  };
  const auto kind = kinds->find(std::string(name));
  if (kind == kinds->end()) {
    return absl::InvalidArgumentError(
        absl::StrCat("lr_scheduler_type: ", name.substr(0, 100),
                     " is not supported; want one of ",
                     absl::StrJoin(ScheduleNames(), ", ")));
  }
  Schedule schedule(kind->second, span);
  if (name == "constant") schedule.span_.warmup = 0;
  if (name == "cosine_with_restarts") schedule.cycles_ = 1;
  schedule.timescale_ = span.warmup > 0 ? span.warmup : 10000;
  const std::vector<std::string>& known = ArgumentsOf().at(std::string(name));
  for (const json::Member& argument : arguments) {
    if (std::find(known.begin(), known.end(), argument.name) == known.end()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "lr_scheduler_kwargs: ", name, " has no ",
          argument.name.substr(0, 100), "; it has ",
          known.empty() ? "no arguments" : absl::StrJoin(known, ", ")));
    }
    KAITO_RETURN_IF_ERROR(schedule.SetArgument(argument.name, argument.value));
  }
  // As transformers asks for them.
  if (name == "warmup_stable_decay" && !arguments.Contains("num_decay_steps")) {
    return absl::InvalidArgumentError(
        "lr_scheduler_kwargs: warmup_stable_decay needs num_decay_steps");
  }
  if (kind->second == Kind::kPolynomial && schedule.end_rate_ >= span.rate) {
    return absl::InvalidArgumentError(
        absl::StrCat("lr_scheduler_kwargs: lr_end is ", schedule.end_rate_,
                     ", want less than learning_rate, which is ", span.rate));
  }
  return schedule;
}

std::vector<std::string> ScheduleNames() {
  std::vector<std::string> names;
  for (const auto& [name, arguments] : ArgumentsOf()) names.push_back(name);
  return names;
}

int64_t WarmupSteps(double steps, std::optional<double> ratio, int64_t total) {
  if (steps >= 1) return static_cast<int64_t>(steps);
  const double share = steps > 0 ? steps : ratio.value_or(0);
  return static_cast<int64_t>(std::ceil(share * static_cast<double>(total)));
}

}  // namespace kaito::runtime
