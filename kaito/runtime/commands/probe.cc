#include "kaito/runtime/commands/probe.h"

#include <cstdint>
#include <iostream>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/flags/flags.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/kernels/simd/instruction_sets.h"
#include "kaito/runtime/commands/finish.h"

namespace kaito::runtime {
namespace {

// A line "MemAvailable:   123 kB" of /proc/meminfo in bytes; 0 where absent.
int64_t MemoryInfo(absl::string_view text, absl::string_view name) {
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (!absl::ConsumePrefix(&line, name)) continue;
    const std::vector<absl::string_view> words =
        absl::StrSplit(line, ' ', absl::SkipWhitespace());
    int64_t kib = 0;
    if (!words.empty() && absl::SimpleAtoi(words[0], &kib)) return kib * 1024;
  }
  return 0;
}

// The name of the first processor.
std::string ProcessorName(absl::string_view cpuinfo) {
  for (absl::string_view line : absl::StrSplit(cpuinfo, '\n')) {
    if (!absl::StartsWith(line, "model name")) continue;
    const size_t colon = line.find(':');
    if (colon == absl::string_view::npos) continue;
    return std::string(absl::StripAsciiWhitespace(line.substr(colon + 1)));
  }
  return "";
}

json::Value Probe() {
  constexpr int64_t kMaxProcBytes = 4 << 20;
  const absl::StatusOr<std::string> memory =
      ReadFile("/proc/meminfo", kMaxProcBytes);
  const absl::StatusOr<std::string> cpu =
      ReadFile("/proc/cpuinfo", kMaxProcBytes);
  json::Array targets;
  for (const std::string& name : kernels::InstructionSets()) {
    targets.push_back(name);
  }
  std::string chosen =
      targets.empty() ? std::string("none") : *targets[0].string();
  return json::Object{
      {"cpu",
       json::Object{
           {"name", cpu.ok() ? ProcessorName(*cpu) : ""},
           {"threads",
            static_cast<int64_t>(std::thread::hardware_concurrency())},
           {"instruction_sets", std::move(targets)},
       }},
      {"memory",
       json::Object{
           {"total_bytes",
            memory.ok() ? MemoryInfo(*memory, "MemTotal:") : int64_t{0}},
           {"available_bytes",
            memory.ok() ? MemoryInfo(*memory, "MemAvailable:") : int64_t{0}},
       }},
      {"kernels", json::Object{{"device", "cpu"}, {"variant", chosen}}},
  };
}

std::string Describe(const json::Value& probe) {
  std::string sets;
  for (const json::Value& set :
       *probe.FindPath({"cpu", "instruction_sets"})->array()) {
    absl::StrAppend(&sets, sets.empty() ? "" : " ", *set.string());
  }
  const auto gib = [&](absl::string_view name) {
    return static_cast<double>(*probe.FindPath({"memory", name})->integer()) /
           (int64_t{1} << 30);
  };
  return absl::StrCat("cpu          ", probe.StringAt({"cpu", "name"}), ", ",
                      *probe.FindPath({"cpu", "threads"})->integer(),
                      " threads\n", "instructions ", sets, "\n",
                      "memory       ", gib("available_bytes"), " GiB free of ",
                      gib("total_bytes"), " GiB\n", "kernels      cpu, ",
                      probe.StringAt({"kernels", "variant"}), "\n");
}

absl::Status Run(std::span<const std::string> args) {
  bool as_json = false;
  FlagSet flags("runtime probe",
                "Says what this machine offers and which kernels would run.");
  flags.Add("json", &as_json, "One line of JSON instead of a table.");
  flags.Example("runtime probe --json");
  KAITO_ASSIGN_OR_RETURN(const ParsedFlags parsed, flags.Parse(args));
  if (parsed.help) {
    std::cout << flags.Help();
    return absl::OkStatus();
  }
  const json::Value probe = Probe();
  std::cout << (as_json ? absl::StrCat(json::Write(probe), "\n")
                        : Describe(probe));
  return absl::OkStatus();
}

}  // namespace

int RunProbeCommand(std::span<const std::string> args) {
  return FinishCommand("probe", Run(args));
}

}  // namespace kaito::runtime
