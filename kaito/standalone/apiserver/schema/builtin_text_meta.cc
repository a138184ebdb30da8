#include "kaito/standalone/apiserver/schema/builtin_text.h"

namespace kaito::apiserver {

const char kMetaTypes[] = R"(
type ObjectMeta io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta
  annotations {string}
  clusterName string
  creationTimestamp time
  deletionGracePeriodSeconds int64
  deletionTimestamp time
  finalizers [string] set merge
  generateName string
  generation int64
  labels {string}
  managedFields [ManagedFieldsEntry]
  name string
  namespace string
  ownerReferences [OwnerReference] key=uid merge
  resourceVersion string
  selfLink string
  uid string

type ManagedFieldsEntry io.k8s.apimachinery.pkg.apis.meta.v1.ManagedFieldsEntry
  apiVersion string
  fieldsType string
  fieldsV1 object
  manager string
  operation string
  subresource string
  time time

type OwnerReference io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference atomic
  apiVersion! string
  blockOwnerDeletion bool
  controller bool
  kind! string
  name! string
  uid! string

type LabelSelector io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector atomic
  matchExpressions [LabelSelectorRequirement]
  matchLabels {string}

type LabelSelectorRequirement io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelectorRequirement
  key! string
  operator! string
  values [string]

type Condition io.k8s.apimachinery.pkg.apis.meta.v1.Condition
  lastTransitionTime! time
  message! string
  observedGeneration int64
  reason! string
  status! string
  type! string

type ObjectReference io.k8s.api.core.v1.ObjectReference atomic
  apiVersion string
  fieldPath string
  kind string
  name string
  namespace string
  resourceVersion string
  uid string

type LocalObjectReference io.k8s.api.core.v1.LocalObjectReference atomic
  name string

type TypedLocalObjectReference io.k8s.api.core.v1.TypedLocalObjectReference atomic
  apiGroup string
  kind! string
  name! string
)";

}  // namespace kaito::apiserver
