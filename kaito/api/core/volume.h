#ifndef KAITO_API_CORE_VOLUME_H_
#define KAITO_API_CORE_VOLUME_H_

// Volumes of a pod. Sources that the system neither makes nor runs stay in
// `others`.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kaito/api/core/local_reference.h"
#include "kaito/api/meta/quantity.h"
#include "kaito/api/schema/type.h"
#include "kaito/base/json/value.h"

namespace kaito::api {

struct EmptyDirVolume {
  std::string medium;  // "Memory" or empty.
  std::optional<Quantity> size_limit;
  json::Object others;

  bool operator==(const EmptyDirVolume& other) const = default;
};

struct HostPathVolume {
  std::string path;
  std::optional<std::string> type;  // "DirectoryOrCreate" and so on.
  json::Object others;

  bool operator==(const HostPathVolume& other) const = default;
};

struct ConfigMapVolume {
  std::string name;
  std::vector<KeyToPath> items;  // Empty: all keys.
  std::optional<int32_t> default_mode;
  std::optional<bool> optional;
  json::Object others;

  bool operator==(const ConfigMapVolume& other) const = default;
};

struct SecretVolume {
  std::string secret_name;
  std::vector<KeyToPath> items;  // Empty: all keys.
  std::optional<int32_t> default_mode;
  std::optional<bool> optional;
  json::Object others;

  bool operator==(const SecretVolume& other) const = default;
};

struct PersistentVolumeClaimVolume {
  std::string claim_name;
  bool read_only = false;
  json::Object others;

  bool operator==(const PersistentVolumeClaimVolume& other) const = default;
};

// Exactly one source is there.
struct Volume {
  std::string name;
  std::optional<EmptyDirVolume> empty_dir;
  std::optional<HostPathVolume> host_path;
  std::optional<ConfigMapVolume> config_map;
  std::optional<SecretVolume> secret;
  std::optional<PersistentVolumeClaimVolume> persistent_volume_claim;
  json::Value projected;  // As it is.
  json::Object others;

  bool operator==(const Volume& other) const = default;
};

const StructType& Describe(const EmptyDirVolume*);
const StructType& Describe(const HostPathVolume*);
const StructType& Describe(const ConfigMapVolume*);
const StructType& Describe(const SecretVolume*);
const StructType& Describe(const PersistentVolumeClaimVolume*);
const StructType& Describe(const Volume*);

}  // namespace kaito::api

#endif  // KAITO_API_CORE_VOLUME_H_
