#include "kaito/api/crd/crd_files.h"

#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/yaml/yaml.h"

namespace kaito::api {
namespace {

constexpr int64_t kMostBytes = int64_t{4} << 20;

TEST(CrdFiles, AreTheReviewedOnes) {
  for (const auto& [name, content] : CrdFiles()) {
    const auto reviewed = ReadFile(absl::StrCat(std::getenv("TEST_SRCDIR"),
                                                "/kaito/kaito/api/crds/", name),
                                   kMostBytes);
    ASSERT_TRUE(reviewed.ok()) << reviewed.status();
    EXPECT_EQ(content, *reviewed)
        << name << ": run bazel run //kaito/api:crds and look at the change";
  }
}

// An API server takes objects of 1.5 MB at most, and client-side apply keeps a
// copy in an annotation of 256 KiB at most.
TEST(CrdFiles, AreSmallEnoughForKubectlApply) {
  for (const auto& [name, content] : CrdFiles()) {
    EXPECT_LT(content.size(), size_t{256} << 10) << name;
  }
}

TEST(CrdFiles, DifferInNothingButRules) {
  const std::map<std::string, std::string> files = CrdFiles();
  for (const auto& [name, content] : files) {
    if (!absl::StartsWith(name, "plain/")) continue;
    const std::string& with_rules = files.at("cel/" + name.substr(6));
    const auto plain = yaml::Parse(content);
    const auto cel = yaml::Parse(with_rules);
    ASSERT_TRUE(plain.ok()) << plain.status();
    ASSERT_TRUE(cel.ok()) << cel.status();
    EXPECT_FALSE(absl::StrContains(content, "x-kubernetes-validations"));
    if (!absl::StrContains(with_rules, "x-kubernetes-validations")) {
      EXPECT_EQ(content, with_rules);  // A kind without rules, or without CEL.
    }
    EXPECT_EQ(plain->value.StringAt({"metadata", "name"}),
              cel->value.StringAt({"metadata", "name"}));
  }
}

}  // namespace
}  // namespace kaito::api
