#include "kaito/runtime/dataset/arrow_records.h"

#include <dlfcn.h>
#include <limits.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "kaito/base/file/path.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/dataset/arrow_plugin_api.h"
#include "kaito/runtime/dataset/record.h"

namespace kaito::runtime {
namespace {

constexpr absl::string_view kPathInRunfiles =
    "kaito/kaito/runtime/dataset/libkaito_arrow.so";

struct Plugin {
  KaitoArrowOpen open = nullptr;
  KaitoArrowNext next = nullptr;
  KaitoArrowClose close = nullptr;
};

// Only absolute places of the program's own: a library in the working directory
// could be anyone's.
std::vector<std::string> PlacesOfPlugin(const ArrowFile& file) {
  if (!file.plugin.empty()) return {file.plugin};
  if (const char* named = std::getenv("KAITO_ARROW_PLUGIN");
      named != nullptr && *named != '\0') {
    return {named};
  }
  std::vector<std::string> places;
  char program[PATH_MAX];
  const ssize_t size = readlink("/proc/self/exe", program, sizeof program);
  if (size > 0 && size < PATH_MAX) {
    const std::string path(program, static_cast<size_t>(size));
    const std::string directory = Dirname(path);
    places.push_back(JoinPath(directory, kArrowPluginName));
    // In a build's output, and in the runfiles of a program run there.
    places.push_back(
        JoinPath(directory, absl::StrCat("dataset/", kArrowPluginName)));
    places.push_back(
        JoinPath(absl::StrCat(path, ".runfiles"), kPathInRunfiles));
  }
  // Where Bazel runs a test.
  if (const char* runfiles = std::getenv("RUNFILES_DIR")) {
    places.push_back(JoinPath(runfiles, kPathInRunfiles));
  }
  return places;
}

absl::StatusOr<Plugin> OpenPlugin(const ArrowFile& file) {
  const std::vector<std::string> places = PlacesOfPlugin(file);
  for (const std::string& place : places) {
    if (access(place.c_str(), R_OK) != 0) continue;
    // RTLD_LOCAL keeps the names that libparquet brings to itself. Never closed:
    // Arrow has threads.
    void* library = dlopen(place.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("the Parquet reader can't be loaded: ",
                       absl::StrReplaceAll(dlerror(), {{"\n", " "}})));
    }
    const Plugin plugin = {
        reinterpret_cast<KaitoArrowOpen>(dlsym(library, kArrowOpenName)),
        reinterpret_cast<KaitoArrowNext>(dlsym(library, kArrowNextName)),
        reinterpret_cast<KaitoArrowClose>(dlsym(library, kArrowCloseName))};
    if (plugin.open != nullptr && plugin.next != nullptr &&
        plugin.close != nullptr) {
      return plugin;
    }
    return absl::InvalidArgumentError(
        absl::StrCat(place, ": is no Parquet reader of this program"));
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "this build has no Parquet reader (looked for ",
      absl::StrJoin(places, ", "),
      "); use JSON lines, or set KAITO_ARROW_PLUGIN to the reader's path"));
}

absl::Status ErrorOf(const KaitoArrowError& error, absl::string_view where) {
  std::string text = error.text;
  // Arrow's messages go over lines.
  std::replace(text.begin(), text.end(), '\n', ' ');
  return absl::InvalidArgumentError(absl::StrCat(where, text));
}

}  // namespace

absl::Status ReadArrowRecords(const ArrowFile& file, RecordSink sink) {
  KAITO_ASSIGN_OR_RETURN(const Plugin plugin, OpenPlugin(file));
  KaitoArrowError error = {};
  const std::string columns = absl::StrCat(absl::StrJoin(file.columns, "\n"));
  const std::unique_ptr<void, KaitoArrowClose> reader(
      plugin.open(file.path.c_str(), file.parquet ? 1 : 0, columns.c_str(),
                  &error),
      plugin.close);
  if (reader == nullptr) return ErrorOf(error, "");
  int64_t number = 0;
  while (true) {
    KaitoArrowBatch batch = {};
    if (plugin.next(reader.get(), &batch, &error) != 0) {
      return ErrorOf(error, absl::StrCat("row ", number + 1, " or after: "));
    }
    if (batch.rows == 0) return absl::OkStatus();
    absl::string_view text(batch.json, static_cast<size_t>(batch.bytes));
    for (int64_t row = 0; row < batch.rows; ++row) {
      const size_t end = text.find('\n');
      KAITO_RETURN_IF_ERROR(
          sink({.number = ++number, .json = text.substr(0, end)}));
      text.remove_prefix(end + 1);
    }
  }
}

}  // namespace kaito::runtime
