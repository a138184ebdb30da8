#include "kaito/standalone/apiserver/object/managed_fields.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/standalone/apiserver/object/field_set.h"
#include "kaito/standalone/apiserver/object/owned_fields.h"
#include "kaito/standalone/apiserver/schema/builtin_types.h"
#include "kaito/standalone/apiserver/schema/schema.h"

namespace kaito::apiserver {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::_;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

json::Value Json(absl::string_view text) {
  absl::StatusOr<json::Value> value = json::Parse(text);
  EXPECT_TRUE(value.ok()) << value.status() << " in " << text;
  return value.ok() ? *value : json::Value();
}

const Schema& Deployment() { return *BuiltinTypes()->by_name.at("Deployment"); }

// An object under test, written by managers in turn.
class World {
 public:
  absl::StatusOr<Applied> Try(absl::string_view manager, absl::string_view text,
                              bool force = false) {
    return ApplyObject(Deployment(), true, Writer(manager), force,
                       exists_ ? &object_ : nullptr, Json(text));
  }

  void Apply(absl::string_view manager, absl::string_view text,
             bool force = false) {
    absl::StatusOr<Applied> applied = Try(manager, text, force);
    ASSERT_TRUE(applied.ok()) << applied.status();
    ASSERT_THAT(applied->conflicts, IsEmpty());
    object_ = applied->object;
    exists_ = true;
  }

  void Update(absl::string_view manager, absl::string_view text) {
    json::Value after = Json(text);
    TrackUpdate(Deployment(), true, Writer(manager),
                exists_ ? &object_ : nullptr, after);
    object_ = after;
    exists_ = true;
  }

  std::string Spec() const {
    const json::Value* spec = object_.Find("spec");
    return spec != nullptr ? json::Write(*spec) : "";
  }

  // "Apply a {...}" of each entry.
  std::vector<std::string> Owners() const {
    std::vector<std::string> owners;
    const json::Value* list = object_.FindPath({"metadata", "managedFields"});
    if (list == nullptr) return owners;
    for (const json::Value& entry : *list->array()) {
      owners.push_back(absl::StrCat(entry.StringAt({"operation"}), " ",
                                    entry.StringAt({"manager"}), " ",
                                    json::Write(*entry.Find("fieldsV1"))));
    }
    return owners;
  }

  static struct Writer Writer(absl::string_view manager) {
    return {.manager = std::string(manager),
            .api_version = "apps/v1",
            .now = absl::FromUnixSeconds(1700000000)};
  }

 private:
  json::Value object_;
  bool exists_ = false;
};

std::string Object(absl::string_view spec) {
  return absl::StrCat(R"({"apiVersion":"apps/v1","kind":"Deployment",
      "metadata":{"name":"d"},"spec":)",
                      spec, "}");
}

TEST(FieldSet, ReadsAndWritesWhatServersWrite) {
  const char* text =
      R"({"f:metadata":{"f:labels":{".":{},"f:app":{}}},)"
      R"("f:spec":{"f:ports":{"k:{\"port\":80}":{".":{},"f:port":{}}}}})";
  KAITO_ASSERT_OK_AND_ASSIGN(const FieldSet set, FromFieldsV1(Json(text)));
  EXPECT_EQ(json::Write(ToFieldsV1(set)), text);
  EXPECT_THAT(PathsOf(set),
              ElementsAre(".metadata.labels", ".metadata.labels.app",
                          ".spec.ports[port=80]", ".spec.ports[port=80].port"));
  EXPECT_THAT(FromFieldsV1(Json(R"({"f:a":3})")).status(),
              StatusIs(absl::StatusCode::kInvalidArgument, _));
}

TEST(OwnedFields, TakesAListMapApartByItsKeysAndDefaults) {
  const FieldSet set = FieldsOf(*BuiltinTypes()->by_name.at("PodSpec"),
                                Json(R"({"containers":[{"name":"a","args":["x"],
               "ports":[{"containerPort":80}]}],"nodeSelector":{"k":"v"}})"));
  EXPECT_EQ(
      json::Write(ToFieldsV1(set)),
      R"({"f:containers":{"k:{\"name\":\"a\"}":{".":{},"f:args":{},)"
      R"("f:name":{},"f:ports":{"k:{\"containerPort\":80,\"protocol\":\"TCP\"})"
      R"(":{".":{},"f:containerPort":{}}}}},"f:nodeSelector":{"f:k":{}}})");
}

TEST(Apply, OwnsWhatItSaysAndIdentityBelongsToNobody) {
  World world;
  world.Apply("a", Object(R"({"replicas":2})"));
  EXPECT_THAT(world.Owners(),
              ElementsAre(R"(Apply a {"f:spec":{"f:replicas":{}}})"));
}

TEST(Apply, RefusesWhatHasNoMetadata) {
  World world;
  for (const char* bad : {R"({"kind":"Deployment"})", R"({"metadata":"d"})"}) {
    EXPECT_THAT(world.Try("a", bad).status(),
                StatusIs(absl::StatusCode::kInvalidArgument, _))
        << bad;
  }
}

TEST(Apply, RemovesWhatItGivesUp) {
  World world;
  world.Apply("a", Object(R"({"replicas":2,"paused":true,"template":{"spec":
      {"containers":[{"name":"x","image":"i"},{"name":"y","image":"j"}]}}})"));
  world.Apply("a", Object(R"({"replicas":2,"template":{"spec":
      {"containers":[{"name":"x","image":"i"}]}}})"));
  EXPECT_EQ(world.Spec(), R"({"replicas":2,"template":{"spec":{"containers":)"
                          R"([{"image":"i","name":"x"}]}}})");
}

TEST(Apply, KeepsWhatAnotherManagerHasToo) {
  World world;
  world.Apply("a", Object(R"({"replicas":2,"paused":true})"));
  world.Apply("b", Object(R"({"replicas":2})"));
  world.Apply("a", Object(R"({"paused":true})"));
  EXPECT_EQ(world.Spec(), R"({"paused":true,"replicas":2})");
  EXPECT_THAT(world.Owners(),
              ElementsAre(R"(Apply a {"f:spec":{"f:paused":{}}})",
                          R"(Apply b {"f:spec":{"f:replicas":{}}})"));
}

TEST(Apply, AnotherOwnersValueIsAConflictUnlessForced) {
  World world;
  world.Apply("a", Object(R"({"replicas":2,"paused":true})"));
  KAITO_ASSERT_OK_AND_ASSIGN(const Applied refused,
                             world.Try("b", Object(R"({"replicas":3})")));
  ASSERT_EQ(refused.conflicts.size(), 1u);
  EXPECT_EQ(refused.conflicts[0].manager, "a");
  EXPECT_EQ(refused.conflicts[0].field, ".spec.replicas");
  world.Apply("b", Object(R"({"replicas":3})"), /*force=*/true);
  EXPECT_EQ(world.Spec(), R"({"paused":true,"replicas":3})");
  EXPECT_THAT(world.Owners(),
              ElementsAre(R"(Apply a {"f:spec":{"f:paused":{}}})",
                          R"(Apply b {"f:spec":{"f:replicas":{}}})"));
  // a has given replicas up by force: its next apply takes nothing away.
  world.Apply("a", Object(R"({"paused":true})"));
  EXPECT_EQ(world.Spec(), R"({"paused":true,"replicas":3})");
}

TEST(Apply, TheSameValueIsSharedWithoutConflict) {
  World world;
  world.Update("kubectl", Object(R"({"replicas":2})"));
  world.Apply("a", Object(R"({"replicas":2})"));
  EXPECT_THAT(world.Owners(),
              ElementsAre(R"(Update kubectl {"f:spec":{"f:replicas":{}}})",
                          R"(Apply a {"f:spec":{"f:replicas":{}}})"));
}

TEST(Apply, ItemsOfDifferentManagersLiveSideBySide) {
  World world;
  world.Apply("a", Object(R"({"template":{"spec":{"containers":
      [{"name":"x","image":"i"}]}}})"));
  world.Apply("b", Object(R"({"template":{"spec":{"containers":
      [{"name":"y","image":"j"},{"name":"x","tty":true}]}}})"));
  EXPECT_EQ(world.Spec(),
            R"({"template":{"spec":{"containers":[{"image":"j","name":"y"},)"
            R"({"image":"i","name":"x","tty":true}]}}})");
  world.Apply("a", Object(R"({"replicas":1})"));
  // x stays, since b has a part of it; what was only a's in it goes.
  EXPECT_EQ(world.Spec(),
            R"({"replicas":1,"template":{"spec":{"containers":)"
            R"([{"image":"j","name":"y"},{"name":"x","tty":true}]}}})");
}

TEST(TrackUpdate, TakesOwnershipOfWhatItChangesOnly) {
  World world;
  world.Apply("a", Object(R"({"replicas":2,"paused":true})"));
  json::Value next = Json(Object(R"({"replicas":5,"paused":true})"));
  world.Update("scaler", json::Write(next));
  EXPECT_THAT(world.Owners(),
              ElementsAre(R"(Apply a {"f:spec":{"f:paused":{}}})",
                          R"(Update scaler {"f:spec":{"f:replicas":{}}})"));
  KAITO_ASSERT_OK_AND_ASSIGN(
      const Applied refused,
      world.Try("a", Object(R"({"replicas":2,"paused":true})")));
  ASSERT_EQ(refused.conflicts.size(), 1u);
  EXPECT_EQ(refused.conflicts[0].how, " using apps/v1");
}

TEST(TrackUpdate, WhatIsRemovedBelongsToNobody) {
  World world;
  world.Apply("a", Object(R"({"replicas":2,"paused":true})"));
  world.Update("b", Object(R"({"replicas":2})"));
  EXPECT_THAT(world.Owners(),
              ElementsAre(R"(Apply a {"f:spec":{"f:replicas":{}}})"));
}

TEST(TrackUpdate, AManagerWithoutFieldsIsForgotten) {
  World world;
  for (int i = 0; i < 13; ++i) {
    world.Update(absl::StrCat("m", i),
                 Object(absl::StrCat(R"({"replicas":)", i, "}")));
  }
  EXPECT_THAT(world.Owners(),
              ElementsAre(R"(Update m12 {"f:spec":{"f:replicas":{}}})"));
}

}  // namespace
}  // namespace kaito::apiserver
