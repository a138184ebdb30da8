#include "kaito/runtime/batch/packing.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_matchers.h"

namespace kaito::runtime {
namespace {

std::vector<int64_t> Integers(const json::Value& list) {
  std::vector<int64_t> out;
  for (const json::Value& item : *list.array()) out.push_back(*item.integer());
  return out;
}

// [[document, first, count], ...] for each row.
std::vector<Pack> Packs(const json::Value& list) {
  std::vector<Pack> packs;
  for (const json::Value& row : *list.array()) {
    Pack& pack = packs.emplace_back();
    for (const json::Value& piece : *row.array()) {
      const std::vector<int64_t> n = Integers(piece);
      pack.push_back({n[0], n[1], n[2]});
    }
  }
  return packs;
}

// What TRL's pack_dataset made of the same lengths. "many" has more documents
// than it packs together.
TEST(Packing, GivesTheRowsOfTrl) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const std::string text,
      ReadFile("kaito/runtime/batch/testdata/packing.json", 1 << 20));
  KAITO_ASSERT_OK_AND_ASSIGN(const json::Value golden, json::Parse(text));
  for (const char* name : {"main", "many"}) {
    SCOPED_TRACE(name);
    const json::Value& set = *golden.Find(name);
    const std::vector<int64_t> lengths = Integers(*set.Find("lengths"));
    PackingOptions options = {.max_length = *set.Find("max_length")->integer()};
    EXPECT_EQ(PackBestFit(lengths, options), Packs(*set.Find("bfd")));
    EXPECT_EQ(PackWrapped(lengths, options), Packs(*set.Find("wrapped")));
    options.split = true;
    EXPECT_EQ(PackBestFit(lengths, options), Packs(*set.Find("bfd_split")));
  }
}

TEST(Packing, LeavesOutEmptyDocuments) {
  const std::vector<int64_t> lengths = {0, 3, 0};
  const std::vector<Pack> want = {{{1, 0, 3}}};
  EXPECT_EQ(PackBestFit(lengths, {.max_length = 4}), want);
  EXPECT_EQ(PackWrapped(lengths, {.max_length = 4}), want);
  EXPECT_TRUE(PackBestFit({}, {.max_length = 4}).empty());
}

}  // namespace
}  // namespace kaito::runtime
