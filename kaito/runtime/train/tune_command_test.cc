#include "kaito/runtime/train/tune_command.h"

#include <signal.h>
#include <unistd.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/job/termination.h"
#include "kaito/base/clock/real_clock.h"
#include "kaito/base/file/directory.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/file/temp_dir.h"
#include "kaito/base/file/unique_fd.h"
#include "kaito/base/file/write_file.h"
#include "kaito/base/http/response_writer.h"
#include "kaito/base/http/server.h"
#include "kaito/base/http/server_request.h"
#include "kaito/base/process/stdio.h"
#include "kaito/base/process/subprocess.h"
#include "kaito/base/random/random.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/sync/notification.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/runtime/train/adapter_push.h"

namespace kaito::runtime {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;

constexpr absl::string_view kConfig = R"(training_config:
  QuantizationConfig: {load_in_4bit: true, bnb_4bit_quant_type: nf4}
  LoraConfig: {r: 2, target_modules: [o_proj]}
  DatasetConfig: {train_test_split: 1}
  TrainingArguments:
    per_device_train_batch_size: 2
    max_steps: 60
    save_strategy: steps
    save_steps: 1
    save_total_limit: 2
)";

class TuneCommandTest : public ::testing::Test {
 protected:
  void SetUp() override {
    KAITO_ASSERT_OK_AND_ASSIGN(dir_, TempDir::Create(::testing::TempDir()));
    KAITO_ASSERT_OK(WriteFileAtomic(File("config.yaml"), kConfig));
  }

  std::string File(absl::string_view name) const {
    return JoinPath(dir_.path(), name);
  }
  std::string Content(absl::string_view name) const {
    const auto text = ReadFile(File(name), 16 << 20);
    return text.ok() ? *text : absl::StrCat("none: ", text.status().message());
  }

  SubprocessOptions Options(absl::string_view output) const {
    return {
        .argv = {"kaito/runtime/train/tune_program", "--config",
                 File("config.yaml"), "--model",
                 "examples/models/tiny-phi-3-instruct", "--data",
                 "examples/demo-data/acme-support.jsonl", "--output",
                 File(output), "--progress-interval", "0s", "--threads", "1"},
        .env = {{"KAITO_TERMINATION_LOG", File("termination")}},
        .out = Stdio::Pipe(),
        .err = Stdio::Capture(65536)};
  }

  // Waits for so many lines of standard output, then sends the signal, and
  // reads on to the end.
  absl::StatusOr<ProcessResult> RunAndSignal(absl::string_view output,
                                             int64_t lines, int signal) {
    auto process = Subprocess::Start(Options(output));
    if (!process.ok()) return process.status();
    const UniqueFd out = (*process)->TakeStdout();
    char buffer[4096];
    ssize_t count = 0;
    while ((count = read(out.get(), buffer, sizeof(buffer))) > 0) {
      const int64_t before = lines;
      for (ssize_t i = 0; i < count; ++i) lines -= buffer[i] == '\n';
      if (before > 0 && lines <= 0 && signal != 0) {
        (void)(*process)->Signal(signal);  // It may have ended by itself.
      }
    }
    return (*process)->Wait({});
  }

  TempDir dir_;
};

TEST_F(TuneCommandTest, EndsWithTheSameBitsHoweverOftenItIsKilled) {
  auto whole = RunAndSignal("whole", 0, 0);
  KAITO_ASSERT_OK(whole.status());
  ASSERT_TRUE(whole->ok()) << whole->Describe() << whole->err;

  Random random(18);
  int64_t kills = 0;
  for (int64_t run = 0; run < 200 && kills < 20; ++run) {
    // Eight lines come before the first step.
    const auto killed =
        RunAndSignal("killed", 6 + random.UniformInt(6), SIGKILL);
    KAITO_ASSERT_OK(killed.status());
    if (killed->ok()) break;
    ASSERT_EQ(killed->signal, SIGKILL) << killed->err;
    ++kills;
  }
  EXPECT_GE(kills, 20);
  const auto last = RunAndSignal("killed", 0, 0);
  KAITO_ASSERT_OK(last.status());
  ASSERT_TRUE(last->ok()) << last->err;
  EXPECT_EQ(Content("killed/adapter_model.safetensors"),
            Content("whole/adapter_model.safetensors"));
  EXPECT_EQ(Content("killed/trainer_state.json"),
            Content("whole/trainer_state.json"));
}

TEST_F(TuneCommandTest, SavesAndSaysSoWhenStopped) {
  const auto stopped = RunAndSignal("out", 20, SIGTERM);
  KAITO_ASSERT_OK(stopped.status());
  EXPECT_EQ(stopped->exit_code, 143) << stopped->Describe() << stopped->err;
  const api::Termination termination =
      api::ParseTermination(Content("termination"), 143);
  EXPECT_EQ(termination.code, 143);
  EXPECT_EQ(termination.reason, "Interrupted");
  const auto names = ListDir(File("out"), 100);
  KAITO_ASSERT_OK(names.status());
  EXPECT_THAT(*names, Contains(HasSubstr("checkpoint-")));
  EXPECT_EQ(RunAndSignal("out", 20, SIGINT)->exit_code, 130);
}

TEST_F(TuneCommandTest, ASignalInterruptsThePushWhichTheNextRunRepeats) {
  const std::vector<std::string> args = {
      "--config",
      File("config.yaml"),
      "--model",
      "examples/models/tiny-phi-3-instruct",
      "--data",
      "examples/demo-data/acme-support.jsonl",
      "--output",
      File("out"),
      "--max-steps",
      "1",
      "--threads",
      "1",
      "--push",
      "registry/image:1",
      "--allow-private-addresses"};
  int code = RunTuneCommand(
      args, [](const AdapterPush& push) -> absl::StatusOr<std::string> {
        EXPECT_TRUE(push.allow_private_addresses);
        Notification stopped;
        const StopCallback wake = push.stop.OnStop([&] { stopped.Notify(); });
        kill(getpid(), SIGTERM);
        stopped.Wait();
        return push.stop.status();
      });
  EXPECT_EQ(code, 143);
  code = RunTuneCommand(
      args, [](const AdapterPush& push) -> absl::StatusOr<std::string> {
        EXPECT_EQ(push.image, "registry/image:1");
        return "sha256:d";
      });
  EXPECT_EQ(code, 0);
}

TEST_F(TuneCommandTest, TakesDataFromUrls) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const std::string rows,
      ReadFile("examples/demo-data/acme-support.jsonl", 16 << 20));
  RealClock clock;
  KAITO_ASSERT_OK_AND_ASSIGN(
      const auto server,
      http::Server::Start(
          clock, {},
          [&](const http::ServerRequest& request,
              http::ResponseWriter& writer) {
            const bool known = request.target.path == "/rows.jsonl";
            writer.Send({.code = known ? 200 : 404, .body = known ? rows : ""})
                .IgnoreError();
          }));
  const auto run = [&](absl::string_view path) {
    const std::vector<std::string> args = {
        "--config",    File("config.yaml"),
        "--model",     "examples/models/tiny-phi-3-instruct",
        "--data",      absl::StrCat("http://127.0.0.1:", server->port(), path),
        "--output",    File("out"),
        "--max-steps", "1",
        "--threads",   "1"};
    return RunTuneCommand(args, nullptr);
  };
  EXPECT_EQ(run("/rows.jsonl"), 0);
  EXPECT_EQ(Content("out/.data/rows.jsonl"), rows);
  EXPECT_EQ(run("/others.jsonl"), 4);
}

TEST_F(TuneCommandTest, SaysWhatIsWrongAndLeavesItToTheUser) {
  KAITO_ASSERT_OK(WriteFileAtomic(File("config.yaml"),
                                  "training_config: {LoraConfig: {r: 0}}"));
  const auto wrong = RunAndSignal("out", 0, 0);
  KAITO_ASSERT_OK(wrong.status());
  EXPECT_EQ(wrong->exit_code, 2);
  EXPECT_THAT(wrong->err, AllOf(HasSubstr("config.yaml"), HasSubstr("r: ")));
  EXPECT_EQ(api::ParseTermination(Content("termination"), 2).reason,
            "InvalidArgument");
}

TEST(RunTuneCommand, HelpsAndRefusesFlags) {
  const std::vector<std::string> help = {"--help"};
  ::testing::internal::CaptureStdout();
  EXPECT_EQ(RunTuneCommand(help, nullptr), 0);
  EXPECT_THAT(::testing::internal::GetCapturedStdout(),
              AllOf(HasSubstr("--resume"), HasSubstr("Example")));
  for (const std::vector<std::string>& args :
       {std::vector<std::string>{"--modle", "x"},
        std::vector<std::string>{"--config", "/nowhere/config.yaml"},
        std::vector<std::string>{"--device", "cuda"},
        std::vector<std::string>{"--push", "registry/image:1"}}) {
    EXPECT_EQ(RunTuneCommand(args, nullptr), 2) << args[0];
  }
}

}  // namespace
}  // namespace kaito::runtime
