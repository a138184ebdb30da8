// The pure path from a pod to a process: images, paths, environment, volumes.
#include "kaito/standalone/node/process_plan.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/core/config_map.h"
#include "kaito/api/core/container.h"
#include "kaito/api/core/pod.h"
#include "kaito/api/core/secret.h"
#include "kaito/api/schema/codec.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/json/value.h"
#include "kaito/base/log/secret.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/yaml/yaml.h"
#include "kaito/standalone/node/environment.h"
#include "kaito/standalone/node/image_table.h"
#include "kaito/standalone/node/path_map.h"
#include "kaito/standalone/node/pod_sources.h"
#include "kaito/standalone/node/volume_plan.h"

namespace kaito::standalone {
namespace {

using ::kaito::testing::IsOkAndHolds;
using ::kaito::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;

TEST(NormalRepository, LeavesOutRegistryLibraryTagAndDigest) {
  const std::pair<const char*, const char*> cases[] = {
      {"registry", "registry"},
      {"registry:2", "registry"},
      {"docker.io/library/registry:2", "registry"},
      {"curlimages/curl", "curlimages/curl"},
      {"docker.io/curlimages/curl:8@sha256:ab", "curlimages/curl"},
      {"localhost:5000/a/b", "localhost:5000/a/b"},
      {"kaito/runtime:0.1.0", "kaito/runtime"},
  };
  for (const auto& [image, repository] : cases) {
    EXPECT_EQ(NormalRepository(image), repository) << image;
  }
}

TEST(ImageTable, KnowsNoOtherImage) {
  const ImageTable images(StandardImages({.runtime = "/opt/runtime"}));
  KAITO_EXPECT_OK(images.Find("kaito/runtime:9"));
  EXPECT_THAT(images.Find("busybox"),
              StatusIs(absl::StatusCode::kNotFound,
                       HasSubstr("curlimages/curl, registry")));
}

TEST(ImageTable, SaysWhatToInstallAndSeesWhenItIs) {
  std::string place;
  const ImageTable images(StandardImages(
      {.locate = [&place](const std::string&) { return place; }}));
  EXPECT_THAT(images.Find("docker.io/library/registry:2"),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("run tools/fetch_tools.sh docker-registry")));
  place = "/later/docker-registry";
  const absl::StatusOr<const ImageStandIn*> found = images.Find("registry");
  KAITO_ASSERT_OK(found);
  EXPECT_THAT(StandInArguments(**found, {}, {"serve"}),
              IsOkAndHolds(ElementsAre("/later/docker-registry", "serve")));
}

TEST(StandInArguments, RunsTheStandInAndNothingElse) {
  const std::vector<ImageStandIn> all =
      StandardImages({.runtime = "/opt/kaito_runtime"});
  const ImageStandIn& runtime = all[0];
  const ImageStandIn& curl = all[1];
  EXPECT_THAT(StandInArguments(runtime, {}, {"serve"}),
              IsOkAndHolds(ElementsAre("/opt/kaito_runtime", "serve")));
  EXPECT_THAT(StandInArguments(runtime, {"/usr/bin/runtime"}, {"serve"}),
              IsOkAndHolds(ElementsAre("/opt/kaito_runtime", "serve")));
  EXPECT_THAT(StandInArguments(runtime, {"/bin/sh", "-c", "x"}, {}),
              StatusIs(absl::StatusCode::kInvalidArgument));
  // kubectl run curl --image=curlimages/curl -- curl -X POST http://...
  EXPECT_THAT(StandInArguments(curl, {}, {"curl", "-X", "POST"}),
              IsOkAndHolds(ElementsAre("curl", "-X", "POST")));
  EXPECT_THAT(StandInArguments(curl, {}, {"-sS", "http://h"}),
              IsOkAndHolds(ElementsAre("curl", "-sS", "http://h")));
}

TEST(PathMap, RewritesWholePathsWhereOneMayStart) {
  PathMap map;
  map.Add("/mnt/data", "/v/data");
  map.Add("/mnt/data/deep", "/v/deep");
  map.Add("/mnt/adapter", "/v/adapter");
  const std::pair<const char*, const char*> cases[] = {
      {"/mnt/data", "/v/data"},
      {"/mnt/data/a.jsonl", "/v/data/a.jsonl"},
      {"/mnt/data/deep/x", "/v/deep/x"},
      {"--data=/mnt/data/", "--data=/v/data/"},
      {"ws=/mnt/adapter/ws@0.5", "ws=/v/adapter/ws@0.5"},
      {"/mnt/data:/mnt/adapter", "/v/data:/mnt/adapter"},
      {"/mnt/database", "/mnt/database"},
      {"see /mnt/data", "see /mnt/data"},
      {"http://h/mnt/data", "http://h/mnt/data"},
      {"", ""},
  };
  for (const auto& [text, rewritten] : cases) {
    EXPECT_EQ(map.Rewrite(text), rewritten) << text;
  }
  EXPECT_EQ(map.HostPath("/mnt/data/../data/x"), "/v/data/x");
  EXPECT_EQ(map.HostPath("/mnt"), std::nullopt);
}

TEST(ExpandVariables, ReplacesWhatIsDefined) {
  const Environment env = {{"A", "1"}, {"B", "$(A)"}};
  EXPECT_EQ(ExpandVariables("$(A)-$(B)", env), "1-$(A)");
  EXPECT_EQ(ExpandVariables("$(C) $$(A) $A $", env), "$(C) $(A) $A $");
  EXPECT_EQ(ExpandVariables("$(A", env), "$(A");
}

api::Pod PodFrom(absl::string_view yaml_text) {
  const absl::StatusOr<yaml::Document> document = yaml::Parse(yaml_text);
  EXPECT_TRUE(document.ok()) << document.status();
  absl::StatusOr<api::Pod> pod =
      api::DecodeOrError<api::Pod>(document->value, "pod");
  EXPECT_TRUE(pod.ok()) << pod.status();
  return *std::move(pod);
}

PodSources Sources() {
  PodSources sources;
  sources.config_maps["settings"].data = {{"mode", "slow"}, {"level", "3"}};
  api::SetSecretValue(sources.secrets["keys"], "token",
                      ::kaito::Secret("planted"));
  return sources;
}

TEST(MakeEnvironment, LooksEverythingUp) {
  const api::Pod pod = PodFrom(R"yaml(
metadata: {name: p, namespace: ns, uid: u1, labels: {app: demo}}
spec:
  containers:
  - name: c
    resources: {limits: {memory: 1536Mi}}
    envFrom:
    - prefix: S_
      configMapRef: {name: settings}
    env:
    - {name: TOKEN, valueFrom: {secretKeyRef: {name: keys, key: token}}}
    - {name: APP, valueFrom: {fieldRef: {fieldPath: "metadata.labels['app']"}}}
    - {name: IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
    - name: MEMORY
      valueFrom: {resourceFieldRef: {resource: limits.memory, divisor: 1Gi}}
    - {name: NONE, valueFrom: {configMapKeyRef: {name: absent, key: k, optional: true}}}
    - {name: BOTH, value: "$(S_mode)/$(APP)"}
)yaml");
  KAITO_ASSERT_OK_AND_ASSIGN(
      const Environment env,
      MakeEnvironment(pod, pod.spec.containers[0], Sources(),
                      {.pod_ip = "127.64.1.2", .base = {{"PATH", "/bin"}}}));
  const Environment expected = {
      {"APP", "demo"},          {"BOTH", "slow/demo"}, {"HOSTNAME", "p"},
      {"IP", "127.64.1.2"},     {"MEMORY", "2"},       {"PATH", "/bin"},
      {"POD_IP", "127.64.1.2"}, {"POD_NAME", "p"},     {"POD_NAMESPACE", "ns"},
      {"S_level", "3"},         {"S_mode", "slow"},    {"TOKEN", "planted"}};
  EXPECT_EQ(env, expected);
}

TEST(MakeEnvironment, NamesWhatIsMissing) {
  const api::Pod pod = PodFrom(R"(
spec:
  containers:
  - {name: c, env: [{name: A, valueFrom: {secretKeyRef: {name: keys, key: k}}}]}
)");
  EXPECT_THAT(MakeEnvironment(pod, pod.spec.containers[0], Sources(), {}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       "Secret keys has no key k"));
}

TEST(PlanVolumes, PutsFilesWhereTheSpecSays) {
  const api::Pod pod = PodFrom(R"(
spec:
  volumes:
  - name: settings
    configMap: {name: settings, items: [{key: mode, path: a/mode, mode: 256}]}
  - name: keys
    secret: {secretName: keys, defaultMode: 288}
  - name: none
    secret: {secretName: absent, optional: true}
  - name: scratch
    emptyDir: {}
  - name: host
    hostPath: {path: /var/models/, type: Directory}
  containers:
  - name: c
    volumeMounts:
    - {name: keys, mountPath: /mnt/secrets/push}
    - {name: scratch, mountPath: /mnt/results, subPath: sub}
    - {name: host, mountPath: /workspace/weights}
)");
  KAITO_ASSERT_OK_AND_ASSIGN(const VolumePlan plan,
                             PlanVolumes(pod.spec, Sources(), "/pods/1/v"));
  ASSERT_EQ(plan.size(), 5u);
  const PlannedVolume& settings = plan.at("settings");
  ASSERT_EQ(settings.files.size(), 1u);
  EXPECT_EQ(settings.files[0].path, "a/mode");
  EXPECT_EQ(settings.files[0].content.Reveal(), "slow");
  EXPECT_EQ(settings.files[0].mode, 0400u);
  const PlannedVolume& keys = plan.at("keys");
  ASSERT_EQ(keys.files.size(), 1u);
  EXPECT_EQ(keys.files[0].mode, 0600u);  // Whatever the spec says.
  EXPECT_THAT(plan.at("none").files, IsEmpty());
  KAITO_ASSERT_OK_AND_ASSIGN(const PathMap paths,
                             MountsOf(plan, pod.spec.containers[0]));
  EXPECT_EQ(paths.HostPath("/mnt/secrets/push/token"), "/pods/1/v/keys/token");
  EXPECT_EQ(paths.HostPath("/mnt/results"), "/pods/1/v/scratch/sub");
  EXPECT_EQ(paths.HostPath("/workspace/weights"), "/var/models");
}

TEST(PlanVolumes, RefusesWhatIsMissingOutsideOrUnknown) {
  const std::pair<const char*, absl::StatusCode> cases[] = {
      {"{configMap: {name: absent}}", absl::StatusCode::kFailedPrecondition},
      {"{secret: {secretName: keys, items: [{key: token, path: ../x}]}}",
       absl::StatusCode::kInvalidArgument},
      {"{secret: {secretName: keys, items: [{key: k, path: x}]}}",
       absl::StatusCode::kFailedPrecondition},
      {"{hostPath: {path: relative}}", absl::StatusCode::kInvalidArgument},
      {"{nfs: {server: s, path: /p}}", absl::StatusCode::kUnimplemented},
      {"{persistentVolumeClaim: {claimName: c}}",
       absl::StatusCode::kUnimplemented},
  };
  for (const auto& [volume, code] : cases) {
    std::string text = absl::StrCat("spec: {volumes: [", volume, "]}");
    text.insert(text.find('[') + 2, "name: v, ");
    const auto plan = PlanVolumes(PodFrom(text).spec, Sources(), "/v");
    EXPECT_THAT(plan, StatusIs(code)) << volume;
    EXPECT_THAT(std::string(plan.status().message()),
                Not(HasSubstr("planted")));
  }
}

class GoldenProcess : public ::testing::Test {
 protected:
  // The plan of the serving container of the golden Deployment.
  absl::StatusOr<ProcessPlan> Plan() {
    const absl::StatusOr<std::string> text =
        ReadFile("kaito/api/golden/deployment.yaml", 1 << 20);
    EXPECT_TRUE(text.ok()) << text.status();
    const absl::StatusOr<yaml::Document> golden = yaml::Parse(*text);
    pod_ = *api::DecodeOrError<api::Pod>(
        *golden->value.FindPath({"spec", "template"}), "template");
    PodSources sources;
    api::SetSecretValue(sources.secrets["registry-push"], ".dockerconfigjson",
                        ::kaito::Secret("{}"));
    const auto volumes = PlanVolumes(pod_.spec, sources, "/pods/1/v");
    EXPECT_TRUE(volumes.ok()) << volumes.status();
    const api::Container& container = pod_.spec.containers[0];
    const auto paths = MountsOf(*volumes, container);
    EXPECT_TRUE(paths.ok()) << paths.status();
    const NodeFacts facts = {.pod_ip = "127.64.9.9"};
    const ImageTable images(StandardImages({.runtime = "/opt/runtime"}));
    return MakeProcessPlan({.pod = pod_,
                            .container = container,
                            .images = images,
                            .sources = sources,
                            .facts = facts,
                            .paths = *paths,
                            .work_dir = "/pods/1/work",
                            .termination_file = "/pods/1/t",
                            .remaps = {}});
  }

  api::Pod pod_;
};

TEST_F(GoldenProcess, ServesOnThePodsAddressFromThePodsDirectory) {
  KAITO_ASSERT_OK_AND_ASSIGN(const ProcessPlan plan, Plan());
  EXPECT_THAT(
      plan.argv,
      ElementsAre("/opt/runtime", "serve", "--model",
                  "/pods/1/v/model-weights-volume", "--served-model-name",
                  "phi-3-mini-128k-instruct", "--adapter",
                  "workspace-tuning-phi-3=/pods/1/v/adapter-volume/"
                  "workspace-tuning-phi-3",
                  "--default-model", "workspace-tuning-phi-3", "--quantization",
                  "nf4", "--address", "127.64.9.9:5000"));
  EXPECT_EQ(plan.env.at("KAITO_TERMINATION_LOG"), "/pods/1/t");
  EXPECT_EQ(plan.env.at("HOME"), "/pods/1/work");
  EXPECT_EQ(plan.cwd, "/pods/1/work");
}

TEST(MakeProcessPlan, TellsCurlAboutPortsThatMoved) {
  const api::Pod pod = PodFrom(
      "spec: {containers: [{name: c, image: curlimages/curl, args: [x]}]}");
  const ImageTable images(StandardImages({}));
  const auto plan = MakeProcessPlan({.pod = pod,
                                     .container = pod.spec.containers[0],
                                     .images = images,
                                     .sources = {},
                                     .facts = {},
                                     .paths = {},
                                     .work_dir = "/w",
                                     .termination_file = "/t",
                                     .remaps = {{"127.64.0.1", 80, 4080}}});
  KAITO_ASSERT_OK(plan);
  EXPECT_THAT(
      plan->files,
      ElementsAre(
          Pair(".curlrc", "connect-to = \"127.64.0.1:80:127.64.0.1:4080\"\n")));
  EXPECT_EQ(plan->env.at("CURL_HOME"), "/w");
}

TEST(MakeProcessPlan, KeepsARegistryInThePodsDirectory) {
  const api::Pod pod = PodFrom(
      "spec: {containers: [{name: c, image: 'docker.io/library/registry:2'}]}");
  const ImageTable images(StandardImages({}));
  const NodeFacts facts = {.pod_ip = "127.64.9.9"};
  const auto plan = MakeProcessPlan({.pod = pod,
                                     .container = pod.spec.containers[0],
                                     .images = images,
                                     .sources = {},
                                     .facts = facts,
                                     .paths = {},
                                     .work_dir = "/w",
                                     .termination_file = "/t",
                                     .remaps = {}});
  KAITO_ASSERT_OK(plan);
  EXPECT_THAT(plan->argv,
              ElementsAre("docker-registry", "serve", "config.yml"));
  ASSERT_EQ(plan->files.size(), 1u);
  EXPECT_THAT(plan->files[0].second, HasSubstr("\"127.64.9.9:5000\""));
  EXPECT_THAT(plan->files[0].second, HasSubstr("\"/w/registry\""));
}

}  // namespace
}  // namespace kaito::standalone
