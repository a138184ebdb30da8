#ifndef KAITO_API_WORKSPACE_WORKSPACE_H_
#define KAITO_API_WORKSPACE_WORKSPACE_H_

// Workspace (kaito.sh): what a user asks for, a model served or tuned on nodes
// of a certain kind, and what has become of it. One C++ type for v1alpha1 and
// v1beta1, which have the same shape. There is no `spec`: resource, inference
// and tuning stand at the top level.
//
//   Decoded<Workspace> decoded = Decode<Workspace>(value);
//   SetDefaults(decoded.object);                           // defaults.h
//   FieldErrors errors = ValidateCreate(decoded.object, facts);
//
// Initial values are the defaults of the schema. Pod templates and volume
// sources are kept as raw JSON: they belong to Kubernetes, whose later fields
// must pass through. Everything else that the types lack is dropped, and
// reported by Decode().

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kaito/api/meta/condition.h"
#include "kaito/api/meta/label_selector.h"
#include "kaito/api/meta/object_meta.h"
#include "kaito/api/meta/time.h"
#include "kaito/api/schema/type.h"
#include "kaito/api/workspace/names.h"
#include "kaito/base/json/value.h"

namespace kaito::api {

// A part of each GPU, or some of a node's GPUs. Only on nodes of the user's
// own.
struct PartitionSpec {
  std::string mode;              // "mig" or "accelerator".
  std::string profile;           // mig: "1g.10gb".
  std::optional<int64_t> count;  // accelerator: GPUs of each node.

  bool operator==(const PartitionSpec&) const = default;
};

struct ResourceSpec {
  int64_t count = 1;  // Nodes.
  std::string instance_type;
  std::optional<LabelSelector> label_selector;
  std::vector<std::string> preferred_nodes;
  std::optional<PartitionSpec> partition;

  bool operator==(const ResourceSpec&) const = default;
};

struct PresetOptions {
  std::string image;
  std::vector<std::string> image_pull_secrets;
  std::string model_access_secret;  // Secret with key HF_TOKEN.

  bool operator==(const PresetOptions&) const = default;
};

struct PresetSpec {
  std::string name;
  std::string access_mode = "public";  // Or "private": image of preset_options.
  std::optional<PresetOptions> preset_options;

  bool operator==(const PresetSpec&) const = default;
};

struct DataSource {
  std::string name;
  std::vector<std::string> urls;
  std::optional<json::Object> volume_source;  // A Kubernetes VolumeSource.
  std::string image;                          // Data under /data in it.
  std::vector<std::string> image_pull_secrets;

  bool operator==(const DataSource&) const = default;
};

struct DataDestination {
  std::optional<json::Object> volume_source;  // A Kubernetes VolumeSource.
  std::string image;
  std::string image_push_secret;  // Of type kubernetes.io/dockerconfigjson.

  bool operator==(const DataDestination&) const = default;
};

struct AdapterSpec {
  std::optional<DataSource> source;
  std::optional<std::string> strength;  // A decimal number, 0 to 1.

  bool operator==(const AdapterSpec&) const = default;
};

struct InferenceSpec {
  std::optional<PresetSpec> preset;
  std::optional<json::Object> pod_template;  // "template"
  std::string config;  // ConfigMap with inference_config.yaml.
  std::vector<AdapterSpec> adapters;

  bool operator==(const InferenceSpec&) const = default;
};

struct TuningSpec {
  std::optional<PresetSpec> preset;
  std::string method;  // "lora" or "qlora", in any case.
  std::string config;  // ConfigMap with training_config.yaml.
  std::optional<DataSource> input;
  std::optional<DataDestination> output;

  bool operator==(const TuningSpec&) const = default;
};

// How far a tuning Job is, as its pod last said.
struct TuningProgress {
  int64_t step = 0;
  int64_t total_steps = 0;
  double epoch = 0;
  std::optional<double> loss;  // Nothing before the first step.
  double tokens_per_second = 0;
  std::optional<int64_t> eta_seconds;
  std::optional<Timestamp> updated_at;

  bool operator==(const TuningProgress&) const = default;
};

// Where the adapter is.
struct TuningOutput {
  std::string image;
  std::string digest;  // "sha256:..." of the image's manifest.

  bool operator==(const TuningOutput&) const = default;
};

struct PerformanceMetric {
  std::string description;
  std::string value;
  std::string unit;
  std::map<std::string, std::string> config;

  bool operator==(const PerformanceMetric&) const = default;
};

struct Performance {
  std::map<std::string, PerformanceMetric> metrics;

  bool operator==(const Performance&) const = default;
};

struct WorkspaceStatus {
  std::vector<std::string> worker_nodes;
  std::vector<Condition> conditions;
  int32_t target_node_count = 0;
  std::string state;  // One of names.h's, namespace state.
  std::optional<TuningProgress> progress;
  std::optional<TuningOutput> output;
  std::optional<Performance> performance;

  bool operator==(const WorkspaceStatus&) const = default;
};

struct Workspace {
  std::string api_version = std::string(kWorkspaceV1Beta1);
  std::string kind = std::string(kWorkspaceKind);
  ObjectMeta metadata;
  ResourceSpec resource;
  // Exactly one of these two.
  std::optional<InferenceSpec> inference;
  std::optional<TuningSpec> tuning;
  WorkspaceStatus status;

  // The preset of whichever is set; nullptr where there is none.
  const PresetSpec* preset() const;
  // Whether both ask for the same: resource, inference and tuning are equal.
  bool SameSpec(const Workspace& other) const;
};

const StructType& Describe(const PartitionSpec*);
const StructType& Describe(const ResourceSpec*);
const StructType& Describe(const PresetOptions*);
const StructType& Describe(const PresetSpec*);
const StructType& Describe(const DataSource*);
const StructType& Describe(const DataDestination*);
const StructType& Describe(const AdapterSpec*);
const StructType& Describe(const InferenceSpec*);
const StructType& Describe(const TuningSpec*);
const StructType& Describe(const TuningProgress*);
const StructType& Describe(const TuningOutput*);
const StructType& Describe(const PerformanceMetric*);
const StructType& Describe(const Performance*);
const StructType& Describe(const WorkspaceStatus*);
const StructType& Describe(const Workspace*);

}  // namespace kaito::api

#endif  // KAITO_API_WORKSPACE_WORKSPACE_H_
