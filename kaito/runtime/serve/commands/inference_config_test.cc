#include "kaito/runtime/serve/commands/inference_config.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/yaml/yaml.h"
#include "kaito/runtime/backend/load_model.h"
#include "kaito/runtime/serve/commands/serve.h"

namespace kaito::runtime::serve {
namespace {

using ::kaito::testing::IsOkAndHolds;
using ::kaito::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

absl::StatusOr<std::vector<std::string>> Apply(absl::string_view text,
                                               ServeOptions& options) {
  absl::StatusOr<yaml::Document> document = yaml::Parse(text);
  if (!document.ok()) return document.status();
  return ApplyInferenceConfig(document->value, options);
}

absl::StatusOr<std::vector<std::string>> Apply(absl::string_view text) {
  ServeOptions options;
  return Apply(text, options);
}

TEST(InferenceConfig, TakesWhatItKnows) {
  ServeOptions options;
  options.served_model_names = {"phi-4"};
  EXPECT_THAT(Apply("vllm:\n"
                    "  max-model-len: 2048\n"
                    "  max_num_seqs: \"7\"\n"
                    "  served-model-name: [a, b]\n"
                    "  quantization: bitsandbytes\n"
                    "  kv-cache-memory-bytes: 1048576\n"
                    "  api-key: k\n"
                    "  chat-template: \"{{ x }}\"\n",
                    options),
              IsOkAndHolds(IsEmpty()));
  EXPECT_EQ(options.max_model_len, 2048);
  EXPECT_EQ(options.max_running, 7);
  EXPECT_THAT(options.served_model_names, ElementsAre("a", "b"));
  EXPECT_EQ(options.quantization, Quantization::kNf4);
  EXPECT_EQ(options.cache_bytes, 1048576);
  EXPECT_EQ(options.api_key, "k");
  EXPECT_EQ(options.chat_template, "{{ x }}");
}

// Those that KAITO ships, of two of its versions, and nothing at all.
TEST(InferenceConfig, TakesKaitosTemplates) {
  EXPECT_THAT(Apply("max_probe_steps: 6\n"
                    "vllm: {cpu-offload-gb: 0, gpu-memory-utilization: 0.95, "
                    "swap-space: 4, tensor-parallel-size: 1, dtype: auto}\n"),
              IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(Apply("kv_cache_cpu_memory_utilization: 0.5\n"
                    "vllm: {cpu-offload-gb: 0, max-model-len: auto}\n"),
              IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(Apply(""), IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(Apply("vllm:\n"), IsOkAndHolds(IsEmpty()));
}

TEST(InferenceConfig, SaysWhatIsDoneOtherwise) {
  EXPECT_THAT(Apply("vllm: {dtype: float16, cpu-offload-gb: 2, seed: 0}"),
              IsOkAndHolds(
                  UnorderedElementsAre(HasSubstr("vllm.dtype is \"float16\""),
                                       HasSubstr("vllm.cpu-offload-gb is 2"))));
}

TEST(InferenceConfig, RefusesByName) {
  const struct {
    const char* text;
    const char* problem;
  } cases[] = {
      {"vllm: {max-model-length: 1}", "did you mean max-model-len?"},
      {"vlm: {}", "did you mean vllm?"},
      {"vllm: {qqqqqqqq: 1}", "leave it out"},
      {"vllm: [a]", "vllm: want a map, found array"},
      {"- a", "want a map"},
      {"vllm: {max-model-len: many}", "vllm.max-model-len is \"many\""},
      {"vllm: {max-model-len: 0}", "1 or more"},
      {"vllm: {max-num-seqs: 1.5}", "vllm.max-num-seqs is 1.5"},
      {"vllm: {tensor-parallel-size: 2}", "one process"},
      {"vllm: {quantization: awq}", "use bitsandbytes"},
      {"vllm: {load-format: gguf}", "safetensors"},
      {"vllm: {dtype: float8}", "want auto"},
      {"vllm: {kv-cache-dtype: fp8}", "not compressed"},
      {"vllm: {port: 8000}", "probes and Service"},
      {"vllm: {served-model-name: [1]}", "a list of names"},
      {"vllm: {chat-template: 1}", "want a text"},
      {"vllm: {enable-auto-tool-choice: true}", "tools"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(
        Apply(c.text).status(),
        StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(c.problem)))
        << c.text;
  }
  // What is off may be said.
  KAITO_EXPECT_OK(Apply("vllm: {enable-auto-tool-choice: false, port: null}"));
}

}  // namespace
}  // namespace kaito::runtime::serve
