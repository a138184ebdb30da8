#include "kaito/operator/webhook/admission.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/clock/real_clock.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/http/client.h"
#include "kaito/base/http/router.h"
#include "kaito/base/http/server.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/yaml/yaml.h"

namespace kaito::controller {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

json::Value WalkThrough() {
  const auto text = ReadFile("kaito/api/golden/workspace.yaml", 1 << 20);
  EXPECT_TRUE(text.ok()) << text.status();
  return yaml::Parse(*text)->value;
}

json::Value Review(absl::string_view operation, json::Value before,
                   json::Value after) {
  return json::Object{{"apiVersion", "admission.k8s.io/v1"},
                      {"kind", "AdmissionReview"},
                      {"request", json::Object{{"uid", "r1"},
                                               {"operation", operation},
                                               {"oldObject", std::move(before)},
                                               {"object", std::move(after)}}}};
}

TEST(Admit, LetsTheWalkThroughInWithAWarning) {
  const AdmissionVerdict verdict = Admit(nullptr, WalkThrough(), {});
  EXPECT_TRUE(verdict.errors.empty()) << verdict.errors.ToString();
  EXPECT_THAT(verdict.warnings,
              Contains(HasSubstr("Azure has retired Standard_NC6s_v3")));
}

TEST(Admit, WarnsOfMemoryThatTheTypeLacks) {
  json::Value workspace = WalkThrough();
  workspace["tuning"]["preset"]["name"] = "llama-3.3-70b-instruct";
  EXPECT_THAT(Admit(nullptr, workspace, {}).warnings,
              Contains(HasSubstr("llama-3.3-70b-instruct needs about")));
}

TEST(Admit, RefusesWithEveryFault) {
  json::Value workspace = WalkThrough();
  workspace["tuning"]["method"] = "dora";
  workspace["tuning"]["preset"]["name"] = "phi-33";
  workspace["tunning"] = 1;
  const std::string errors = Admit(nullptr, workspace, {}).errors.ToString();
  EXPECT_THAT(errors, HasSubstr("dora"));
  EXPECT_THAT(errors, HasSubstr("phi-33"));
  EXPECT_THAT(errors, HasSubstr("tunning"));
  workspace["resource"]["count"] = "three";
  EXPECT_THAT(Admit(nullptr, workspace, {}).errors.ToString(),
              HasSubstr("resource.count"));
}

TEST(Admit, RefusesWhatMayNotChangeAndLetsStatusPass) {
  const json::Value before = WalkThrough();
  json::Value after = before;
  after["resource"]["instanceType"] = "Standard_NC12s_v3";
  EXPECT_THAT(Admit(&before, after, {}).errors.ToString(),
              HasSubstr("resource.instanceType"));
  after = before;
  after["status"]["state"] = "Ready";
  const AdmissionVerdict verdict = Admit(&before, after, {});
  EXPECT_TRUE(verdict.errors.empty());
  EXPECT_THAT(verdict.warnings, IsEmpty());
}

TEST(ReviewAdmission, AnswersInTheServersForm) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      json::Value answer,
      ReviewAdmission(Review("CREATE", nullptr, WalkThrough()), {}));
  EXPECT_EQ(*answer.FindPath({"response", "allowed"}), json::Value(true));
  EXPECT_EQ(answer.StringAt({"response", "uid"}), "r1");
  json::Value bad = WalkThrough();
  bad["tuning"]["method"] = "dora";
  KAITO_ASSERT_OK_AND_ASSIGN(
      answer, ReviewAdmission(Review("UPDATE", WalkThrough(), bad), {}));
  EXPECT_EQ(*answer.FindPath({"response", "allowed"}), json::Value(false));
  EXPECT_EQ(*answer.FindPath({"response", "status", "code"}), json::Value(422));
  EXPECT_THAT(std::string(answer.StringAt({"response", "status", "message"})),
              HasSubstr("tuning.Method"));
  KAITO_ASSERT_OK_AND_ASSIGN(
      answer, ReviewAdmission(Review("DELETE", nullptr, bad), {}));
  EXPECT_EQ(*answer.FindPath({"response", "allowed"}), json::Value(true));
}

TEST(ReviewAdmission, RefusesWhatIsNoReview) {
  for (const json::Value& bad :
       {json::Value(), json::Value(json::Object{{"request", 1}}),
        json::Value(json::Array{1})}) {
    EXPECT_THAT(ReviewAdmission(bad, {}),
                StatusIs(absl::StatusCode::kInvalidArgument));
  }
}

TEST(AddAdmissionRoute, AnswersOverHttp) {
  RealClock clock;
  http::Router router;
  KAITO_ASSERT_OK(AddAdmissionRoute({}, router));
  KAITO_ASSERT_OK_AND_ASSIGN(
      const auto server,
      http::Server::Start(clock, {}, std::move(router).AsHandler()));
  KAITO_ASSERT_OK_AND_ASSIGN(const auto client,
                             http::Client::Create(clock, {}));
  const auto post = [&](std::string body) {
    return client->Do({.method = "POST",
                       .url = absl::StrCat("http://127.0.0.1:", server->port(),
                                           kAdmissionPath),
                       .body = std::move(body)},
                      StopToken());
  };
  KAITO_ASSERT_OK_AND_ASSIGN(
      const auto good,
      post(json::Write(Review("CREATE", nullptr, WalkThrough()))));
  EXPECT_EQ(good.code, 200);
  EXPECT_THAT(good.body, HasSubstr(R"("allowed":true)"));
  for (const char* bad : {"", "{", "[]", "{\"request\":{}}"}) {
    const auto response = post(bad);
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_EQ(response->code, 400) << bad;
  }
}

}  // namespace
}  // namespace kaito::controller
