#include "kaito/kube/client/http_api_client.h"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/meta/api_status.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/base/clock/fake_clock.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/http/client.h"
#include "kaito/base/http/headers.h"
#include "kaito/base/http/message.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/log/log_capture.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/thread/thread.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/client/retry_rule.h"
#include "kaito/kube/client/token_bucket.h"
#include "kaito/kube/client/transport.h"
#include "kaito/kube/client/watch_lines.h"

namespace kaito::kube {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const api::GroupVersionResource kJobs = {"batch", "v1", "jobs"};
const api::GroupVersionResource kNodes = {"", "v1", "nodes"};

// One answer: a status, or a response whose body comes in pieces.
struct Answer {
  absl::Status status;
  int code = 200;
  http::Headers headers;
  std::vector<std::string> pieces;
  absl::Status end;  // How the body ends.
};

class ScriptedStream final : public http::ResponseStream {
 public:
  explicit ScriptedStream(Answer answer) : answer_(std::move(answer)) {}
  int code() const override { return answer_.code; }
  const http::Headers& headers() const override { return answer_.headers; }
  absl::StatusOr<std::string> Read() override {
    if (next_ < answer_.pieces.size()) return answer_.pieces[next_++];
    if (!answer_.end.ok()) return answer_.end;
    return std::string();
  }

 private:
  Answer answer_;
  size_t next_ = 0;
};

// Answers in order, and remembers what was asked.
struct Script {
  std::deque<Answer> answers;
  std::vector<http::Request> requests;
};

class ScriptedTransport final : public Transport {
 public:
  explicit ScriptedTransport(Script& script) : script_(script) {}

  absl::StatusOr<http::Response> Do(http::Request request,
                                    const StopToken& stop) override {
    absl::StatusOr<std::unique_ptr<http::ResponseStream>> stream =
        Open(std::move(request), stop);
    if (!stream.ok()) return stream.status();
    return http::ReadAll(**stream, 1 << 20);
  }
  absl::StatusOr<std::unique_ptr<http::ResponseStream>> Open(
      http::Request request, const StopToken&) override {
    script_.requests.push_back(std::move(request));
    if (script_.answers.empty()) return absl::InternalError("script is over");
    Answer answer = std::move(script_.answers.front());
    script_.answers.pop_front();
    if (!answer.status.ok()) return answer.status;
    return std::make_unique<ScriptedStream>(std::move(answer));
  }
  std::string host() const override { return "api:6443"; }

 private:
  Script& script_;
};

class HttpApiClientTest : public ::testing::Test {
 protected:
  HttpApiClientTest() : client_(Make({})) {}

  std::unique_ptr<HttpApiClient> Make(HttpApiClientOptions options) {
    return std::make_unique<HttpApiClient>(
        clock_, std::make_unique<ScriptedTransport>(script_),
        std::move(options));
  }
  void Say(int code, std::string body, http::Headers headers = {}) {
    script_.answers.push_back(
        {.code = code, .headers = std::move(headers), .pieces = {body}});
  }
  void Fail(absl::Status status) {
    script_.answers.push_back({.status = std::move(status)});
  }
  const http::Request& Last() const { return script_.requests.back(); }

  // Runs `call` while time goes on by each of the waits it is to make.
  template <typename Call>
  void WithWaits(const std::vector<absl::Duration>& waits, Call call) {
    auto thread = Thread::Start("call", [&] { call(); });
    ASSERT_TRUE(thread.ok());
    for (const absl::Duration wait : waits) {
      clock_.AwaitWaiters(1);
      const size_t sent = script_.requests.size();
      clock_.Advance(wait - absl::Milliseconds(1));
      EXPECT_EQ(script_.requests.size(), sent) << "came before " << wait;
      clock_.Advance(absl::Milliseconds(1));
    }
  }

  FakeClock clock_;
  Script script_;
  std::unique_ptr<HttpApiClient> client_;
  StopToken stop_;
};

TEST_F(HttpApiClientTest, NamesObjectsByPathAndQuery) {
  Say(200, "{}");
  KAITO_EXPECT_OK(client_->Get(kJobs, {"ns", "a.b"}, stop_));
  EXPECT_EQ(Last().url, "/apis/batch/v1/namespaces/ns/jobs/a.b");
  EXPECT_EQ(Last().headers.Get("Accept"), "application/json");
  Say(201, "{}");
  KAITO_EXPECT_OK(client_->Create(kNodes, "", json::Object{},
                                  {.field_manager = "kaito x", .dry_run = true},
                                  stop_));
  EXPECT_EQ(Last().url, "/api/v1/nodes?fieldManager=kaito%20x&dryRun=All");
  EXPECT_EQ(Last().method, "POST");
  Say(200, "line\n");
  KAITO_EXPECT_OK(client_->Log(
      {"ns", "p"},
      {.container = "c", .tail_lines = 5, .previous = true, .limit_bytes = 9},
      stop_));
  EXPECT_EQ(Last().url,
            "/api/v1/namespaces/ns/pods/p/log?container=c&previous=true&"
            "tailLines=5&limitBytes=9");
}

TEST_F(HttpApiClientTest, SendsNoNameThatLeadsToAnotherPath) {
  for (const char* name : {"", "..", ".", "a/b", "a%2fb"}) {
    EXPECT_THAT(client_->Get(kJobs, {"ns", name}, stop_),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << name;
  }
  EXPECT_TRUE(script_.requests.empty());
}

TEST_F(HttpApiClientTest, R3R6PagesKeepTheVersionAndItemsGetTheirKind) {
  Say(200, R"({"kind":"JobList","apiVersion":"batch/v1",
      "metadata":{"resourceVersion":"7","continue":"tok"},
      "items":[{"metadata":{"name":"a"}}]})");
  KAITO_ASSERT_OK_AND_ASSIGN(
      const ObjectList list,
      client_->List(
          kJobs, "",
          {.label_selector = "a=b", .resource_version = "0", .limit = 500},
          stop_));
  EXPECT_EQ(Last().url,
            "/apis/batch/v1/jobs?labelSelector=a%3Db&limit=500&"
            "resourceVersion=0");
  EXPECT_TRUE(Last().accept_gzip);
  EXPECT_EQ(list.resource_version, "7");
  ASSERT_EQ(list.items.size(), 1);
  EXPECT_EQ(list.items[0].StringAt({"kind"}), "Job");
  EXPECT_EQ(list.items[0].StringAt({"apiVersion"}), "batch/v1");

  Say(200, R"({"metadata":{"resourceVersion":"7"},"items":null})");
  KAITO_ASSERT_OK_AND_ASSIGN(
      const ObjectList second,
      client_->List(kJobs, "",
                    {.resource_version = "0",
                     .limit = 500,
                     .continue_token = list.continue_token},
                    stop_));
  EXPECT_EQ(Last().url, "/apis/batch/v1/jobs?limit=500&continue=tok");
  EXPECT_TRUE(second.items.empty());
}

TEST_F(HttpApiClientTest, ReadsListsWithoutBuildingValues) {
  Say(200, R"({"items":[{"a":1},{"a":2}],"metadata":{"continue":"c",
      "resourceVersion":"9"}})");
  int64_t sum = 0;
  const auto add = [&](const json::Cursor& item) {
    return item.ForEachField([&](absl::string_view, const json::Cursor& value) {
      int64_t n = 0;
      absl::Status status = value.ReadInt64(&n);
      sum += n;
      return status;
    });
  };
  KAITO_ASSERT_OK_AND_ASSIGN(const ObjectList list,
                             client_->ReadList(kJobs, "", {}, add, stop_));
  EXPECT_EQ(sum, 3);
  EXPECT_EQ(list.continue_token, "c");
  EXPECT_EQ(list.resource_version, "9");
  Say(200, "{\"items\":[");
  EXPECT_THAT(client_->ReadList(kJobs, "", {}, add, stop_),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("no list")));
}

TEST_F(HttpApiClientTest, R58AppliesWithManagerAndForce) {
  const json::Value job = json::Object{
      {"apiVersion", "batch/v1"},
      {"kind", "Job"},
      {"metadata", json::Object{{"name", "a"}}},
  };
  Say(201, "{}");
  KAITO_EXPECT_OK(client_->Patch(kJobs, {"ns", "a"}, PatchType::kApply, job,
                                 {.field_manager = "kaito", .force = true},
                                 stop_));
  EXPECT_EQ(Last().method, "PATCH");
  EXPECT_EQ(Last().headers.Get("Content-Type"), "application/apply-patch+yaml");
  EXPECT_THAT(Last().url, HasSubstr("?fieldManager=kaito&force=true"));

  json::Value managed = job;
  managed["metadata"]["managedFields"] = json::Array{};
  json::Value unnamed = job;
  unnamed["metadata"].object()->Erase("name");
  for (const json::Value& wrong : {managed, unnamed}) {
    EXPECT_THAT(client_->Patch(kJobs, {"ns", "a"}, PatchType::kApply, wrong,
                               {.field_manager = "kaito"}, stop_),
                StatusIs(absl::StatusCode::kInvalidArgument));
  }
  EXPECT_THAT(
      client_->Patch(kJobs, {"ns", "a"}, PatchType::kApply, job, {}, stop_),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("manager")));
}

TEST_F(HttpApiClientTest, R64UpdatesOnlyWhatHasAVersion) {
  EXPECT_THAT(client_->Update(kJobs, {"ns", "a"}, json::Object{}, {}, stop_),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("update jobs.batch ns/a: without metadata")));
  json::Value job;
  job["metadata"]["resourceVersion"] = "5";
  Say(409, R"({"kind":"Status","status":"Failure","reason":"Conflict",
      "code":409,"message":"it has been modified"})");
  const absl::Status status =
      client_->Update(kJobs, {"ns", "a"}, job, {.subresource = "status"}, stop_)
          .status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kAborted,
                               "update jobs.batch ns/a: it has been modified"));
  EXPECT_EQ(api::ApiStatusOf(status)->reason, "Conflict");
  EXPECT_EQ(Last().url, "/apis/batch/v1/namespaces/ns/jobs/a/status");
}

TEST_F(HttpApiClientTest, R67R71DeletesWithPreconditionsAndPropagation) {
  Say(200, "{}");
  KAITO_EXPECT_OK(client_->Delete(kJobs, {"ns", "a"},
                                  {.propagation = Propagation::kForeground,
                                   .uid = "u-1",
                                   .resource_version = "5",
                                   .grace_period_seconds = 0},
                                  stop_));
  EXPECT_EQ(Last().body, R"({"apiVersion":"v1","gracePeriodSeconds":0,)"
                         R"("kind":"DeleteOptions","preconditions":)"
                         R"({"resourceVersion":"5","uid":"u-1"},)"
                         R"("propagationPolicy":"Foreground"})");
}

TEST_F(HttpApiClientTest, TellsErrorsWithoutAStatusByTheirCode) {
  Say(404, "404 page not found\n");
  EXPECT_THAT(client_->Get(kJobs, {"ns", "a"}, stop_),
              StatusIs(absl::StatusCode::kNotFound,
                       HasSubstr("get jobs.batch ns/a: ")));
  Say(502, "<html>" + std::string(5000, 'x'));
  const absl::Status gateway = client_->Get(kJobs, {"ns", "a"}, stop_).status();
  EXPECT_THAT(gateway, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_LT(gateway.message().size(), 500);
  Say(200, "not JSON");
  EXPECT_THAT(client_->Get(kJobs, {"ns", "a"}, stop_),
              StatusIs(absl::StatusCode::kInternal));
}

TEST_F(HttpApiClientTest, R68F12WaitsAsRetryAfterSays) {
  Say(429, "", {{"Retry-After", "1"}});
  Say(503, "", {{"Retry-After", "2"}});
  Say(200, "{\"a\":1}");
  absl::StatusOr<json::Value> object;
  WithWaits({absl::Seconds(1), absl::Seconds(2)}, [&] {
    object = client_->Create(kJobs, "ns", json::Object{}, {}, stop_);
  });
  KAITO_EXPECT_OK(object);
  EXPECT_EQ(script_.requests.size(), 3);
}

TEST_F(HttpApiClientTest, R68F13LeavesOtherErrorsToTheQueue) {
  Say(500, "");
  EXPECT_THAT(client_->Get(kJobs, {"ns", "a"}, stop_),
              StatusIs(absl::StatusCode::kInternal));
  Say(429, "");
  EXPECT_THAT(client_->Get(kJobs, {"ns", "a"}, stop_),
              StatusIs(absl::StatusCode::kUnavailable));
  Fail(absl::UnavailableError("reset"));
  EXPECT_THAT(client_->Create(kJobs, "ns", json::Object{}, {}, stop_),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("reset")));
  EXPECT_EQ(script_.requests.size(), 3);
}

TEST_F(HttpApiClientTest, R68ReadsAgainWhereTheConnectionBroke) {
  Fail(absl::UnavailableError("reset"));
  Say(200, "{}");
  absl::StatusOr<json::Value> object;
  WithWaits({absl::Seconds(1)}, [&] {
    object = client_->Get(kJobs, {"ns", "a"}, stop_);
  });
  KAITO_EXPECT_OK(object);
}

TEST(RetryRule, R68EndsAfterTenTriesAndForLongWaits) {
  const absl::Time now = absl::FromUnixSeconds(1'700'000'000);
  Attempt attempt{.tries = 10, .code = 429, .retry_after = "1"};
  EXPECT_EQ(WaitBeforeResend(attempt, now), absl::Seconds(1));
  attempt.tries = 11;
  EXPECT_EQ(WaitBeforeResend(attempt, now), std::nullopt);
  EXPECT_EQ(WaitBeforeResend({.code = 503, .retry_after = "61"}, now),
            std::nullopt);
  EXPECT_EQ(WaitBeforeResend({.code = 404, .retry_after = "1"}, now),
            std::nullopt);
  EXPECT_EQ(WaitBeforeResend({.method = "GET",
                              .tries = 3,
                              .transport = absl::UnavailableError("")},
                             now),
            std::nullopt);
}

TEST_F(HttpApiClientTest, SharesOneLimitOfRequests) {
  client_ = Make({.limit = {.per_second = 2, .burst = 1}});
  Say(200, "{}");
  KAITO_EXPECT_OK(client_->Get(kJobs, {"ns", "a"}, stop_));
  Say(200, "{}");
  WithWaits({absl::Milliseconds(500)}, [&] {
    KAITO_EXPECT_OK(client_->Get(kJobs, {"ns", "a"}, stop_));
  });
  StopSource stopped;
  stopped.RequestStop();
  EXPECT_THAT(client_->Get(kJobs, {"ns", "a"}, stopped.token()),
              StatusIs(absl::StatusCode::kCancelled));
  EXPECT_EQ(script_.requests.size(), 2);
}

TEST(TokenBucket, R28LinesUpABurstFarIntoTheFuture) {
  TokenBucket bucket({.per_second = 10, .burst = 100});
  const SteadyTime now = SteadyTime() + absl::Hours(1);
  absl::Duration last;
  for (int i = 0; i < 1100; ++i) last = bucket.Reserve(now);
  EXPECT_EQ(last, absl::Seconds(100));
  EXPECT_FALSE(bucket.TryTake(now + absl::Seconds(100)));
  EXPECT_TRUE(bucket.TryTake(now + absl::Milliseconds(100'101)));
}

TEST_F(HttpApiClientTest, R7R8WatchesLineByLineWhereverPiecesAreCut) {
  const std::string body =
      "{\"type\":\"ADDED\",\"object\":{\"a\":\"\\u00e9\"}}\n\r\n\n"
      "{\"object\":{\"a\":\"2\"},\"type\":\"MODIFIED\"}\n"
      "{\"type\":\"DELETED\",\"object\":{\"a\":\"3\"}}\n"
      "{\"type\":\"BOOKMARK\",\"object\":{\"a\":\"4\"}}\n";
  for (const size_t size : {1, 7, 1000}) {
    Answer answer;
    for (size_t i = 0; i < body.size(); i += size) {
      answer.pieces.push_back(body.substr(i, size));
    }
    script_.answers.push_back(std::move(answer));
    std::string seen;
    KAITO_EXPECT_OK(client_->Watch(
        kJobs, "ns", {.resource_version = "7", .timeout = absl::Seconds(301)},
        [&](WatchEvent event) {
          absl::StrAppend(&seen, static_cast<int>(event.type),
                          event.object.StringAt({"a"}), " ");
          return absl::OkStatus();
        },
        stop_));
    EXPECT_EQ(seen, "0é 12 23 34 ");
  }
  EXPECT_EQ(Last().url,
            "/apis/batch/v1/namespaces/ns/jobs?watch=1&"
            "allowWatchBookmarks=true&resourceVersion=7&timeoutSeconds=301");
  EXPECT_EQ(Last().timeout, absl::InfiniteDuration());
  EXPECT_EQ(Last().idle_timeout, absl::Seconds(306));  // R15.
}

// What a watch over `answer` returns, and the events before that.
absl::Status WatchOnce(HttpApiClient& client, Script& script, Answer answer,
                       int* events) {
  script.answers.push_back(std::move(answer));
  return client.Watch(
      kJobs, "", {},
      [&](WatchEvent) {
        ++*events;
        return absl::OkStatus();
      },
      StopToken());
}

TEST_F(HttpApiClientTest, F2DropsALineThatWasCutOff) {
  int events = 0;
  const std::string whole = "{\"type\":\"ADDED\",\"object\":{}}\n";
  KAITO_EXPECT_OK(WatchOnce(*client_, script_,
                            {.pieces = {whole + "{\"type\":\"ADD"}}, &events));
  EXPECT_THAT(
      WatchOnce(*client_, script_,
                {.pieces = {whole, "{\"ty"},
                 .end = absl::UnavailableError("connection reset")},
                &events),
      StatusIs(absl::StatusCode::kUnavailable, HasSubstr("connection reset")));
  EXPECT_EQ(events, 2);
}

TEST_F(HttpApiClientTest, R11F4ExpiryInTheStreamAndAtItsOpeningIsOutOfRange) {
  int events = 0;
  for (const char* reason : {"Expired", "Gone"}) {
    const std::string line = absl::StrReplaceAll(
        R"json({"type":"ERROR","object":{"kind":"Status","apiVersion":"v1",)json"
        R"json("metadata":{},"status":"Failure","reason":"REASON","code":410,)json"
        R"json("message":"too old resource version: 2 (1623)"}})json"
        "\n",
        {{"REASON", reason}});
    EXPECT_THAT(WatchOnce(*client_, script_, {.pieces = {line}}, &events),
                StatusIs(absl::StatusCode::kOutOfRange,
                         "too old resource version: 2 (1623)"));
  }
  EXPECT_THAT(WatchOnce(*client_, script_, {.code = 410}, &events),
              StatusIs(absl::StatusCode::kOutOfRange));
  EXPECT_EQ(events, 0);
}

TEST_F(HttpApiClientTest, R8BrokenAndEndlessLinesAreErrorsOfTheStream) {
  int events = 0;
  for (const char* line :
       {"{\"type\":1}\n", "[]\n", "{\"type\":\"NEW\",\"object\":{}}\n",
        "{\"type\":\"ADDED\"}\n", "\x01\n"}) {
    EXPECT_THAT(WatchOnce(*client_, script_, {.pieces = {line}}, &events),
                StatusIs(absl::StatusCode::kUnavailable))
        << line;
  }
  WatchLines lines(10);
  const auto ignore = [](absl::string_view) { return absl::OkStatus(); };
  KAITO_EXPECT_OK(lines.Add("0123456789\n01234", ignore));
  EXPECT_THAT(lines.Add("567890", ignore),
              StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_EQ(events, 0);
}

TEST_F(HttpApiClientTest, WatchesEndWithTheErrorOfTheirReader) {
  script_.answers.push_back(
      {.pieces = {"{\"type\":\"ADDED\",\"object\":{}}\n"}});
  EXPECT_THAT(
      client_->Watch(
          kJobs, "", {},
          [](WatchEvent) { return absl::DataLossError("enough"); }, stop_),
      StatusIs(absl::StatusCode::kDataLoss, "enough"));
}

TEST_F(HttpApiClientTest, LogsEachWarningOnce) {
  const http::Headers headers = {{"Warning", "299 - \"v1 is old\""}};
  LogCapture log;
  for (int i = 0; i < 2; ++i) {
    Say(200, "{}", headers);
    KAITO_EXPECT_OK(client_->Get(kJobs, {"ns", "a"}, stop_));
  }
  EXPECT_THAT(log.text(), HasSubstr("v1 is old"));
  EXPECT_THAT(log.text().substr(log.text().find("v1 is old") + 1),
              Not(HasSubstr("v1 is old")));
}

TEST_F(HttpApiClientTest, R76R77CountsRequestsByCodeAndTransportErrors) {
  std::vector<std::string> seen;
  client_ =
      Make({.on_request = [&](absl::string_view method, absl::string_view code,
                              absl::string_view host) {
        seen.push_back(absl::StrCat(method, " ", code, " ", host));
      }});
  Say(404, "");
  Fail(absl::DeadlineExceededError("late"));
  client_->Get(kJobs, {"ns", "a"}, stop_).status().IgnoreError();
  client_->Get(kJobs, {"ns", "a"}, stop_).status().IgnoreError();
  EXPECT_THAT(seen, ElementsAre("GET 404 api:6443", "GET <error> api:6443"));
}

}  // namespace
}  // namespace kaito::kube
