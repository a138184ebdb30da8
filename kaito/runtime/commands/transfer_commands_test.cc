#include "kaito/runtime/commands/transfer_commands.h"

#include <signal.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/job/exit_code.h"
#include "kaito/base/file/directory.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/file/temp_dir.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/sync/notification.h"
#include "kaito/base/thread/thread.h"
#include "kaito/runtime/oci/fake_registry.h"
#include "kaito/runtime/oci/manifest.h"

namespace kaito::runtime {
namespace {

using ::kaito::testing::IsOkAndHolds;
using ::testing::HasSubstr;

class TransferCommandsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    KAITO_ASSERT_OK_AND_ASSIGN(dir_, TempDir::Create(::testing::TempDir()));
    set_ = JoinPath(dir_.path(), "set");
    KAITO_ASSERT_OK(MakeDirs(set_));
    std::ofstream(JoinPath(set_, "a.jsonl")) << "{}";
    auth_ = JoinPath(dir_.path(), "auth.json");
    std::ofstream(auth_) << FakeRegistry::AuthConfig(registry_.host());
    image_ = absl::StrCat(registry_.host(), "/me/adapter:v1");
    output_ = JoinPath(dir_.path(), "out");
  }

  FakeRegistry registry_{FakeRegistry::Login::kToken};
  TempDir dir_;
  std::string set_;
  std::string auth_;
  std::string image_;
  std::string output_;
};

TEST_F(TransferCommandsTest, PacksPushesAndPulls) {
  EXPECT_EQ(RunPackCommand(std::vector<std::string>{
                "--dir", absl::StrCat(set_, "/"), "--image", image_, "--push",
                "--auth", auth_}),
            0);
  EXPECT_EQ(RunPullCommand(std::vector<std::string>{image_, "--output", output_,
                                                    "--auth", auth_}),
            0);
  EXPECT_THAT(ReadFile(JoinPath(output_, "a.jsonl"), 10), IsOkAndHolds("{}"));
}

TEST_F(TransferCommandsTest, PacksIntoALayout) {
  EXPECT_EQ(RunPackCommand(
                std::vector<std::string>{"--dir", set_, "--image", image_}),
            0);
  EXPECT_THAT(ReadFile(absl::StrCat(set_, ".oci/index.json"), 4096),
              IsOkAndHolds(HasSubstr("\"v1\"")));
  EXPECT_EQ(RunPullCommand(std::vector<std::string>{
                absl::StrCat("oci:", set_, ".oci:v1"), "--output", output_}),
            0);
  EXPECT_THAT(ReadFile(JoinPath(output_, "a.jsonl"), 10), IsOkAndHolds("{}"));
}

TEST_F(TransferCommandsTest, TuningPushesWithTheCodesOfTheContract) {
  KAITO_ASSERT_OK_AND_ASSIGN(const std::string digest,
                             PushAdapter({.directory = set_,
                                          .image = image_,
                                          .auth_file = auth_,
                                          .allow_private_addresses = true}));
  EXPECT_EQ(DigestOf(registry_.ManifestOf("v1")), digest);
  const absl::Status refused =
      PushAdapter(
          {.directory = set_, .image = image_, .allow_private_addresses = true})
          .status();
  EXPECT_EQ(api::ExitCodeFor(refused), api::ExitCode::kRefused) << refused;
}

TEST_F(TransferCommandsTest, RefusesPrivateAddressesUnlessAllowed) {
  EXPECT_FALSE(PushAdapter({.directory = set_,
                            .image = image_,
                            .auth_file = auth_,
                            .allow_private_addresses = false})
                   .ok());
  EXPECT_NE(RunPullCommand(std::vector<std::string>{
                image_, "--output", output_, "--auth", auth_,
                "--allow-private-addresses=false"}),
            0);
  EXPECT_EQ(registry_.uploads(), 0);
}

TEST_F(TransferCommandsTest, TakesSeveralFilesOfCredentials) {
  const std::string other = JoinPath(dir_.path(), "other.json");
  std::ofstream(other) << FakeRegistry::AuthConfig("registry.example.com");
  EXPECT_EQ(RunPackCommand(std::vector<std::string>{"--dir", set_, "--image",
                                                    image_, "--push", "--auth",
                                                    other, "--auth", auth_}),
            0);
  EXPECT_EQ(RunPullCommand(std::vector<std::string>{
                image_, "--output", output_, "--auth", other, "--auth", auth_}),
            0);
}

TEST_F(TransferCommandsTest, ASignalInterruptsAPush) {
  registry_.Hold();
  int code = 0;
  absl::StatusOr<Thread> push = Thread::Start("push", [&] {
    code = RunPackCommand(std::vector<std::string>{
        "--dir", set_, "--image", image_, "--push", "--auth", auth_});
  });
  KAITO_ASSERT_OK(push);
  registry_.held().Wait();
  kill(getpid(), SIGTERM);
  push->Join();
  EXPECT_EQ(code, 143);
}

TEST_F(TransferCommandsTest, FetchTakesAModelOfTheHubAlone) {
  // Nobody knows it at this endpoint.
  EXPECT_EQ(RunFetchCommand(std::vector<std::string>{
                "hf://acme/tiny", "--output", output_, "--hub-endpoint",
                absl::StrCat("http://", registry_.host())}),
            4);
  for (const std::vector<std::string>& wrong :
       std::vector<std::vector<std::string>>{
           {"hf://acme/tiny", "https://h/f", "--output", output_},
           {"hf://", "--output", output_},
           {"hf://acme/tiny", "--output", output_, "--digest", "sha256:0"}}) {
    EXPECT_EQ(RunFetchCommand(wrong), 2);
  }
}

TEST_F(TransferCommandsTest, ExitCodesTellWhoActs) {
  // Refused, by 401 and by 404.
  EXPECT_EQ(
      RunPullCommand(std::vector<std::string>{image_, "--output", output_}), 4);
  EXPECT_EQ(RunPullCommand(std::vector<std::string>{image_, "--output", output_,
                                                    "--auth", auth_}),
            4);
  EXPECT_EQ(RunFetchCommand(std::vector<std::string>{
                "--output", output_,
                absl::StrCat("http://", registry_.host(), "/x")}),
            4);
  // The user's: a wrong name, a directory that is not there, no URL.
  EXPECT_EQ(
      RunPullCommand(std::vector<std::string>{"BAD", "--output", output_}), 2);
  EXPECT_EQ(RunPackCommand(std::vector<std::string>{
                "--dir", "/nonexistent", "--image", image_, "--push"}),
            2);
  EXPECT_EQ(RunFetchCommand(std::vector<std::string>{"--output", output_}), 2);
  // May heal: nobody listens there.
  EXPECT_EQ(RunPullCommand(std::vector<std::string>{"127.0.0.1:1/me/adapter:v1",
                                                    "--output", output_}),
            1);
}

}  // namespace
}  // namespace kaito::runtime
