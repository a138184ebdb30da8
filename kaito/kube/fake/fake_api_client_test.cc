#include "kaito/kube/fake/fake_api_client.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/base/clock/fake_clock.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"

namespace kaito::kube {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::ElementsAre;

const api::GroupVersionResource kJobs = {"batch", "v1", "jobs"};
const api::GroupVersionResource kPods = {"", "v1", "pods"};
const ObjectKey kKey = {"ns", "a"};

json::Value Json(absl::string_view text) { return *json::Parse(text); }

class FakeApiClientTest : public ::testing::Test {
 protected:
  absl::StatusOr<json::Value> Patch(PatchType type, absl::string_view patch,
                                    absl::string_view subresource = "") {
    return api_.Patch(
        kJobs, kKey, type, Json(patch),
        {.field_manager = "m", .subresource = std::string(subresource)}, stop_);
  }
  json::Value Make(absl::string_view spec) {
    return *api_.Create(kJobs, "ns", Json(spec), {}, stop_);
  }

  FakeClock clock_;
  FakeApiClient api_{clock_};
  StopToken stop_;
};

TEST_F(FakeApiClientTest, R64R66KeepsVersionsGenerationsAndStatusApart) {
  json::Value job = Make(R"({"metadata":{"name":"a"},"spec":{"x":1},
                             "status":{"made":"up"}})");
  EXPECT_EQ(job.StringAt({"metadata", "namespace"}), "ns");
  EXPECT_EQ(job.Find("status"), nullptr);
  EXPECT_THAT(api_.Create(kJobs, "ns", job, {}, stop_),
              StatusIs(absl::StatusCode::kAlreadyExists));

  json::Value changed = job;
  changed["spec"]["x"] = 2;
  changed["status"]["y"] = 1;
  KAITO_ASSERT_OK_AND_ASSIGN(json::Value updated,
                             api_.Update(kJobs, kKey, changed, {}, stop_));
  EXPECT_EQ(*updated.FindPath({"metadata", "generation"}), json::Value(2));
  EXPECT_EQ(updated.Find("status"), nullptr);
  EXPECT_THAT(api_.Update(kJobs, kKey, changed, {}, stop_),
              StatusIs(absl::StatusCode::kAborted));

  updated["status"]["y"] = 1;
  updated["spec"]["x"] = 9;
  KAITO_ASSERT_OK_AND_ASSIGN(
      const json::Value reported,
      api_.Update(kJobs, kKey, updated, {.subresource = "status"}, stop_));
  EXPECT_EQ(*reported.FindPath({"metadata", "generation"}), json::Value(2));
  EXPECT_EQ(*reported.FindPath({"spec", "x"}), json::Value(2));
  EXPECT_EQ(*reported.FindPath({"status", "y"}), json::Value(1));
  // R63: the same again is no write.
  KAITO_EXPECT_OK(Patch(PatchType::kMerge, R"({"spec":{"x":2}})"));
  EXPECT_THAT(api_.writes(),
              ElementsAre("create jobs.batch ns/a", "update jobs.batch ns/a",
                          "update jobs.batch ns/a/status"));
}

TEST_F(FakeApiClientTest, PatchesInFourWays) {
  KAITO_EXPECT_OK(Patch(PatchType::kApply,
                        R"({"metadata":{"name":"a"},"spec":{"x":1,"y":1}})"));
  KAITO_EXPECT_OK(Patch(PatchType::kMerge, R"({"spec":{"z":[1,2]}})"));
  KAITO_EXPECT_OK(
      Patch(PatchType::kApply, R"({"metadata":{"name":"a"},"spec":{"x":3}})"));
  KAITO_EXPECT_OK(Patch(PatchType::kJson,
                        R"([{"op":"test","path":"/spec/z/0","value":1},
                            {"op":"add","path":"/spec/z/-","value":3},
                            {"op":"remove","path":"/spec/z/0"},
                            {"op":"replace","path":"/spec/x","value":"/~"},
                            {"op":"add","path":"/spec/a~1b","value":1}])"));
  EXPECT_EQ(*api_.Read(kJobs, kKey).Find("spec"),
            Json(R"({"x":"/~","z":[2,3],"a/b":1})"));
  EXPECT_THAT(Patch(PatchType::kJson,
                    R"([{"op":"test","path":"/spec/z/0","value":1}])"),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(FakeApiClientTest, R51R71DeletesAfterFinalizersAndWithDependents) {
  const json::Value job =
      Make(R"({"metadata":{"name":"a","finalizers":["f.io/x"]}})");
  json::Value pod = Json(R"({"metadata":{"name":"p","ownerReferences":[{}]}})");
  pod["metadata"]["ownerReferences"] = json::Array{
      json::Object{{"uid", std::string(job.StringAt({"metadata", "uid"}))}}};
  KAITO_EXPECT_OK(api_.Create(kPods, "ns", pod, {}, stop_));

  EXPECT_THAT(api_.Delete(kJobs, kKey, {.uid = "other"}, stop_),
              StatusIs(absl::StatusCode::kAborted));
  KAITO_EXPECT_OK(api_.Delete(kJobs, kKey, {}, stop_));
  EXPECT_NE(api_.Read(kJobs, kKey).StringAt({"metadata", "deletionTimestamp"}),
            "");
  EXPECT_FALSE(api_.Read(kPods, {"ns", "p"}).is_null());
  KAITO_EXPECT_OK(
      Patch(PatchType::kMerge, R"({"metadata":{"finalizers":null}})"));
  EXPECT_TRUE(api_.Read(kJobs, kKey).is_null());
  EXPECT_TRUE(api_.Read(kPods, {"ns", "p"}).is_null());
  EXPECT_THAT(api_.Delete(kJobs, kKey, {}, stop_),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(FakeApiClientTest, ListsBySelectorAndPage) {
  for (const char* name : {"a", "b", "c"}) {
    json::Value job;
    job["metadata"]["name"] = name;
    job["metadata"]["labels"]["app"] = name[0] == 'b' ? "x" : "y";
    KAITO_EXPECT_OK(api_.Create(kJobs, "ns", job, {}, stop_));
  }
  const auto names = [&](const ListOptions& options) {
    std::string all;
    const absl::StatusOr<ObjectList> list =
        api_.List(kJobs, "", options, stop_);
    for (const json::Value& job : list->items) {
      all += std::string(job.StringAt({"metadata", "name"}));
    }
    return all;
  };
  EXPECT_EQ(names({.label_selector = "app=y"}), "ac");
  EXPECT_EQ(names({.label_selector = "app!=y,app"}), "b");
  EXPECT_EQ(names({.field_selector = "metadata.name=c"}), "c");
  KAITO_ASSERT_OK_AND_ASSIGN(const ObjectList page,
                             api_.List(kJobs, "", {.limit = 2}, stop_));
  EXPECT_EQ(page.items.size(), 2);
  EXPECT_EQ(names({.limit = 2, .continue_token = page.continue_token}), "c");
  api_.Compact();
  EXPECT_THAT(
      api_.List(kJobs, "", {.continue_token = page.continue_token}, stop_),
      StatusIs(absl::StatusCode::kOutOfRange));
}

TEST_F(FakeApiClientTest, InjectsFaultsBeforeAndAfterWrites) {
  Make(R"({"metadata":{"name":"a"},"spec":{"x":1}})");
  api_.OnCall([](const FakeCall& call) {
    return call.verb == "get" ? absl::InternalError("before")
                              : absl::OkStatus();
  });
  api_.OnAnswer([](const FakeCall&) { return absl::UnavailableError("lost"); });
  EXPECT_THAT(api_.Get(kJobs, kKey, stop_),
              StatusIs(absl::StatusCode::kInternal));
  EXPECT_THAT(Patch(PatchType::kMerge, R"({"spec":{"x":2}})"),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(*api_.Read(kJobs, kKey).FindPath({"spec", "x"}), json::Value(2));
  EXPECT_EQ(api_.calls("get"), 1);
}

}  // namespace
}  // namespace kaito::kube
