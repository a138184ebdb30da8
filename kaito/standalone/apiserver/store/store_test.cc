#include "kaito/standalone/apiserver/store/store.h"

#include <sys/stat.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/file/temp_dir.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/standalone/apiserver/store/object_key.h"

namespace kaito::apiserver {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::_;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class StoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    KAITO_ASSERT_OK_AND_ASSIGN(dir_, TempDir::Create(getenv("TEST_TMPDIR")));
    Open({});
  }

  void Open(const StoreOptions& options) {
    store_ = nullptr;  // The lock first.
    KAITO_ASSERT_OK_AND_ASSIGN(store_, Store::Open(dir_.path(), options));
  }

  // Returns the version.
  int64_t Put(absl::string_view name, int n, absl::string_view ns = "a") {
    json::Value object = json::Object{{"n", n}};
    object["metadata"]["uid"] = absl::StrCat("uid-", name);
    const absl::Status status = store_->Write({}, [&](Transaction& txn) {
      return txn.Put({"pods", std::string(ns), std::string(name)}, object);
    });
    EXPECT_TRUE(status.ok()) << status;
    return store_->version();
  }

  void Delete(absl::string_view name) {
    json::Value object = json::Object{{"gone", true}};
    KAITO_EXPECT_OK(store_->Write({}, [&](Transaction& txn) {
      return txn.Delete({"pods", "a", std::string(name)}, object);
    }));
  }

  std::string Get(absl::string_view name) {
    std::string body;
    KAITO_EXPECT_OK(store_->Read([&](Snapshot& snapshot) -> absl::Status {
      KAITO_ASSIGN_OR_RETURN(std::optional<StoredObject> object,
                             snapshot.Get({"pods", "a", std::string(name)}));
      if (object.has_value()) body = object->body;
      return absl::OkStatus();
    }));
    return body;
  }

  // "name=body's n" of a range.
  absl::StatusOr<std::vector<std::string>> List(const ListRange& range) {
    std::vector<std::string> names;
    KAITO_RETURN_IF_ERROR(store_->Read([&](Snapshot& snapshot) {
      return snapshot.ForEach(range, [&](const StoredObject& object) {
        const size_t at = object.body.find("\"n\":");
        names.push_back(
            absl::StrCat(object.key.name, "=", object.body.substr(at + 4, 1)));
        return true;
      });
    }));
    return names;
  }

  std::vector<std::string> Events(int64_t after) {
    std::vector<std::string> texts;
    absl::StatusOr<std::vector<StoreEventPtr>> events =
        store_->EventsAfter(after, 100);
    EXPECT_TRUE(events.ok()) << events.status();
    if (!events.ok()) return texts;
    for (const StoreEventPtr& event : *events) {
      texts.push_back(absl::StrCat(event->version, " ",
                                   static_cast<int>(event->type), " ",
                                   event->key.name));
    }
    return texts;
  }

  TempDir dir_;
  std::unique_ptr<Store> store_;
};

TEST_F(StoreTest, NobodyElseCanReadItsFiles) {
  Put("x", 1);
  const std::string path = absl::StrCat(dir_.path(), "/objects.db");
  for (const char* suffix : {"", "-wal", "-shm"}) {
    struct stat info = {};
    ASSERT_EQ(stat(absl::StrCat(path, suffix).c_str(), &info), 0) << suffix;
    EXPECT_EQ(info.st_mode & 0777, 0600u) << suffix;
  }
  // Also those that an earlier version made.
  store_ = nullptr;
  ASSERT_EQ(chmod(path.c_str(), 0644), 0);
  Open({});
  struct stat info = {};
  ASSERT_EQ(stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(StoreTest, VersionsGrowByOneAndAreWrittenIntoTheObject) {
  const int64_t first = Put("x", 1);
  EXPECT_EQ(Put("y", 2), first + 1);
  EXPECT_EQ(Get("x"), absl::StrCat("{\"metadata\":{\"resourceVersion\":\"",
                                   first, "\",\"uid\":\"uid-x\"},\"n\":1}"));
}

TEST_F(StoreTest, KeepsAllWhenOpenedAgain) {
  Put("x", 1);
  Delete("x");
  const int64_t version = Put("y", 2);
  Open({});
  EXPECT_EQ(store_->version(), version);
  EXPECT_EQ(Get("x"), "");
  EXPECT_NE(Get("y"), "");
  EXPECT_THAT(Events(1), ElementsAre("2 0 x", "3 2 x", "4 0 y"));
  EXPECT_EQ(Put("z", 3), version + 1);
}

TEST_F(StoreTest, AFailedChangeLeavesNothingBehind) {
  const int64_t version = Put("x", 1);
  json::Value object = json::Object{};
  EXPECT_THAT(
      store_->Write({},
                    [&](Transaction& txn) {
                      EXPECT_TRUE(txn.Put({"pods", "a", "y"}, object).ok());
                      return absl::AbortedError("no");
                    }),
      StatusIs(absl::StatusCode::kAborted, "no"));
  EXPECT_EQ(Get("y"), "");
  EXPECT_EQ(store_->version(), version);
  EXPECT_THAT(Events(version), IsEmpty());
}

TEST_F(StoreTest, ADryRunLeavesNothingBehind) {
  const int64_t version = Put("x", 1);
  json::Value object = json::Object{};
  KAITO_EXPECT_OK(store_->Write({.dry_run = true}, [&](Transaction& txn) {
    return txn.Put({"pods", "a", "y"}, object);
  }));
  EXPECT_EQ(Get("y"), "");
  EXPECT_EQ(store_->version(), version);
}

TEST_F(StoreTest, ListsInOrderFromAPlaceOn) {
  Put("c", 3, "b");
  Put("b", 2);
  Put("a", 1);
  EXPECT_THAT(*List({.resource = "pods"}), ElementsAre("a=1", "b=2", "c=3"));
  EXPECT_THAT(*List({.resource = "pods", .ns = "a"}),
              ElementsAre("a=1", "b=2"));
  EXPECT_THAT(*List({.resource = "pods", .after_ns = "a", .after_name = "a"}),
              ElementsAre("b=2", "c=3"));
  EXPECT_THAT(*List({.resource = "jobs.batch"}), IsEmpty());
}

TEST_F(StoreTest, ListsTheStateOfAnEarlierVersion) {
  Put("a", 1);
  Put("b", 1);
  Put("d", 1);
  const int64_t then = store_->version();
  Put("b", 2);
  Put("b", 3);
  Delete("d");
  Put("c", 1);
  EXPECT_THAT(*List({.resource = "pods", .at_version = then}),
              ElementsAre("a=1", "b=1", "d=1"));
  EXPECT_THAT(*List({.resource = "pods",
                     .ns = "a",
                     .after_ns = "a",
                     .after_name = "a",
                     .at_version = then}),
              ElementsAre("b=1", "d=1"));
}

TEST_F(StoreTest, EventsComeFromTheFileWhereMemoryHasThemNoMore) {
  Open({.max_recent_events = 1});
  Put("a", 1);
  Put("a", 2);
  Put("b", 1);
  EXPECT_THAT(Events(1), ElementsAre("2 0 a", "3 1 a", "4 0 b"));
  EXPECT_THAT(Events(3), ElementsAre("4 0 b"));
}

TEST_F(StoreTest, ForgetsOldHistoryAndSaysSo) {
  Open({.max_history_events = 10, .max_recent_events = 5});
  for (int i = 0; i < 600; ++i) Put("a", i % 10);
  EXPECT_THAT(store_->EventsAfter(1, 10),
              StatusIs(absl::StatusCode::kOutOfRange, _));
  EXPECT_THAT(List({.resource = "pods", .at_version = 2}).status(),
              StatusIs(absl::StatusCode::kOutOfRange, _));
  EXPECT_EQ(Events(store_->version() - 8).size(), 8u);
}

TEST_F(StoreTest, FindsObjectsByTheirOwners) {
  json::Value object = json::Object{};
  object["metadata"]["ownerReferences"].Append(json::Object{{"uid", "u1"}});
  KAITO_ASSERT_OK(store_->Write({}, [&](Transaction& txn) {
    return txn.Put({"jobs.batch", "a", "x"}, object);
  }));
  KAITO_ASSERT_OK(store_->Read([&](Snapshot& snapshot) -> absl::Status {
    KAITO_ASSIGN_OR_RETURN(std::vector<ObjectKey> owned,
                           snapshot.OwnedBy("u1"));
    EXPECT_THAT(owned, ElementsAre(ObjectKey{"jobs.batch", "a", "x"}));
    return absl::OkStatus();
  }));
}

TEST_F(StoreTest, OneProcessOnlyHoldsTheDirectory) {
  EXPECT_THAT(Store::Open(dir_.path(), {}),
              StatusIs(absl::StatusCode::kFailedPrecondition, _));
}

}  // namespace
}  // namespace kaito::apiserver
