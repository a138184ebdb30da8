#include "kaito/runtime/oci/manifest.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "kaito/base/digest/sha256.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"

namespace kaito::runtime {
namespace {

// Registries take manifests of 4 MiB; images have some dozen layers.
constexpr int64_t kMaxManifestBytes = 4 << 20;
constexpr size_t kMaxDescriptors = 1000;

#if defined(__aarch64__)
constexpr absl::string_view kArchitecture = "arm64";
#else
constexpr absl::string_view kArchitecture = "amd64";
#endif

std::map<std::string, std::string> AnnotationsOf(const json::Value& value) {
  std::map<std::string, std::string> out;
  const json::Value* annotations = value.Find("annotations");
  if (annotations == nullptr || annotations->object() == nullptr) return out;
  for (const auto& [key, text] : *annotations->object()) {
    if (text.string() != nullptr) out[key] = *text.string();
  }
  return out;
}

absl::StatusOr<Descriptor> ParseDescriptor(const json::Value& value) {
  Descriptor out = {
      .media_type = std::string(value.StringAt({"mediaType"})),
      .digest = std::string(value.StringAt({"digest"})),
      .os = std::string(value.StringAt({"platform", "os"})),
      .architecture = std::string(value.StringAt({"platform", "architecture"})),
      .annotations = AnnotationsOf(value)};
  KAITO_RETURN_IF_ERROR(CheckDigest(out.digest));
  const json::Value* size = value.Find("size");
  if (size == nullptr || size->integer().value_or(-1) < 0) {
    return absl::InvalidArgumentError("size: want a number, 0 or more");
  }
  out.size = *size->integer();
  return out;
}

absl::Status ParseDescriptors(const json::Value* list, absl::string_view name,
                              std::vector<Descriptor>* out) {
  if (list == nullptr) return absl::OkStatus();
  if (list->array() == nullptr || list->array()->size() > kMaxDescriptors) {
    return absl::InvalidArgumentError(absl::StrCat(
        name, ": want a list of at most ", kMaxDescriptors, " descriptors"));
  }
  for (const json::Value& item : *list->array()) {
    absl::StatusOr<Descriptor> descriptor = ParseDescriptor(item);
    if (!descriptor.ok()) {
      return Annotate(descriptor.status(),
                      absl::StrCat(name, "[", out->size(), "]"));
    }
    out->push_back(*std::move(descriptor));
  }
  return absl::OkStatus();
}

json::Object ToObject(const std::map<std::string, std::string>& annotations) {
  json::Object out;
  for (const auto& [key, text] : annotations) out[key] = text;
  return out;
}

json::Value ToJson(const Descriptor& descriptor) {
  json::Value out = json::Object{{"mediaType", descriptor.media_type},
                                 {"digest", descriptor.digest},
                                 {"size", descriptor.size}};
  if (!descriptor.annotations.empty()) {
    out["annotations"] = ToObject(descriptor.annotations);
  }
  return out;
}

}  // namespace

absl::StatusOr<Manifest> ParseManifest(absl::string_view text) {
  KAITO_ASSIGN_OR_RETURN(
      const json::Value value,
      json::Parse(text, {.max_bytes = kMaxManifestBytes, .max_depth = 32}));
  Manifest out = {.media_type = std::string(value.StringAt({"mediaType"})),
                  .annotations = AnnotationsOf(value)};
  KAITO_RETURN_IF_ERROR(
      ParseDescriptors(value.Find("manifests"), "manifests", &out.manifests));
  if (!out.manifests.empty()) return out;
  KAITO_RETURN_IF_ERROR(
      ParseDescriptors(value.Find("layers"), "layers", &out.layers));
  const json::Value* config = value.Find("config");
  if (config == nullptr) {
    return absl::InvalidArgumentError(
        "want an image's manifest or index; config is missing");
  }
  absl::StatusOr<Descriptor> parsed = ParseDescriptor(*config);
  if (!parsed.ok()) return Annotate(parsed.status(), "config");
  out.config = *std::move(parsed);
  return out;
}

std::string FormatManifest(const Manifest& manifest) {
  const bool index = !manifest.manifests.empty();
  json::Value out =
      json::Object{{"schemaVersion", 2},
                   {"mediaType", index ? kOciIndexType : kOciManifestType}};
  const std::vector<Descriptor>& parts =
      index ? manifest.manifests : manifest.layers;
  json::Value& list = out[index ? "manifests" : "layers"];
  list = json::Array();
  for (const Descriptor& part : parts) list.Append(ToJson(part));
  if (!index) out["config"] = ToJson(manifest.config);
  if (!manifest.annotations.empty()) {
    out["annotations"] = ToObject(manifest.annotations);
  }
  return json::Write(out);
}

const Descriptor& ChooseManifest(const Manifest& index) {
  for (const Descriptor& entry : index.manifests) {
    if (entry.os == "linux" && entry.architecture == kArchitecture) {
      return entry;
    }
  }
  return index.manifests.front();
}

std::string DigestOf(absl::string_view data) {
  return absl::StrCat("sha256:", Sha256Hex(data));
}

absl::Status CheckDigest(absl::string_view digest) {
  absl::string_view hex = digest;
  const bool sha256 = absl::ConsumePrefix(&hex, "sha256:");
  const bool fits =
      hex.size() == 64 && std::all_of(hex.begin(), hex.end(), [](char c) {
        return absl::ascii_isdigit(static_cast<unsigned char>(c)) ||
               (c >= 'a' && c <= 'f');
      });
  if (sha256 && fits) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("digest: want sha256: and 64 digits in lower case, got ",
                   json::Quote(digest.substr(0, 100))));
}

}  // namespace kaito::runtime
