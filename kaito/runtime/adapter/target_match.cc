#include "kaito/runtime/adapter/target_match.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "kaito/base/regex/regex.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/adapter/adapter_config.h"
#include "kaito/runtime/model/decoder_config.h"
#include "kaito/runtime/model/tensor_names.h"

namespace kaito::runtime {
namespace {

std::string LastComponent(absl::string_view path) {
  const size_t dot = path.rfind('.');
  return std::string(dot == absl::string_view::npos ? path
                                                    : path.substr(dot + 1));
}

std::string Parent(absl::string_view path) {
  const size_t dot = path.rfind('.');
  return std::string(dot == absl::string_view::npos ? absl::string_view()
                                                    : path.substr(0, dot));
}

bool IsAllLinear(const ModuleSelector& selector) {
  return absl::AsciiStrToLower(selector.pattern) == "all-linear";
}

bool HasName(absl::string_view path, absl::string_view name) {
  return path == name ||
         (path.size() > name.size() && absl::EndsWith(path, name) &&
          path[path.size() - name.size() - 1] == '.');
}

absl::StatusOr<Regex> Compile(absl::string_view key, absl::string_view pattern,
                              const std::string& whole) {
  absl::StatusOr<Regex> regex = Regex::Compile(whole);
  if (regex.ok()) return regex;
  return absl::InvalidArgumentError(absl::StrCat(
      key, ": the pattern \"", pattern, "\": ", regex.status().message(),
      " (look-around and back references are not supported)"));
}

// A ModuleSelector with its pattern compiled.
class Selection {
 public:
  static absl::StatusOr<Selection> Create(absl::string_view key,
                                          const ModuleSelector& selector) {
    Selection selection;
    selection.names_ = selector.names;
    selection.found_.resize(selector.names.size());
    if (!selector.pattern.empty()) {
      KAITO_ASSIGN_OR_RETURN(selection.regex_,
                             Compile(key, selector.pattern, selector.pattern));
    }
    return selection;
  }

  // Notes which names were seen. `exact` tells whether the path itself is one.
  bool Matches(absl::string_view path, bool& exact) {
    exact = false;
    if (regex_.has_value()) return regex_->FullMatch(path);
    bool matches = false;
    for (size_t i = 0; i < names_.size(); ++i) {
      if (!HasName(path, names_[i])) continue;
      matches = true;
      found_[i] = true;
      if (path.size() == names_[i].size()) exact = true;
    }
    return matches;
  }

  std::vector<std::string> NotFound() const {
    std::vector<std::string> names;
    for (size_t i = 0; i < names_.size(); ++i) {
      if (!found_[i]) names.push_back(names_[i]);
    }
    return names;
  }

 private:
  std::vector<std::string> names_;
  std::vector<bool> found_;
  std::optional<Regex> regex_;
};

// layers_to_transform: the number after a name of layers_pattern, or after any.
class LayerSelection {
 public:
  static absl::StatusOr<LayerSelection> Create(const AdapterConfig& config) {
    LayerSelection selection;
    selection.layers_ = {config.layers.begin(), config.layers.end()};
    if (config.layers.empty()) return selection;
    std::vector<std::string> patterns = config.layer_patterns;
    if (patterns.empty()) patterns.push_back("[^.]*");
    for (const std::string& pattern : patterns) {
      KAITO_ASSIGN_OR_RETURN(
          Regex regex,
          Compile("layers_pattern", pattern,
                  absl::StrCat("^.*\\.", pattern, "\\.(\\d+)\\.")));
      selection.patterns_.push_back(std::move(regex));
    }
    return selection;
  }

  bool Matches(absl::string_view path) const {
    if (layers_.empty()) return true;
    std::vector<absl::string_view> groups;
    for (const Regex& pattern : patterns_) {
      if (!pattern.PartialMatch(path, &groups)) continue;
      int64_t layer = -1;
      return groups.size() > 1 && absl::SimpleAtoi(groups[1], &layer) &&
             layers_.contains(layer);
    }
    return false;
  }

 private:
  std::set<int64_t> layers_;
  std::vector<Regex> patterns_;
};

// rank_pattern and alpha_pattern. PEFT looks for the first key of both that
// fits, ranks first, and takes rank and alpha of that key alone.
class RankTable {
 public:
  static absl::StatusOr<RankTable> Create(const AdapterConfig& config) {
    RankTable table(config);
    for (const auto& [pattern, rank] : config.rank_pattern) {
      KAITO_RETURN_IF_ERROR(table.Add("rank_pattern", pattern));
    }
    for (const auto& [pattern, alpha] : config.alpha_pattern) {
      KAITO_RETURN_IF_ERROR(table.Add("alpha_pattern", pattern));
    }
    return table;
  }

  void Fill(TargetedLinear& target) const {
    std::string key = target.linear.module;
    for (const auto& [pattern, regex] : patterns_) {
      if (!regex.PartialMatch(target.linear.module)) continue;
      key = pattern;
      break;
    }
    const auto rank = config_.rank_pattern.find(key);
    const auto alpha = config_.alpha_pattern.find(key);
    target.rank =
        rank == config_.rank_pattern.end() ? config_.rank : rank->second;
    target.alpha =
        alpha == config_.alpha_pattern.end() ? config_.alpha : alpha->second;
  }

 private:
  explicit RankTable(const AdapterConfig& config) : config_(config) {}

  absl::Status Add(absl::string_view key, const std::string& pattern) {
    KAITO_ASSIGN_OR_RETURN(
        Regex regex,
        Compile(key, pattern, absl::StrCat("^(?:.*\\.", pattern, "$)")));
    patterns_.emplace_back(pattern, std::move(regex));
    return absl::OkStatus();
  }

  const AdapterConfig& config_;
  std::vector<std::pair<std::string, Regex>> patterns_;
};

// The modules that are no linear of a layer, which PEFT would look at too.
std::vector<std::string> OtherModules(const DecoderConfig& decoder,
                                      const TensorNames& names) {
  std::vector<std::string> modules = {Parent(names.embedding), names.embedding,
                                      names.final_norm, names.head,
                                      names.layers};
  for (int64_t layer = 0; layer < decoder.layers; ++layer) {
    modules.push_back(absl::StrCat(names.layers, ".", layer));
    for (const std::string& member : {names.attention_norm, names.mlp_norm,
                                      Parent(names.q), Parent(names.gate)}) {
      modules.push_back(LayerModule(names, layer, member));
    }
    if (!decoder.qk_norm) continue;
    modules.push_back(LayerModule(names, layer, names.q_norm));
    modules.push_back(LayerModule(names, layer, names.k_norm));
  }
  return modules;
}

absl::Status NothingMatches(const AdapterConfig& config,
                            const DecoderConfig& decoder,
                            const TensorNames& names) {
  const std::string wanted =
      config.targets.pattern.empty()
          ? absl::StrJoin(config.targets.names.begin(),
                          config.targets.names.begin() +
                              std::min<size_t>(config.targets.names.size(), 20),
                          ", ")
          : config.targets.pattern;
  return absl::InvalidArgumentError(absl::StrCat(
      "target_modules: none of the model's linear layers matches ", wanted,
      config.layers.empty() ? "" : " in the layers of layers_to_transform",
      "; this ", decoder.family, " model has ",
      absl::StrJoin(LinearNames(decoder, names), ", "), " in ", decoder.layers,
      " layers"));
}

}  // namespace

absl::StatusOr<TargetMatch> MatchTargets(const AdapterConfig& config,
                                         const DecoderConfig& decoder,
                                         const TensorNames& names) {
  ModuleSelector wanted = config.targets;
  if (IsAllLinear(wanted)) wanted = {.names = LinearNames(decoder, names)};
  KAITO_ASSIGN_OR_RETURN(Selection targets,
                         Selection::Create("target_modules", wanted));
  KAITO_ASSIGN_OR_RETURN(Selection excluded,
                         Selection::Create("exclude_modules", config.excluded));
  KAITO_ASSIGN_OR_RETURN(const LayerSelection layers,
                         LayerSelection::Create(config));
  KAITO_ASSIGN_OR_RETURN(const RankTable ranks, RankTable::Create(config));
  const auto matches = [&](absl::string_view path) {
    bool exact = false;
    if (excluded.Matches(path, exact)) return false;
    if (!targets.Matches(path, exact)) return false;
    return exact || layers.Matches(path);
  };

  TargetMatch match;
  for (const std::string& module : OtherModules(decoder, names)) {
    if (!matches(module)) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        "target_modules: ", module,
        " matches, which is no linear layer inside the decoder; name some of ",
        absl::StrJoin(LinearNames(decoder, names), ", ")));
  }
  for (int64_t layer = 0; layer < decoder.layers; ++layer) {
    for (LinearModule& linear : LayerLinears(decoder, names, layer)) {
      if (!matches(linear.module)) continue;
      TargetedLinear& target = match.linears.emplace_back();
      target.linear = std::move(linear);
      target.layer = layer;
      ranks.Fill(target);
    }
  }
  if (match.linears.empty()) return NothingMatches(config, decoder, names);
  match.unmatched = targets.NotFound();
  return match;
}

std::vector<std::string> LinearNames(const DecoderConfig& decoder,
                                     const TensorNames& names) {
  std::vector<std::string> result;
  for (const LinearModule& linear : LayerLinears(decoder, names, 0)) {
    result.push_back(LastComponent(linear.module));
  }
  return result;
}

ModuleSelector DefaultTargets(const DecoderConfig& decoder) {
  if (decoder.family == "llama" || decoder.family == "mistral") {
    return {.names = {"q_proj", "v_proj"}};
  }
  return {.pattern = "all-linear"};
}

ModuleSelector AliasFused(const ModuleSelector& selector,
                          const DecoderConfig& decoder,
                          const TensorNames& names) {
  ModuleSelector result = {.pattern = selector.pattern};
  const auto fused = [&](const std::string& name) {
    for (const std::string& part : {names.q, names.k, names.v}) {
      if (decoder.fused_qkv && name == LastComponent(part)) {
        return LastComponent(names.qkv);
      }
    }
    for (const std::string& part : {names.gate, names.up}) {
      if (decoder.fused_gate_up && name == LastComponent(part)) {
        return LastComponent(names.gate_up);
      }
    }
    return name;
  };
  for (const std::string& name : selector.names) {
    std::string known = fused(name);
    if (std::find(result.names.begin(), result.names.end(), known) ==
        result.names.end()) {
      result.names.push_back(std::move(known));
    }
  }
  return result;
}

AdapterConfig Resolved(const AdapterConfig& config, const TargetMatch& match,
                       const DecoderConfig& decoder, const TensorNames& names) {
  AdapterConfig resolved = config;
  if (!config.excluded.empty()) {
    resolved.excluded = {};
    resolved.layers.clear();
    resolved.layer_patterns.clear();
    resolved.targets = {};
    for (const TargetedLinear& target : match.linears) {
      resolved.targets.names.push_back(target.linear.module);
    }
  } else if (IsAllLinear(config.targets)) {
    resolved.targets = {.names = LinearNames(decoder, names)};
  }
  std::sort(resolved.targets.names.begin(), resolved.targets.names.end());
  return resolved;
}

}  // namespace kaito::runtime
