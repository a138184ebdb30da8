#include "kaito/api/workspace/workspace.h"

#include <cstdint>

#include "kaito/api/schema/describe.h"
#include "kaito/api/schema/type.h"

// Bounds (lengths, numbers of items) are far above what anyone needs. They are
// there because the API server estimates the cost of a CEL rule from them, and
// must not become tighter: an object that was stored once and breaks its
// schema can no longer be changed, not even to let it be deleted.

namespace kaito::api {
namespace {

constexpr int64_t kLongestName = 253;   // Of a DNS subdomain.
constexpr int64_t kLongestImage = 512;  // Name 255, tag 128, digest 128.
constexpr int64_t kLongestUrl = 16384;  // What base/url accepts.
constexpr int64_t kMostSecrets = 32;
constexpr int64_t kMostUrls = 1024;
constexpr int64_t kMostAdapters = 64;  // Admission allows 10.
constexpr int64_t kMostNodes = 1024;

}  // namespace

const PresetSpec* Workspace::preset() const {
  if (inference && inference->preset) return &*inference->preset;
  if (tuning && tuning->preset) return &*tuning->preset;
  return nullptr;
}

bool Workspace::SameSpec(const Workspace& other) const {
  return resource == other.resource && inference == other.inference &&
         tuning == other.tuning;
}

const StructType& Describe(const PartitionSpec*) {
  static const auto* type = new StructType(
      "A part of the GPUs of each node. Only where nodes are not created by "
      "KAITO.",
      {Of("mode", &PartitionSpec::mode,
          "mig: a slice of a GPU. accelerator: some of the node's GPUs.")
           .Required()
           .Always()
           .Enum({"mig", "accelerator"}),
       Of("profile", &PartitionSpec::profile,
          "With mig: the profile of the slice, as in 1g.10gb.")
           .MaxLength(63),
       Of("count", &PartitionSpec::count,
          "With accelerator: how many GPUs of each node.")
           .Minimum(1)});
  return *type;
}

const StructType& Describe(const ResourceSpec*) {
  static const auto* type = [] {
    auto* t = new StructType(
        "The nodes to run on.",
        {Of("count", &ResourceSpec::count,
            "Number of GPU nodes. Cannot be changed.")
             .Always()
             .Default(1)
             .Rule("self == oldSelf", "count cannot be changed"),
         Of("instanceType", &ResourceSpec::instance_type,
            "Kind of machine, as in Standard_NC24ads_A100_v4. Cannot be "
            "changed once set. Left out where KAITO creates no nodes.")
             .MaxLength(kLongestName)
             .Rule("oldSelf == '' || self == oldSelf",
                   "instanceType cannot be changed once set"),
         Of("labelSelector", &ResourceSpec::label_selector,
            "Labels of the nodes. Nodes that KAITO creates get them: only "
            "matchLabels, and matchExpressions with operator In and one "
            "value. Cannot be changed.")
             .Required()
             .Rule("self == oldSelf", "labelSelector cannot be changed"),
         Of("preferredNodes", &ResourceSpec::preferred_nodes,
            "Names of nodes to try first. They must carry the labels of "
            "labelSelector.")
             .MaxItems(kMostNodes)
             .ItemMaxLength(kLongestName)
             .ListType("atomic"),
         Of("partition", &ResourceSpec::partition,
            "Run on a part of each node's GPUs. Cannot be changed.")
             .Rule("self == oldSelf", "partition cannot be changed")});
    t->Rule(
        "!has(oldSelf.instanceType) || oldSelf.instanceType == '' || "
        "has(self.instanceType)",
        "instanceType cannot be removed once set");
    t->Rule("has(self.partition) == has(oldSelf.partition)",
            "partition cannot be added or removed");
    return t;
  }();
  return *type;
}

const StructType& Describe(const PresetOptions*) {
  static const auto* type = new StructType(
      "Where the model comes from.",
      {Of("image", &PresetOptions::image, "An image of one's own.")
           .MaxLength(kLongestImage),
       Of("imagePullSecrets", &PresetOptions::image_pull_secrets,
          "Secrets, in the Workspace's namespace, to pull the image with.")
           .MaxItems(kMostSecrets)
           .ItemMaxLength(kLongestName)
           .ListType("atomic"),
       Of("modelAccessSecret", &PresetOptions::model_access_secret,
          "Secret whose key HF_TOKEN holds a Hugging Face token, for models "
          "that are given only to those who accepted their terms.")
           .MaxLength(kLongestName)});
  return *type;
}

const StructType& Describe(const PresetSpec*) {
  static const auto* type = new StructType(
      "A model of the catalogue.",
      {Of("name", &PresetSpec::name, "Its name; case does not matter.")
           .Required()
           .Always()
           .MaxLength(kLongestName),
       Of("accessMode", &PresetSpec::access_mode,
          "private: the model is in presetOptions.image.")
           .Always()
           .Default("public")
           .Enum({"public", "private"}),
       Of("presetOptions", &PresetSpec::preset_options,
          "Where the model comes from.")});
  return *type;
}

const StructType& Describe(const DataSource*) {
  static const auto* type = new StructType(
      "Where data or an adapter comes from: urls, image or volumeSource.",
      {Of("name", &DataSource::name, "Of the adapter or data set.")
           .MaxLength(kLongestName),
       Of("urls", &DataSource::urls, "Files to download over HTTP or HTTPS.")
           .MaxItems(kMostUrls)
           .ItemMaxLength(kLongestUrl)
           .ListType("atomic"),
       Of("volumeSource", &DataSource::volume_source,
          "A volume, as in a pod's spec.volumes, without its name."),
       Of("image", &DataSource::image, "An image with the files under /data.")
           .MaxLength(kLongestImage),
       Of("imagePullSecrets", &DataSource::image_pull_secrets,
          "Secrets, in the Workspace's namespace, to pull the image with.")
           .MaxItems(kMostSecrets)
           .ItemMaxLength(kLongestName)
           .ListType("atomic")});
  return *type;
}

const StructType& Describe(const DataDestination*) {
  static const auto* type = new StructType(
      "Where the adapter goes: image or volumeSource.",
      {Of("volumeSource", &DataDestination::volume_source,
          "A volume, as in a pod's spec.volumes, without its name."),
       Of("image", &DataDestination::image,
          "The image to push, as in registry.example.com/team/adapter:1.0.")
           .MaxLength(kLongestImage),
       Of("imagePushSecret", &DataDestination::image_push_secret,
          "Secret of type kubernetes.io/dockerconfigjson, in the Workspace's "
          "namespace, to push the image with.")
           .MaxLength(kLongestName)});
  return *type;
}

const StructType& Describe(const AdapterSpec*) {
  static const auto* type = new StructType(
      "An adapter to serve beside the model.",
      {Of("source", &AdapterSpec::source, "Where it comes from."),
       Of("strength", &AdapterSpec::strength,
          "How much of it is added to the model: a decimal number from 0 to "
          "1. 1 where left out.")
           .MaxLength(32)});
  return *type;
}

const StructType& Describe(const InferenceSpec*) {
  static const auto* type = [] {
    auto* t = new StructType(
        "Serve a model.",
        {Of("preset", &InferenceSpec::preset,
            "A model of the catalogue. Cannot be changed.")
             .Rule("self == oldSelf", "preset cannot be changed"),
         Of("template", &InferenceSpec::pod_template,
            "A pod template of one's own, in place of a preset."),
         Of("config", &InferenceSpec::config,
            "ConfigMap, in the Workspace's namespace, whose key "
            "inference_config.yaml holds settings of the server.")
             .MaxLength(kLongestName),
         Of("adapters", &InferenceSpec::adapters,
            "Adapters to serve beside the model, at most 10.")
             .MaxItems(kMostAdapters)
             .ListType("atomic")});
    t->Rule("has(self.preset) != has(self.template)",
            "set either preset or template, not both");
    t->Rule(
        "has(self.preset) == has(oldSelf.preset) && "
        "has(self.template) == has(oldSelf.template)",
        "preset and template cannot be added or removed");
    return t;
  }();
  return *type;
}

const StructType& Describe(const TuningSpec*) {
  static const auto* type = [] {
    auto* t = new StructType(
        "Tune a model: train an adapter for it.",
        {Of("preset", &TuningSpec::preset,
            "The base model, of the catalogue. Cannot be changed.")
             .Rule("self == oldSelf", "preset cannot be changed"),
         Of("method", &TuningSpec::method,
            "lora or qlora; case does not matter. Cannot be changed.")
             .MaxLength(16)
             .Rule("self == oldSelf", "method cannot be changed"),
         Of("config", &TuningSpec::config,
            "ConfigMap, in the Workspace's namespace, whose key "
            "training_config.yaml holds the recipe. KAITO's own for the "
            "method where left out.")
             .MaxLength(kLongestName),
         Of("input", &TuningSpec::input, "The data to train on.")
             .Required()
             .Rule("(has(self.urls) ? 1 : 0) + (has(self.image) ? 1 : 0) + "
                   "(has(self.volumeSource) ? 1 : 0) == 1",
                   "set exactly one of urls, image and volumeSource"),
         Of("output", &TuningSpec::output, "Where the adapter goes.")
             .Required()
             .Rule("has(self.image) != has(self.volumeSource)",
                   "set either image or volumeSource, not both")
             .Rule("!has(self.image) || has(self.imagePushSecret)",
                   "image needs imagePushSecret")});
    t->Rule("has(self.preset)", "name a preset, the model to tune");
    t->Rule("has(self.method) && self.method.matches('^(?i:q?lora)$')",
            "method is lora or qlora");
    return t;
  }();
  return *type;
}

const StructType& Describe(const TuningProgress*) {
  static const auto* type = new StructType(
      "How far a tuning Job is.",
      {Of("step", &TuningProgress::step, "Steps done.").Always(),
       Of("totalSteps", &TuningProgress::total_steps, "Steps in all.").Always(),
       Of("epoch", &TuningProgress::epoch, "Passes over the data done."),
       Of("loss", &TuningProgress::loss, "Training loss of the last step."),
       Of("tokensPerSecond", &TuningProgress::tokens_per_second,
          "Tokens trained on in a second."),
       Of("etaSeconds", &TuningProgress::eta_seconds,
          "Seconds that are probably left."),
       Of("updatedAt", &TuningProgress::updated_at, "When the pod said so.")});
  return *type;
}

const StructType& Describe(const TuningOutput*) {
  static const auto* type = new StructType(
      "Where the adapter is.",
      {Of("image", &TuningOutput::image, "The image that was pushed."),
       Of("digest", &TuningOutput::digest, "Digest of its manifest.")});
  return *type;
}

const StructType& Describe(const PerformanceMetric*) {
  static const auto* type = new StructType(
      "A measurement.",
      {Of("description", &PerformanceMetric::description, "What it is.")
           .Required()
           .Always(),
       Of("value", &PerformanceMetric::value, "The number, as text.")
           .Required()
           .Always(),
       Of("unit", &PerformanceMetric::unit, "Of the value."),
       Of("config", &PerformanceMetric::config, "How it was measured.")});
  return *type;
}

const StructType& Describe(const Performance*) {
  static const auto* type = new StructType(
      "What the benchmark after start-up measured.",
      {Of("metrics", &Performance::metrics, "Measurements by name.")});
  return *type;
}

const StructType& Describe(const WorkspaceStatus*) {
  static const auto* type = new StructType(
      "What has become of the Workspace.",
      {Of("workerNodes", &WorkspaceStatus::worker_nodes, "Names of its nodes.")
           .ListType("atomic"),
       Of("conditions", &WorkspaceStatus::conditions,
          "Its state, aspect by aspect.")
           .ListMap({"type"}),
       Of("targetNodeCount", &WorkspaceStatus::target_node_count,
          "Nodes that it needs."),
       Of("state", &WorkspaceStatus::state,
          "Pending, Running, Ready, NotReady, Succeeded or Failed."),
       Of("progress", &WorkspaceStatus::progress, "Of the tuning Job."),
       Of("output", &WorkspaceStatus::output, "Of the tuning Job."),
       Of("performance", &WorkspaceStatus::performance,
          "Of the served model.")});
  return *type;
}

const StructType& Describe(const Workspace*) {
  static const auto* type = [] {
    auto* t = new StructType(
        "A model to serve or to tune, and the nodes to do it on.",
        {Of("apiVersion", &Workspace::api_version,
            "kaito.sh/v1alpha1 or kaito.sh/v1beta1.")
             .Always(),
         Of("kind", &Workspace::kind, "Workspace.").Always(),
         Of("metadata", &Workspace::metadata, "Standard object metadata."),
         Of("resource", &Workspace::resource, "The nodes to run on."),
         Of("inference", &Workspace::inference,
            "Serve a model. Exactly one of inference and tuning."),
         Of("tuning", &Workspace::tuning,
            "Tune a model. Exactly one of inference and tuning."),
         Of("status", &Workspace::status,
            "What has become of it. Written by the operator.")});
    t->Rule("has(self.inference) != has(self.tuning)",
            "set either inference or tuning, not both");
    t->Rule(
        "has(self.inference) == has(oldSelf.inference) && "
        "has(self.tuning) == has(oldSelf.tuning)",
        "a Workspace cannot change between inference and tuning");
    return t;
  }();
  return *type;
}

}  // namespace kaito::api
