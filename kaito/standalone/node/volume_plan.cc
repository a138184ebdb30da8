#include "kaito/standalone/node/volume_plan.h"

#include <sys/stat.h>
#include <sys/types.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/core/config_map.h"
#include "kaito/api/core/container.h"
#include "kaito/api/core/local_reference.h"
#include "kaito/api/core/pod_spec.h"
#include "kaito/api/core/secret.h"
#include "kaito/api/core/volume.h"
#include "kaito/base/encoding/base64.h"
#include "kaito/base/file/directory.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/write_file.h"
#include "kaito/base/log/secret.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/standalone/node/path_map.h"
#include "kaito/standalone/node/pod_sources.h"

namespace kaito::standalone {
namespace {

using Content = std::map<std::string, ::kaito::Secret>;

// Of the keys that are asked for, the files; all keys where none is.
absl::StatusOr<std::vector<PlannedFile>> FilesOf(
    absl::string_view what, const Content& content,
    const std::vector<api::KeyToPath>& items, bool optional, mode_t mode,
    bool is_secret) {
  std::vector<PlannedFile> files;
  if (items.empty()) {
    for (const auto& [key, value] : content) {
      files.push_back({.path = key, .content = value, .mode = mode});
    }
    return files;
  }
  for (const api::KeyToPath& item : items) {
    const auto value = content.find(item.key);
    if (value == content.end()) {
      if (optional) continue;
      return absl::FailedPreconditionError(
          absl::StrCat(what, " has no key ", item.key));
    }
    files.push_back(
        {.path = item.path,
         .content = value->second,
         .mode =
             is_secret ? mode : static_cast<mode_t>(item.mode.value_or(mode))});
  }
  return files;
}

absl::StatusOr<Content> ContentOf(const api::ConfigMap& map) {
  Content content;
  for (const auto& [key, value] : map.data) {
    content[key] = ::kaito::Secret(value);
  }
  for (const auto& [key, value] : map.binary_data) {
    KAITO_ASSIGN_OR_RETURN(const std::string bytes, Base64Decode(value));
    content[key] = ::kaito::Secret(bytes);
  }
  return content;
}

absl::StatusOr<Content> ContentOf(const api::Secret& secret) {
  Content content;
  for (const auto& [key, unused] : secret.data) {
    KAITO_ASSIGN_OR_RETURN(content[key], api::SecretValue(secret, key));
  }
  return content;
}

absl::StatusOr<PlannedVolume> PlanConfigMap(const api::ConfigMapVolume& volume,
                                            const PodSources& sources) {
  const std::string what = absl::StrCat("ConfigMap ", volume.name);
  const bool optional = volume.optional.value_or(false);
  const auto map = sources.config_maps.find(volume.name);
  PlannedVolume planned;
  if (map == sources.config_maps.end()) {
    if (optional) return planned;
    return absl::FailedPreconditionError(absl::StrCat(what, " does not exist"));
  }
  KAITO_ASSIGN_OR_RETURN(const Content content, ContentOf(map->second));
  KAITO_ASSIGN_OR_RETURN(
      planned.files,
      FilesOf(what, content, volume.items, optional,
              static_cast<mode_t>(volume.default_mode.value_or(0644)), false));
  return planned;
}

absl::StatusOr<PlannedVolume> PlanSecret(const api::SecretVolume& volume,
                                         const PodSources& sources) {
  const std::string what = absl::StrCat("Secret ", volume.secret_name);
  const bool optional = volume.optional.value_or(false);
  const auto secret = sources.secrets.find(volume.secret_name);
  PlannedVolume planned;
  if (secret == sources.secrets.end()) {
    if (optional) return planned;
    return absl::FailedPreconditionError(absl::StrCat(what, " does not exist"));
  }
  KAITO_ASSIGN_OR_RETURN(const Content content, ContentOf(secret->second));
  KAITO_ASSIGN_OR_RETURN(planned.files, FilesOf(what, content, volume.items,
                                                optional, 0600, true));
  return planned;
}

absl::StatusOr<PlannedVolume> PlanHostPath(const api::HostPathVolume& volume) {
  using Make = PlannedVolume::Make;
  if (volume.path.empty() || volume.path[0] != '/') {
    return absl::InvalidArgumentError(
        absl::StrCat("hostPath ", volume.path, ": is not absolute"));
  }
  PlannedVolume planned = {.host_path = CleanPath(volume.path),
                           .make = Make::kMustBeThere};
  const std::string type = volume.type.value_or("");
  if (type == "DirectoryOrCreate") planned.make = Make::kDirectory;
  if (type == "FileOrCreate") planned.make = Make::kEmptyFile;
  if (type == "Directory") planned.make = Make::kMustBeDirectory;
  if (type == "File") planned.make = Make::kMustBeFile;
  return planned;
}

absl::StatusOr<PlannedVolume> PlanVolume(const api::Volume& volume,
                                         const PodSources& sources) {
  if (volume.config_map) return PlanConfigMap(*volume.config_map, sources);
  if (volume.secret) return PlanSecret(*volume.secret, sources);
  if (volume.host_path) return PlanHostPath(*volume.host_path);
  if (volume.empty_dir ||
      (volume.others.empty() && !volume.persistent_volume_claim &&
       volume.projected.is_null())) {
    return PlannedVolume();
  }
  return absl::UnimplementedError(
      absl::StrCat("volume ", volume.name,
                   ": standalone has emptyDir, hostPath, configMap and secret"
                   " volumes only"));
}

}  // namespace

absl::StatusOr<VolumePlan> PlanVolumes(const api::PodSpec& spec,
                                       const PodSources& sources,
                                       absl::string_view volumes_dir) {
  VolumePlan plan;
  for (const api::Volume& volume : spec.volumes) {
    absl::StatusOr<PlannedVolume> planned = PlanVolume(volume, sources);
    if (!planned.ok()) {
      return Annotate(planned.status(), absl::StrCat("volume ", volume.name));
    }
    if (planned->host_path.empty()) {
      KAITO_ASSIGN_OR_RETURN(planned->host_path,
                             JoinUnder(volumes_dir, volume.name));
    }
    for (const PlannedFile& file : planned->files) {
      KAITO_RETURN_IF_ERROR(JoinUnder(planned->host_path, file.path).status());
    }
    plan[volume.name] = *std::move(planned);
  }
  return plan;
}

namespace {

absl::Status WriteVolume(const PlannedVolume& volume) {
  using Make = PlannedVolume::Make;
  struct stat info = {};
  const bool there = stat(volume.host_path.c_str(), &info) == 0;
  switch (volume.make) {
    case Make::kDirectory:
      KAITO_RETURN_IF_ERROR(MakeDirs(volume.host_path, 0700));
      break;
    case Make::kEmptyFile:
      if (!there) KAITO_RETURN_IF_ERROR(WriteFileAtomic(volume.host_path, ""));
      break;
    case Make::kMustBeThere:
    case Make::kMustBeFile:
    case Make::kMustBeDirectory:
      if (!there) {
        return absl::FailedPreconditionError(
            absl::StrCat("hostPath ", volume.host_path, ": does not exist"));
      }
      if ((volume.make == Make::kMustBeFile && !S_ISREG(info.st_mode)) ||
          (volume.make == Make::kMustBeDirectory && !S_ISDIR(info.st_mode))) {
        return absl::FailedPreconditionError(absl::StrCat(
            "hostPath ", volume.host_path, ": is not of the type asked for"));
      }
      break;
  }
  for (const PlannedFile& file : volume.files) {
    const std::string path = JoinPath(volume.host_path, file.path);
    KAITO_RETURN_IF_ERROR(MakeDirs(Dirname(path), 0700));
    // Volumes are made anew after a loss of power.
    KAITO_RETURN_IF_ERROR(
        WriteFileAtomic(path, file.content.Reveal(),
                        {.mode = file.mode | 0400, .sync = false}));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status WriteVolumes(const VolumePlan& plan) {
  for (const auto& [name, volume] : plan) {
    const absl::Status status = WriteVolume(volume);
    if (!status.ok()) return Annotate(status, absl::StrCat("volume ", name));
  }
  return absl::OkStatus();
}

absl::StatusOr<PathMap> MountsOf(const VolumePlan& plan,
                                 const api::Container& container) {
  PathMap paths;
  for (const api::VolumeMount& mount : container.volume_mounts) {
    const auto volume = plan.find(mount.name);
    if (volume == plan.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat("container ", container.name, ": mounts volume ",
                       mount.name, ", which the pod lacks"));
    }
    std::string host_path = volume->second.host_path;
    if (!mount.sub_path.empty()) {
      KAITO_ASSIGN_OR_RETURN(host_path, JoinUnder(host_path, mount.sub_path));
    }
    paths.Add(mount.mount_path, host_path);
  }
  return paths;
}

}  // namespace kaito::standalone
