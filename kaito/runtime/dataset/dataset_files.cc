#include "kaito/runtime/dataset/dataset_files.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/file/directory.h"
#include "kaito/base/file/path.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"

namespace kaito::runtime {
namespace {

// Of one directory, and below each other.
constexpr int64_t kMaxEntries = 100'000;
constexpr int kMaxDepth = 16;

constexpr std::pair<absl::string_view, DataFormat> kExtensions[] = {
    {"jsonl", DataFormat::kJson},      {"ndjson", DataFormat::kJson},
    {"json", DataFormat::kJson},       {"csv", DataFormat::kCsv},
    {"parquet", DataFormat::kParquet}, {"arrow", DataFormat::kArrow},
};

absl::Status Walk(const std::string& directory, DataFormat format, int depth,
                  std::vector<DataFile>* files) {
  if (depth > kMaxDepth) {
    return absl::InvalidArgumentError(
        absl::StrCat(directory, ": more than ", kMaxDepth,
                     " directories inside each other"));
  }
  KAITO_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                         ListDir(directory, kMaxEntries));
  for (const std::string& name : names) {
    if (absl::StartsWith(name, ".")) continue;
    const std::string path = JoinPath(directory, name);
    struct stat info;
    // A volume of a ConfigMap or Secret is made of links; a link to a directory
    // could lead in circles.
    if (lstat(path.c_str(), &info) != 0) continue;
    const bool link = S_ISLNK(info.st_mode);
    if (link && stat(path.c_str(), &info) != 0) continue;
    if (S_ISDIR(info.st_mode) && !link) {
      KAITO_RETURN_IF_ERROR(Walk(path, format, depth + 1, files));
    } else if (S_ISREG(info.st_mode)) {
      const DataFormat found = FormatOfName(name);
      if (found == DataFormat::kAuto) continue;
      if (format != DataFormat::kAuto && format != found) continue;
      files->push_back({path, found});
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<DataFile>> FindDataFiles(absl::string_view path,
                                                    DataFormat format) {
  const std::string root(path);
  struct stat info;
  if (stat(root.c_str(), &info) != 0) return ErrnoToStatus(errno, root);
  if (!S_ISDIR(info.st_mode)) {
    if (format == DataFormat::kAuto) format = FormatOfName(Basename(root));
    return std::vector<DataFile>{{root, format}};
  }
  std::vector<DataFile> files;
  KAITO_RETURN_IF_ERROR(Walk(root, format, 0, &files));
  if (!files.empty()) return files;
  return absl::NotFoundError(absl::StrCat(
      root,
      ": no data file: looked for names ending in .jsonl, .json, .csv, "
      ".parquet or .arrow"));
}

DataFormat FormatOfName(absl::string_view name) {
  const std::string lower = absl::AsciiStrToLower(name);
  for (const auto& [extension, format] : kExtensions) {
    const std::string dotted = absl::StrCat(".", extension);
    size_t at = lower.find(dotted);
    for (; at != std::string::npos; at = lower.find(dotted, at + 1)) {
      const size_t end = at + dotted.size();
      const absl::string_view rest = absl::string_view(lower).substr(end);
      // "a.json_download_true", and what is compressed; not "a.json.bak".
      if (rest.empty() || rest[0] == '_' || rest == ".gz") return format;
    }
  }
  return DataFormat::kAuto;
}

DataFormat FormatOfContent(absl::string_view begin) {
  if (absl::StartsWith(begin, "PAR1") || absl::StartsWith(begin, "PARE")) {
    return DataFormat::kParquet;
  }
  if (absl::StartsWith(begin, "ARROW1") ||
      absl::StartsWith(begin, "\xFF\xFF\xFF\xFF")) {
    return DataFormat::kArrow;
  }
  const size_t first = begin.find_first_not_of("\xEF\xBB\xBF \t\r\n");
  if (first != absl::string_view::npos &&
      (begin[first] == '{' || begin[first] == '[')) {
    return DataFormat::kJson;
  }
  return DataFormat::kAuto;
}

absl::StatusOr<DataFormat> ParseDataFormat(absl::string_view word) {
  for (const auto& [extension, format] : kExtensions) {
    if (word == extension) return format;
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "want csv, json, jsonl, parquet or arrow, got \"", word, "\""));
}

absl::string_view FormatName(DataFormat format) {
  switch (format) {
    case DataFormat::kAuto:
      return "unknown";
    case DataFormat::kJson:
      return "JSON";
    case DataFormat::kCsv:
      return "CSV";
    case DataFormat::kParquet:
      return "Parquet";
    case DataFormat::kArrow:
      return "Arrow";
  }
  return "";
}

}  // namespace kaito::runtime
