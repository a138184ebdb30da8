#include "kaito/api/schema/image_reference.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"

namespace kaito::api {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;

const std::string kHex(64, 'a');

TEST(ParseImageReference, TakesApart) {
  const std::vector<std::pair<std::string, ImageReference>> cases = {
      {"busybox", {"docker.io", "library/busybox", "", ""}},
      {"busybox:1.36", {"docker.io", "library/busybox", "1.36", ""}},
      {"localhost:5000", {"docker.io", "library/localhost", "5000", ""}},
      {"localhost/a", {"localhost", "a", "", ""}},
      {"localhost:5000/a/b:T-1_.x", {"localhost:5000", "a/b", "T-1_.x", ""}},
      {"curlimages/curl", {"docker.io", "curlimages/curl", "", ""}},
      {"index.docker.io/nginx", {"docker.io", "library/nginx", "", ""}},
      {"mcr.microsoft.com/aks/kaito/kaito-phi-3:0.0.1",
       {"mcr.microsoft.com", "aks/kaito/kaito-phi-3", "0.0.1", ""}},
      {"REGISTRY/a", {"REGISTRY", "a", "", ""}},
      {"[fd00::1]:5000/a", {"[fd00::1]:5000", "a", "", ""}},
      {"[::1]/a", {"[::1]", "a", "", ""}},
      {"127.0.0.1:5000/a__b--c.d_e:1",
       {"127.0.0.1:5000", "a__b--c.d_e", "1", ""}},
      {"r.io/a:1@sha256:" + kHex, {"r.io", "a", "1", "sha256:" + kHex}},
      {"r.io/a@sha512:" + kHex + kHex,
       {"r.io", "a", "", "sha512:" + kHex + kHex}},
  };
  for (const auto& [text, expected] : cases) {
    const auto image = ParseImageReference(text);
    ASSERT_TRUE(image.ok()) << text << ": " << image.status();
    EXPECT_EQ(*image, expected) << text << ": " << image->ToString();
    EXPECT_EQ(*ParseImageReference(image->ToString()), expected) << text;
  }
}

TEST(ParseImageReference, SaysWhatIsWrong) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "no image is named"},
      {"https://r.io/a", "leave out the scheme"},
      {"r.io/Team/A:1", "\"Team/A\" has upper-case letters"},
      {"ACR_REPO_HERE.azurecr.io/IMAGE_NAME_HERE:0.0.1",
       "\"IMAGE_NAME_HERE\" has upper-case letters"},
      {"under_score.io/a:1", "the registry \"under_score.io\""},
      {"r.io:99999/a", "the registry \"r.io:99999\""},
      {"r.io:/a", "the registry"},
      {"-r.io/a", "the registry"},
      {"[::1/a", "the registry"},
      {"r.io//a", "the repository \"/a\""},
      {"r.io/a/", "the repository \"a/\""},
      {"r.io/", "the repository \"\""},
      {"r.io/a..b", "the repository"},
      {"r.io/a___b", "the repository"},
      {"r.io/-a", "the repository"},
      {"r.io/a b", "the repository"},
      {"r.io/a\n", "the repository"},
      {"r.io/a:", "the tag \"\""},
      {"r.io/a:.1", "the tag \".1\""},
      {"r.io/a:1:2", "the tag \"1:2\""},
      {"r.io/a:" + std::string(129, 't'), "up to 128"},
      {"r.io/a@sha256:" + kHex + "a", "a digest is expected"},
      {"r.io/a@sha256:" + std::string(64, 'A'), "a digest is expected"},
      {"r.io/a@md5:" + std::string(32, 'a'), "a digest is expected"},
      {"r.io/a@", "a digest is expected"},
      {kHex, "not its name"},
      {"r.io/" + std::string(251, 'a'), "256 characters"},
      {std::string(2000, 'a'), "2000 characters"},
  };
  for (const auto& [text, problem] : cases) {
    EXPECT_THAT(
        ParseImageReference(text),
        StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(problem)))
        << text;
  }
  EXPECT_TRUE(ParseImageReference("r.io/" + std::string(250, 'a')).ok());
}

TEST(ImageReference, AsksForDigestThenTagThenLatest) {
  EXPECT_EQ(ParseImageReference("a")->Version(), "latest");
  EXPECT_EQ(ParseImageReference("a:1")->Version(), "1");
  const std::string digest = absl::StrCat("sha256:", kHex);
  EXPECT_EQ(ParseImageReference("a:1@" + digest)->Version(), digest);
}

}  // namespace
}  // namespace kaito::api
