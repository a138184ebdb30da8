#include "kaito/runtime/dataset/data_report.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/dataset/dataset.h"
#include "kaito/runtime/dataset/dataset_files.h"
#include "kaito/runtime/dataset/encoded_row.h"
#include "kaito/runtime/dataset/row_encoder.h"
#include "kaito/runtime/tokenizer/tokenizer.h"

namespace kaito::runtime {
namespace {

constexpr size_t kMaxUnusableShown = 100;
constexpr int64_t kBarWidth = 40;

struct Bucket {
  int64_t below = 0;  // Lengths from half of it, or from 1 in the first.
  int64_t rows = 0;
};

// Powers of two from 16 on, up to the longest row.
std::vector<Bucket> Histogram(const std::vector<EncodedRow>& rows) {
  std::vector<Bucket> buckets = {{.below = 16}};
  for (const EncodedRow& row : rows) {
    while (row.tokens() >= buckets.back().below) {
      buckets.push_back({.below = buckets.back().below * 2});
    }
    const auto bucket = std::ranges::upper_bound(buckets, row.tokens(),
                                                 std::less<>(), &Bucket::below);
    ++bucket->rows;
  }
  return buckets;
}

double Percent(int64_t part, int64_t whole) {
  return whole == 0
             ? 0
             : 100 * static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

std::string DescribeFiles(const Dataset& data) {
  std::string out;
  for (const DataFile& file : data.files) {
    absl::StrAppend(&out, file.path, ": ", FormatName(file.format), "\n");
  }
  absl::StrAppend(&out, data.read(), " rows read, ", data.unusable.size(),
                  " without anything to train on\n");
  return out;
}

std::string DescribeUnusable(const Dataset& data,
                             const std::vector<UnusableRow>& rows) {
  std::string out;
  for (size_t i = 0; i < std::min(rows.size(), kMaxUnusableShown); ++i) {
    absl::StrAppend(&out, data.Where(rows[i].file, rows[i].number),
                    ": left out: ", rows[i].why, "\n");
  }
  if (rows.size() > kMaxUnusableShown) {
    absl::StrAppend(&out, "and ", rows.size() - kMaxUnusableShown, " more\n");
  }
  return out;
}

std::string DescribeTokens(const EncodedRows& encoded) {
  int64_t longest = 0;
  for (const EncodedRow& row : encoded.rows) {
    longest = std::max(longest, row.tokens());
  }
  std::string out = absl::StrFormat(
      "%d rows used, %d left out, %d cut; %d tokens, %d trained on (%.1f %%); "
      "the longest row has %d\n",
      encoded.rows.size(), encoded.dropped.size(), encoded.truncated_rows,
      encoded.tokens, encoded.targets, Percent(encoded.targets, encoded.tokens),
      longest);
  const std::vector<Bucket> buckets = Histogram(encoded.rows);
  int64_t most = 1;
  for (const Bucket& bucket : buckets) most = std::max(most, bucket.rows);
  for (size_t i = 0; i < buckets.size(); ++i) {
    const Bucket& bucket = buckets[i];
    const int64_t from = i == 0 ? 1 : bucket.below / 2;
    // A bucket that has any row shows it.
    const int64_t bar = (bucket.rows * kBarWidth + most - 1) / most;
    absl::StrAppendFormat(&out, "%7d - %-7d %8d %s\n", from, bucket.below - 1,
                          bucket.rows, std::string(bar, '#'));
  }
  return out;
}

std::string DescribeRow(const EncodedRow& row, const Tokenizer& tokenizer) {
  std::string out =
      absl::StrFormat("row %d: %d tokens, %d trained on%s\n", row.index,
                      row.tokens(), row.targets(),
                      row.truncated_tokens > 0
                          ? absl::StrCat(", ", row.truncated_tokens, " cut off")
                          : "");
  for (size_t i = 0; i < row.ids.size(); ++i) {
    absl::StrAppendFormat(
        &out, "%7d %s %s\n", row.ids[i], row.trained[i] ? "+" : " ",
        absl::Utf8SafeCHexEscape(tokenizer.TokenOf(row.ids[i])));
  }
  return out;
}

}  // namespace kaito::runtime
