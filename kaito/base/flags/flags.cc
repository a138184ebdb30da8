#include "kaito/base/flags/flags.h"

#include <cmath>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "kaito/base/check/check.h"
#include "kaito/base/flags/nearest_name.h"
#include "kaito/base/status/status_macros.h"

namespace kaito {
namespace {

// The help fits a terminal of 80 columns; descriptions start in this one.
constexpr size_t kHelpColumns = 80;
constexpr size_t kDescriptionColumn = 28;

absl::Status Wants(absl::string_view what, absl::string_view value) {
  return absl::InvalidArgumentError(
      absl::StrCat("wants ", what, ", not \"", value, "\""));
}

// Puts `text` in the description's column after `head`, broken at spaces.
void AppendEntry(absl::string_view head, absl::string_view text,
                 std::string* out) {
  std::string line = absl::StrCat("  ", head);
  if (line.size() + 2 > kDescriptionColumn) {
    absl::StrAppend(out, line, "\n");
    line.clear();
  }
  line.resize(kDescriptionColumn, ' ');
  bool first = true;
  for (const absl::string_view word : absl::StrSplit(text, ' ')) {
    if (!first && line.size() + 1 + word.size() > kHelpColumns) {
      absl::StrAppend(out, line, "\n");
      line.assign(kDescriptionColumn, ' ');
      first = true;
    }
    absl::StrAppend(&line, first ? "" : " ", word);
    first = false;
  }
  absl::StrAppend(out, line, "\n");
}

}  // namespace

Flag& Flag::Value(absl::string_view name) {
  value_name_ = std::string(name);
  return *this;
}

Flag& Flag::Required() {
  required_ = true;
  default_.clear();
  return *this;
}

FlagSet::FlagSet(absl::string_view command, absl::string_view summary)
    : command_(command), summary_(summary) {}

Flag& FlagSet::AddFlag(absl::string_view name, absl::string_view value_name,
                       absl::string_view help) {
  KAITO_CHECK(Find(name) == nullptr && name != "help") << name << " is taken";
  Flag& flag = flags_.emplace_back();
  flag.group_ = group_;
  flag.name_ = std::string(name);
  flag.value_name_ = std::string(value_name);
  flag.help_ = std::string(help);
  return flag;
}

Flag& FlagSet::Add(absl::string_view name, std::string* target,
                   absl::string_view help) {
  Flag& flag = AddFlag(name, "TEXT", help);
  flag.default_ = *target;
  flag.assign_ = [target](absl::string_view value) {
    *target = std::string(value);
    return absl::OkStatus();
  };
  return flag;
}

Flag& FlagSet::Add(absl::string_view name, int64_t* target,
                   absl::string_view help) {
  Flag& flag = AddFlag(name, "N", help);
  flag.default_ = absl::StrCat(*target);
  flag.assign_ = [target](absl::string_view value) {
    int64_t number = 0;
    if (!absl::SimpleAtoi(value, &number)) {
      return Wants("a whole number", value);
    }
    *target = number;
    return absl::OkStatus();
  };
  return flag;
}

Flag& FlagSet::Add(absl::string_view name, double* target,
                   absl::string_view help) {
  Flag& flag = AddFlag(name, "X", help);
  flag.default_ = absl::StrCat(*target);
  flag.assign_ = [target](absl::string_view value) {
    double number = 0;
    if (!absl::SimpleAtod(value, &number) || !std::isfinite(number)) {
      return Wants("a number", value);
    }
    *target = number;
    return absl::OkStatus();
  };
  return flag;
}

Flag& FlagSet::Add(absl::string_view name, bool* target,
                   absl::string_view help) {
  Flag& flag = AddFlag(name, "", help);
  flag.boolean_ = true;
  flag.default_ = *target ? "true" : "";
  flag.assign_ = [target](absl::string_view value) {
    bool parsed = false;
    if (!absl::SimpleAtob(value, &parsed)) return Wants("true or false", value);
    *target = parsed;
    return absl::OkStatus();
  };
  return flag;
}

Flag& FlagSet::Add(absl::string_view name, absl::Duration* target,
                   absl::string_view help) {
  Flag& flag = AddFlag(name, "DURATION", help);
  flag.default_ = absl::FormatDuration(*target);
  flag.assign_ = [target](absl::string_view value) {
    absl::Duration duration;
    if (!absl::ParseDuration(value, &duration)) {
      return Wants("a duration such as 10s or 1m30s", value);
    }
    *target = duration;
    return absl::OkStatus();
  };
  return flag;
}

Flag& FlagSet::Add(absl::string_view name, std::vector<std::string>* target,
                   absl::string_view help) {
  Flag& flag = AddFlag(name, "TEXT", help);
  flag.repeated_ = true;
  flag.default_ = absl::StrJoin(*target, ", ");
  flag.assign_ = [target, &flag](absl::string_view value) {
    if (!flag.set_) target->clear();
    target->emplace_back(value);
    return absl::OkStatus();
  };
  return flag;
}

Flag& FlagSet::AddChoice(absl::string_view name, std::vector<std::string> words,
                         int64_t initial, std::function<void(int64_t)> assign,
                         absl::string_view help) {
  const std::string choices = absl::StrJoin(words, "|");
  Flag& flag = AddFlag(name, choices, help);
  if (initial >= 0) flag.default_ = words[static_cast<size_t>(initial)];
  flag.assign_ = [words = std::move(words), assign = std::move(assign),
                  choices](absl::string_view value) {
    for (size_t i = 0; i < words.size(); ++i) {
      if (value != words[i]) continue;
      assign(static_cast<int64_t>(i));
      return absl::OkStatus();
    }
    return Wants(choices, value);
  };
  return flag;
}

void FlagSet::Arguments(absl::string_view name, int64_t min, int64_t max) {
  arguments_name_ = std::string(name);
  min_arguments_ = min;
  max_arguments_ = max;
}

void FlagSet::Example(absl::string_view line) { examples_.emplace_back(line); }

Flag* FlagSet::Find(absl::string_view name) {
  for (Flag& flag : flags_) {
    if (flag.name_ == name) return &flag;
  }
  return nullptr;
}

bool FlagSet::WasSet(absl::string_view name) const {
  for (const Flag& flag : flags_) {
    if (flag.name_ == name) return flag.set_;
  }
  KAITO_CHECK(false) << "no flag --" << name;
  return false;
}

absl::Status FlagSet::Unknown(absl::string_view name) const {
  std::vector<std::string> known = {"help"};
  for (const Flag& flag : flags_) {
    known.push_back(flag.name_);
    if (flag.boolean_) known.push_back(absl::StrCat("no", flag.name_));
  }
  const std::string nearest = NearestName(name, known);
  return absl::InvalidArgumentError(absl::StrCat(
      "flag --", name, ": is not known",
      nearest.empty() ? absl::StrCat("; see ", command_, " --help")
                      : absl::StrCat("; did you mean --", nearest, "?")));
}

absl::StatusOr<ParsedFlags> FlagSet::Parse(std::span<const std::string> args) {
  ParsedFlags parsed;
  for (Flag& flag : flags_) flag.set_ = false;
  for (size_t i = 0; i < args.size(); ++i) {
    const absl::string_view arg = args[i];
    if (arg == "--") {
      parsed.arguments.insert(parsed.arguments.end(), args.begin() + i + 1,
                              args.end());
      break;
    }
    if (arg == "--help" || arg == "-h") return ParsedFlags{.help = true};
    if (arg == "-" || !absl::StartsWith(arg, "-")) {
      parsed.arguments.emplace_back(arg);
      continue;
    }
    KAITO_ASSIGN_OR_RETURN(const bool took_next,
                           ParseFlag(arg, args.subspan(i + 1)));
    if (took_next) ++i;
  }
  KAITO_RETURN_IF_ERROR(CheckComplete(parsed));
  return parsed;
}

absl::StatusOr<bool> FlagSet::ParseFlag(absl::string_view arg,
                                        std::span<const std::string> next) {
  if (!absl::ConsumePrefix(&arg, "--")) {
    return absl::InvalidArgumentError(absl::StrCat(
        "flag ", arg.substr(0, arg.find('=')),
        ": flags start with two dashes; arguments that start with one go "
        "after --"));
  }
  const size_t equals = arg.find('=');
  const absl::string_view name = arg.substr(0, equals);
  const bool has_value = equals != absl::string_view::npos;
  absl::string_view value = has_value ? arg.substr(equals + 1) : "";
  bool took_next = false;

  Flag* flag = Find(name);
  if (flag == nullptr && !has_value && absl::StartsWith(name, "no")) {
    flag = Find(name.substr(2));
    if (flag != nullptr && !flag->boolean_) flag = nullptr;
    value = "false";
  } else if (flag != nullptr && flag->boolean_ && !has_value) {
    value = "true";
  } else if (flag != nullptr && !has_value) {
    if (next.empty() || absl::StartsWith(next[0], "--")) {
      return absl::InvalidArgumentError(
          absl::StrCat("flag --", name, ": needs a value: --", name, "=",
                       flag->value_name_));
    }
    value = next[0];
    took_next = true;
  }
  if (flag == nullptr) return Unknown(name);
  if (const absl::Status status = flag->assign_(value); !status.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("flag --", flag->name_, ": ", status.message()));
  }
  flag->set_ = true;
  return took_next;
}

absl::Status FlagSet::CheckComplete(const ParsedFlags& parsed) const {
  std::vector<std::string> missing;
  for (const Flag& flag : flags_) {
    if (!flag.required_ || flag.set_) continue;
    missing.push_back(absl::StrCat("--", flag.name_, " ", flag.value_name_));
  }
  if (!missing.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(command_, ": needs ", absl::StrJoin(missing, " and ")));
  }
  const int64_t count = static_cast<int64_t>(parsed.arguments.size());
  if (count > max_arguments_) {
    return absl::InvalidArgumentError(absl::StrCat(
        command_, ": takes ",
        max_arguments_ == 0
            ? "no arguments"
            : absl::StrCat("at most ", max_arguments_, " ", arguments_name_),
        "; the first too many is \"", parsed.arguments[max_arguments_], "\""));
  }
  if (count < min_arguments_) {
    return absl::InvalidArgumentError(
        absl::StrCat(command_, ": needs at least ", min_arguments_, " ",
                     arguments_name_, ", not ", count));
  }
  return absl::OkStatus();
}

std::string FlagSet::Help() const {
  std::string help =
      absl::StrCat(summary_, "\n\nUsage: ", command_, " [flags]");
  if (!arguments_name_.empty()) absl::StrAppend(&help, " ", arguments_name_);
  help += "\n";
  // Groups in the order of their first flag.
  std::vector<std::string> groups;
  for (const Flag& flag : flags_) {
    bool seen = false;
    for (const std::string& group : groups) seen = seen || group == flag.group_;
    if (!seen) groups.push_back(flag.group_);
  }
  for (const std::string& group : groups) {
    absl::StrAppend(&help, "\n", group, ":\n");
    for (const Flag& flag : flags_) {
      if (flag.group_ != group) continue;
      std::string text = flag.help_;
      if (flag.repeated_) text += " May be repeated.";
      if (flag.required_) text += " Required.";
      if (!flag.default_.empty()) {
        absl::StrAppend(&text, " Default: ", flag.default_, ".");
      }
      AppendEntry(flag.boolean_
                      ? absl::StrCat("--[no]", flag.name_)
                      : absl::StrCat("--", flag.name_, " ", flag.value_name_),
                  text, &help);
    }
  }
  help += "\n";
  AppendEntry("--help", "Shows this text.", &help);
  if (!examples_.empty()) {
    absl::StrAppend(&help,
                    examples_.size() == 1 ? "\nExample:\n" : "\nExamples:\n");
    for (const std::string& line : examples_) {
      absl::StrAppend(&help, "  ", line, "\n");
    }
  }
  return help;
}

}  // namespace kaito
