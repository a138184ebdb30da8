#include "kaito/operator/quickstart/chat.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/clock/real_clock.h"
#include "kaito/base/http/server.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/operator/quickstart/data_server.h"

namespace kaito::controller {
namespace {

using ::testing::HasSubstr;

json::Value Service(const char* text) {
  const absl::StatusOr<json::Value> value = json::Parse(text);
  EXPECT_TRUE(value.ok()) << value.status();
  return value.ok() ? *value : json::Value();
}

TEST(CallableAddress, FollowsAPortThatHadToMove) {
  EXPECT_EQ(
      *CallableAddress(Service(R"({"spec":{"clusterIP":"127.64.0.2"}})"), 80),
      "127.64.0.2:80");
  const json::Value moved = Service(
      R"({"metadata":{"annotations":
            {"standalone.kaito.sh/ports":"{\"80\":41234}"}},
          "spec":{"clusterIP":"127.64.0.2"}})");
  EXPECT_EQ(*CallableAddress(moved, 80), "127.64.0.2:41234");
  EXPECT_EQ(*CallableAddress(moved, 29500), "127.64.0.2:29500");
  EXPECT_EQ(CallableAddress(Service(R"({"metadata":{"name":"a"}})"), 80)
                .status()
                .code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(AskService, SendsPromptsAndReadsResults) {
  RealClock clock;
  const auto answer = [](const http::ServerRequest& request,
                         http::ResponseWriter& writer) {
    const absl::StatusOr<json::Value> body = json::Parse(request.body);
    const std::string prompt(body.ok() ? body->StringAt({"prompt"}) : "");
    if (prompt == "bad") {
      writer.SendError(400, "no such thing").IgnoreError();
      return;
    }
    writer
        .Send({.code = 200,
               .body = absl::StrCat("{\"Result\":\" ", prompt, "! \"}")})
        .IgnoreError();
  };
  const absl::StatusOr<std::unique_ptr<http::Server>> server =
      http::Server::Start(clock, {}, answer);
  ASSERT_TRUE(server.ok()) << server.status();
  const std::string address = absl::StrCat("127.0.0.1:", (*server)->port());

  const absl::StatusOr<std::vector<std::string>> answers =
      AskService(address, {"a", "b"}, clock, StopToken());
  ASSERT_TRUE(answers.ok()) << answers.status();
  EXPECT_THAT(*answers, ::testing::ElementsAre("a!", "b!"));
  EXPECT_THAT(
      std::string(
          AskService(address, {"bad"}, clock, StopToken()).status().message()),
      HasSubstr("HTTP 400"));
}

TEST(DataServer, OffersOneFile) {
  RealClock clock;
  const absl::StatusOr<std::unique_ptr<http::Server>> server =
      StartDataServer("rows.parquet", "PAR1", clock);
  ASSERT_TRUE(server.ok()) << server.status();
  // Not a registry: /v2/ is not there.
  EXPECT_THAT(
      std::string(CheckRegistry(absl::StrCat("127.0.0.1:", (*server)->port()),
                                clock, StopToken())
                      .message()),
      HasSubstr("HTTP 404"));
}

}  // namespace
}  // namespace kaito::controller
