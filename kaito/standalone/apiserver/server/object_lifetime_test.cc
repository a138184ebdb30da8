#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "kaito/base/json/value.h"
#include "kaito/standalone/apiserver/server/api_server_fixture.h"

// How objects end: finalizers, preconditions, owners, namespaces, kinds.

namespace kaito::apiserver {
namespace {

constexpr char kSecrets[] = "/api/v1/namespaces/default/secrets";

class ObjectLifetimeTest : public ApiServerFixture {};

TEST_F(ObjectLifetimeTest, AFinalizerHoldsAnObjectUntilItIsGone) {
  Do("POST", kMaps, R"({"metadata":{"name":"a","finalizers":["x.y/z"]}})");
  const std::string path = absl::StrCat(kMaps, "/a");
  const Reply marked = Do("DELETE", path);
  EXPECT_EQ(marked.code, 200);
  EXPECT_NE(marked.At({"metadata", "deletionTimestamp"}), "");
  const char* type = "application/merge-patch+json";
  EXPECT_EQ(Do("PATCH", path,
               R"({"metadata":{"finalizers":["x.y/z","b.c/d"]}})", type)
                .code,
            422);
  EXPECT_EQ(Do("PATCH", path, R"({"metadata":{"finalizers":null}})", type).code,
            200);
  EXPECT_EQ(Do("GET", path).code, 404);
}

TEST_F(ObjectLifetimeTest, DeletionKeepsItsPreconditions) {
  MakeConfigMap("a");
  EXPECT_EQ(Do("DELETE", absl::StrCat(kMaps, "/a"),
               R"({"preconditions":{"uid":"other"}})")
                .code,
            409);
  EXPECT_EQ(Do("GET", absl::StrCat(kMaps, "/a")).code, 200);
}

TEST_F(ObjectLifetimeTest, DependentsGoWithTheirLastOwner) {
  const std::string a = MakeConfigMap("a").At({"metadata", "uid"});
  MakeOwned("s", "a", a);
  EXPECT_EQ(Do("DELETE", absl::StrCat(kMaps, "/a")).At({"status"}), "Success");
  EXPECT_TRUE(Sees(kSecrets, "DELETED s"));
  // One whose owner never was goes too.
  MakeOwned("t", "x", "no-such-uid");
  EXPECT_TRUE(Sees(kSecrets, "DELETED t"));
}

TEST_F(ObjectLifetimeTest, AForegroundDeletionWaitsForDependents) {
  const std::string a = MakeConfigMap("a").At({"metadata", "uid"});
  MakeOwned("s", "a", a);
  const char* type = "application/merge-patch+json";
  const std::string secret = absl::StrCat(kSecrets, "/s");
  Do("PATCH", secret, R"({"metadata":{"finalizers":["x.y/z"]}})", type);
  const Reply reply = Do("DELETE", absl::StrCat(kMaps, "/a"),
                         R"({"propagationPolicy":"Foreground"})");
  EXPECT_EQ((*reply.body.FindPath({"metadata", "finalizers"})->array())[0],
            json::Value("foregroundDeletion"));
  EXPECT_TRUE(Sees(kSecrets, "MODIFIED s"));
  EXPECT_EQ(Do("GET", absl::StrCat(kMaps, "/a")).code, 200);
  Do("PATCH", secret, R"({"metadata":{"finalizers":null}})", type);
  EXPECT_TRUE(Sees(kMaps, "DELETED a"));
}

TEST_F(ObjectLifetimeTest, AnOrphaningDeletionLeavesDependents) {
  const std::string a = MakeConfigMap("a").At({"metadata", "uid"});
  MakeOwned("s", "a", a);
  Do("DELETE", absl::StrCat(kMaps, "/a"), R"({"propagationPolicy":"Orphan"})");
  EXPECT_TRUE(Sees(kMaps, "DELETED a"));
  const Reply secret = Do("GET", absl::StrCat(kSecrets, "/s"));
  EXPECT_EQ(secret.code, 200);
  EXPECT_EQ(secret.body.FindPath({"metadata", "ownerReferences"}), nullptr);
}

TEST_F(ObjectLifetimeTest, ANamespaceIsEmptiedAndGoes) {
  Do("POST", "/api/v1/namespaces", R"({"metadata":{"name":"n"}})");
  Do("POST", "/api/v1/namespaces/n/configmaps",
     R"({"metadata":{"name":"a","finalizers":["x.y/z"]}})");
  const Reply reply = Do("DELETE", "/api/v1/namespaces/n");
  EXPECT_EQ(reply.At({"status", "phase"}), "Terminating");
  const Reply refused = Do("POST", "/api/v1/namespaces/n/secrets",
                           R"({"metadata":{"name":"s"}})");
  EXPECT_EQ(refused.code, 403);
  EXPECT_EQ(
      (*refused.body.FindPath({"details", "causes"})->array())[0].StringAt(
          {"reason"}),
      "NamespaceTerminating");
  EXPECT_TRUE(Sees("/api/v1/namespaces/n/configmaps", "MODIFIED a"));
  Do("PATCH", "/api/v1/namespaces/n/configmaps/a",
     R"({"metadata":{"finalizers":null}})", "application/merge-patch+json");
  EXPECT_TRUE(Sees("/api/v1/namespaces", "DELETED n"));
}

TEST_F(ObjectLifetimeTest, AKindGoesWithItsObjects) {
  Do("POST", kWorkspaces,
     R"({"metadata":{"name":"w"},"resource":{"labelSelector":{}}})");
  const char* crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  Do("DELETE", absl::StrCat(crds, "/workspaces.kaito.sh"));
  EXPECT_TRUE(Sees(crds, "DELETED workspaces.kaito.sh"));
  EXPECT_EQ(Do("GET", kWorkspaces).code, 404);
}

}  // namespace
}  // namespace kaito::apiserver
