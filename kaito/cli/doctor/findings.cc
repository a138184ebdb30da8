#include "kaito/cli/doctor/findings.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "kaito/operator/estimate/memory_estimate.h"
#include "kaito/operator/presets/catalog.h"
#include "kaito/operator/presets/preset.h"

namespace kaito::cli {
namespace {

using Level = Finding::Level;

// A store, logs and a registry's images of the small model need far less; a
// build needs some GiB.
constexpr int64_t kLeastDiskBytes = int64_t{1} << 30;
constexpr int64_t kGoodDiskBytes = int64_t{10} << 30;

Finding Ok(absl::string_view check, std::string what) {
  return {.check = std::string(check), .what = std::move(what)};
}

Finding Warn(absl::string_view check, std::string what, std::string remedy) {
  return {.check = std::string(check),
          .level = Level::kWarn,
          .what = std::move(what),
          .remedy = std::move(remedy)};
}

Finding Fail(absl::string_view check, std::string what, std::string remedy) {
  return {.check = std::string(check),
          .level = Level::kFail,
          .what = std::move(what),
          .remedy = std::move(remedy)};
}

// What can't be done without a program.
absl::string_view UseOf(absl::string_view program) {
  if (program == "docker-registry") {
    return "the quick-start has nowhere to push to, and pods of the image "
           "docker.io/library/registry can't run";
  }
  if (program == "curl") {
    return "pods of the image curlimages/curl can't run, as the walk-through's "
           "last step";
  }
  return "this program works, but the walk-through's commands are kubectl's";
}

Finding JudgeProgram(const ProgramFact& program) {
  const std::string check = absl::StrCat("program ", program.name);
  if (!program.path.empty()) return Ok(check, program.path);
  return Warn(check, absl::StrCat("not found: ", UseOf(program.name)),
              program.name == "curl"
                  ? std::string("apt-get install curl")
                  : absl::StrCat("tools/fetch_tools.sh ", program.name));
}

void JudgePackages(const MachineFacts& facts, std::vector<Finding>& findings) {
  if (!facts.missing_packages) return;
  if (facts.missing_packages->empty()) {
    findings.push_back(
        Ok("packages", "all of third_party/packages.txt are installed"));
    return;
  }
  const std::string names = absl::StrJoin(*facts.missing_packages, " ");
  findings.push_back(
      Fail("packages", absl::StrCat("the build needs: ", names),
           absl::StrCat("./bazelw installs them where it may; else, as root: "
                        "apt-get install --no-install-recommends ",
                        names)));
}

void JudgePorts(const MachineFacts& facts, std::vector<Finding>& findings) {
  if (!facts.free_port.ok()) {
    findings.push_back(
        Fail("loopback",
             absl::StrCat("pods and Services get addresses of 127.64.0.0/10, "
                          "and none can be used: ",
                          facts.free_port.message()),
             "Bring the loopback device up with 127.0.0.0/8: ip address add "
             "127.0.0.1/8 dev lo; ip link set lo up"));
  }
  if (facts.service_port.ok()) {
    findings.push_back(Ok("port 80", "Services may listen on it"));
  } else if (facts.free_port.ok()) {
    findings.push_back(
        Warn("port 80",
             absl::StrCat(facts.service_port.message(),
                          "; Services get another port, which their annotation "
                          "standalone.kaito.sh/ports tells"),
             absl::IsPermissionDenied(facts.service_port)
                 ? "Use that port, or allow it, as root: sysctl "
                   "net.ipv4.ip_unprivileged_port_start=80"
                 : "Use that port, or end what listens on port 80 of all "
                   "addresses: ss -ltnp 'sport = :80'"));
  }
  if (facts.api_port.ok()) {
    findings.push_back(Ok("port 6443", "the API may listen on it"));
  } else {
    findings.push_back(
        Warn("port 6443",
             absl::StrCat(facts.api_port.message(),
                          "; a standalone takes a free port instead"),
             "Is one running already? A second one on the same --data-dir ends "
             "with the number of the first"));
  }
}

Finding JudgeDisk(const MachineFacts& facts) {
  if (!facts.disk_free_bytes) {
    return Warn("disk", absl::StrCat(facts.data_dir, " can't be looked at"),
                "Give another one with --data-dir");
  }
  const std::string what =
      absl::StrCat(controller::Gibibytes(*facts.disk_free_bytes),
                   " free where ", facts.data_dir, " is");
  if (*facts.disk_free_bytes < kLeastDiskBytes) {
    return Fail("disk", absl::StrCat(what, "; jobs would end with a full disk"),
                "Free some, or give another --data-dir");
  }
  if (*facts.disk_free_bytes < kGoodDiskBytes) {
    return Warn("disk", absl::StrCat(what, "; enough for the small model only"),
                "`kubectl kaito models` has the sizes of others");
  }
  return Ok("disk", what);
}

// Presets that this machine's memory holds for tuning, without a GPU.
std::vector<std::string> TunableWith(int64_t memory_bytes) {
  std::vector<std::string> names;
  const controller::Catalog& catalog = controller::BuiltInCatalog();
  for (const std::string& name : catalog.Names()) {
    const controller::Preset& preset = *catalog.FindPreset(name);
    const bool fits =
        controller::EstimateTuning(preset.shape, {}).total_bytes() <=
        memory_bytes;
    if (preset.cpu_allowed && fits) names.push_back(name);
  }
  return names;
}

Finding JudgeMemory(const MachineFacts& facts) {
  if (!facts.memory_available_bytes) {
    return Warn("memory", "/proc/meminfo can't be read",
                "The node says how much it has once it runs");
  }
  const std::vector<std::string> names =
      TunableWith(*facts.memory_available_bytes);
  const std::string what = absl::StrCat(
      controller::Gibibytes(*facts.memory_available_bytes), " available");
  if (names.empty()) {
    return Fail(
        "memory",
        absl::StrCat(what, ", less than the small model's tuning takes"),
        "End other programs, or use another machine");
  }
  return Ok("memory", absl::StrCat(what, ", enough to tune without a GPU: ",
                                   absl::StrJoin(names, ", ")));
}

Finding JudgeGpu(const MachineFacts& facts) {
  if (facts.gpu_driver.empty()) {
    return Ok("GPU",
              "no NVIDIA driver: the CPU does the work, for small models");
  }
  if (facts.gpus == 0) {
    return Warn(
        "GPU",
        absl::StrCat("driver ", facts.gpu_driver, ", and no device in /dev"),
        "In a container: start it with its GPUs; else nvidia-smi says "
        "what is wrong");
  }
  if (!facts.gpus_usable) {
    return Warn(
        "GPU", absl::StrCat(facts.gpus, " devices that this user may not open"),
        "Add the user to the group of /dev/nvidia0");
  }
  return Ok("GPU",
            absl::StrCat(facts.gpus, " devices, driver ", facts.gpu_driver));
}

void JudgeWeights(const MachineFacts& facts, std::vector<Finding>& findings) {
  const std::vector<std::string>& there = facts.local_weights;
  findings.push_back(
      Ok("weights", there.empty()
                        ? "those of the small model, which comes with kaito"
                        : absl::StrCat("those of the small model, and ",
                                       absl::StrJoin(there, ", "))));
  if (facts.wanted_preset.empty()) return;
  const std::string check = absl::StrCat("weights of ", facts.wanted_preset);
  const controller::Preset* preset =
      controller::BuiltInCatalog().FindPreset(facts.wanted_preset);
  if (preset == nullptr) {
    findings.push_back(Fail(check, "there is no such preset",
                            "`kubectl kaito models` lists them"));
    return;
  }
  if (preset->hub_id.empty() ||
      std::find(there.begin(), there.end(), preset->name) != there.end()) {
    findings.push_back(Ok(check, "on this machine"));
    return;
  }
  findings.push_back(
      Fail(check,
           absl::StrCat("standalone finds none in ", facts.data_dir, "/models/",
                        preset->name,
                        "; a Workspace of it stays at reason WeightsMissing"),
           absl::StrCat("Put the files of ", preset->hub_id, " there (",
                        controller::Gibibytes(preset->weights_bytes),
                        "): config.json, *.safetensors, tokenizer.json")));
}

}  // namespace

absl::string_view LevelName(Finding::Level level) {
  switch (level) {
    case Level::kOk:
      return "ok";
    case Level::kWarn:
      return "warn";
    case Level::kFail:
      return "fail";
  }
  return "";
}

std::vector<Finding> JudgeMachine(const MachineFacts& facts) {
  std::vector<Finding> findings;
  JudgePackages(facts, findings);
  for (const ProgramFact& program : facts.programs) {
    findings.push_back(JudgeProgram(program));
  }
  JudgePorts(facts, findings);
  findings.push_back(JudgeDisk(facts));
  findings.push_back(JudgeMemory(facts));
  findings.push_back(JudgeGpu(facts));
  JudgeWeights(facts, findings);
  return findings;
}

std::vector<Finding> JudgeCluster(const ClusterFacts& facts) {
  if (absl::IsNotFound(facts.access)) {
    return {Warn("cluster", "no kubeconfig names one",
                 "./bazelw run //kaito/operator starts standalone and prints "
                 "its kubeconfig; or give --kubeconfig")};
  }
  if (!facts.access.ok()) {
    return {Fail("cluster", std::string(facts.access.message()),
                 "Correct the kubeconfig, or give another --context")};
  }
  std::vector<Finding> findings;
  if (absl::IsNotFound(facts.workspaces)) {
    return {Fail("cluster", absl::StrCat(facts.origin, " knows no Workspaces"),
                 "Install the CustomResourceDefinitions of KAITO there, or use "
                 "another --context")};
  }
  if (!facts.workspaces.ok()) {
    return {Fail("cluster",
                 absl::StrCat(facts.origin, ": ", facts.workspaces.message()),
                 absl::IsPermissionDenied(facts.workspaces)
                     ? "Ask for a role that may list workspaces.kaito.sh"
                     : "Is it running? A standalone started anew may have "
                       "another port; it prints its kubeconfig")};
  }
  findings.push_back(
      Ok("cluster", absl::StrCat(facts.origin, " answers, with Workspaces")));
  if (absl::IsNotFound(facts.machines) && absl::IsNotFound(facts.node_claims)) {
    findings.push_back(
        Warn("nodes",
             "the cluster knows neither Machines nor NodeClaims: none is "
             "created for a Workspace",
             "Install a provisioner, or label nodes of your own and start the "
             "operator with --nonode-auto-provisioning"));
  }
  if (!facts.denied.empty()) {
    findings.push_back(
        Warn("permissions",
             absl::StrCat("you may not ", absl::StrJoin(facts.denied, ", ")),
             "Ask for a role that has them"));
  }
  return findings;
}

Finding JudgeRegistry(const RegistryFacts& facts) {
  if (!facts.reached.ok()) {
    return Fail("registry",
                absl::StrCat(facts.url, ": ", facts.reached.message()),
                "Pushes would fail the same way: check the name, the network "
                "and the certificate");
  }
  if (facts.code == 200) return Ok("registry", facts.url + " answers");
  if (facts.code == 401) {
    return Ok("registry", facts.url +
                              " answers, and asks for credentials: the Secret "
                              "of imagePushSecret has them");
  }
  return Fail("registry",
              absl::StrCat(facts.url, ": HTTP ", facts.code,
                           ", which no registry says"),
              "Is it one? Its API begins at /v2/");
}

}  // namespace kaito::cli
