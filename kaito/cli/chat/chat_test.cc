#include <unistd.h>

#include <memory>
#include <optional>
#include <sstream>
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
#include "kaito/api/core/service.h"
#include "kaito/base/clock/real_clock.h"
#include "kaito/base/file/unique_fd.h"
#include "kaito/base/http/client.h"
#include "kaito/base/http/response_writer.h"
#include "kaito/base/http/server.h"
#include "kaito/base/http/server_request.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/cli/access/connect.h"
#include "kaito/cli/chat/chat_command.h"
#include "kaito/cli/chat/event_stream.h"
#include "kaito/cli/chat/model_service.h"
#include "kaito/cli/flags/shared_flags.h"
#include "kaito/kube/fake/fake_api_client.h"

namespace kaito::cli {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

json::Value Parse(absl::string_view text) {
  const absl::StatusOr<json::Value> value = json::Parse(text);
  EXPECT_TRUE(value.ok()) << value.status();
  return value.ok() ? *value : json::Value();
}

TEST(EventStream, PutsPiecesTogether) {
  std::vector<std::string> data;
  EventStream events;
  const auto add = [&](absl::string_view piece) {
    return events.Add(piece, [&](absl::string_view one) {
      data.emplace_back(one);
      return absl::OkStatus();
    });
  };
  KAITO_EXPECT_OK(add("da"));
  KAITO_EXPECT_OK(add("ta: a\r\n\r\n: comment\n\nevent: x\ndata:b\ndata: c"));
  EXPECT_THAT(data, ElementsAre("a"));
  KAITO_EXPECT_OK(add("\n\ndata: [DONE]\n\n"));
  EXPECT_THAT(data, ElementsAre("a", "b\nc", "[DONE]"));
  EXPECT_THAT(add(std::string(2 << 20, 'x')),
              StatusIs(absl::StatusCode::kResourceExhausted));
}

TEST(LocalUrl, IsForAddressesOfThisMachine) {
  EXPECT_EQ(LocalUrl(Parse(R"({"spec": {"clusterIP": "127.64.0.3"}})")),
            "http://127.64.0.3:80");
  EXPECT_EQ(LocalUrl(Parse(R"({"spec": {"clusterIP": "127.64.0.3"},
      "metadata": {"annotations":
        {"standalone.kaito.sh/ports": "{\"80\":4711}"}}})")),
            "http://127.64.0.3:4711");
  EXPECT_EQ(LocalUrl(Parse(R"({"spec": {"clusterIP": "10.0.0.7"}})")), "");
  EXPECT_EQ(LocalUrl(Parse(R"({"spec": {"clusterIP": "None"}})")), "");
}

// A pipe: what is written to it is read as lines.
struct Pipe {
  explicit Pipe(absl::string_view text) {
    int fds[2] = {-1, -1};
    EXPECT_EQ(pipe(fds), 0);
    in = UniqueFd(fds[0]);
    out = UniqueFd(fds[1]);
    EXPECT_EQ(write(out.get(), text.data(), text.size()),
              static_cast<ssize_t>(text.size()));
  }
  UniqueFd in;
  UniqueFd out;
};

// A served model on loopback that says what it was asked.
class ChatTest : public ::testing::Test {
 protected:
  void SetUp() override {
    KAITO_ASSERT_OK_AND_ASSIGN(
        server_, http::Server::Start(clock_, {},
                                     [this](const http::ServerRequest& request,
                                            http::ResponseWriter& writer) {
                                       Answer(request, writer);
                                     }));
    address_ = absl::StrCat("--address=http://127.0.0.1:", server_->port());
  }

  void Answer(const http::ServerRequest& request,
              http::ResponseWriter& writer) {
    const json::Value body = Parse(request.body);
    if (request.target.path == "/chat") {
      writer
          .Send({.code = 200,
                 .body = absl::StrCat("{\"Result\":\"kaito: ",
                                      body.StringAt({"prompt"}), "\"}")})
          .IgnoreError();
      return;
    }
    if (!openai_) {
      writer.SendError(404, "no such route").IgnoreError();
      return;
    }
    const json::Array& messages = *body.Find("messages")->array();
    const absl::string_view prompt = messages.back().StringAt({"content"});
    if (prompt == "bad") {
      writer
          .Send({.code = 400,
                 .body = "{\"error\":{\"message\":\"temperature: no\"}}"})
          .IgnoreError();
      return;
    }
    const std::string end = prompt == "broken" ? "" : "data: [DONE]\n\n";
    writer
        .Send(
            {.code = 200,
             .body = absl::StrCat(
                 R"(data: {"model":"m","choices":[{"delta":{"content":"said )",
                 messages.size(), R"(: "}}]})", "\n\n",
                 R"(data: {"choices":[{"delta":{"content":"\u001b[2J)", prompt,
                 R"("},"finish_reason":"stop"}]})", "\n\n", end)})
        .IgnoreError();
  }

  absl::Status Chat(std::vector<std::string> args, int in_fd = -1,
                    bool terminal = false) {
    args.push_back(address_);
    return ChatCommand(args, {.clock = clock_,
                              .stop = {},
                              .out = out_,
                              .err = err_,
                              .in_fd = in_fd,
                              .in_is_terminal = terminal,
                              .out_is_terminal = terminal});
  }

  RealClock clock_;
  std::unique_ptr<http::Server> server_;
  std::string address_;
  bool openai_ = true;
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(ChatTest, AnswersAnArgument) {
  KAITO_ASSERT_OK(Chat({"acme", "What", "is it?"}));
  EXPECT_EQ(out_.str(), "said 1: \\x1b[2JWhat is it?\n");
}

TEST_F(ChatTest, WritesJson) {
  KAITO_ASSERT_OK(Chat({"acme", "a", "-ojson", "--system", "Be brief."}));
  const json::Value answer = Parse(out_.str());
  EXPECT_EQ(answer.StringAt({"answer"}), "said 2: \x1b[2Ja");
  EXPECT_EQ(answer.StringAt({"model"}), "m");
  EXPECT_EQ(answer.StringAt({"finishReason"}), "stop");
}

TEST_F(ChatTest, RemembersWhatWasSaid) {
  Pipe pipe("one\n/new\ntwo\nbad\nthree\n/quit\nnever\n");
  KAITO_ASSERT_OK(Chat({"acme"}, pipe.in.get(), /*terminal=*/true));
  EXPECT_THAT(out_.str(), HasSubstr("> said 1: \\x1b[2Jone\n> > said 1: "));
  // A question that failed is forgotten: user, assistant, user.
  EXPECT_THAT(out_.str(), HasSubstr("> said 3: \\x1b[2Jthree\n"));
  EXPECT_THAT(out_.str(), Not(HasSubstr("never")));
  EXPECT_THAT(err_.str(), HasSubstr("HTTP 400: temperature: no"));
}

TEST_F(ChatTest, LinesOfAPipeArePromptsAndAFailureEndsThem) {
  Pipe pipe("one\nbad\nthree\n");
  EXPECT_THAT(Chat({"acme"}, pipe.in.get()),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_EQ(out_.str(), "said 1: \\x1b[2Jone\n");
}

TEST_F(ChatTest, FallsBackToKaitosRoute) {
  openai_ = false;
  KAITO_ASSERT_OK(Chat({"acme", "hello"}));
  EXPECT_EQ(out_.str(), "kaito: hello\n");
  EXPECT_THAT(Chat({"acme", "hello", "--model", "x"}),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(ChatTest, SaysThatAnAnswerBrokeOff) {
  EXPECT_THAT(Chat({"acme", "broken"}),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("broke off")));
  address_ = "--address=http://127.0.0.1:1";
  EXPECT_THAT(Chat({"acme", "hello"}),
              StatusIs(absl::StatusCode::kUnavailable,
                       HasSubstr("kubectl kaito status")));
  address_ = "--address=ftp://x";
  EXPECT_THAT(Chat({"acme", "hello"}),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

// A cluster whose Services' addresses can't be reached from here.
class FarServiceTest : public ::testing::Test {
 protected:
  FarServiceTest() {
    cluster_.ns = "default";
    auto api = std::make_unique<kube::FakeApiClient>(clock_);
    api_ = api.get();
    cluster_.client = std::move(api);
    api_->Put(api::Service::kKind.gvr(),
              Parse(R"({"metadata": {"name": "acme", "namespace": "default"},
                        "spec": {"clusterIP": "10.0.0.7"}})"));
  }

  void PutWorkspace(absl::string_view ready) {
    json::Value workspace =
        Parse(R"({"metadata": {"name": "acme", "namespace": "default"}})");
    workspace["status"]["conditions"].Append(
        json::Object{{"type", "InferenceReady"},
                     {"status", ready},
                     {"message", "The tuned model is being loaded."}});
    api_->Put(WorkspaceGvr(), workspace);
  }

  RealClock clock_;
  Cluster cluster_;
  kube::FakeApiClient* api_ = nullptr;
};

TEST_F(FarServiceTest, IsReachedThroughTheApiServer) {
  std::string path;
  KAITO_ASSERT_OK_AND_ASSIGN(
      const std::unique_ptr<http::Server> server,
      http::Server::Start(
          clock_, {},
          [&](const http::ServerRequest& request,
              http::ResponseWriter& writer) {
            path = request.target.path;
            writer.Send({.code = 403, .body = "{}"}).IgnoreError();
          }));
  cluster_.access.server = absl::StrCat("http://127.0.0.1:", server->port());
  PutWorkspace("True");
  KAITO_ASSERT_OK_AND_ASSIGN(
      const std::unique_ptr<ModelService> service,
      ReachService(cluster_, "acme", clock_, StopToken()));
  KAITO_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<http::ResponseStream> stream,
                             service->Post("/chat", "{}", StopToken()));
  EXPECT_EQ(stream->code(), 403);
  EXPECT_EQ(path,
            "/api/v1/namespaces/default/services/http:acme:80/proxy/chat");
  EXPECT_THAT(service->remedy(),
              HasSubstr("kubectl port-forward -n default service/acme"));
}

TEST_F(FarServiceTest, WaitsForNothingThatIsNotReady) {
  PutWorkspace("False");
  EXPECT_THAT(ReachService(cluster_, "acme", clock_, StopToken()).status(),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("The tuned model is being loaded.")));
}

}  // namespace
}  // namespace kaito::cli
