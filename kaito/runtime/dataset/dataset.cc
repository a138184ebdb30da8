#include "kaito/runtime/dataset/dataset.h"

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/file/memory_map.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/dataset/arrow_records.h"
#include "kaito/runtime/dataset/csv_records.h"
#include "kaito/runtime/dataset/dataset_files.h"
#include "kaito/runtime/dataset/json_records.h"
#include "kaito/runtime/dataset/record.h"
#include "kaito/runtime/dataset/row.h"
#include "kaito/runtime/dataset/row_json.h"
#include "kaito/runtime/oci/byte_stream.h"
#include "kaito/runtime/oci/compression.h"

namespace kaito::runtime {
namespace {

bool CountsLines(DataFormat format) {
  return format == DataFormat::kJson || format == DataFormat::kCsv;
}

std::string At(DataFormat format, int64_t number) {
  return absl::StrCat(CountsLines(format) ? "line " : "row ", number);
}

constexpr absl::string_view kGzip = "\x1F\x8B";

// Bounded, since a few bytes may stand for very many.
absl::StatusOr<std::string> Decompress(absl::string_view bytes,
                                       int64_t max_bytes) {
  bool given = false;
  const ByteSource source = Decompressed([&]() -> absl::StatusOr<std::string> {
    if (given) return std::string();
    given = true;
    return std::string(bytes);
  });
  std::string text;
  while (true) {
    KAITO_ASSIGN_OR_RETURN(const std::string piece, source());
    if (piece.empty()) return text;
    if (static_cast<int64_t>(text.size() + piece.size()) > max_bytes) {
      return absl::InvalidArgumentError(
          absl::StrCat("has more than ", max_bytes,
                       " bytes when decompressed; split the data set"));
    }
    text += piece;
  }
}

class Loader {
 public:
  Loader(const DatasetOptions& options, Dataset* data)
      : options_(options), data_(*data) {}

  absl::Status ReadFile(DataFile file) {
    const std::string path = file.path;
    KAITO_ASSIGN_OR_RETURN(const MemoryMap map, MemoryMap::Open(path));
    absl::string_view text = map.text();
    std::string plain;
    if (absl::StartsWith(text, kGzip)) {
      absl::StatusOr<std::string> all =
          Decompress(text, options_.max_text_bytes);
      if (!all.ok()) return Annotate(all.status(), path);
      plain = *std::move(all);
      text = plain;
    }
    const DataFormat content = FormatOfContent(text.substr(0, 512));
    if (file.format == DataFormat::kAuto) file.format = content;
    // Renamed Parquet files are common; other contents leave it to the name.
    if (content == DataFormat::kParquet) file.format = content;
    if (!plain.empty() && !CountsLines(file.format)) {
      return absl::InvalidArgumentError(absl::StrCat(
          path, ": only JSON and CSV are read out of gzip; decompress it"));
    }
    data_.files.push_back(file);
    return Annotate(ReadRecords(file, text), path);
  }

 private:
  absl::Status ReadRecords(const DataFile& file, absl::string_view text) {
    const auto add = [&](const Record& record) { return Add(file, record); };
    const auto check = [&](const Record& record) {
      return Annotate(ParseRow(record.json, options_.columns).status(),
                      At(file.format, record.number));
    };
    if (absl::StartsWith(text, "version https://git-lfs")) {
      return absl::InvalidArgumentError(
          "is a pointer of Git LFS, not the data: fetch it with git lfs pull");
    }
    switch (file.format) {
      case DataFormat::kJson:
        return ReadJsonRecords(text, add);
      case DataFormat::kCsv:
        return ReadCsvRecords(text, check, add);
      case DataFormat::kParquet:
      case DataFormat::kArrow:
        return ReadArrowRecords({.path = file.path,
                                 .parquet = file.format == DataFormat::kParquet,
                                 .columns = KnownColumns(options_.columns),
                                 .plugin = options_.arrow_plugin},
                                add);
      case DataFormat::kAuto:
        break;
    }
    return absl::InvalidArgumentError(
        "neither its name nor what it begins with tells the format: want JSON "
        "lines, a JSON list, CSV, Parquet or Arrow");
  }

  absl::Status Add(const DataFile& file, const Record& record) {
    absl::StatusOr<ParsedRow> row = ParseRow(record.json, options_.columns);
    if (!row.ok()) {
      return Annotate(row.status(), At(file.format, record.number));
    }
    text_bytes_ += static_cast<int64_t>(record.json.size());
    if (text_bytes_ > options_.max_text_bytes) {
      return absl::InvalidArgumentError(
          absl::StrCat("more than ", options_.max_text_bytes,
                       " bytes of text in all; split the data set"));
    }
    const int64_t index = data_.read();
    const int64_t of_file = static_cast<int64_t>(data_.files.size()) - 1;
    if (row->unusable.empty()) {
      data_.rows.push_back({.index = index,
                            .file = of_file,
                            .number = record.number,
                            .content = std::move(row->content)});
    } else {
      data_.unusable.push_back({.index = index,
                                .file = of_file,
                                .number = record.number,
                                .why = std::move(row->unusable)});
    }
    return absl::OkStatus();
  }

  const DatasetOptions& options_;
  Dataset& data_;
  int64_t text_bytes_ = 0;
};

}  // namespace

std::string Dataset::Where(int64_t file, int64_t number) const {
  const DataFile& of = files[static_cast<size_t>(file)];
  return absl::StrCat(of.path, ": ", At(of.format, number));
}

absl::StatusOr<Dataset> LoadDataset(std::span<const std::string> paths,
                                    const DatasetOptions& options) {
  Dataset data;
  Loader loader(options, &data);
  for (const std::string& path : paths) {
    KAITO_ASSIGN_OR_RETURN(std::vector<DataFile> files,
                           FindDataFiles(path, options.format));
    for (DataFile& file : files) {
      KAITO_RETURN_IF_ERROR(loader.ReadFile(std::move(file)));
      if (options.first_file_only) return data;
    }
  }
  return data;
}

}  // namespace kaito::runtime
