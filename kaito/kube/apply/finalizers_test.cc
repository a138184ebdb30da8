#include "kaito/kube/apply/finalizers.h"

#include <string>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/meta/object_meta.h"
#include "kaito/api/schema/codec.h"
#include "kaito/base/clock/fake_clock.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/fake/fake_api_client.h"

namespace kaito::kube {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const api::GroupVersionResource kJobs = {"batch", "v1", "jobs"};

class FinalizersTest : public ::testing::Test {
 protected:
  api::ObjectMeta Make(const char* metadata) {
    json::Value job;
    job["metadata"] = *json::Parse(metadata);
    api_.Put(kJobs, job);
    return Meta();
  }
  api::ObjectMeta Meta() {
    const json::Value job = api_.Read(kJobs, {"ns", "a"});
    return *api::DecodeOrError<api::ObjectMeta>(*job.Find("metadata"), "a");
  }

  FakeClock clock_;
  FakeApiClient api_{clock_};
  StopToken stop_;
};

TEST_F(FinalizersTest, R51R52AddsAndRemovesItsOwnAlone) {
  const api::ObjectMeta bare = Make(R"({"name":"a","namespace":"ns"})");
  KAITO_EXPECT_OK(AddFinalizer(api_, kJobs, bare, "x.io/1", stop_));
  KAITO_EXPECT_OK(AddFinalizer(api_, kJobs, Meta(), "x.io/2", stop_));
  KAITO_EXPECT_OK(AddFinalizer(api_, kJobs, Meta(), "x.io/2", stop_));
  EXPECT_THAT(Meta().finalizers, ElementsAre("x.io/1", "x.io/2"));
  KAITO_EXPECT_OK(RemoveFinalizer(api_, kJobs, Meta(), "x.io/1", stop_));
  KAITO_EXPECT_OK(RemoveFinalizer(api_, kJobs, Meta(), "x.io/1", stop_));
  EXPECT_THAT(Meta().finalizers, ElementsAre("x.io/2"));
}

TEST_F(FinalizersTest, R52NoticesThatOthersWereFaster) {
  const api::ObjectMeta bare = Make(R"({"name":"a","namespace":"ns"})");
  KAITO_EXPECT_OK(AddFinalizer(api_, kJobs, bare, "theirs.io/x", stop_));
  EXPECT_THAT(AddFinalizer(api_, kJobs, bare, "ours.io/x", stop_),
              StatusIs(absl::StatusCode::kAborted));
  const api::ObjectMeta one = Meta();
  KAITO_EXPECT_OK(AddFinalizer(api_, kJobs, one, "ours.io/x", stop_));
  const api::ObjectMeta two = Meta();
  KAITO_EXPECT_OK(RemoveFinalizer(api_, kJobs, two, "theirs.io/x", stop_));
  EXPECT_THAT(RemoveFinalizer(api_, kJobs, two, "theirs.io/x", stop_),
              StatusIs(absl::StatusCode::kAborted));
  EXPECT_THAT(Meta().finalizers, ElementsAre("ours.io/x"));
}

TEST_F(FinalizersTest, R53AddsNoneToWhatIsBeingDeleted) {
  const api::ObjectMeta meta =
      Make(R"({"name":"a","namespace":"ns","finalizers":["x.io/1"]})");
  KAITO_EXPECT_OK(api_.Delete(kJobs, {"ns", "a"}, {}, stop_));
  EXPECT_THAT(AddFinalizer(api_, kJobs, Meta(), "x.io/2", stop_),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  // The last one lets it go; again is no error.
  KAITO_EXPECT_OK(RemoveFinalizer(api_, kJobs, meta, "x.io/1", stop_));
  EXPECT_THAT(api_.ReadAll(kJobs), IsEmpty());
  KAITO_EXPECT_OK(RemoveFinalizer(api_, kJobs, meta, "x.io/1", stop_));
}

}  // namespace
}  // namespace kaito::kube
