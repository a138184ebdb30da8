#include "kaito/runtime/oci/image_transfer.h"

#include <fstream>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/clock/real_clock.h"
#include "kaito/base/file/directory.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/file/temp_dir.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/runtime/fetch/refusal.h"
#include "kaito/runtime/oci/fake_registry.h"
#include "kaito/runtime/oci/manifest.h"

namespace kaito::runtime {
namespace {

using ::kaito::testing::IsOkAndHolds;
using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::Not;

class ImageTransferTest : public ::testing::Test {
 protected:
  void SetUp() override {
    KAITO_ASSERT_OK_AND_ASSIGN(dir_, TempDir::Create(::testing::TempDir()));
    options_.allow_private_addresses = true;
    options_.retries = {.max_tries = 3,
                        .first_wait = absl::Milliseconds(1),
                        .longest_wait = absl::Milliseconds(2)};
    results_ = JoinPath(dir_.path(), "results");
    Write("results/adapter_config.json", "{\"r\":16}");
    Write("results/adapter_model.safetensors", std::string(3 << 20, 'w'));
    Write("results/checkpoint-1/optimizer.safetensors", "not packed");
  }

  std::string Write(absl::string_view name, absl::string_view text) {
    const std::string path = JoinPath(dir_.path(), name);
    KAITO_EXPECT_OK(MakeDirs(Dirname(path)));
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }

  void LogInTo(const FakeRegistry& registry) {
    options_.auth_files = {
        Write("config.json", FakeRegistry::AuthConfig(registry.host()))};
  }

  absl::StatusOr<std::string> Push(const FakeRegistry& registry) {
    return PushDirectory(clock_, results_,
                         absl::StrCat(registry.host(), "/me/adapter:v1"),
                         options_, {});
  }

  absl::StatusOr<ExtractedImage> Pull(const FakeRegistry& registry,
                                      absl::string_view version) {
    return PullImage(clock_,
                     absl::StrCat(registry.host(), "/me/adapter", version),
                     JoinPath(dir_.path(), "pulled"), options_, {});
  }

  std::string Pulled(absl::string_view name) {
    absl::StatusOr<std::string> text =
        ReadFile(JoinPath(JoinPath(dir_.path(), "pulled"), name), 8 << 20);
    return text.ok() ? *std::move(text) : "";
  }

  RealClock clock_;
  TempDir dir_;
  std::string results_;
  TransferOptions options_;
};

TEST_F(ImageTransferTest, PushesAndPullsWithEveryKindOfLogin) {
  using Login = FakeRegistry::Login;
  for (const Login login : {Login::kNone, Login::kBasic, Login::kToken}) {
    SCOPED_TRACE(static_cast<int>(login));
    FakeRegistry registry(login);
    LogInTo(registry);
    KAITO_ASSERT_OK_AND_ASSIGN(const std::string digest, Push(registry));
    EXPECT_EQ(DigestOf(registry.ManifestOf("v1")), digest);
    KAITO_EXPECT_OK(RemoveAll(JoinPath(dir_.path(), "pulled")));
    for (const std::string& version :
         {std::string(":v1"), absl::StrCat("@", digest)}) {
      KAITO_ASSERT_OK_AND_ASSIGN(const ExtractedImage image,
                                 Pull(registry, version));
      EXPECT_EQ(image.digest, digest);
      EXPECT_EQ(image.files, 2);
      EXPECT_EQ(Pulled("adapter_config.json"), "{\"r\":16}");
      EXPECT_EQ(Pulled("adapter_model.safetensors"), std::string(3 << 20, 'w'));
    }
    EXPECT_THAT(ListDir(JoinPath(dir_.path(), "pulled"), 10),
                IsOkAndHolds(::testing::SizeIs(2)));
  }
}

TEST_F(ImageTransferTest, SendsNothingTwiceAndGivesTheSameDigest) {
  FakeRegistry registry(FakeRegistry::Login::kNone);
  KAITO_ASSERT_OK_AND_ASSIGN(const std::string digest, Push(registry));
  EXPECT_EQ(registry.uploads(), 2);  // Layer and config.
  // The same bytes in new files.
  Write("results/adapter_config.json", "{\"r\":16}");
  EXPECT_THAT(Push(registry), IsOkAndHolds(digest));
  EXPECT_EQ(registry.uploads(), 2);
  // Nothing is left of the packing.
  EXPECT_THAT(ListDir(dir_.path(), 10), IsOkAndHolds(::testing::SizeIs(1)));
}

TEST_F(ImageTransferTest, TriesAgainWhatMayHeal) {
  FakeRegistry registry(FakeRegistry::Login::kNone);
  registry.FailNext(2);
  KAITO_ASSERT_OK(Push(registry));
  registry.FailNext(1000);
  const absl::Status status = Pull(registry, ":v1").status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_FALSE(WasRefused(status));
}

TEST_F(ImageTransferTest, TheFirstFileThatKnowsTheRegistryCounts) {
  FakeRegistry registry(FakeRegistry::Login::kBasic);
  const std::string right =
      Write("right.json", FakeRegistry::AuthConfig(registry.host()));
  options_.auth_files = {
      Write("other.json", FakeRegistry::AuthConfig("registry.example.com")),
      right, Write("none.json", "{}")};
  KAITO_EXPECT_OK(Push(registry));
  // One that can't be read is no reason to go on without it.
  options_.auth_files = {right, Write("broken.json", "{")};
  EXPECT_THAT(
      Push(registry).status(),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("broken.json")));
}

TEST_F(ImageTransferTest, ARefusalIsMarkedAndShowsNoSecret) {
  FakeRegistry registry(FakeRegistry::Login::kBasic);
  const absl::Status nobody = Push(registry).status();
  EXPECT_THAT(nobody, StatusIs(absl::StatusCode::kUnauthenticated,
                               HasSubstr("give --auth")));
  EXPECT_TRUE(WasRefused(nobody));

  options_.auth_files = {
      Write("config.json", absl::StrCat("{\"auths\":{\"", registry.host(),
                                        "\":{\"username\":\"me\",\"password\":"
                                        "\"hunter2\"}}}"))};
  const absl::Status wrong = Push(registry).status();
  EXPECT_THAT(wrong, StatusIs(absl::StatusCode::kUnauthenticated,
                              Not(HasSubstr("hunter2"))));
  EXPECT_TRUE(WasRefused(wrong));
  // Here the answer has a body, which repeats the header that was sent.
  EXPECT_THAT(Pull(registry, ":v1").status(),
              StatusIs(absl::StatusCode::kUnauthenticated,
                       HasSubstr("sent: Basic [secret]")));

  FakeRegistry open(FakeRegistry::Login::kNone);
  const absl::Status absent = Pull(open, ":v9").status();
  EXPECT_THAT(absent, StatusIs(absl::StatusCode::kNotFound,
                               HasSubstr("MANIFEST_UNKNOWN")));
  EXPECT_TRUE(WasRefused(absent));
}

TEST_F(ImageTransferTest, RefusesPrivateAddressesUnlessAllowed) {
  FakeRegistry registry(FakeRegistry::Login::kNone);
  options_.allow_private_addresses = false;
  EXPECT_THAT(Push(registry).status(),
              StatusIs(absl::StatusCode::kPermissionDenied));
}

TEST_F(ImageTransferTest, BelievesNothingWhoseDigestIsWrong) {
  FakeRegistry registry(FakeRegistry::Login::kNone);
  KAITO_ASSERT_OK_AND_ASSIGN(const std::string digest, Push(registry));
  KAITO_ASSERT_OK_AND_ASSIGN(const Manifest manifest,
                             ParseManifest(registry.ManifestOf("v1")));
  const std::string layer = manifest.layers[0].digest;
  std::string bytes = registry.Blobs()[layer];
  bytes[bytes.size() / 2] ^= 1;
  registry.PutBlob(layer, bytes);
  EXPECT_THAT(Pull(registry, ":v1").status(),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr(layer)));
  registry.PutBlob(layer, bytes.substr(1));
  EXPECT_THAT(Pull(registry, ":v1").status(),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("fewer")));
  registry.PutManifest(digest, registry.ManifestOf("v1") + " ");
  EXPECT_THAT(Pull(registry, absl::StrCat("@", digest)).status(),
              StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_EQ(Pulled("adapter_config.json"), "");
}

TEST_F(ImageTransferTest, ReadsLayoutsAndOtherDirectories) {
  Write("set/a/b.jsonl", "{}");
  Write("set/" + std::string(120, 'n'), "long name");
  const std::string layout = JoinPath(dir_.path(), "layout");
  KAITO_ASSERT_OK_AND_ASSIGN(
      const PackedImage packed,
      PackImage(JoinPath(dir_.path(), "set"), layout, {.tag = "t"}));
  EXPECT_EQ(packed.files, 2);
  const std::string output = JoinPath(dir_.path(), "pulled");
  for (const char* tag : {"", ":t"}) {
    KAITO_ASSERT_OK_AND_ASSIGN(
        const ExtractedImage image,
        PullImage(clock_, absl::StrCat("oci:", layout, tag), output, {}, {}));
    EXPECT_EQ(image.digest, packed.digest);
    EXPECT_EQ(Pulled("a/b.jsonl"), "{}");
    EXPECT_EQ(Pulled(std::string(120, 'n')), "long name");
  }
  EXPECT_THAT(
      PullImage(clock_, absl::StrCat("oci:", layout, ":u"), output, {}, {})
          .status(),
      StatusIs(absl::StatusCode::kNotFound, HasSubstr("\"u\"")));
  EXPECT_THAT(PackImage(JoinPath(dir_.path(), "none"), layout, {}).status(),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(ImageTransferTest, NamesAWrongImageBeforeItPacks) {
  EXPECT_THAT(
      PushDirectory(clock_, results_, "Bad Name", options_, {}).status(),
      StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(
      PushDirectory(clock_, results_,
                    absl::StrCat("h.example/a@sha256:", std::string(64, 'a')),
                    options_, {})
          .status(),
      StatusIs(absl::StatusCode::kInvalidArgument,
               HasSubstr("pushed to a tag")));
}

}  // namespace
}  // namespace kaito::runtime
