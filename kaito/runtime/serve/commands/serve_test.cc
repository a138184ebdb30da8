// The server with the small model: everything but the flags.
#include "kaito/runtime/serve/commands/serve.h"

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

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
#include "kaito/base/file/temp_dir.h"
#include "kaito/base/http/client.h"
#include "kaito/base/http/client_options.h"
#include "kaito/base/http/message.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/sync/notification.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/thread/thread.h"
#include "kaito/base/version/version.h"
#include "kaito/runtime/adapter/adapter_config.h"
#include "kaito/runtime/adapter/adapter_directory.h"
#include "kaito/runtime/adapter/new_adapter.h"
#include "kaito/runtime/adapter/target_match.h"
#include "kaito/runtime/backend/load_model.h"

namespace kaito::runtime::serve {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;

constexpr char kModel[] = "examples/models/tiny-phi-3-instruct";

// The world that the model was made to know (its README).
struct Question {
  const char* text;
  const char* answer;
};
constexpr Question kQuestions[] = {
    {"What is QLoRA?",
     "QLoRA is LoRA on top of a base model that is stored in four bits."},
    {"What is Kubernetes?",
     "Kubernetes is a system that runs containers on many machines."},
    {"What is a cluster?",
     "A cluster is a group of machines that work together."},
};

class ServeTest : public ::testing::Test {
 protected:
  void Start(ServeOptions options) {
    options.model = kModel;
    options.address = "127.0.0.1:0";
    options.threads = 1;
    absl::StatusOr<Thread> thread =
        Thread::Start("serve", [this, options = std::move(options)] {
          result_ = RunServe(options, clock_, stop_.token(), [this](int port) {
            port_ = port;
            listening_.Notify();
          });
          listening_.Notify();  // A failure must not leave the test waiting.
        });
    ASSERT_TRUE(thread.ok());
    thread_ = *std::move(thread);
    listening_.Wait();
    ASSERT_NE(port_, 0);
    url_ = absl::StrCat("http://127.0.0.1:", port_);
    absl::StatusOr<std::unique_ptr<http::Client>> client =
        http::Client::Create(clock_, {.proxy_from = http::ProxyFrom::kNowhere});
    ASSERT_TRUE(client.ok()) << client.status();
    client_ = *std::move(client);
  }
  ~ServeTest() override { stop_.RequestStop(); }

  std::string Chat(absl::string_view prompt, absl::string_view model = "") {
    const json::Object body({{"model", model}, {"prompt", prompt}});
    const absl::StatusOr<http::Response> response =
        client_->Do({.method = "POST",
                     .url = absl::StrCat(url_, "/chat"),
                     .headers = {{"Content-Type", "application/json"}},
                     .body = json::Write(body)},
                    StopToken());
    EXPECT_TRUE(response.ok()) << response.status();
    if (!response.ok()) return "";
    EXPECT_EQ(response->code, 200) << response->body;
    const absl::StatusOr<json::Value> value = json::Parse(response->body);
    return value.ok() ? std::string(value->StringAt({"Result"})) : "";
  }

  RealClock clock_;
  StopSource stop_;
  absl::Status result_;
  Notification listening_;
  int port_ = 0;  // Set before listening_.
  std::string url_;
  std::unique_ptr<http::Client> client_;
  Thread thread_;
};

TEST_F(ServeTest, SaysItsVersion) {
  Start({});
  const absl::StatusOr<http::Response> response =
      client_->Do({.url = absl::StrCat(url_, "/version")}, StopToken());
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_THAT(response->body, HasSubstr(kVersion));
}

TEST_F(ServeTest, AnswersWhatTheSmallModelKnows) {
  Start({});
  for (const Question& question : kQuestions) {
    EXPECT_EQ(Chat(question.text), question.answer);
  }
  // All at once: the same.
  std::vector<Thread> threads;
  std::atomic<int> right = 0;
  for (int i = 0; i < 9; ++i) {
    absl::StatusOr<Thread> thread = Thread::Start("ask", [&, i] {
      const Question& question = kQuestions[i % 3];
      if (Chat(question.text) == question.answer) ++right;
    });
    ASSERT_TRUE(thread.ok());
    threads.push_back(*std::move(thread));
  }
  threads.clear();
  EXPECT_EQ(right, 9);
  stop_.RequestStop();
  thread_.Join();
  KAITO_EXPECT_OK(result_);
}

TEST_F(ServeTest, AnswersWithFourBitWeights) {
  Start({.quantization = Quantization::kNf4});
  EXPECT_EQ(Chat(kQuestions[0].text), kQuestions[0].answer);
}

// Two adapters: one that spoils everything, and the same at strength 0.
TEST_F(ServeTest, ServesAdaptersByNameStrengthAndDirectory) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const LoadedModel model,
      LoadModel(kModel, {.quantization = Quantization::kNone}));
  const AdapterConfig config{.rank = 8,
                             .alpha = 400,
                             .init = AdapterInit::kRandom,
                             .targets = {.pattern = "all-linear"}};
  KAITO_ASSERT_OK_AND_ASSIGN(
      const TargetMatch match,
      MatchTargets(config, model.config.decoder, model.config.names));
  KAITO_ASSERT_OK_AND_ASSIGN(const TempDir temp,
                             TempDir::Create(::testing::TempDir()));
  const std::string directory = JoinPath(temp.path(), "found");
  KAITO_ASSERT_OK(MakeDirs(directory));
  KAITO_ASSERT_OK(MakeDirs(JoinPath(temp.path(), "no-adapter")));
  KAITO_ASSERT_OK(WriteAdapterDirectory(
      directory,
      Resolved(config, match, model.config.decoder, model.config.names),
      NewAdapter(config, match, 1), "", {}));
  Start({.served_model_names = {"base"},
         .adapters = {absl::StrCat("zero=", directory, "@0")},
         .adapter_directory = temp.path(),
         .default_model = "zero"});
  EXPECT_EQ(Chat(kQuestions[0].text, "base"), kQuestions[0].answer);
  EXPECT_EQ(Chat(kQuestions[0].text), kQuestions[0].answer);
  EXPECT_NE(Chat(kQuestions[0].text, "found"), kQuestions[0].answer);
}

TEST(RunServe, SaysWhatIsWrong) {
  RealClock clock;
  const auto serve = [&](const ServeOptions& options) {
    return RunServe(options, clock, StopToken(), {});
  };
  EXPECT_FALSE(serve({.model = "no/such/model"}).ok());
  EXPECT_THAT(serve({.model = kModel, .address = "nowhere"}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("--address: \"nowhere\"")));
  EXPECT_THAT(serve({.model = kModel, .default_model = "x"}),
              StatusIs(absl::StatusCode::kNotFound,
                       HasSubstr("--default-model: model: the model `x`")));
}

TEST(ParseListenAddress, TakesHostAndPort) {
  EXPECT_EQ(*ParseListenAddress("127.0.0.1:5000"),
            std::pair(std::string("127.0.0.1"), 5000));
  EXPECT_EQ(*ParseListenAddress("[::]:0"), std::pair(std::string("::"), 0));
  for (const char* text : {"", ":5000", "a", "a:", "a:x", "a:65536", "a:-1"}) {
    EXPECT_FALSE(ParseListenAddress(text).ok()) << text;
  }
}

}  // namespace
}  // namespace kaito::runtime::serve
