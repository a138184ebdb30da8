#include "kaito/api/core/volume.h"

#include "kaito/api/core/open_struct.h"
#include "kaito/api/schema/describe.h"
#include "kaito/api/schema/type.h"

namespace kaito::api {

const StructType& Describe(const EmptyDirVolume*) {
  using T = EmptyDirVolume;
  static const StructType& type = OpenStruct<T>(
      "A directory that lives as long as the pod.",
      {Of("medium", &T::medium, "Memory, or empty for the node's disk."),
       Of("sizeLimit", &T::size_limit, "The most it may hold.")});
  return type;
}

const StructType& Describe(const HostPathVolume*) {
  using T = HostPathVolume;
  static const StructType& type = OpenStruct<T>(
      "A file or directory of the node.",
      {Of("path", &T::path, "Path on the node.").Required().Always(),
       Of("type", &T::type, "What must be there, or is made.")});
  return type;
}

const StructType& Describe(const ConfigMapVolume*) {
  using T = ConfigMapVolume;
  static const StructType& type = OpenStruct<T>(
      "Keys of a ConfigMap as files.",
      {Of("name", &T::name, "Name of the ConfigMap."),
       Of("items", &T::items, "The keys; none: all."),
       Of("defaultMode", &T::default_mode, "Permission bits of the files."),
       Of("optional", &T::optional, "Whether it may be missing.")});
  return type;
}

const StructType& Describe(const SecretVolume*) {
  using T = SecretVolume;
  static const StructType& type = OpenStruct<T>(
      "Keys of a Secret as files.",
      {Of("secretName", &T::secret_name, "Name of the Secret."),
       Of("items", &T::items, "The keys; none: all."),
       Of("defaultMode", &T::default_mode, "Permission bits of the files."),
       Of("optional", &T::optional, "Whether it may be missing.")});
  return type;
}

const StructType& Describe(const PersistentVolumeClaimVolume*) {
  using T = PersistentVolumeClaimVolume;
  static const StructType& type = OpenStruct<T>(
      "Storage that outlives the pod.",
      {Of("claimName", &T::claim_name, "Name of the claim.")
           .Required()
           .Always(),
       Of("readOnly", &T::read_only, "Whether writes are refused.")});
  return type;
}

const StructType& Describe(const Volume*) {
  using T = Volume;
  static const StructType& type = OpenStruct<T>(
      "A volume of a pod.",
      {Of("name", &T::name, "Unique in the pod.").Required().Always(),
       Of("emptyDir", &T::empty_dir, "A directory that lives as the pod."),
       Of("hostPath", &T::host_path, "A path of the node."),
       Of("configMap", &T::config_map, "A ConfigMap as files."),
       Of("secret", &T::secret, "A Secret as files."),
       Of("persistentVolumeClaim", &T::persistent_volume_claim,
          "Storage that outlives the pod."),
       Of("projected", &T::projected, "Several sources in one directory.")});
  return type;
}

}  // namespace kaito::api
