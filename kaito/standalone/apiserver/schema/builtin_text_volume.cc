#include "kaito/standalone/apiserver/schema/builtin_text.h"

namespace kaito::apiserver {

// Sources that only a cloud's or a cluster's storage has are open objects.
const char kVolumeTypes[] = R"(
type Volume io.k8s.api.core.v1.Volume
  awsElasticBlockStore object
  azureDisk object
  azureFile object
  cephfs object
  cinder object
  configMap ConfigMapVolumeSource
  csi object
  downwardAPI DownwardAPIVolumeSource
  emptyDir EmptyDirVolumeSource
  ephemeral object
  fc object
  flexVolume object
  flocker object
  gcePersistentDisk object
  gitRepo object
  glusterfs object
  hostPath HostPathVolumeSource
  image object
  iscsi object
  name! string
  nfs NFSVolumeSource
  persistentVolumeClaim PersistentVolumeClaimVolumeSource
  photonPersistentDisk object
  portworxVolume object
  projected ProjectedVolumeSource
  quobyte object
  rbd object
  scaleIO object
  secret SecretVolumeSource
  storageos object
  vsphereVolume object
type KeyToPath io.k8s.api.core.v1.KeyToPath
  key! string
  mode int32
  path! string
type ConfigMapVolumeSource io.k8s.api.core.v1.ConfigMapVolumeSource
  defaultMode int32 default=420
  items [KeyToPath]
  name string
  optional bool
type SecretVolumeSource io.k8s.api.core.v1.SecretVolumeSource
  defaultMode int32 default=420
  items [KeyToPath]
  optional bool
  secretName string
type EmptyDirVolumeSource io.k8s.api.core.v1.EmptyDirVolumeSource
  medium string
  sizeLimit quantity
type HostPathVolumeSource io.k8s.api.core.v1.HostPathVolumeSource
  path! string
  type string default=""
type NFSVolumeSource io.k8s.api.core.v1.NFSVolumeSource
  path! string
  readOnly bool
  server! string
type PersistentVolumeClaimVolumeSource io.k8s.api.core.v1.PersistentVolumeClaimVolumeSource
  claimName! string
  readOnly bool
type DownwardAPIVolumeSource io.k8s.api.core.v1.DownwardAPIVolumeSource
  defaultMode int32 default=420
  items [DownwardAPIVolumeFile]
type DownwardAPIVolumeFile io.k8s.api.core.v1.DownwardAPIVolumeFile
  fieldRef ObjectFieldSelector
  mode int32
  path! string
  resourceFieldRef ResourceFieldSelector
type ProjectedVolumeSource io.k8s.api.core.v1.ProjectedVolumeSource
  defaultMode int32 default=420
  sources [VolumeProjection]
type VolumeProjection io.k8s.api.core.v1.VolumeProjection
  clusterTrustBundle object
  configMap ConfigMapProjection
  downwardAPI DownwardAPIProjection
  secret ConfigMapProjection
  serviceAccountToken ServiceAccountTokenProjection
type ConfigMapProjection io.k8s.api.core.v1.ConfigMapProjection
  items [KeyToPath]
  name string
  optional bool
type DownwardAPIProjection io.k8s.api.core.v1.DownwardAPIProjection
  items [DownwardAPIVolumeFile]
type ServiceAccountTokenProjection io.k8s.api.core.v1.ServiceAccountTokenProjection
  audience string
  expirationSeconds int64 default=3600
  path! string

type PersistentVolumeClaim io.k8s.api.core.v1.PersistentVolumeClaim
  apiVersion string
  kind string
  metadata ObjectMeta
  spec object
  status object
)";

}  // namespace kaito::apiserver
