#include "kaito/cli/doctor/machine_facts.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/file/unique_fd.h"
#include "kaito/base/status/status.h"
#include "kaito/cli/doctor/findings.h"
#include "kaito/operator/presets/catalog.h"

namespace kaito::cli {
namespace {

// Of the addresses of Services and pods; standalone gives them from here on.
constexpr const char* kServiceAddress = "127.64.0.1";
constexpr int64_t kMaxFileBytes = 1 << 20;
constexpr int64_t kMostGpus = 64;

bool Exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

std::string Environment(const MachineLook& look, absl::string_view name) {
  return look.env == nullptr ? "" : look.env(name).value_or("");
}

// As the operator finds them: in PATH, else where tools/fetch_tools.sh puts
// them.
std::string FindProgram(const MachineLook& look, const std::string& name) {
  for (absl::string_view directory :
       absl::StrSplit(Environment(look, "PATH"), ':', absl::SkipEmpty())) {
    std::string path = JoinPath(directory, name);
    if (access(path.c_str(), X_OK) == 0) return path;
  }
  std::string root = Environment(look, "KAITO_TOOLS_DIR");
  if (root.empty()) {
    root = JoinPath(Environment(look, "HOME"), ".cache/kaito/tools");
  }
  std::string path = JoinPath(JoinPath(root, "bin"), name);
  return access(path.c_str(), X_OK) == 0 ? path : "";
}

// By dpkg's own files: no program is run.
bool IsInstalled(absl::string_view package) {
  const std::string list = absl::StrCat("/var/lib/dpkg/info/", package);
  return Exists(list + ".list") || Exists(list + ":amd64.list") ||
         Exists(list + ":arm64.list");
}

// nullopt without a source tree or a package manager that we know.
std::optional<std::vector<std::string>> MissingPackages(
    const MachineLook& look) {
  const std::string root = Environment(look, "BUILD_WORKSPACE_DIRECTORY");
  if (root.empty() || !Exists("/var/lib/dpkg/info")) return std::nullopt;
  const absl::StatusOr<std::string> wanted =
      ReadFile(JoinPath(root, "third_party/packages.txt"), kMaxFileBytes);
  if (!wanted.ok()) return std::nullopt;
  std::vector<std::string> missing;
  for (absl::string_view line : absl::StrSplit(*wanted, '\n')) {
    line = line.substr(0, line.find('#'));
    for (absl::string_view package :
         absl::StrSplit(line, absl::ByAnyChar(" \t\r"), absl::SkipEmpty())) {
      if (!IsInstalled(package)) missing.emplace_back(package);
    }
  }
  return missing;
}

absl::Status TryListening(const char* address, uint16_t port) {
  const std::string where = absl::StrCat(address, ":", port);
  const UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return ErrnoToStatus(errno, where);
  const int on = 1;  // A connection that ended just now is no hindrance.
  (void)setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  sockaddr_in to = {};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  inet_pton(AF_INET, address, &to.sin_addr);
  if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&to), sizeof(to)) != 0 ||
      listen(fd.get(), 1) != 0) {
    return ErrnoToStatus(errno, where);
  }
  return absl::OkStatus();
}

// Of the file system that holds the path, or the first of its parents that is
// there.
std::optional<int64_t> FreeBytes(std::string path) {
  struct statvfs info = {};
  while (statvfs(path.c_str(), &info) != 0) {
    if (errno != ENOENT || path == "/" || path.empty()) return std::nullopt;
    std::string parent = Dirname(path);
    if (parent == path) return std::nullopt;
    path = parent;
  }
  return static_cast<int64_t>(info.f_bavail) *
         static_cast<int64_t>(info.f_frsize);
}

std::optional<int64_t> AvailableMemory() {
  const absl::StatusOr<std::string> text =
      ReadFile("/proc/meminfo", kMaxFileBytes);
  if (!text.ok()) return std::nullopt;
  for (absl::string_view line : absl::StrSplit(*text, '\n')) {
    if (!absl::ConsumePrefix(&line, "MemAvailable:")) continue;
    line = absl::StripAsciiWhitespace(line);
    absl::ConsumeSuffix(&line, " kB");
    int64_t kib = 0;
    if (absl::SimpleAtoi(line, &kib)) return kib << 10;
  }
  return std::nullopt;
}

// "NVRM version: NVIDIA UNIX ... 535.104.05 ..." as its driver says it; the
// version is the first word of digits and dots.
std::string GpuDriver() {
  const absl::StatusOr<std::string> text =
      ReadFile("/proc/driver/nvidia/version", kMaxFileBytes);
  if (!text.ok()) return "";
  for (absl::string_view word :
       absl::StrSplit(*text, absl::ByAnyChar(" \n"), absl::SkipEmpty())) {
    const bool number = std::all_of(word.begin(), word.end(), [](char c) {
      return absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '.';
    });
    if (number && absl::StrContains(word, '.')) return std::string(word);
  }
  return "of an unknown version";
}

void LookAtGpus(MachineFacts& facts) {
  facts.gpu_driver = GpuDriver();
  facts.gpus_usable = true;
  for (int64_t i = 0; i < kMostGpus; ++i) {
    const std::string device = absl::StrCat("/dev/nvidia", i);
    if (!Exists(device)) break;
    ++facts.gpus;
    if (access(device.c_str(), R_OK | W_OK) != 0) facts.gpus_usable = false;
  }
}

std::string DefaultDataDir(const MachineLook& look) {
  if (const std::string data = Environment(look, "XDG_DATA_HOME");
      !data.empty()) {
    return JoinPath(data, "kaito");
  }
  return JoinPath(Environment(look, "HOME"), ".local/share/kaito");
}

}  // namespace

MachineFacts LookAtMachine(const MachineLook& look) {
  MachineFacts facts;
  for (const char* name : {"curl", "docker-registry", "kubectl"}) {
    facts.programs.push_back({name, FindProgram(look, name)});
  }
  facts.missing_packages = MissingPackages(look);
  facts.free_port = TryListening(kServiceAddress, 0);
  facts.service_port = TryListening(kServiceAddress, 80);
  facts.api_port = TryListening("127.0.0.1", 6443);
  facts.data_dir = look.data_dir.empty() ? DefaultDataDir(look) : look.data_dir;
  facts.disk_free_bytes = FreeBytes(facts.data_dir);
  facts.memory_available_bytes = AvailableMemory();
  LookAtGpus(facts);
  for (const std::string& name : controller::BuiltInCatalog().Names()) {
    if (Exists(
            absl::StrCat(facts.data_dir, "/models/", name, "/config.json"))) {
      facts.local_weights.push_back(name);
    }
  }
  facts.wanted_preset = look.wanted_preset;
  return facts;
}

}  // namespace kaito::cli
