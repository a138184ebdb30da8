#include "kaito/runtime/serve/commands/inference_config.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "kaito/base/flags/nearest_name.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/backend/load_model.h"
#include "kaito/runtime/serve/commands/serve.h"

namespace kaito::runtime::serve {
namespace {

// Beyond any model and machine.
constexpr int64_t kMany = int64_t{1} << 50;

enum class Rule : uint8_t {
  kRead,     // By Apply().
  kIgnored,  // Changes no answer.
  kNoted,    // Said once where it is on; `why` tells what is done instead.
  kOne,      // Refused where it is more than 1, because `why`.
  kOff,      // Refused where it is on, because `why`.
};

struct Key {
  absl::string_view name;
  Rule rule = Rule::kIgnored;
  absl::string_view why;
};

constexpr absl::string_view kOneProcess = "one process serves the model";
constexpr absl::string_view kPlace =
    "the Workspace's probes and Service decide it";
constexpr absl::string_view kTools = "calls of tools are not read from answers";
constexpr absl::string_view kAdapters =
    "adapters are named in the Workspace's inference.adapters";
constexpr absl::string_view kSpeculation =
    "speculative decoding is not supported";

constexpr Key kServerKeys[] = {
    {"api-key", Rule::kRead},
    {"chat-template", Rule::kRead},
    {"dtype", Rule::kRead},
    {"kv-cache-dtype", Rule::kRead},
    {"kv-cache-memory-bytes", Rule::kRead},
    {"load-format", Rule::kRead},
    {"max-model-len", Rule::kRead},
    {"max-num-seqs", Rule::kRead},
    {"quantization", Rule::kRead},
    {"served-model-name", Rule::kRead},
    // Memory and speed of another program.
    {"async-scheduling"},
    {"attention-backend"},
    {"block-size"},
    {"compilation-config"},
    {"cuda-graph-sizes"},
    {"device"},
    {"disable-custom-all-reduce"},
    {"distributed-executor-backend"},
    {"enable-chunked-prefill"},
    {"enable-prefix-caching"},
    {"enforce-eager"},
    {"gpu-memory-utilization"},
    {"long-prefill-token-threshold"},
    {"max-num-batched-tokens"},
    {"max-num-partial-prefills"},
    {"max-parallel-loading-workers"},
    {"max-seq-len-to-capture"},
    {"num-gpu-blocks-override"},
    {"num-scheduler-steps"},
    {"optimization-level"},
    {"performance-mode"},
    {"preemption-mode"},
    {"scheduling-policy"},
    {"swap-space"},
    {"cpu-offload-gb", Rule::kNoted, "weights are in main memory already"},
    // Adapters are always served, of any rank.
    {"enable-lora"},
    {"fully-sharded-loras"},
    {"lora-dtype"},
    {"max-cpu-loras"},
    {"max-lora-rank"},
    {"max-loras"},
    {"lora-modules", Rule::kOff, kAdapters},
    // Logs and measurements.
    {"collect-detailed-traces"},
    {"disable-access-log-for-endpoints"},
    {"disable-log-requests"},
    {"disable-log-stats"},
    {"disable-uvicorn-access-log"},
    {"enable-log-requests"},
    {"kv-events-config"},
    {"max-log-len"},
    {"otlp-traces-endpoint"},
    {"uvicorn-log-level"},
    // Where files are.
    {"code-revision"},
    {"download-dir"},
    {"hf-token"},
    {"revision"},
    {"tokenizer-mode"},
    {"tokenizer-revision"},
    {"trust-remote-code", Rule::kNoted, "no code of a model is ever run"},
    {"model", Rule::kOff, "the Workspace's preset decides it"},
    {"tokenizer", Rule::kOff, "the model's own is used"},
    {"config-format"},
    {"host", Rule::kOff, kPlace},
    {"port", Rule::kOff, kPlace},
    {"root-path", Rule::kOff, kPlace},
    {"ssl-certfile", Rule::kOff, "the server speaks plain HTTP"},
    {"ssl-keyfile", Rule::kOff, "the server speaks plain HTTP"},
    // More than one of us.
    {"data-parallel-size", Rule::kOne, kOneProcess},
    {"pipeline-parallel-size", Rule::kOne, kOneProcess},
    {"tensor-parallel-size", Rule::kOne, kOneProcess},
    {"enable-expert-parallel", Rule::kOff, kOneProcess},
    {"kv-transfer-config", Rule::kOff, kOneProcess},
    // What changes answers.
    {"generation-config", Rule::kNoted,
     "the model's generation_config.json holds"},
    {"seed", Rule::kNoted, "requests have seeds of their own"},
    {"enable-auto-tool-choice", Rule::kOff, kTools},
    {"tool-call-parser", Rule::kOff, kTools},
    {"enable-reasoning", Rule::kOff, "answers are given as they are"},
    {"reasoning-parser", Rule::kOff, "answers are given as they are"},
    {"guided-decoding-backend", Rule::kNoted,
     "guided requests are refused one by one"},
    {"hf-overrides", Rule::kOff, "the model's config.json holds"},
    {"override-generation-config", Rule::kOff,
     "the model's generation_config.json holds"},
    {"rope-scaling", Rule::kOff, "the model's config.json holds"},
    {"rope-theta", Rule::kOff, "the model's config.json holds"},
    {"num-speculative-tokens", Rule::kOff, kSpeculation},
    {"speculative-config", Rule::kOff, kSpeculation},
    {"speculative-model", Rule::kOff, kSpeculation},
    {"task", Rule::kNoted, "the model generates text"},
};

constexpr Key kTopKeys[] = {
    {"vllm", Rule::kRead},
    // KAITO tries lengths until one fits its GPU.
    {"max_probe_steps", Rule::kIgnored},
    {"kv_cache_cpu_memory_utilization", Rule::kIgnored},
};

absl::Status Wrong(absl::string_view key, const json::Value& value,
                   absl::string_view problem) {
  return absl::InvalidArgumentError(absl::StrCat(
      key, " is ", json::Write(value).substr(0, 100), ": ", problem));
}

// Null, false, zero, empty, or "no".
bool IsOff(const json::Value& value) {
  if (value.is_null() || value.boolean() == false || value.number() == 0.0) {
    return true;
  }
  if (const auto* text = value.string()) {
    return text->empty() || *text == "no" || *text == "none" ||
           *text == "false";
  }
  if (const auto* array = value.array()) return array->empty();
  if (const auto* object = value.object()) return object->empty();
  return false;
}

// A number, or one that is written as a string.
std::optional<int64_t> Whole(const json::Value& value) {
  int64_t number = 0;
  const std::string* text = value.string();
  if (text != nullptr && absl::SimpleAtoi(*text, &number)) return number;
  return value.integer();
}

template <size_t kSize>
const Key* Find(const Key (&keys)[kSize], absl::string_view name) {
  const auto* found =
      std::find_if(std::begin(keys), std::end(keys),
                   [&](const Key& key) { return key.name == name; });
  return found == std::end(keys) ? nullptr : found;
}

template <size_t kSize>
absl::Status Unknown(const Key (&keys)[kSize], absl::string_view where,
                     absl::string_view name) {
  std::vector<std::string> names;
  for (const Key& key : keys) names.emplace_back(key.name);
  const std::string near = NearestName(name.substr(0, 100), names);
  return absl::InvalidArgumentError(absl::StrCat(
      where, name.substr(0, 100), ": this server knows no such setting",
      near.empty() ? "; leave it out"
                   : absl::StrCat("; did you mean ", near, "?")));
}

absl::Status Count(absl::string_view key, const json::Value& value,
                   int64_t* target) {
  const std::optional<int64_t> number = Whole(value);
  if (!number || *number < 1 || *number > kMany) {
    return Wrong(key, value, "want a whole number, 1 or more");
  }
  *target = *number;
  return absl::OkStatus();
}

absl::Status Names(absl::string_view key, const json::Value& value,
                   std::vector<std::string>* target) {
  std::vector<std::string> names;
  if (value.string() != nullptr) names.push_back(*value.string());
  if (value.array() != nullptr) {
    for (const json::Value& item : *value.array()) {
      if (item.string() != nullptr) names.push_back(*item.string());
    }
    if (names.size() != value.array()->size()) names.clear();
  }
  if (names.empty() ||
      std::find(names.begin(), names.end(), "") != names.end()) {
    return Wrong(key, value, "want a name, or a list of names");
  }
  *target = std::move(names);
  return absl::OkStatus();
}

// Of the keys that choose among words: those that mean what is done anyway.
absl::Status OneOf(absl::string_view key, const json::Value& value,
                   const std::vector<absl::string_view>& words,
                   absl::string_view else_problem) {
  const std::string* text = value.string();
  if (text != nullptr &&
      std::find(words.begin(), words.end(), *text) != words.end()) {
    return absl::OkStatus();
  }
  return Wrong(key, value, else_problem);
}

class Reader {
 public:
  explicit Reader(ServeOptions& options) : options_(options) {}

  // `where` is the name for messages, `name` in vLLM's spelling.
  absl::Status Apply(const Key& key, absl::string_view where,
                     const json::Value& value) {
    switch (key.rule) {
      case Rule::kRead:
        return value.is_null() ? absl::OkStatus() : Use(key.name, where, value);
      case Rule::kIgnored:
        return absl::OkStatus();
      case Rule::kNoted:
        if (!IsOff(value)) Note(where, value, key.why);
        return absl::OkStatus();
      case Rule::kOne:
        if (value.is_null() || Whole(value) == 1) return absl::OkStatus();
        return Wrong(where, value, absl::StrCat(key.why, "; leave it out"));
      case Rule::kOff:
        if (IsOff(value)) return absl::OkStatus();
        return Wrong(where, value, absl::StrCat(key.why, "; leave it out"));
    }
    return absl::OkStatus();
  }

  std::vector<std::string> TakeNotes() { return std::move(notes_); }

 private:
  absl::Status Use(absl::string_view name, absl::string_view where,
                   const json::Value& value) {
    const std::string* text = value.string();
    if (name == "max-model-len") {
      // "auto" lets a server measure what fits; here all of it does.
      if (text != nullptr && *text == "auto") return absl::OkStatus();
      return Count(where, value, &options_.max_model_len);
    }
    if (name == "max-num-seqs") {
      return Count(where, value, &options_.max_running);
    }
    if (name == "kv-cache-memory-bytes") {
      return Count(where, value, &options_.cache_bytes);
    }
    if (name == "served-model-name") {
      return Names(where, value, &options_.served_model_names);
    }
    if (name == "quantization") return Quantize(where, value);
    if (name == "load-format") {
      if (text != nullptr && *text == "bitsandbytes") {
        return Quantize(where, value);
      }
      return OneOf(where, value, {"auto", "safetensors", "hf"},
                   "weights are read from safetensors files");
    }
    if (name == "dtype") {
      KAITO_RETURN_IF_ERROR(
          OneOf(where, value,
                {"auto", "half", "float16", "bfloat16", "float", "float32"},
                "want auto, float16, bfloat16 or float32"));
      if (*text != "auto" && *text != "float" && *text != "float32") {
        Note(where, value, "this machine's backend computes in float32");
      }
      return absl::OkStatus();
    }
    if (name == "kv-cache-dtype") {
      return OneOf(where, value, {"auto", "float16", "bfloat16", "float32"},
                   "keys and values are not compressed; use auto");
    }
    if (text == nullptr || text->empty()) {
      return Wrong(where, value, "want a text");
    }
    (name == "api-key" ? options_.api_key : options_.chat_template) = *text;
    return absl::OkStatus();
  }

  absl::Status Quantize(absl::string_view where, const json::Value& value) {
    if (IsOff(value)) {
      options_.quantization = Quantization::kNone;
      return absl::OkStatus();
    }
    KAITO_RETURN_IF_ERROR(
        OneOf(where, value, {"bitsandbytes", "nf4"},
              "weights are served as they are or in four bits; use "
              "bitsandbytes, or leave it out"));
    options_.quantization = Quantization::kNf4;
    return absl::OkStatus();
  }

  void Note(absl::string_view where, const json::Value& value,
            absl::string_view why) {
    notes_.push_back(absl::StrCat(
        where, " is ", json::Write(value).substr(0, 100), ": ", why));
  }

  ServeOptions& options_;
  std::vector<std::string> notes_;
};

}  // namespace

absl::StatusOr<std::vector<std::string>> ApplyInferenceConfig(
    const json::Value& document, ServeOptions& options) {
  Reader reader(options);
  if (document.is_null()) return reader.TakeNotes();
  if (document.object() == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("want a map, found ", document.type_name()));
  }
  for (const json::Member& member : *document.object()) {
    if (Find(kTopKeys, member.name) == nullptr) {
      return Unknown(kTopKeys, "", member.name);
    }
  }
  const json::Value* server = document.Find("vllm");
  if (server == nullptr || server->is_null()) return reader.TakeNotes();
  if (server->object() == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("vllm: want a map, found ", server->type_name()));
  }
  for (const json::Member& member : *server->object()) {
    const std::string name = absl::StrReplaceAll(member.name, {{"_", "-"}});
    const Key* key = Find(kServerKeys, name);
    if (key == nullptr) return Unknown(kServerKeys, "vllm.", name);
    KAITO_RETURN_IF_ERROR(
        reader.Apply(*key, absl::StrCat("vllm.", member.name), member.value));
  }
  return reader.TakeNotes();
}

}  // namespace kaito::runtime::serve
