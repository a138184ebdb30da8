#include "kaito/operator/observe/observed.h"

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/yaml/yaml.h"
#include "kaito/operator/plan/snapshot.h"

namespace kaito::controller {
namespace {

json::Value Yaml(absl::string_view text) {
  const auto document = yaml::Parse(text);
  EXPECT_TRUE(document.ok()) << document.status();
  return document->value;
}

api::Workspace Selecting(absl::string_view key, absl::string_view value) {
  api::Workspace workspace;
  workspace.resource.label_selector.emplace().match_labels[std::string(key)] =
      std::string(value);
  return workspace;
}

TEST(ObserveMachine, TellsWhatItWaitsForAndWhy) {
  KAITO_ASSERT_OK_AND_ASSIGN(const ObservedClaim fresh,
                             ObserveMachine(Yaml("{metadata: {name: m}}")));
  EXPECT_EQ(fresh.next_step, "launched");
  EXPECT_FALSE(fresh.ready);
  KAITO_ASSERT_OK_AND_ASSIGN(
      const ObservedClaim stuck,
      ObserveMachine(Yaml(
          "{metadata: {name: m, uid: u, deletionTimestamp: "
          "'2026-01-01T00:00:00Z'}, status: {conditions: ["
          "{type: MachineLaunched, status: 'True'}, {type: MachineRegistered, "
          "status: 'False', reason: NodeNotFound, message: no node yet}]}}")));
  EXPECT_EQ(stuck.next_step, "registered");
  EXPECT_EQ(stuck.obstacle, "no node yet");
  EXPECT_TRUE(stuck.deleting);
  KAITO_ASSERT_OK_AND_ASSIGN(
      const ObservedClaim ready,
      ObserveMachine(Yaml("{metadata: {name: m}, status: {nodeName: node-1, "
                          "conditions: [{type: Ready, status: 'True'}]}}")));
  EXPECT_TRUE(ready.ready);
  EXPECT_EQ(ready.node_name, "node-1");
  EXPECT_FALSE(ObserveMachine(Yaml("{metadata: [1]}")).ok());
}

TEST(ObserveNodeClaim, TellsTheProvisionersReason) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const ObservedClaim claim,
      ObserveNodeClaim(Yaml(
          "{metadata: {name: c}, status: {conditions: [{type: Launched, "
          "status: 'False', reason: Quota, message: quota is used up}]}}")));
  EXPECT_EQ(claim.obstacle, "quota is used up");
  EXPECT_EQ(claim.next_step, "launched");
}

TEST(ObserveNode, ReadsGpusMemoryAndLabels) {
  const json::Value node = Yaml(
      "{metadata: {name: node-1, labels: {app: a, nvidia.com/gpu.memory: "
      "'16384', "
      "kaito.sh/machine-type: gpu, node.kubernetes.io/instance-type: T}}, "
      "status: {capacity: {nvidia.com/gpu: '2', memory: 112Gi}, conditions: "
      "[{type: Ready, status: 'True'}]}}");
  KAITO_ASSERT_OK_AND_ASSIGN(const ObservedNode observed,
                             ObserveNode(node, Selecting("app", "a")));
  EXPECT_TRUE(observed.ready);
  EXPECT_TRUE(observed.matches_labels);
  EXPECT_TRUE(observed.created_by_claim);
  EXPECT_EQ(observed.instance_type, "T");
  EXPECT_EQ(observed.gpus, 2);
  EXPECT_EQ(observed.memory_bytes, int64_t{112} << 30);
  EXPECT_EQ(observed.memory_bytes_per_gpu, int64_t{16} << 30);
  KAITO_ASSERT_OK_AND_ASSIGN(const ObservedNode other,
                             ObserveNode(node, Selecting("app", "b")));
  EXPECT_FALSE(other.matches_labels);
}

TEST(ObserveNode, TakesNoNonsenseForMemory) {
  for (const char* value : {"-1", "x", "99999999999999999999"}) {
    json::Value node = Yaml("{metadata: {name: node-1, labels: {}}}");
    node["metadata"]["labels"]["nvidia.com/gpu.memory"] = value;
    KAITO_ASSERT_OK_AND_ASSIGN(const ObservedNode observed,
                               ObserveNode(node, api::Workspace()));
    EXPECT_EQ(observed.memory_bytes_per_gpu, 0) << value;
    EXPECT_FALSE(observed.ready);
  }
}

TEST(ObserveSecret, SeesChangesAndKeysNotValues) {
  json::Value secret = Yaml(
      "{metadata: {uid: u, resourceVersion: '5'}, data: {token: cGxhbnQ=}}");
  const SecretFacts facts = ObserveSecret(secret, "token");
  EXPECT_TRUE(facts.exists);
  EXPECT_TRUE(facts.has_key);
  EXPECT_FALSE(ObserveSecret(secret, "other").has_key);
  secret["metadata"]["resourceVersion"] = "6";
  EXPECT_NE(ObserveSecret(secret, "token").version, facts.version);
}

}  // namespace
}  // namespace kaito::controller
