#include "kaito/operator/quickstart/manifests.h"

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"

namespace kaito::controller {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Manifests, TheExampleIsWhatTheQuickStartNeeds) {
  std::ifstream file("examples/quickstart.yaml");
  std::stringstream text;
  text << file.rdbuf();
  const absl::StatusOr<Manifests> manifests = ParseManifests(text.str());
  ASSERT_TRUE(manifests.ok()) << manifests.status();
  EXPECT_EQ(manifests->workspace, "acme");
  EXPECT_EQ(manifests->before.size(), 2u);
  EXPECT_EQ(manifests->after.size(), 3u);

  const std::vector<json::Value> filled =
      WithAddresses(manifests->after,
                    {.registry = "127.64.0.3:5000", .data = "127.0.0.1:4711"});
  const json::Value& workspace = filled.back();
  EXPECT_EQ(workspace.StringAt({"tuning", "output", "image"}),
            "127.64.0.3:5000/acme:1.0.0");
  for (const json::Value& object : filled) {
    const std::string written = json::Write(object);
    EXPECT_THAT(written, Not(HasSubstr("REGISTRY")));
    EXPECT_THAT(written, Not(HasSubstr("DATA/")));
  }
}

TEST(Manifests, RefusesWhatItShouldNotApply) {
  const auto message = [](absl::string_view yaml) {
    return std::string(ParseManifests(yaml).status().message());
  };
  EXPECT_THAT(message("apiVersion: v1\nkind: Node\nmetadata: {name: a}"),
              HasSubstr("v1 Node: not a kind"));
  EXPECT_THAT(message("apiVersion: v1\nkind: Pod"), HasSubstr("name is empty"));
  EXPECT_THAT(message("apiVersion: v1\nkind: Pod\nmetadata: {name: a}"),
              HasSubstr("no Workspace"));
  EXPECT_THAT(message("{"), HasSubstr("YAML"));
}

}  // namespace
}  // namespace kaito::controller
